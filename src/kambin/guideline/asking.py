"""The next best question: safety first, none that can not change the answer, then the most for the least.

An answer is settled when no two completions of the unknown facts give different ones; the solver decides.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from kambin.case import Fact, FactRow, FactValue, Range, facts
from kambin.guideline.candidates import Candidate, candidates, openness, relevant
from kambin.guideline.deciding import DecisionResult, Decisions
from kambin.guideline.knowledge import Knowledge
from kambin.guideline.obligations import load_axioms
from kambin.guideline.proving.cone import cone, decide_again, decide_cone

if TYPE_CHECKING:
    from kambin.guideline.proving.settling import Completions

__all__ = ["FOCUS", "Answer", "Field", "Question", "Settled", "fields_of", "next_question"]

FOCUS = ("urgency", "indication", "treatment", "endoscopy_approach")


class Answer(NamedTuple):
    """One possible answer to a question and what it would lead to.

    Attributes
    ----------
    value : value
        For a number one that stands for all between two thresholds.
    says : str
        The answer in words.
    leads_to : dict of str to str
        Per decision what would then be known of it, where that differs from now.
    """

    value: FactValue
    says: str
    leads_to: dict[str, str]


class Field(NamedTuple):
    """A field of a case in which a fact, or part of it, is written down."""

    path: str
    fact: str


class Question(NamedTuple):
    """What to ask next.

    Attributes
    ----------
    fact : str
    question : str
    unit : str
    paths : tuple of str
        Where the answer belongs in a case; for a derived fact all that it is computed from. ``[]`` stands for
        the record of the problem disc.
    fields : tuple of Field
        Those of the paths that are facts themselves, with the fact's name in the registry.
    cost : int
        0 asked, 1 examined, 3 imaged, 5 invasive.
    safety : bool
    on_scan : bool
        It can only take a provisional answer away: to be checked on a scan.
    why : tuple of str
        Ids of the arguments that wait for it.
    options : tuple of str
        ``decision.option`` of each of these.
    gain : float
        Expected reduction of what is open, in bits.
    answers : tuple of Answer
    """

    fact: str
    question: str
    unit: str
    paths: tuple[str, ...]
    fields: tuple[Field, ...]
    cost: int
    safety: bool
    on_scan: bool
    why: tuple[str, ...]
    options: tuple[str, ...]
    gain: float
    answers: tuple[Answer, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        plain = self._asdict()
        plain["fields"] = [item._asdict() for item in self.fields]
        plain["answers"] = [item._asdict() for item in self.answers]
        return {"settled": False, **plain, "gain": round(self.gain, 4)}


class Settled(NamedTuple):
    """Nothing is left to ask.

    Attributes
    ----------
    outcomes : dict of str to str
        Per decision its answer in words; where it is settled, the one that every completion gives.
    unanswered : tuple of str
        Facts that could still change an answer but are not to be asked again; where there are any, the
        answers are not settled.
    """

    outcomes: dict[str, str]
    unanswered: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "settled": not self.unanswered,
            "outcomes": self.outcomes,
            "unanswered": list(self.unanswered),
        }


def next_question(
    row: FactRow,
    knowledge: Knowledge,
    focus: Sequence[str] = FOCUS,
    *,
    skip: Collection[str] = (),
) -> Question | Settled:
    """The next best question about a patient, or that the answers are settled.

    Parameters
    ----------
    row : mapping of str to value
        Every fact of the registry, None for unknown; results of decisions in it are ignored.
    knowledge : Knowledge
    focus : sequence of str
        The decisions whose answers are to be settled; those that the knowledge does not have are ignored.
    skip : collection of str
        Facts not to be asked, because nobody knows them.

    Returns
    -------
    Question or Settled
        Safety facts come first, in the order of the decisions they bear on; facts that only a scan can show
        last; in between the question with the largest expected gain per cost.
    """
    wanted = tuple(name for name in focus if name in knowledge.decisions) or tuple(knowledge.decisions)
    known = {name: value for name, value in row.items() if knowledge.facts[name].scope != "decision"}
    decided = decide_cone(known, knowledge, cone(knowledge, wanted))
    open_ = relevant(decided, wanted)
    found = candidates(decided, open_)
    if not found:
        return Settled(_outcomes(decided, open_))
    completions = _completions(knowledge, wanted)
    same = completions.settled(known, open_)
    if same is not None:
        return Settled(_outcomes(same, open_))
    best = _best([item for item in found if item.fact not in skip], decided, open_, completions, known)
    return best or Settled(_outcomes(decided, open_), tuple(item.fact for item in found if item.fact in skip))


_COMPLETIONS: dict[tuple[int, tuple[str, ...]], tuple[Knowledge, Completions]] = {}


def _completions(knowledge: Knowledge, focus: tuple[str, ...]) -> Completions:
    """The solver for a knowledge, made once; keyed by identity, because a knowledge is immutable."""
    from kambin.guideline.proving.settling import Completions

    key = (id(knowledge), focus)
    found = _COMPLETIONS.get(key)
    if found is None or found[0] is not knowledge:
        _COMPLETIONS[key] = found = (knowledge, Completions(knowledge, load_axioms(), focus))
    return found[1]


def _best(
    asked: Sequence[Candidate],
    decided: Decisions,
    open_: tuple[str, ...],
    completions: Completions,
    known: FactRow,
) -> Question | None:
    """The first question, in order of preference, that has more than one possible answer."""
    registry = decided.knowledge.facts
    rounds: dict[tuple[int, int], list[Candidate]] = {}
    chain = list(decided.knowledge.decisions)
    for item in asked:
        safety = registry[item.fact].safety and not item.scan_only
        first = min(chain.index(option.split(".")[0]) for option in item.options)
        rounds.setdefault((0, first) if safety else (2 if item.scan_only else 1, 0), []).append(item)
    now = openness(decided, open_)
    for _, group in sorted(rounds.items()):
        weighed = [(_gain(item.fact, decided, open_, completions, now), item) for item in group]
        weighed.sort(key=lambda pair: -pair[0] / (1 + registry[pair[1].fact].cost))
        for gain, item in weighed:
            regions = completions.regions(item.fact)
            values = completions.possible(known, item.fact, [value for value, _, _ in regions])
            if len(values) > 1:
                kept = [region for region in regions if region[0] in values]
                return _question(item, gain, decided, open_, kept)
    return None


def _gain(
    fact: str, decided: Decisions, open_: tuple[str, ...], completions: Completions, now: float
) -> float:
    values = [value for value, _, _ in completions.regions(fact)]
    after = [openness(decide_again(decided, {fact: value}), open_) for value in values]
    return now - sum(after) / len(after)


def _question(
    item: Candidate,
    gain: float,
    decided: Decisions,
    open_: tuple[str, ...],
    regions: list[tuple[FactValue, float | None, float | None]],
) -> Question:
    fact = decided.knowledge.facts[item.fact]
    paths = _paths(fact)
    return Question(
        fact=item.fact,
        question=fact.question,
        unit=fact.unit,
        paths=paths,
        fields=fields_of(paths),
        cost=fact.cost,
        safety=fact.safety,
        on_scan=item.scan_only,
        why=tuple(item.arguments),
        options=tuple(item.options),
        gain=gain,
        answers=tuple(_answers(fact, decided, open_, regions)),
    )


def _paths(fact: Fact) -> tuple[str, ...]:
    """Where a fact, or what it is computed from, is written down; both sides where there are two."""
    templates = dict.fromkeys((*((fact.path,) if fact.path else ()), *fact.inputs))
    sides = ("left", "right")
    return tuple(dict.fromkeys(path.replace("{side}", side) for path in templates for side in sides))


def fields_of(paths: Sequence[str]) -> tuple[Field, ...]:
    """Those of some paths of a case that are facts themselves."""
    by_path = _facts_by_path()
    return tuple(Field(path, by_path[path]) for path in paths if path in by_path)


@cache
def _facts_by_path() -> dict[str, str]:
    found = {}
    for fact in facts().values():
        if fact.scope in ("patient", "side", "disc"):
            for path in _paths(fact):
                found[path] = fact.name
    return found


# ------------------------------------------------------------------------------------------ words


def _answers(
    fact: Fact,
    decided: Decisions,
    open_: tuple[str, ...],
    regions: list[tuple[FactValue, float | None, float | None]],
) -> list[Answer]:
    """The possible answers; neighbouring numbers that lead to the same are one."""
    now = _outcomes(decided, open_)
    found: list[Answer] = []
    starts: list[float | None] = []
    for value, low, high in regions:
        then = _outcomes(decide_again(decided, {fact.name: value}), open_)
        changed = {name: text for name, text in then.items() if text != now[name]}
        if low is not None and high is not None and found and found[-1].leads_to == changed:
            found[-1] = found[-1]._replace(says=_between(fact, starts[-1] or 0.0, high))
            continue
        starts.append(low)
        found.append(Answer(value, _says(fact, value, low, high), changed))
    return found


def _says(fact: Fact, value: FactValue, low: float | None, high: float | None) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value) if low is None or high is None else _between(fact, low, high)


def _between(fact: Fact, low: float, high: float) -> str:
    """A range of numbers in words; a threshold that belongs to the other side says *more than* or *under*."""
    assert isinstance(fact.domain, Range)
    if fact.kind == "int":
        first, last = int(low), int(high) - 1
        return f"{first}" if first == last else f"{first} to {last}"
    from_ = "" if low <= fact.domain.low else f"{low:.10g} or more"
    if from_ and float(f"{low:.10g}") != low:
        from_ = f"more than {low:.10g}"
    to = "" if high > fact.domain.high else f"under {high:.10g}"
    if to and float(f"{high:.10g}") != high:
        to = f"up to {high:.10g}"
    return " and ".join(part for part in (from_, to) if part) or "any"


def _outcomes(decided: Decisions, names: Sequence[str]) -> dict[str, str]:
    return {name: _told(decided.results[name]) for name in names}


def _told(result: DecisionResult) -> str:
    outcome = result.outcome
    labels = {item.option.id: item.option.label for item in result.options}
    named = ", ".join(labels[name] for name in outcome.options)
    text = {"fired": "", "recommended": "", "collected": "", "none": "no option"}.get(outcome.kind)
    text = f"{outcome.kind}: " if text is None else text
    more = f" (with {', '.join(labels[name] for name in outcome.additions)})" if outcome.additions else ""
    return f"{text}{named}{more}{', provisional' if outcome.provisional else ''}"
