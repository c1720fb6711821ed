"""From the fields of a file to a `Case`, or to every problem that stands in the way."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from kambin.case import hints
from kambin.case.consistency import contradictions, measurable
from kambin.case.fact import Section
from kambin.case.model import Case
from kambin.case.plain import FILE, Mapped
from kambin.case.shapes import Shape, expected, shapes
from kambin.case.structure import Steps, Structure, as_written, read_structure
from kambin.errors import CaseError, Problem

__all__ = ["validated"]

MAX_PROBLEMS = 200  # what a person can still read; the rest is counted


def validated(root: Mapped, *, where: str = "") -> Case:
    """The case that a file holds.

    Parameters
    ----------
    root : Mapped
    where : str
        The file, for the message.

    Returns
    -------
    Case

    Raises
    ------
    CaseError
        With every problem at once, in the order of the file.
    """
    found = read_structure(root)
    _whole_numbers(found.values)
    case = _model(found, root)
    if found.problems:
        problems = found.sorted_problems()
        if len(problems) > MAX_PROBLEMS:
            more = Problem(
                FILE, f"{len(problems) - MAX_PROBLEMS} more problems", "none", "is this a case file?"
            )
            problems = [*problems[:MAX_PROBLEMS], more]
        raise CaseError(problems, where=where)
    return case


def _model(found: Structure, root: Mapped) -> Case:
    """Validate; where that fails, leave out what is wrong and look for contradictions in what remains."""
    try:
        case = Case.model_validate({**found.values, "absent": found.absent})
        shifts: dict[Steps, list[int]] = {}
    except ValidationError as error:
        _report(error, found, root)
        shifts = _leave_out_wrong(found)
        whole = {path: reason for path, reason in found.absent.items() if "[" not in path}
        try:
            case = Case.model_validate({**found.values, "absent": whole})
        except ValidationError:
            return Case()  # the problems found so far are enough to refuse the file
    for at, problem in contradictions(case):
        at = _unshifted(at, shifts)
        found.report(at, as_written(root, at), problem.expected, problem.hint)
    return case


def _shape_at(loc: tuple[str | int, ...]) -> tuple[Steps, Shape | None]:
    """The field that an error of pydantic is about; what follows it names a branch of a union."""
    owner: type[Section] = Case
    shape: Shape | None = None
    for depth, step in enumerate(loc):
        if isinstance(step, int) and shape is not None and shape.kind in ("list", "texts"):
            continue
        if not isinstance(step, str) or step not in shapes(owner):
            return loc[:depth], shape
        shape = shapes(owner)[step]
        if shape.section is None:
            rest = loc[depth + 1 : depth + 2] if shape.kind == "texts" else ()
            return (*loc[: depth + 1], *rest), shape
        owner = shape.section
    return loc, shape


def _report(error: ValidationError, found: Structure, root: Mapped) -> None:
    reported = {at for at, _ in found.problems}
    for item in error.errors(include_url=False, include_context=False):
        at, shape = _shape_at(item["loc"])
        if shape is None or at in reported or any(at[:depth] in reported for depth in _items(at)):
            continue
        reported.add(at)
        value = as_written(root, at)
        hint = "it has to be there" if value is None else hints.for_value(shape, value)
        found.report(at, value, expected(shape), hint)


def _items(at: Steps) -> list[int]:
    """Lengths of the parts of a path that end at an item of a list."""
    return [depth + 1 for depth, step in enumerate(at) if isinstance(step, int)]


def _leave_out_wrong(found: Structure) -> dict[Steps, list[int]]:
    """Take what was reported out of the values; for each shortened list, the old places of what is left."""
    broken: dict[Steps, set[int]] = {}
    for at, _ in found.problems:
        known, shape = _shape_at(at)
        if shape is None or len(known) < len(at):
            continue  # an unknown key was never taken in
        if shape.required or (shape.kind == "list" and isinstance(at[-1], int)):
            first = _items(at)[0] - 1
            broken.setdefault(at[:first], set()).add(int(at[first]))
        elif shape.kind not in ("section", "list"):
            field = at[:-1] if isinstance(at[-1], int) else at
            _at(found.values, field[:-1]).pop(field[-1], None)
    shifts: dict[Steps, list[int]] = {}
    for at, places in broken.items():
        whole = _at(found.values, at)
        shifts[at] = [place for place in range(len(whole)) if place not in places]
        whole[:] = [whole[place] for place in shifts[at]]
    return shifts


def _at(values: Any, at: Steps) -> Any:
    for step in at:
        values = values.get(step, {}) if isinstance(values, dict) else values[step]
    return values


def _unshifted(at: Steps, shifts: dict[Steps, list[int]]) -> Steps:
    for depth, step in enumerate(at):
        if isinstance(step, int) and at[:depth] in shifts:
            return (*at[:depth], shifts[at[:depth]][step], *at[depth + 1 :])
    return at


def _whole_numbers(values: dict[str, Any]) -> None:
    """Read 5.0 as 5 where a measured fact is a whole number: JSON knows no difference."""
    for item in values.get("measured", ()):
        fact, value = measurable().get(str(item.get("name"))), item.get("value")
        if fact is not None and fact.kind == "int" and isinstance(value, float) and value.is_integer():
            item["value"] = int(value)
