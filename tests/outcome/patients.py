"""Patients for the tests of the recurrence risk."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

TECHNIQUES = (
    "transforaminal_endoscopy",
    "interlaminar_endoscopy",
    "microendoscopic_discectomy",
    "open_microdiscectomy",
)
KNOWN: dict[str, Any] = {
    "age_years": 42,
    "smoker": False,
    "diabetes": False,
    "bmi_kg_m2": 22.0,
    "disc_modic": 0,
    "disc_annular_defect_mm": 2.0,
    "operator_endoscopic_cases": 500,
    "disc_level": "L4-L5",
    "disc_type": "extrusion",
}
"""Everything the model asks, no factor present, at the centre of the ages."""

WORSE: dict[str, Any] = {
    "smoker": True,
    "diabetes": True,
    "bmi_kg_m2": 31.0,
    "disc_modic": 2,
    "disc_annular_defect_mm": 8.0,
    "operator_endoscopic_cases": 5,
    "disc_level": "L3-L4",
}
"""For each factor with a direction, a value with which it is present."""

VALUES: dict[str, Any] = {
    "age_years": st.integers(18, 95),
    "smoker": st.booleans(),
    "diabetes": st.booleans(),
    "bmi_kg_m2": st.sampled_from([18.0, 24.9, 25.0, 40.0]),
    "disc_modic": st.integers(0, 3),
    "disc_annular_defect_mm": st.sampled_from([0.0, 5.9, 6.0, 12.0]),
    "operator_endoscopic_cases": st.sampled_from([0, 19, 20, 1000]),
    "disc_level": st.sampled_from(["L1-L2", "L3-L4", "L4-L5", "L5-S1"]),
    "disc_type": st.sampled_from(["protrusion", "extrusion", "sequestration"]),
}
whole = st.fixed_dictionaries(VALUES)
"""Patients of whom everything is known."""

some = st.fixed_dictionaries({name: st.none() | values for name, values in VALUES.items()})
"""Patients of whom anything may be unknown."""

techniques = st.sampled_from(TECHNIQUES)
