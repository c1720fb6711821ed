"""Read the published figures, and refuse any that does not rest on evidence somebody read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from kambin import evidence
from kambin.errors import IntegrityError
from kambin.outcome.types import Feature, Figure, Outcome

__all__ = ["FILE", "Bound", "Entry", "Option", "Published", "published", "read"]

FILE = Path(__file__).with_name("data") / "published.yaml"
COMBINE = ("any time", "same time", "never")
BETTER = ("higher", "lower")
ABOUT = ("structure_removed", "anaesthesia", "stay", "recovery")
FIELDS = {
    "base",
    "conflicts",
    "denominator",
    "high",
    "interval",
    "low",
    "note",
    "options",
    "outcome",
    "population",
    "sources",
    "time",
    "unit",
    "value",
    "when",
}


@dataclass(frozen=True, slots=True)
class Option:
    """What is known of an option as a whole.

    Attributes
    ----------
    key, rung : str
        Option id and where it stands on the treatment ladder.
    notes : tuple of str
        Each with its evidence ids in brackets.
    none : str
        Why there is no figure; empty where there is one.
    """

    key: str
    rung: str
    notes: tuple[str, ...]
    none: str


@dataclass(frozen=True, slots=True)
class Bound:
    """A condition on a number: above one, or up to one."""

    above: float | None = None
    up_to: float | None = None

    def holds(self, value: object) -> bool:
        """Return whether a value is known and meets the bound."""
        if not isinstance(value, int | float):
            return False
        return value > self.above if self.above is not None else value <= (self.up_to or 0.0)


@dataclass(frozen=True, slots=True)
class Entry:
    """A figure with the options and the patients it is for.

    Attributes
    ----------
    options : tuple of str
        Option ids.
    when : tuple of (str, str, Bound or None)
        Facts and the value each must have; None is "not known".
    figure : Figure
        The figure.
    claim : bool
        Whether it is what a source document claims, and so never combined with what was published.
    """

    options: tuple[str, ...]
    when: tuple[tuple[str, str | Bound | None], ...]
    figure: Figure
    claim: bool

    def fits(self, facts: Mapping[str, object]) -> bool:
        """Return whether the figure is about such a patient; unknown fits only what asks for it."""
        return all(_meets(facts.get(fact), wanted) for fact, wanted in self.when)


def _meets(value: object, wanted: str | Bound | None) -> bool:
    if isinstance(wanted, Bound):
        return wanted.holds(value)
    return (None if value is None else str(getattr(value, "value", value))) == wanted


@dataclass(frozen=True, slots=True)
class Published:
    """The content of the file.

    Attributes
    ----------
    outcomes : mapping of str to Outcome
        In the order to show them.
    combine : mapping of str to str
        Outcome to how its figures are combined.
    options : mapping of str to Option
        By option id.
    entries : tuple of Entry
        In the order of the file.
    horizons : tuple of str
        Columns of the side-by-side table.
    features : tuple of (tuple of str, Feature)
        Options, and what is said of them in words.
    several_studies : frozenset of str
        Entries whose figures come from different studies, and so are no comparison.
    """

    outcomes: Mapping[str, Outcome]
    combine: Mapping[str, str]
    options: Mapping[str, Option]
    entries: tuple[Entry, ...]
    horizons: tuple[str, ...] = ()
    features: tuple[tuple[tuple[str, ...], Feature], ...] = ()
    several_studies: frozenset[str] = frozenset()


@cache
def published() -> Published:
    """Return the figures that the package carries.

    Raises
    ------
    IntegrityError
        The file contradicts itself or the evidence base.
    EvidenceMissing
        The file cites an id that is not in the evidence base.
    """
    from kambin.files import load_yaml

    return read(load_yaml(FILE))


def read(content: Mapping[str, Any]) -> Published:
    """Return the parsed file as checked records.

    Parameters
    ----------
    content : mapping
        ``groups``, ``outcomes``, ``options`` and ``figures`` as the head of the file describes them.

    Raises
    ------
    IntegrityError
        An unknown name, a figure without a number, a source that may not drive, bounds the wrong way round.
    EvidenceMissing
        An id that is not in the evidence base.
    """
    outcomes = {
        key: Outcome(key, *(each[field] for field in ("label", "unit", "better", "denominator", "means")))
        for key, each in content["outcomes"].items()
    }
    combine = {key: each["combine"] for key, each in content["outcomes"].items()}
    for key, outcome in outcomes.items():
        _demand(combine[key] in COMBINE, key, f"combine is one of {COMBINE}")
        _demand(outcome.better in BETTER, key, f"better is one of {BETTER}")
    options = {key: _option(key, each) for key, each in content["options"].items()}
    times = {time: horizon for horizon, named in content["horizons"].items() for time in named}
    entries = tuple(
        _entry(f"figure {number}", each, content["groups"], outcomes, options, times)
        for number, each in enumerate(content["figures"], start=1)
    )
    features = tuple(
        _feature(f"feature {number}", each, content["groups"], options)
        for number, each in enumerate(content.get("features", ()), start=1)
    )
    with_figures = {option for entry in entries for option in entry.options}
    for key, option in options.items():
        _demand((key in with_figures) != bool(option.none), key, "an option has figures or says why not")
    several = frozenset(_sources("several_studies", content.get("several_studies", ())))
    return Published(outcomes, combine, options, entries, tuple(content["horizons"]), features, several)


def _option(key: str, record: Mapping[str, Any]) -> Option:
    notes = tuple(_said(key, note) for note in record.get("notes", ()))
    none = _said(key, record["none"]) if "none" in record else ""
    return Option(key, record["rung"], notes, none)


def _said(where: str, note: Mapping[str, Any]) -> str:
    _sources(where, note["sources"])
    return f"{note['say']} [{', '.join(note['sources'])}]"


def _entry(
    where: str,
    record: Mapping[str, Any],
    groups: Mapping[str, list[str]],
    outcomes: Mapping[str, Outcome],
    options: Mapping[str, Option],
    times: Mapping[str, str],
) -> Entry:
    _demand(set(record) <= FIELDS, where, f"fields are {', '.join(sorted(FIELDS))}")
    named = _named(where, record["options"], groups, options)
    _demand(record["outcome"] in outcomes, where, f"outcome {record['outcome']!r} is not listed")
    when = tuple((fact, _wanted(where, value)) for fact, value in record.get("when", {}).items())
    figure = _figure(where, record, outcomes[record["outcome"]], times)
    return Entry(named, when, figure, claim=evidence.kind_of(figure.source_ids[0]) == "claim")


def _wanted(where: str, value: Any) -> str | Bound | None:
    if not isinstance(value, Mapping):
        return value if value is None else str(value)
    _demand(
        len(value) == 1 and set(value) <= {"above", "up_to"}, where, "a bound is above or up_to one number"
    )
    return Bound(**value)


def _named(
    where: str, names: Iterable[str], groups: Mapping[str, list[str]], options: Mapping[str, Option]
) -> tuple[str, ...]:
    named = tuple(option for name in names for option in groups.get(name, [name]))
    for option in named:
        _demand(option in options, where, f"option {option!r} is not listed")
    return named


def _feature(
    where: str, record: Mapping[str, Any], groups: Mapping[str, list[str]], options: Mapping[str, Option]
) -> tuple[tuple[str, ...], Feature]:
    _demand(record["about"] in ABOUT, where, f"about is one of {', '.join(ABOUT)}")
    sources = _sources(where, record["sources"])
    feature = Feature(
        about=record["about"],
        text=record["say"],
        source_ids=sources,
        level=_level(sources[0]),
        conflicts=_sources(where, record.get("conflicts", ())),
    )
    return _named(where, record["options"], groups, options), feature


def _figure(where: str, record: Mapping[str, Any], outcome: Outcome, times: Mapping[str, str]) -> Figure:
    sources, conflicts = _sources(where, record["sources"]), _sources(where, record.get("conflicts", ()))
    low, value, high = record.get("low"), record.get("value"), record.get("high")
    given = [number for number in (low, value, high) if number is not None]
    _demand(bool(given), where, "a figure needs a number")
    _demand(given == sorted(given), where, "low <= value <= high")
    _demand(
        ("interval" in record) == (low is not None or high is not None), where, "say what low and high are"
    )
    caveats = dict.fromkeys(
        text for source in sources for text in (evidence.caveat(source), _second_hand(source))
    )
    notes = [record.get("note", ""), *caveats]
    return Figure(
        outcome=outcome.key,
        time=record["time"],
        low=low if "interval" in record else value,
        high=high if "interval" in record else value,
        unit=record.get("unit", outcome.unit),
        denominator=record.get("denominator", outcome.denominator),
        source_ids=sources,
        level=_level(sources[0]),
        population=record.get("population") or _population(where, sources[0]),
        note="; ".join(note for note in notes if note),
        value=value,
        interval=record.get("interval", ""),
        conflicts=conflicts,
        horizon=times.get(record["time"], ""),
        base=record.get("base", outcome.denominator),
    )


def _sources(where: str, names: Iterable[str]) -> tuple[str, ...]:
    for name in names:
        _demand(
            evidence.may_drive(name),
            where,
            f"{name} was recalled and not read: it may not be shown as a figure",
        )
    return tuple(names)


def _second_hand(source: str) -> str:
    if evidence.kind_of(source) != "statement":
        return ""
    return "read at second hand" if evidence.statement(source).evidence_basis == "secondary_only" else ""


def _level(source: str) -> str:
    if evidence.kind_of(source) == "statement":
        return evidence.statement(source).strength
    level = evidence.reference(evidence.references_of(source)[0]).level_of_evidence
    return f"level {level}"


def _population(where: str, source: str) -> str:
    kind = evidence.kind_of(source)
    if kind == "statement":
        return evidence.statement(source).applies_to
    _demand(kind == "claim", where, f"{source} names no population: give one")
    return "as the document says, without a source"


def _demand(holds: bool, where: str, rule: str) -> None:
    if not holds:
        raise IntegrityError(rule, where=f"kambin/outcome/data/{FILE.name}: {where}")
