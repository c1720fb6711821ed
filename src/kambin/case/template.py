"""An empty case with every field explained, to be filled in by hand."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from kambin.case.fact import Section
from kambin.case.model import ABSENCES, Case
from kambin.case.shapes import Shape, expected, shapes

__all__ = ["template"]

_WIDTH = 100
_HEAD = (
    "A case: what is known about one patient with a suspected lumbar disc herniation.",
    "",
    "Take away the single `# ` in front of a field that you know, and write its value behind the colon. "
    "Leave the others as they are: what is not written down is unknown, and unknown is never taken for a no. "
    "To say why something is unknown, write `field: {unknown: reason}`; the reasons are "
    + ", ".join(ABSENCES)
    + ".",
    "",
    "Write nothing that identifies the patient. Left and right are the patient's.",
    "`kambin case check FILE` names every slip.",
)


def template() -> str:
    """The template that ``kambin case new`` writes.

    Returns
    -------
    str
        YAML that reads as an empty case. Behind ``##`` stands what each field asks and accepts, behind ``#``
        the field itself.
    """
    head = [line for paragraph in _HEAD for line in _said(paragraph, "")]
    lines = [*head, "", "kambin_case: 1", *_fields(Case, "", skip=("kambin_case", "measured"))]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _said(text: str, indent: str) -> Iterator[str]:
    for line in textwrap.wrap(text, _WIDTH - len(indent) - 3) or [""]:
        yield f"{indent}## {line}"


def _fields(owner: type[Section], indent: str, skip: tuple[str, ...] = ()) -> Iterator[str]:
    for name, shape in shapes(owner).items():
        if name in skip:
            continue
        if shape.kind == "section" and shape.section is not None:
            yield ""
            yield from _said((shape.section.__doc__ or "").splitlines()[0], indent)
            yield f"{indent}{name}:"
            yield from _fields(shape.section, indent + "  ")
        else:
            yield from _said(_explained(shape), indent)
            yield f"{indent}# {name}:"
        if shape.kind == "list" and shape.section is not None:
            yield from _record(shape.section, indent)


def _record(section: type[Section], indent: str) -> Iterator[str]:
    for number, (name, shape) in enumerate(shapes(section).items()):
        yield from _said(_explained(shape), indent)
        yield f"{indent}# {'    ' if number else '  - '}{name}:"


def _explained(shape: Shape) -> str:
    if shape.kind == "list":
        return f"{shape.description} Write [] for none; repeat the record below from its `-` for more."
    safety = " (safety)" if shape.is_safety else ""
    return f"{shape.description}{safety} — {expected(shape)}{' (required)' if shape.required else ''}"
