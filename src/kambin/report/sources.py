"""The sources that a plan rests on, resolved once: what is said, where, and how far it was read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kambin import evidence
from kambin.plan import Plan
from kambin.report.words import humanise

__all__ = ["ConflictView", "Link", "Source", "SourceBook", "conflict_ids", "source_ids", "split_note"]

_TABLE = "table:"
_NAMING = (
    *("source", "cite", "source_ids", "mapping", "conflicts", "because"),
    *("same_source", "baseline_sources", "claims"),
)
_CLAIMS = ("F-", "R-")
_ABSENT = "not in the evidence base of this version"
_CONFLICT = re.compile(r"K\d{2}")
_STATEMENT = re.compile(r"[A-Z]\d{2}")
_BRACKETS = re.compile(r"\s*\[([^\]]+)\]\s*$")


@dataclass(frozen=True, slots=True)
class Link:
    """A publication: how it is printed, and its lasting address or an empty string."""

    text: str
    href: str


@dataclass(frozen=True, slots=True)
class Source:
    """One entry of the evidence base.

    Attributes
    ----------
    id : str
        As the knowledge names it.
    anchor : str
        Id of its entry in the report.
    short : str
        What stands in the text for it: id and citation of a statement, the row of a table.
    cite, text, about, caveat : str
        Short citation; what it says; in whom and how strong; what must be said beside it.
    links : tuple of Link
    """

    id: str
    anchor: str
    short: str
    cite: str
    text: str = ""
    about: str = ""
    caveat: str = ""
    links: tuple[Link, ...] = ()

    @property
    def brief(self) -> bool:
        """Whether its id alone, such as ``O05`` or ``F-efficacy``, is enough to stand for it in a table."""
        return _STATEMENT.fullmatch(self.id) is not None or self.id.startswith(_CLAIMS)


@dataclass(frozen=True, slots=True)
class ConflictView:
    """A conflict between a source document and later evidence, and where it matters in this plan."""

    id: str
    anchor: str
    document: str
    claim: str
    evidence: str
    verdict: str
    action: str
    links: tuple[Link, ...]
    decisions: tuple[str, ...]


def _bare(name: str) -> str:
    return name.removeprefix(_TABLE)


def _named(value: Any) -> Iterable[str]:
    """Every id of a source or a conflict in plain data, in the order of the document."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            if key in _NAMING and not isinstance(item, str):
                yield from (str(name) for name in item)
            elif key == "claim" and isinstance(item, str):
                yield item
            elif key == "because" and isinstance(item, str):
                yield from [item] if _CONFLICT.fullmatch(item) else []
            elif key == "notes":
                yield from (name for note in item for name in split_note(str(note))[1])
            else:
                yield from _named(item)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for item in value:
            yield from _named(item)


def split_note(note: str) -> tuple[str, tuple[str, ...]]:
    """A note and the evidence ids that stand in brackets at its end."""
    found = _BRACKETS.search(note)
    ids = tuple(part.strip() for part in found.group(1).split(",")) if found else ()
    if found is None or not all(evidence.exists(_bare(name)) for name in ids):
        return note, ()
    return note[: found.start()], ids


def source_ids(plan: Plan) -> tuple[str, ...]:
    """Every source that the plan names: claims of F, of R, then the evidence by id; no conflicts.

    Parameters
    ----------
    plan : Plan

    Returns
    -------
    tuple of str
    """
    places = [plan.diagnosis, plan.decisions, plan.outlook]
    found = {name for place in places for name in _named(place) if not _CONFLICT.fullmatch(name)}
    return tuple(sorted(found, key=_rank))


def _rank(name: str) -> tuple[int, str]:
    claim = next((place for place, mark in enumerate(_CLAIMS) if name.startswith(mark)), None)
    if claim is not None:
        return claim, name
    return (len(_CLAIMS) if _STATEMENT.fullmatch(name) else len(_CLAIMS) + 1), _bare(name)


