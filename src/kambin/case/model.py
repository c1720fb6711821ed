"""The case: everything that is known about one patient, and why the rest is not known."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, Self, TypeAlias

from pydantic import Field, model_validator

from kambin.case.fact import Day, Label, Line, Section
from kambin.case.measured import MeasuredFact
from kambin.case.paths import is_unknown
from kambin.case.sections.care import Care
from kambin.case.sections.comorbidity import Comorbidity
from kambin.case.sections.context import Context
from kambin.case.sections.geometry import Geometry
from kambin.case.sections.history import History
from kambin.case.sections.imaging import Imaging
from kambin.case.sections.patient import Patient
from kambin.case.sections.preferences import Preferences
from kambin.case.sections.red_flags import RedFlags
from kambin.case.sections.signs import Signs
from kambin.case.sections.symptoms import Symptoms

__all__ = ["ABSENCES", "SECTIONS", "Absence", "Case"]

Absence: TypeAlias = Literal["not_asked", "asked_unknown", "not_applicable", "out_of_date", "conflicting"]
"""Why a value is unknown; `not_asked` is what an empty field means."""

ABSENCES: tuple[str, ...] = Absence.__args__  # type: ignore[attr-defined]


class Case(Section):
    """One patient, as known at one time.

    Attributes
    ----------
    kambin_case : int
        Version of this document's form.
    id : str or None
        A label without meaning outside; never a name or a hospital number.
    assessed_on : date or None
        The day for which durations and ages hold.
    absent : dict
        Dotted path of a field → why it is unknown, for example ``imaging.discs[0].type``. In files it is
        written in place, as ``field: {unknown: reason}``.
    measured : tuple of MeasuredFact
        What was measured on a scan.
    """

    kambin_case: Literal[1] = Field(default=1, description="Version of this form.")
    id: Label | None = Field(
        default=None, description="A label without meaning outside; never a name or a hospital number."
    )
    title: Line | None = Field(default=None, description="One line for people; never a name.")
    assessed_on: Day | None = Field(default=None, description="The day of the assessment.")
    patient: Patient = Field(default_factory=Patient)
    symptoms: Symptoms = Field(default_factory=Symptoms)
    signs: Signs = Field(default_factory=Signs)
    red_flags: RedFlags = Field(default_factory=RedFlags)
    care: Care = Field(default_factory=Care)
    history: History = Field(default_factory=History)
    comorbidity: Comorbidity = Field(default_factory=Comorbidity)
    imaging: Imaging = Field(default_factory=Imaging)
    geometry: Geometry = Field(default_factory=Geometry)
    context: Context = Field(default_factory=Context)
    preferences: Preferences = Field(default_factory=Preferences)
    measured: tuple[MeasuredFact, ...] = Field(default=(), strict=False, description="Measured on a scan.")
    absent: dict[str, Absence] = Field(
        default_factory=dict, description="Why a field is unknown, by dotted path."
    )

    @model_validator(mode="after")
    def _absent_names_unknown_fields(self) -> Self:
        wrong = [path for path in self.absent if not is_unknown(self, path)]
        if wrong:
            raise ValueError(f"absent names what is no unknown field: {', '.join(sorted(wrong))}")
        return self

    def with_measured(self, measured: Iterable[MeasuredFact]) -> Case:
        """Copy of the case with measured facts added; a later one of the same fact and disc replaces it.

        Parameters
        ----------
        measured : iterable of MeasuredFact

        Returns
        -------
        Case
        """
        merged = {item.key: item for item in (*self.measured, *measured)}
        return self.model_copy(update={"measured": tuple(merged.values())})


SECTIONS: tuple[str, ...] = (
    "patient",
    "symptoms",
    "signs",
    "red_flags",
    "care",
    "history",
    "comorbidity",
    "imaging",
    "geometry",
    "context",
    "preferences",
)
