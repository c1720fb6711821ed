"""What the evidence room hands out: frozen records, every one with how far it was read.

`Verified` is the reading status of the evidence base, kept as it is there:

True
    the value or sentence was read on the page that is named;
``"partial"``
    one part was read and another recalled; the record's `note` says which part was read;
False
    recalled, not checked: such a record may be shown as unchecked and may drive nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from kambin.evidence.store import missing

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
]

Verified: TypeAlias = Literal[True, False, "partial"]
ClaimKind: TypeAlias = Literal["rule", "number", "capability", "caution"]
Kind: TypeAlias = Literal["claim", "statement", "reference", "conflict", "table", "row", "benchmark case"]


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing that a source document says.

    Attributes
    ----------
    id : str
        ``F-…`` (foraminoscopy) or ``R-…`` (choice of treatment, recurrence).
    kind : {'rule', 'number', 'capability', 'caution'}
        ``caution`` is a claim that later evidence disputes: shown beside it, never silently followed.
    text : str
        The claim in our words.
    """

    id: str
    kind: ClaimKind
    text: str


@dataclass(frozen=True, slots=True)
class Statement:
    """One finding of the literature, in our words.

    Attributes
    ----------
    id : str
        A letter and two digits, for example ``O09``.
    topic : str
        What it is about.
    text : str
        The finding.
    references : tuple of str
        Keys of the sources, the main one first.
    numbers : tuple of str
        The figures as printed, each with its unit and interval in the text.
    applies_to : str
        The population it was seen in.
    strength : str
        Design and level of evidence, as the base words it.
    verified : True, False or 'partial'
        How far it was read.
    decision_use : tuple of str
        What the base says it may be used for.
    evidence_basis : str
        ``primary_or_guideline`` or ``secondary_only``.
    note : str
        Caveats; for a partial statement, which part was read.
    """

    id: str
    topic: str
    text: str
    references: tuple[str, ...]
    numbers: tuple[str, ...]
    applies_to: str
    strength: str
    verified: Verified
    decision_use: tuple[str, ...]
    evidence_basis: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Reference:
    """One publication, with which of its fields were seen in print.

    Attributes
    ----------
    key : str
        Key in the evidence base, for example ``peul2007``.
    title, authors, journal : str
        Bibliography; empty where unknown, some from memory (see `not_read`).
    year : int or None
        Year of publication; None is unknown.
    doi, pmid, pmcid : str
        Identifiers; empty where unknown.
    design : str
        Kind of study.
    level_of_evidence : str
        1 (randomised trials, their meta-analyses) to 5 (expert opinion), with remarks; assigned by the base.
    verified : True, False or 'partial'
        False: known only through other papers.
    seen_level : str
        How much of it was read.
    not_read : tuple of str
        Bibliographic fields that were filled in from memory.
    pages, note : str
        Further bibliography and caveats.
    read_at : str
        Address of the page that was read; not always the publisher's. Show `link` instead.
    """

    key: str
    title: str
    authors: str
    journal: str
    year: int | None
    doi: str
    pmid: str
    pmcid: str
    design: str
    level_of_evidence: str
    verified: Verified
    seen_level: str
    not_read: tuple[str, ...] = ()
    pages: str = ""
    note: str = ""
    read_at: str = ""

    @property
    def link(self) -> str:
        """Lasting address by DOI, PubMed or PubMed Central number; empty when it has none of them."""
        if self.doi:
            return f"https://doi.org/{self.doi}"
        if self.pmid:
            return f"https://pubmed.ncbi.nlm.nih.gov/{self.pmid}/"
        if self.pmcid:
            return f"https://pmc.ncbi.nlm.nih.gov/articles/{self.pmcid}/"
        return ""


