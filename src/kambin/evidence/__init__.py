"""What is published: the claims of the two source documents and what later evidence says about them.

The leftmost room. Rules, likelihood ratios, expected results and every line of a report name their source
by an id of this room, and find it here without network and without YAML. The bundles under ``data/`` are
written by ``tools/bundle_evidence.py`` and are never edited by hand.

>>> from kambin import evidence
>>> evidence.cite("weinstein2006_sport_rct")
'Weinstein 2006, JAMA'
>>> evidence.statement("G06").verified, evidence.may_drive("G06")
(False, False)
>>> evidence.table("test_accuracy").row("SLR").values["sensitivity"]
0.92
"""

from __future__ import annotations

from kambin.evidence.citing import caveat, cite, exists, kind_of, may_drive, references_of, verified
from kambin.evidence.coding import codes, crosswalk, label_conventions, label_ids, segment_code
from kambin.evidence.records import (
    benchmark_case,
    benchmark_cases,
    claim,
    claims,
    conflict,
    conflicts,
    reference,
    references,
    statement,
    statements,
    table,
    tables,
)
from kambin.evidence.store import content_hash, verify
from kambin.evidence.types import (
    BenchmarkCase,
    Claim,
    ClaimKind,
    Code,
    Conflict,
    Kind,
    Reference,
    Row,
    SegmentCode,
    Statement,
    Table,
    Verified,
)

__all__ = [
    "BenchmarkCase",
    "Claim",
    "ClaimKind",
    "Code",
    "Conflict",
    "Kind",
    "Reference",
    "Row",
    "SegmentCode",
    "Statement",
    "Table",
    "Verified",
    "benchmark_case",
    "benchmark_cases",
    "caveat",
    "cite",
    "claim",
    "claims",
    "codes",
    "conflict",
    "conflicts",
    "content_hash",
    "crosswalk",
    "exists",
    "kind_of",
    "label_conventions",
    "label_ids",
    "may_drive",
    "reference",
    "references",
    "references_of",
    "segment_code",
    "statement",
    "statements",
    "table",
    "tables",
    "verified",
    "verify",
]
