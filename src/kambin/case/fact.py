"""What a fact is, and how a field of a section declares one.

A fact is declared once, as a typed field of a section. Everything else (JSON schema, questionnaire, SQL columns, solver domains, docs)
is read from the declaration; see :mod:`kambin.case.registry`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["Cost", "Fact", "FactRow", "FactValue", "Kind", "Range", "Section", "fact"]

FactValue: TypeAlias = bool | int | float | str | None
FactRow: TypeAlias = Mapping[str, FactValue]
Kind: TypeAlias = Literal["bool", "int", "decimal", "enum"]
Cost: TypeAlias = Literal[0, 1, 3, 5]
"""What it takes to learn a fact: 0 asked, 1 examined, 3 imaged, 5 invasive."""


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
        ``group.name`` in the terminology of :mod:`kambin.evidence`, or `''`.
    cost : {0, 1, 3, 5}
        0 asked, 1 examined, 3 imaged, 5 invasive.
    safety : bool
        Asked before everything else.
    scope : {'patient', 'side', 'disc', 'derived', 'diagnosis', 'decision'}
        `side` facts exist once per side and reach conditions only through derived facts; `disc` facts are those of the problem disc.
    path : str
        Where it lives in a case, with ``{side}`` or ``[]`` where there are several.
    inputs : tuple of str
        Names of the facts that a derived fact is computed from.
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
    """Base of every section: frozen, strict, no unknown keys, no NaN or infinity."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", allow_inf_nan=False, regex_engine="rust-regex")


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
