"""A fact that was measured on a scan, kept beside what a clinician wrote and never silently over it."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field

from kambin.case.fact import Line, Section

__all__ = ["Disagreement", "MeasuredFact"]


class MeasuredFact(Section):
    """One measured value.

    Attributes
    ----------
    name : str
        Name of the fact in the registry.
    value : bool, int, float or str
    unit : str
        UCUM.
    uncertainty : float or None
        Half width of the 95 % interval, in `unit`; None for what has none.
    method : str
        How it was measured.
    structures : tuple of str
        The structures of the label map that were used.
    level, side : str or None
        The disc that a finding of a disc (``disc_…``) is about, on the patient's side; None for a fact of the
        patient, and for the problem disc, whichever it turns out to be.
    """

    keeps_absences: ClassVar[bool] = False

    name: Line = Field(description="Name of the fact.")
    value: bool | int | float | Line = Field(description="The measured value.")
    unit: Line = Field(default="", description="UCUM unit.")
    uncertainty: float | None = Field(default=None, ge=0, description="Half width of the 95 % interval.")
    method: Line = Field(default="", description="How it was measured.")
    structures: tuple[Line, ...] = Field(default=(), strict=False, description="Structures that were used.")
    level: Literal["L1-L2", "L2-L3", "L3-L4", "L4-L5", "L5-S1"] | None = Field(
        default=None, description="The disc that a finding of a disc is about."
    )
    side: Literal["left", "right", "midline"] | None = Field(
        default=None, description="The patient's side that a finding of a disc is about."
    )

    @property
    def key(self) -> tuple[str, str | None, str | None]:
        """What may be measured once: the fact, and the disc it is about."""
        return self.name, self.level, self.side


class Disagreement(Section):
    """A measured value that differs from what the clinician wrote; the clinician's word stands.

    Attributes
    ----------
    name : str
        Name of the fact.
    stated : object
        What the clinician wrote; this is what is used.
    measured : MeasuredFact
    """

    name: str
    stated: Any
    measured: MeasuredFact
