"""Look a record up by its id: pure, cached, and nothing is read before it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from kambin.evidence.store import bundle, freeze, missing
from kambin.evidence.types import (
    BenchmarkCase,
    Claim,
    Conflict,
    Reference,
    Row,
    Statement,
    Table,
)

__all__ = [
    "benchmark_case",
    "benchmark_cases",
    "claim",
    "claims",
    "conflict",
    "conflicts",
    "reference",
    "references",
    "statement",
    "statements",
    "table",
    "tables",
]


def _record(file: str, what: str, name: str) -> Mapping[str, Any]:
    records = bundle(file)
    if name not in records:
        raise missing(what, name, records)
    found: Mapping[str, Any] = records[name]
    return found


@cache
def claim(name: str) -> Claim:
    """Return what a source document says under this claim id, for example ``R-ladder``.

    Raises
    ------
    EvidenceMissing
        No such claim.
    """
    record = _record("claims", "claim", name)
    return Claim(id=name, kind=record["kind"], text=record["text"])


@cache
def claims() -> tuple[Claim, ...]:
    """Return every claim, in the order of the list of claims."""
    return tuple(claim(name) for name in bundle("claims"))


@cache
def statement(name: str) -> Statement:
    """Return a finding of the literature by id, for example ``O09``.

    Raises
    ------
    EvidenceMissing
        No such statement.
    """
    record = _record("statements", "statement", name)
    return Statement(
        id=name,
        topic=record["topic"],
        text=record["text"],
        references=tuple(record["references"]),
        numbers=tuple(record.get("numbers", ())),
        applies_to=record["applies_to"],
        strength=record["strength"],
        verified=record["verified"],
        decision_use=tuple(record["decision_use"]),
        evidence_basis=record["evidence_basis"],
        note=record.get("note", ""),
    )


@cache
def statements() -> tuple[Statement, ...]:
    """Return every statement, ordered by id."""
    return tuple(statement(name) for name in bundle("statements"))


@cache
def reference(key: str) -> Reference:
    """Return a publication by key, for example ``peul2007``.

    Raises
    ------
    EvidenceMissing
        No such reference.
    """
    record = _record("references", "reference", key)
    return Reference(
        key=key,
        title=record["title"],
        authors=record.get("authors", ""),
        journal=record.get("journal", ""),
        year=record.get("year"),
        doi=record.get("doi", ""),
        pmid=record.get("pmid", ""),
        pmcid=record.get("pmcid", ""),
        design=record["design"],
        level_of_evidence=record["level_of_evidence"],
        verified=record["verified"],
        seen_level=record["seen_level"],
        not_read=tuple(record.get("fields_not_read_on_page", ())),
        pages=record.get("pages", ""),
        note=record.get("note", ""),
        read_at=record.get("url", ""),
    )


@cache
def references() -> tuple[Reference, ...]:
    """Return every publication, ordered by key."""
    return tuple(reference(key) for key in bundle("references"))


@cache
def conflict(name: str) -> Conflict:
    """Return a comparison of document and later evidence by id, for example ``K13``.

    Raises
    ------
    EvidenceMissing
        No such conflict.
    """
    record = _record("conflicts", "conflict", name)
    return Conflict(
        id=name,
        document=record["document"],
        document_claim=record["document_claim"],
        evidence=record["evidence"],
        references=tuple(record["references"]),
        verdict=record["verdict"],
        system_action=record["system_action"],
    )


@cache
def conflicts() -> tuple[Conflict, ...]:
    """Return every conflict, ordered by id."""
    return tuple(conflict(name) for name in bundle("conflicts"))


@cache
def table(name: str) -> Table:
    """Return a table by name, for example ``test_accuracy``.

    Raises
    ------
    EvidenceMissing
        No such table.
    """
    record = _record("tables", "table", name)
    remarks = [record.get("verified_as_written", ""), record.get("note", "")]
    return Table(
        name=name,
        references=tuple(record["references"]),
        verified=record["verified"],
        rows=tuple(Row(row["key"], row["verified"], freeze(row["values"])) for row in record["rows"]),
        note="; ".join(remark for remark in remarks if remark),
    )


@cache
def tables() -> tuple[Table, ...]:
    """Return every table, ordered by name."""
    return tuple(table(name) for name in bundle("tables"))


@cache
def benchmark_case(name: str) -> BenchmarkCase:
    """Return a published case by id, for example ``B13``.

    Raises
    ------
    EvidenceMissing
        No such case.
    """
    record = _record("benchmark_cases", "benchmark case", name)
    return BenchmarkCase(
        id=name,
        kind=record["kind"],
        title=record["title"],
        references=tuple(record["references"]),
        findings=freeze(record["findings"]),
        published_choice=freeze(record["published_choice"]),
        outcome=record["outcome"],
        verified=record["verified"],
        validation_target=freeze(record["validation_target_proposed"]),
        note=record.get("note", ""),
    )


@cache
def benchmark_cases() -> tuple[BenchmarkCase, ...]:
    """Return every published case, ordered by id."""
    return tuple(benchmark_case(name) for name in bundle("benchmark_cases"))
