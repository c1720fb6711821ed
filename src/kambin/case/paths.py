"""Where a field stands in a case, as a dotted path: ``signs.left.slr_deg``, ``imaging.discs[0].type``."""

from __future__ import annotations

import re
from typing import Any

from kambin.case.fact import Section
from kambin.case.shapes import Shape, shapes

__all__ = ["Step", "dotted", "find", "is_unknown", "steps_of"]

Step = str | int
"""A field's name, or the place in a list, counted from 0."""

_PART = re.compile(r"([a-z0-9_]+)(?:\[([0-9]{1,6})\])?")


def dotted(steps: tuple[Step, ...]) -> str:
    """The path in the form that people read.

    Parameters
    ----------
    steps : tuple of str or int

    Returns
    -------
    str

    Examples
    --------
    >>> dotted(("imaging", "discs", 0, "type"))
    'imaging.discs[0].type'
    """
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps).removeprefix(".")


def steps_of(path: str) -> list[Step]:
    """The steps of a dotted path; none for text that is no path."""
    steps: list[Step] = []
    for part in path.split("."):
        match = _PART.fullmatch(part)
        if match is None:
            return []
        steps.append(match[1])
        if match[2] is not None:
            steps.append(int(match[2]))
    return steps


def find(start: Section, path: str) -> tuple[Shape, Any] | None:
    """The field at a path and its value.

    Parameters
    ----------
    start : Section
        The case, or a section of it.
    path : str

    Returns
    -------
    tuple of Shape and value, or None
        None where no such field, or no such item of a list, exists.
    """
    steps = steps_of(path)
    if not steps or not isinstance(steps[-1], str):
        return None
    here: Any = start
    for step in steps[:-1]:
        if isinstance(step, int):
            here = here[step] if isinstance(here, tuple) and step < len(here) else None
        else:
            here = getattr(here, step) if isinstance(here, Section) and step in shapes(type(here)) else None
    if not isinstance(here, Section) or steps[-1] not in shapes(type(here)):
        return None
    return shapes(type(here))[steps[-1]], getattr(here, steps[-1])


def is_unknown(start: Section, path: str) -> bool:
    """Whether a path names a field that may be unknown, and is.

    Parameters
    ----------
    start : Section
    path : str

    Returns
    -------
    bool
    """
    found = find(start, path)
    return found is not None and found[0].may_be_unknown and found[1] in (None, ())
