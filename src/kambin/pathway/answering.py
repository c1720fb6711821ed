"""The text-only part of the walk: problem disc, decisions, what they say in a sentence, what to ask next."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from kambin.case import Case, DiscFinding, fact_row, facts
from kambin.case.findings import disc_findings
from kambin.diagnosis import Diagnosis, locate, problem_disc
from kambin.guideline import Decisions, Knowledge, decide
from kambin.guideline.explaining import questions, sentence
from kambin.guideline.scoping import require_in_scope

if TYPE_CHECKING:
    from kambin.guideline.asking import Question, Settled

__all__ = ["RESTS_ON", "STOPS", "Answer", "answer", "ask", "headline", "open_decisions"]

STOPS: Mapping[str, tuple[str, ...]] = {
    "emergency": ("urgency", "indication", "treatment"),
    "red_flag_workup": ("urgency", "indication"),
}
"""Where a red flag stops the walk, and the decisions that are still shown."""

RESTS_ON = ("urgency", "indication", "treatment")


class Answer(NamedTuple):
    """The text-only part of the walk: problem disc and the chain of decisions."""

    case: Case
    diagnosis: Diagnosis
    disc: DiscFinding | None
    decisions: Decisions

    @property
    def stop(self) -> str | None:
        """The red flag that stops the walk, if any."""
        fired = self.decisions.row["urgency"]
        return fired if isinstance(fired, str) and fired in STOPS else None


def answer(case: Case, knowledge: Knowledge) -> Answer:
    """Problem disc and decisions of one case.

    Parameters
    ----------
    case : Case
    knowledge : Knowledge

    Returns
    -------
    Answer

    Raises
    ------
    OutOfScope
        When the guideline must not answer; never while a red flag is up.
    """
    diagnosis = locate(case)
    disc = problem_disc(case, diagnosis)
    decisions = decide(fact_row(case, disc, diagnosis.facts()), knowledge)
    found = Answer(case, diagnosis, disc, decisions)
    if found.stop is None:
        require_in_scope(decisions.row, knowledge)
    return found


def ask(found: Answer, *, skip: Collection[str] = ()) -> Question | Settled:
    """The next best question about a case, or that its answers are settled.

    As long as several discs compete, no finding of "the problem disc" can be told. What is asked then is
    which disc it is, with the finding that tells the discs apart best.

    Parameters
    ----------
    found : Answer
    skip : collection of str
        Facts not to be asked, because nobody knows them.

    Returns
    -------
    Question or Settled
    """
    from kambin.guideline.asking import Question, next_question  # the solver is not needed for an answer

    knowledge, row = found.decisions.knowledge, found.decisions.row
    competing = found.disc is None and len(disc_findings(found.case)) > 1
    best = next_question(row, knowledge, skip=skip)
    if not competing or not isinstance(best, Question) or not _of_a_disc(best.fact):
        return best
    if "disc_level" not in skip:
        return _which_disc(found, best)
    return next_question(row, knowledge, skip={*skip, *filter(_of_a_disc, facts())})


def _of_a_disc(fact: str) -> bool:
    """Whether a fact is read off the record of the problem disc."""
    return facts()[fact].path.startswith("imaging.discs[]")


def _which_disc(found: Answer, waiting: Question) -> Question:
    """The question which disc it is, in place of one about that disc."""
    from kambin.guideline.asking import fields_of

    fact, telling = facts()["disc_level"], found.diagnosis.next_finding
    paths: tuple[str, ...] = (fact.path,)
    text, cost = fact.question, int(fact.cost)
    if telling is not None:
        paths, cost = telling.paths, telling.cost
        text = f"{text} To tell them apart: {telling.question}"
    return waiting._replace(
        fact=fact.name,
        question=text,
        unit=fact.unit,
        paths=paths,
        fields=fields_of(paths),
        cost=cost,
        safety=fact.safety,
        on_scan=False,
        answers=(),
    )


def open_decisions(found: Answer, names: Sequence[str] | None = None) -> list[str]:
    """Decisions without an answer: undetermined, or a treatment of which no option applies.

    Parameters
    ----------
    found : Answer
    names : sequence of str, optional
        Only among these; without, among those that the plan rests on.

    Returns
    -------
    list of str
    """
    names = names or (STOPS[found.stop] if found.stop else RESTS_ON)
    results = found.decisions.results
    return [
        name
        for name in names
        if results[name].outcome.kind == "undetermined"
        or (name == "treatment" and results[name].outcome.kind == "none")
    ]


def _place(found: Answer) -> str:
    problem = found.diagnosis.problem
    if problem is None or found.disc is None:
        return "Problem disc not identified"
    side = found.disc.side
    where = "midline" if side == "midline" else f"patient's {side}" if side else "side not known"
    return f"{problem.level}, {where}, {problem.root} root"


def headline(found: Answer) -> str:
    """The answer in one or two sentences: the red flag first, else disc, indication and treatment."""
    results = found.decisions.results
    urgency = results["urgency"]
    if found.stop is not None:
        option = urgency.option(found.stop).option
        return f"{option.label}. {option.say}"
    if urgency.outcome.kind == "undetermined":
        asked = questions(found.decisions, ["urgency"])
        first = f" First: {asked[0]['question']}" if asked else ""
        return f"Not enough information to say how urgent this is.{first}"
    parts = [f"{_place(found)}.", sentence(results["indication"])]
    if results["treatment"].outcome.kind != "none":
        parts.append(sentence(results["treatment"]))
    if found.decisions.row["urgency"] not in (None, "elective", "none"):
        parts.insert(0, sentence(urgency))
    return " ".join(parts)