@dataclass(frozen=True, slots=True)
class Conflict:
    """Where a source document and later evidence disagree, or were found to agree.

    Attributes
    ----------
    id : str
        ``K01`` to ``K20``.
    document : {'document_F', 'document_R'}
        Whose claim it is.
    document_claim : str
        What the document says.
    evidence : str
        What later evidence says.
    references : tuple of str
        Keys of the later sources.
    verdict : str
        In one word, for example ``contradicted``.
    system_action : str
        What the product does about it.
    """

    id: str
    document: str
    document_claim: str
    evidence: str
    references: tuple[str, ...]
    verdict: str
    system_action: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table.

    Attributes
    ----------
    key : str
        Name of the row, unique in its table.
    verified : True, False or 'partial'
        The row's own status where it has one, else the table's.
    values : mapping of str to object
        Column to value, read-only; a table with one unnamed column calls it ``value``.
    """

    key: str
    verified: Verified
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the evidence base.

    Attributes
    ----------
    name : str
        For example ``test_accuracy``.
    references : tuple of str
        Keys of the sources.
    verified : True, False or 'partial'
        Status of the whole; rows can have their own.
    rows : tuple of Row
        In the order of the base.
    note : str
        Caveats; for a table read at second hand, from where.
    """

    name: str
    references: tuple[str, ...]
    verified: Verified
    rows: tuple[Row, ...]
    note: str = ""

    def row(self, key: str) -> Row:
        """Return the row of that name.

        Parameters
        ----------
        key : str
            `Row.key`, for example ``SLR`` or ``smoking/peld58_meta2023``.

        Raises
        ------
        EvidenceMissing
            The table has no such row; the message names the nearest ones.
        """
        for row in self.rows:
            if row.key == key:
                return row
        raise missing(f"row of table {self.name}", key, [row.key for row in self.rows])


@dataclass(frozen=True, slots=True)
class BenchmarkCase:
    """A published case or trial population to test decisions against.

    Attributes
    ----------
    id, kind, title, outcome, note : str
        What it is and how it went.
    references : tuple of str
        Keys of the sources.
    findings, published_choice : mapping of str to object
        What was known and what was done, as the base words it, read-only.
    validation_target : mapping of str to object
        What the product is proposed to answer, read-only.
    verified : True, False or 'partial'
        How far it was read.
    """

    id: str
    kind: str
    title: str
    references: tuple[str, ...]
    findings: Mapping[str, Any]
    published_choice: Mapping[str, Any]
    outcome: str
    verified: Verified
    validation_target: Mapping[str, Any]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Code:
    """A code of a terminology.

    Attributes
    ----------
    system : str
        Short name, for example ``snomed``.
    uri : str
        The system's identifier in FHIR.
    code : str or None
        The code; None where none could be confirmed.
    display : str
        Name of the concept; empty where it is unknown or its licence forbids to ship it.
    status : {'verified', 'corroborated', 'unverified', 'local'}
        ``verified``: code and name seen together in an official release's descendant.
    seen : str
        Where it was seen.
    unit, note, hazard : str
        UCUM unit and warnings.
    preferred : bool
        The one to emit where several mean the same.
    bounds : tuple of float
        Lowest and highest value, or empty.
    values : tuple of str
        Permitted values, or empty.
    """

    system: str
    uri: str
    code: str | None
    display: str
    status: str
    seen: str = ""
    unit: str = ""
    note: str = ""
    hazard: str = ""
    preferred: bool = False
    bounds: tuple[float, ...] = ()
    values: tuple[str, ...] = ()

    @property
    def may_drive(self) -> bool:
        """Whether an active decision may rest on the code: it is there and somebody confirmed it."""
        return self.code is not None and self.status != "unverified"


@dataclass(frozen=True, slots=True)
class SegmentCode:
    """SNOMED CT codes of a segmented structure, as the segmentation tool publishes them for DICOM SEG.

    Attributes
    ----------
    category, type : tuple of str
        Scheme, code, meaning.
    modifier : tuple of str
        The same for the side; empty where the structure has none.
    rgb : tuple of int
        Recommended display colour, 0 to 255.
    """

    category: tuple[str, ...]
    type: tuple[str, ...]
    modifier: tuple[str, ...]
    rgb: tuple[int, ...]
