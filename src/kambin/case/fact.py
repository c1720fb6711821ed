"""What a fact is, and how a field of a section declares one.

A fact is declared once, as a typed field of a section. Everything else (JSON schema, questionnaire, SQL
columns, solver domains, docs) is read from the declaration; see :mod:`kambin.case.registry`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Literal, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

__all__ = ["Cost", "Day", "Fact", "FactRow", "FactValue", "Kind", "Label", "Line", "Range", "Section", "fact"]

FactValue: TypeAlias = bool | int | float | str | None
FactRow: TypeAlias = Mapping[str, FactValue]
Kind: TypeAlias = Literal["bool", "int", "decimal", "enum"]
Cost: TypeAlias = Literal[0, 1, 3, 5]
"""What it takes to learn a fact: 0 asked, 1 examined, 3 imaged, 5 invasive."""

# no control characters, line ends or marks that turn the direction of writing: text is shown on terminals
LINE_PATTERN = r"^[^\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]*$"
LINE_LENGTH = 200

Line: TypeAlias = Annotated[str, Field(max_length=LINE_LENGTH, pattern=LINE_PATTERN)]
"""One line of text for people."""

LABEL_PATTERN = r"^[A-Za-z0-9_-]{1,40}$"

Label: TypeAlias = Annotated[str, Field(pattern=LABEL_PATTERN)]
"""A name without meaning outside."""

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)
DAY_PATTERN = r"^(19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}$"


def _day(value: Any) -> date:
    """Accept a date or year-month-day; never a number, which pydantic would read as seconds since 1970."""
    if isinstance(value, str) and re.fullmatch(DAY_PATTERN, value):
        value = date.fromisoformat(value)
    if not isinstance(value, date) or isinstance(value, datetime) or not FIRST_DAY <= value <= LAST_DAY:
        raise ValueError("not a day")
    return value


Day: TypeAlias = Annotated[date, BeforeValidator(_day)]
"""A calendar day from 1900 to 2199."""


@dataclass(frozen=True, slots=True)
class Range:
    """Closed interval of a number, in the unit of its fact."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that can be known about a patient.

    Attributes
    ----------
    name : str
        Unique; the column name in conditions and in SQL.
    kind : {'bool', 'int', 'decimal', 'enum'}
    unit : str
        UCUM unit, `''` where it has none.
    domain : Range or tuple of str or None
        Closed range of a number, the words of an enum, None for a bool.
    question : str
        What a person is asked.
    codes : str
        ``group.name`` in the terminology of :mod:`kambin.evidence`, or `''`; ``group.name#A+B`` where only
        the codes A and B of that concept fit. :func:`kambin.case.table.fact_codes` looks them up.
    cost : {0, 1, 3, 5}
        0 asked, 1 examined, 3 imaged, 5 invasive.
    safety : bool
        Asked before everything else.
    scope : {'patient', 'side', 'disc', 'derived', 'diagnosis', 'decision'}
        `side` facts exist once per side and reach conditions only through derived facts; `disc` facts are
        those of the problem disc.
    path : str
        Where it lives in a case, with ``{side}`` or ``[]`` where there are several.
    inputs : tuple of str
        Paths of everything in a case that a derived fact is computed from.
    """

    name: str
    kind: Kind
    unit: str
    domain: Range | tuple[str, ...] | None
    question: str
    codes: str
    cost: Cost
    safety: bool
    scope: Literal["patient", "side", "disc", "derived", "diagnosis", "decision"]
    path: str
    inputs: tuple[str, ...] = ()

    @property
    def in_conditions(self) -> bool:
        """Whether a condition may name this fact."""
        return self.scope != "side"


class Section(BaseModel):
    """Base of every section: frozen, strict, no unknown keys, no NaN or infinity.

    Attributes
    ----------
    keeps_absences : bool
        Whether a case keeps why a field of this section is unknown.
    """

    keeps_absences: ClassVar[bool] = True

    model_config = ConfigDict(
        frozen=True, strict=True, extra="forbid", allow_inf_nan=False, regex_engine="rust-regex"
    )


def fact(
    question: str,
    *,
    unit: str = "",
    ge: float | None = None,
    le: float | None = None,
    codes: str = "",
    cost: Cost = 0,
    safety: bool = False,
) -> Any:
    """Declare a fact as a pydantic field; its default is unknown.

    Parameters
    ----------
    question : str
        What a person is asked; becomes the field's description.
    unit : str
        UCUM.
    ge, le : float, optional
        Closed domain; required for numbers.
    codes : str
        ``group.name`` in the terminology.
    cost : {0, 1, 3, 5}
    safety : bool

    Returns
    -------
    pydantic.fields.FieldInfo
    """
    extra: dict[str, Any] = {"unit": unit, "codes": codes, "cost": cost, "safety": safety, "fact": True}
    return Field(default=None, description=question, ge=ge, le=le, json_schema_extra=extra)
