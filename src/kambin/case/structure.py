"""From plain values to the fields of a case: which keys there are, what is unknown and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from kambin.case import hints
from kambin.case.fact import Section
from kambin.case.model import ABSENCES, Case
from kambin.case.paths import Step, dotted
from kambin.case.plain import Mapped
from kambin.case.shapes import Shape, expected, shapes
from kambin.errors import Problem

__all__ = ["Steps", "Structure", "as_written", "read_structure", "shown"]

Steps = tuple[Step, ...]

LONGEST_SHOWN = 40  # of a value or key in a message: enough to find it, too little to quote a note
HINTED = 50  # keys and values that are looked up for a hint; more is not a case with slips but another file


@dataclass(slots=True)
class Structure:
    """A file's fields, and what is wrong with them so far.

    Attributes
    ----------
    values : dict
        What the model is given.
    absent : dict
        Dotted path → reason.
    problems : list of tuple
        Where, and what.
    order : dict
        Where → place in the file.
    lines : dict
        Where → line, counted from 1; empty for JSON.
    """

    values: dict[str, Any] = field(default_factory=dict)
    absent: dict[str, str] = field(default_factory=dict)
    problems: list[tuple[Steps, Problem]] = field(default_factory=list)
    order: dict[Steps, int] = field(default_factory=dict)
    lines: dict[Steps, int] = field(default_factory=dict)

    def report(self, at: Steps, value: Any, wanted: str, hint: str = "") -> None:
        """Add one problem.

        Parameters
        ----------
        at : tuple of str or int
        value : object
            As written; shortened here.
        wanted : str
            What would have been accepted.
        hint : str
        """
        line = f"line {self.lines[at]}" if self.lines.get(at) else ""
        where = dotted(tuple(_printable(step) for step in at))
        text = "; ".join(part for part in (line, hint) if part)
        self.problems.append((at, Problem(where, shown(value), wanted, text)))

    def sorted_problems(self) -> list[Problem]:
        """The problems in the order of the file."""

        def place(at: Steps) -> int:
            """Position in the file of the innermost part of a path that stands there."""
            while at and at not in self.order:
                at = at[:-1]
            return self.order.get(at, -1)

        return [problem for _, problem in sorted(self.problems, key=lambda item: place(item[0]))]


def _printable(step: Step) -> Step:
    if isinstance(step, int):
        return step
    return "".join(char if char.isprintable() else "?" for char in _short(step))


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + "…"


def shown(value: Any) -> Any:
    """A value as a message may show it: text cut to 40 characters, no content of lists and mappings.

    Parameters
    ----------
    value : object

    Returns
    -------
    object
    """
    if isinstance(value, (Mapped, dict)):
        return "{…}"
    if isinstance(value, (list, tuple)):
        return "[…]"
    return _short(value) if isinstance(value, str) else value


def as_written(root: Mapped, at: Steps) -> Any:
    """The plain value at a place of the file; None where there is nothing."""
    here: Any = root
    for step in at:
        if isinstance(here, Mapped) and isinstance(step, str):
            here = here.values.get(step)
        elif isinstance(here, list) and isinstance(step, int) and step < len(here):
            here = here[step]
        else:
            return None
    return here


def read_structure(root: Mapped) -> Structure:
    """Sort the values of a file into the fields of a case.

    Parameters
    ----------
    root : Mapped

    Returns
    -------
    Structure
        Values are of the right form (mapping, list, single value); their domains are not checked here.
    """
    found = Structure()
    found.values = _Reader(found).fields(root, Case, (), searched=False)
    return found


_LEFT_OUT = object()


class _Reader:
    """One pass over a file; writes what it finds into a `Structure`."""

    def __init__(self, found: Structure) -> None:
        self.found = found
        self.hints_left = HINTED

    def fields(self, mapped: Mapped, owner: type[Section], at: Steps, *, searched: bool) -> dict[str, Any]:
        """Values of the fields of one section, problems and absences noted on the way."""
        searched = searched or mapped.values.get("complete") is True
        known = shapes(owner)
        values = {}
        for key, value in mapped.values.items():
            here = (*at, key)
            self.found.order[here] = len(self.found.order)
            if key in mapped.lines:
                self.found.lines[here] = mapped.lines[key]
            if key in mapped.twice:
                self.found.report(here, value, "one value", "this field is written twice")
            if key not in known:
                self._unknown_key(owner, here, value)
                continue
            listed_as_whole = mapped.values.get(f"{key}_complete") is True
            taken = self._field(value, known[key], here, searched or listed_as_whole)
            if taken is not _LEFT_OUT:
                values[key] = taken
        return values

    def _unknown_key(self, owner: type[Section], at: Steps, value: Any) -> None:
        self.hints_left -= 1
        hint = hints.for_key(owner, str(at[-1])) if self.hints_left >= 0 else ""
        self.found.report(at, value, "the name of a field", hint)

    def _field(self, value: Any, shape: Shape, at: Steps, searched: bool) -> Any:
        if value is None:
            return self._nothing(shape, at, searched)
        if isinstance(value, Mapped) and "unknown" in value.values and shape.kind != "section":
            return self._unknown(value, shape, at)
        if shape.kind == "section" and isinstance(value, Mapped) and shape.section is not None:
            return self.fields(value, shape.section, at, searched=searched)
        if shape.kind == "list" and isinstance(value, list) and shape.section is not None:
            return [self._item(item, shape.section, (*at, number)) for number, item in enumerate(value)]
        if shape.kind == "texts" and isinstance(value, list):
            return value
        if shape.kind in ("section", "list", "texts") or isinstance(value, (Mapped, list)):
            self.found.report(at, value, expected(shape))
            return _LEFT_OUT
        return self._single(value, shape, at)

    def _nothing(self, shape: Shape, at: Steps, searched: bool) -> object:
        # An empty value beside `complete: true` says neither yes nor no: it stays unknown.
        if shape.required:
            return None
        if searched and shape.may_be_unknown:
            self.found.absent[dotted(at)] = "not_asked"
        return _LEFT_OUT

    def _unknown(self, value: Mapped, shape: Shape, at: Steps) -> object:
        reason = value.values["unknown"]
        if not shape.may_be_unknown:
            self.found.report(at, value, expected(shape), "this can not be unknown; leave it out")
        elif len(value.values) > 1 or value.twice:
            self.found.report(at, value, "{unknown: reason} and nothing beside it")
        elif reason not in ABSENCES:
            near = hints.nearest(reason, ABSENCES) if isinstance(reason, str) else ""
            hint = f"did you mean {near}?" if near else ""
            self.found.lines[(*at, "unknown")] = value.lines.get("unknown", 0)
            self.found.report((*at, "unknown"), reason, f"one of {', '.join(ABSENCES)}", hint)
        else:
            self.found.absent[dotted(at)] = reason
        return _LEFT_OUT

    def _item(self, value: Any, section: type[Section], at: Steps) -> Any:
        self.found.order[at] = len(self.found.order)
        if isinstance(value, Mapped):
            return self.fields(value, section, at, searched=False)
        self.found.report(at, value, "a record with named fields")
        return {}

    def _single(self, value: Any, shape: Shape, at: Steps) -> Any:
        if shape.kind in ("int", "form") and isinstance(value, float) and value.is_integer():
            value = int(value)  # JSON knows no difference between 45 and 45.0
        broken = isinstance(value, str) and not _is_text(value)
        if broken or (shape.kind == "form" and (isinstance(value, bool) or value != 1)):
            self.found.report(at, value, expected(shape))
            return _LEFT_OUT
        return value


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