def conflict_ids(value: Any) -> tuple[str, ...]:
    """Every conflict named in a part of a plan, once, sorted.

    Parameters
    ----------
    value : object
        Plain data: a decision, a list of them, an outlook.

    Returns
    -------
    tuple of str
    """
    return tuple(sorted({name for name in _named(value) if _CONFLICT.fullmatch(name)}))


def _links(name: str) -> tuple[Link, ...]:
    keys = evidence.references_of(name)
    return tuple(Link(evidence.cite(key), evidence.reference(key).link) for key in keys)


def _resolve(name: str, anchor: str) -> Source:
    bare = _bare(name)
    if not evidence.exists(bare):
        return Source(name, anchor, f"{name}, {_ABSENT}", _ABSENT)
    kind, cite = evidence.kind_of(bare), evidence.cite(bare)
    caveat = evidence.caveat(bare)
    if kind == "claim":
        return Source(name, anchor, cite, cite, evidence.claim(bare).text, "", caveat)
    short, text, about = cite, "", ""
    if kind == "statement":
        statement = evidence.statement(bare)
        short, text = f"{bare} {cite}", statement.text
        about = "; ".join(part for part in (statement.applies_to, statement.strength) if part)
    elif kind in ("table", "row"):
        head, _, row = bare.partition("/")
        short = f"table {humanise(head)}" + (f", {row}" if row else "")
        text = f"Table “{humanise(head)}”" + (f", row “{row}”" if row else "")
    elif kind == "reference":
        text, about = evidence.reference(bare).title, evidence.reference(bare).design
    return Source(name, anchor, humanise(short), cite, text, about, caveat, _links(bare))


@dataclass(frozen=True, slots=True)
class SourceBook:
    """All sources and conflicts of one plan.

    Attributes
    ----------
    sources : mapping of str to Source
        By id, in the order of `source_ids`.
    conflicts : mapping of str to ConflictView
        By id, sorted.
    """

    sources: Mapping[str, Source]
    conflicts: Mapping[str, ConflictView] = field(default_factory=dict)

    @classmethod
    def of(cls, plan: Plan) -> SourceBook:
        """Resolve every source and conflict of a plan."""
        sources = {
            name: _resolve(name, f"source-{position}")
            for position, name in enumerate(source_ids(plan), start=1)
        }
        return cls(sources, _conflict_views(plan))

    def get(self, names: Iterable[str]) -> tuple[Source, ...]:
        """The sources with these ids; conflicts among them are left out."""
        return tuple(self.sources[name] for name in names if name in self.sources)

    def brief(self, names: Iterable[str]) -> tuple[Source, ...]:
        """The same for a narrow place: without rows of tables where a statement speaks for them."""
        found = self.get(dict.fromkeys(names))
        return tuple(item for item in found if item.brief) or found

    def disputed(self, names: Iterable[str]) -> tuple[ConflictView, ...]:
        """The conflicts among these ids."""
        return tuple(self.conflicts[name] for name in names if name in self.conflicts)


def _conflict_views(plan: Plan) -> dict[str, ConflictView]:
    bearing: dict[str, dict[str, None]] = {name: {} for name in conflict_ids(plan.outlook)}
    for decision in plan.decisions:
        for name in conflict_ids(decision):
            bearing.setdefault(name, {})[decision["decision"]] = None
    for difference in plan.profile_differences:
        for name in difference.because:
            bearing.setdefault(name, {})[difference.decision] = None
    return {name: _conflict_view(name, tuple(bearing[name])) for name in sorted(bearing)}


def _conflict_view(name: str, decisions: tuple[str, ...]) -> ConflictView:
    if not evidence.exists(name):
        return ConflictView(name, f"conflict-{name}", "", _ABSENT, _ABSENT, "", _ABSENT, (), decisions)
    found = evidence.conflict(name)
    return ConflictView(
        id=name,
        anchor=f"conflict-{name}",
        document=found.document.replace("document_", ""),
        claim=found.document_claim,
        evidence=found.evidence,
        verdict=found.verdict.replace("_", " "),
        action=found.system_action,
        links=tuple(Link(evidence.cite(key), evidence.reference(key).link) for key in found.references),
        decisions=decisions,
    )
