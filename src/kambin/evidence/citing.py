"""Name a source in print, and say whether a rule may rest on it."""

from __future__ import annotations

import re
from functools import cache

from kambin.errors import EvidenceMissing
from kambin.evidence.records import benchmark_case, claim, conflict, reference, statement, table
from kambin.evidence.store import bundle, missing
from kambin.evidence.types import Kind, Reference, Verified

__all__ = ["caveat", "cite", "exists", "kind_of", "may_drive", "references_of", "verified"]

# Each family of ids has its own form, so that a look-up reads the one file that can hold it.
_FORMS: tuple[tuple[str, Kind, str], ...] = (
    (r"[FR]-[A-Za-z0-9-]+", "claim", "claims"),
    (r"K\d\d", "conflict", "conflicts"),
    (r"B\d\d", "benchmark case", "benchmark_cases"),
    (r"[A-Z]\d\d", "statement", "statements"),
)
_DOCUMENTS = {"document_F": "document F", "document_R": "document R"}


@cache
def kind_of(name: str) -> Kind:
    """Return what an id names.

    Parameters
    ----------
    name : str
        Claim, statement, conflict, benchmark case, table or reference; ``table/row`` for one row of a table.

    Raises
    ------
    EvidenceMissing
        The evidence base holds no such id; the message names the nearest ones.
    """
    for form, kind, file in _FORMS:
        if re.fullmatch(form, name):
            if name not in bundle(file):
                raise missing(kind, name, bundle(file))
            return kind
    head, _, row = name.partition("/")
    if row:
        table(head).row(row)
        return "row"
    if name in bundle("tables"):
        return "table"
    if name in bundle("references"):
        return "reference"
    files = ("tables", "references", *(file for _, _, file in _FORMS))
    raise missing("entry", name, (known for file in files for known in bundle(file)))


def exists(name: str) -> bool:
    """Return whether the evidence base holds this id."""
    try:
        kind_of(name)
    except EvidenceMissing:
        return False
    return True


def verified(name: str) -> Verified:
    """Return how far an entry was read.

    Claims and conflicts count as read: the two documents lie in full beside the evidence, and a conflict is a
    comparison made from sources that have their own status.

    Raises
    ------
    EvidenceMissing
        No such id.
    """
    kind = kind_of(name)
    if kind == "statement":
        return statement(name).verified
    if kind == "reference":
        return reference(name).verified
    if kind == "table":
        return table(name).verified
    if kind == "row":
        head, _, row = name.partition("/")
        return table(head).row(row).verified
    if kind == "benchmark case":
        return benchmark_case(name).verified
    return True


def may_drive(name: str) -> bool:
    """Return whether a rule, a weight or a figure may rest on an entry.

    False for entries that were only recalled (`verified` is False). A partial entry may drive, flagged:
    one part of it was read and another recalled, and its note, which `caveat` returns, says which part
    was read. Whoever uses it uses that part and shows the caveat. For a table, ask for the row
    (``table/row``): rows have their own status, and a row that was only recalled does not drive even
    where its table may.

    This is about reading, not about agreement: a claim of kind ``caution`` was read and is disputed.

    Raises
    ------
    EvidenceMissing
        No such id.
    """
    return verified(name) is not False


def caveat(name: str) -> str:
    """Return what must be said beside an entry that was not read in full; empty when it was.

    Raises
    ------
    EvidenceMissing
        No such id.
    """
    status = verified(name)
    if status is True:
        return ""
    kind = kind_of(name)
    notes = {
        "statement": lambda: statement(name).note,
        "reference": lambda: reference(name).note,
        "benchmark case": lambda: benchmark_case(name).note,
    }
    note = notes[kind]() if kind in notes else table(name.partition("/")[0]).note
    head = "read in part" if status == "partial" else "not verified: recalled, not read"
    return f"{head}: {note}" if note else head


def references_of(name: str) -> tuple[str, ...]:
    """Return the keys of the publications behind an entry, the main one first.

    Raises
    ------
    EvidenceMissing
        No such id.
    """
    kind = kind_of(name)
    if kind == "claim":
        return ("document_F" if name.startswith("F-") else "document_R",)
    if kind == "statement":
        return statement(name).references
    if kind == "conflict":
        return conflict(name).references
    if kind == "benchmark case":
        return benchmark_case(name).references
    if kind == "reference":
        return (name,)
    return table(name.partition("/")[0]).references


@cache
def cite(name: str) -> str:
    """Return a short citation to print.

    A reference reads ``Weinstein 2006, JAMA``; an entry with several sources names the first two and
    counts the rest; a claim names its document. What was not read in full says so. Names filled in from
    memory are printed like others: `Reference.not_read` tells them.

    Raises
    ------
    EvidenceMissing
        No such id.
    """
    kind = kind_of(name)
    if kind == "claim":
        return f"{_DOCUMENTS[references_of(name)[0]]}, {claim(name).id}"
    # two papers of one trial in one year look the same in short: named once
    short = list(dict.fromkeys(_short(reference(key)) for key in references_of(name)))
    named, others = short[:2], len(short) - 2
    text = "; ".join([*named, f"{others} more"] if others > 0 else named)
    status = verified(name)
    if status is True:
        return text
    return f"{text} ({'read in part' if status == 'partial' else 'not verified'})"


def _short(source: Reference) -> str:
    if source.key in _DOCUMENTS:
        return _DOCUMENTS[source.key]
    who = _first_author(source.authors)
    where = _plain(source.journal)
    if who == where:
        where = ""
    # many entries lack an author or a journal: then the title says what it is
    head = who or (where or _words(source.title))
    dated = source.year is not None and str(source.year) not in head
    parts = [f"{head} {source.year}" if dated else head]
    if who and where:
        parts.append(where)
    return ", ".join(parts)


def _plain(text: str) -> str:
    """Drop remarks in brackets, such as '(from memory)'."""
    return re.sub(r"\s*\([^)]*\)", "", text).strip()


def _first_author(authors: str) -> str:
    first = re.split(r",|;| / ", _plain(authors))[0].strip()
    # 'van der Windt DAWM' -> 'van der Windt'; a society keeps its name
    return re.sub(r"\s+[A-Z]{1,4}$", "", first)


def _words(title: str, count: int = 8) -> str:
    words = _plain(title).split()
    return " ".join(words[:count]) + ("…" if len(words) > count else "")
