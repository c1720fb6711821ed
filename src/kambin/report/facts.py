"""The facts that were used, by section, each with where it came from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kambin.plan import FactNote
from kambin.report.words import capital, fact_label, section_of, value_words, words

__all__ = ["FactLine", "FactSection", "fact_sections"]

_PLAIN_NO = ("absent", "no")


@dataclass(frozen=True, slots=True)
class FactLine:
    """One fact: short name, name in the registry, question, value, origin."""

    label: str
    name: str
    question: str
    value: str
    origin: str


@dataclass(frozen=True, slots=True)
class FactSection:
    """The facts of one section of the case.

    Attributes
    ----------
    title : str
    rows : tuple of FactLine
    absent : tuple of str
        What was not written down in a list that is marked complete.
    """

    title: str
    rows: tuple[FactLine, ...]
    absent: tuple[str, ...]


def _absent(note: FactNote) -> str:
    label, value = fact_label(note.name), value_words(note.name, note.value)
    return label if value in _PLAIN_NO else f"{label} ({value})"


def fact_sections(notes: Sequence[FactNote]) -> tuple[FactSection, ...]:
    """Facts grouped by section, in the order of the plan.

    Parameters
    ----------
    notes : sequence of FactNote

    Returns
    -------
    tuple of FactSection
        Every fact is in one of them.
    """
    origins = words()["origins"]
    grouped: dict[str, list[FactNote]] = {}
    for note in notes:
        grouped.setdefault(section_of(note.name), []).append(note)
    return tuple(
        FactSection(
            title,
            tuple(
                FactLine(
                    capital(fact_label(note.name)),
                    note.name,
                    note.question,
                    value_words(note.name, note.value, note.unit),
                    str(origins[note.origin]),
                )
                for note in members
                if not (note.origin == "searched" and note.value is False)
            ),
            tuple(_absent(note) for note in members if note.origin == "searched" and note.value is False),
        )
        for title, members in grouped.items()
    )
