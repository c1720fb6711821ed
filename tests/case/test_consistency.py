from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given

from kambin.case import Case, facts
from kambin.case.consistency import contradictions, measurable
from kambin.case.paths import dotted
from tests.case.case_strategies import cases
from tests.case.mirroring import mirrored, mirrored_path


def fields(plain: dict[str, Any]) -> list[str]:
    """Where a case contradicts itself."""
    found = contradictions(Case.model_validate(plain))
    assert all(dotted(at) == problem.field and problem.hint for at, problem in found)
    return [problem.field for _, problem in found]


def disc(**more: Any) -> dict[str, Any]:
    return {"imaging": {"discs": [{"level": "L4-L5", **more}]}}


DAY = date(2026, 6, 1)
WHOLE = {"operations_complete": True}

# what can not be, the field that is named, and the nearest thing that can be
IMPOSSIBLE: list[tuple[dict[str, Any], str, dict[str, Any]]] = [
    (
        {"signs": {"left": {"slr_positive": False, "slr_deg": 30}}},
        "signs.left.slr_positive",
        {
            "signs": {
                "left": {"slr_positive": False, "slr_deg": 60},
                "right": {"slr_deg": 30, "slr_positive": True},
            }
        },
    ),
    (
        {"symptoms": {"leg_pain_side": "none", "leg_pain_nrs": 1}},
        "symptoms.leg_pain_nrs",
        {"symptoms": {"leg_pain_side": "none", "leg_pain_nrs": 0, "radicular_pain": False}},
    ),
    (
        {"symptoms": {"leg_pain_side": "none", "radicular_pain": True}},
        "symptoms.radicular_pain",
        {"symptoms": {"leg_pain_side": "both", "radicular_pain": True, "leg_pain_nrs": 0}},
    ),
    (
        {"symptoms": {"leg_pain_side": "left", "pain_area_right": "anterior_thigh"}},
        "symptoms.pain_area_right",
        {
            "symptoms": {
                "leg_pain_side": "left",
                "pain_area_left": "anterior_thigh",
                "pain_area_right": "none",
            }
        },
    ),
    (
        {"symptoms": {"leg_pain_side": "both", "pain_area_left": "none"}},
        "symptoms.pain_area_left",
        {"symptoms": {"leg_pain_side": "both", "pain_area_left": "not_dermatomal"}},
    ),
    (
        {"red_flags": {"urinary_retention": True, "bladder_dysfunction": False}},
        "red_flags.bladder_dysfunction",
        {"red_flags": {"urinary_retention": False, "bladder_dysfunction": True}},
    ),
    (
        {"preferences": {"requests_surgery": True, "declines_surgery": True}},
        "preferences.declines_surgery",
        {"preferences": {"requests_surgery": False, "declines_surgery": False}},
    ),
    (
        {"patient": {"height_cm": 75, "weight_kg": 175}},
        "patient.weight_kg",
        {"patient": {"height_cm": 175, "weight_kg": 75}},
    ),
    (
        {"patient": {"age_years": 20}, "symptoms": {"symptom_weeks": 1200}},
        "symptoms.symptom_weeks",
        {"patient": {"age_years": 20}, "symptoms": {"symptom_weeks": 1090}},
    ),
    (
        {"assessed_on": DAY, "history": {"operations": [{"kind": "fusion", "on": date(2026, 6, 2)}]}},
        "history.operations[0].on",
        {"assessed_on": DAY, "history": {"operations": [{"kind": "fusion", "on": DAY}]}},
    ),
    (
        {
            "assessed_on": DAY,
            "patient": {"age_years": 40},
            "history": {"operations": [{"kind": "fusion", "on": date(1985, 1, 1)}]},
        },
        "history.operations[0].on",
        {
            "assessed_on": DAY,
            "patient": {"age_years": 40},
            "history": {"operations": [{"kind": "fusion", "on": date(1986, 1, 1)}]},
        },
    ),
    (
        {"history": {**WHOLE, "pain_free_weeks": 4}},
        "history.pain_free_weeks",
        {"history": {"pain_free_weeks": 4}},
    ),
    (
        {"history": {**WHOLE, "symptoms_returned": "as_before"}},
        "history.symptoms_returned",
        {"history": {**WHOLE, "mri_since_operation": False}},
    ),
    (
        {"history": {"mri_since_operation": False, "herniation_same_segment": False}},
        "history.herniation_same_segment",
        {"history": {"mri_since_operation": True, "herniation_same_segment": False}},
    ),
    (
        {
            "assessed_on": DAY,
            "history": {
                **WHOLE,
                "operations": [{"kind": "fusion", "on": date(2026, 3, 1)}],
                "pain_free_weeks": 20,
            },
        },
        "history.pain_free_weeks",
        {
            "assessed_on": DAY,
            "history": {
                **WHOLE,
                "operations": [{"kind": "fusion", "on": date(2026, 3, 1)}],
                "pain_free_weeks": 13,
            },
        },
    ),
    (
        {"imaging": {"mri_done": False, "mri_age_weeks": 3}},
        "imaging.mri_age_weeks",
        {"imaging": {"mri_done": True, "mri_age_weeks": 3}},
    ),
    (
        {"imaging": {"mri_done": False}, "history": {"mri_since_operation": True}},
        "history.mri_since_operation",
        {"imaging": {"mri_done": False}, "history": {"mri_since_operation": False}},
    ),
    (
        {"imaging": {"crest_grade": "II", "crest_above_mid_l5_pedicle": False}},
        "imaging.crest_above_mid_l5_pedicle",
        {"imaging": {"crest_grade": "I", "crest_above_mid_l5_pedicle": False}},
    ),
    (
        {"imaging": {"crest_above_l45_left_mm": 0.5, "crest_above_mid_l5_pedicle": False}},
        "imaging.crest_above_l45_left_mm",
        {"imaging": {"crest_above_l45_left_mm": 0, "crest_above_mid_l5_pedicle": False}},
    ),
    (disc(type="none", zone="central"), "imaging.discs[0].zone", disc(type="bulge", zone="central")),
    (disc(type="none", migration="up"), "imaging.discs[0].migration", disc(type="none", migration="none")),
    (
        disc(type="none", canal_compromise_percent=5),
        "imaging.discs[0].canal_compromise_percent",
        disc(
            type="none",
            canal_compromise_percent=0,
            root_compressed=False,
            calcified=False,
            canal_stenosis="severe",
        ),
    ),
    (
        disc(type="none", root_compressed=True),
        "imaging.discs[0].root_compressed",
        disc(type="bulge", root_compressed=True),
    ),
    (
        disc(type="bulge", migration="down"),
        "imaging.discs[0].migration",
        disc(type="protrusion", migration="down"),
    ),
    (
        disc(migration="none", migration_grade="low"),
        "imaging.discs[0].migration_grade",
        disc(migration="up", migration_grade="low"),
    ),
    (
        disc(migration="up", migration_grade="none"),
        "imaging.discs[0].migration_grade",
        disc(migration_grade="none"),
    ),
    (disc(side="midline", zone="foraminal"), "imaging.discs[0].side", disc(side="left", zone="central")),
    (
        {"imaging": {"discs": [{"level": "L4-L5", "side": "left"}, {"level": "L4-L5", "side": "left"}]}},
        "imaging.discs[1].side",
        {"imaging": {"discs": [{"level": "L4-L5", "side": "left"}, {"level": "L4-L5", "side": "right"}]}},
    ),
    (
        {"imaging": {"discs": [{"level": "L4-L5"}, {"level": "L4-L5"}]}},
        "imaging.discs[1].side",
        {"imaging": {"discs": [{"level": "L4-L5"}, {"level": "L5-S1"}]}},
    ),
    (
        {"care": {"tried": [{"kind": "nsaid"}, {"kind": "nsaid"}]}},
        "care.tried[1].kind",
        {"care": {"tried": [{"kind": "nsaid"}, {"kind": "opioid"}]}},
    ),
    (
        {"care": {"tried_complete": True}, "absent": {"care.tried": "asked_unknown"}},
        "care.tried_complete",
        {"care": {"tried_complete": True, "tried": []}},
    ),
    (
        {"history": WHOLE, "absent": {"history.operations": "not_asked"}},
        "history.operations_complete",
        {"absent": {"history.operations": "not_asked"}},
    ),
    (
        {"imaging": {"discs_complete": True}, "absent": {"imaging.discs": "not_asked"}},
        "imaging.discs_complete",
        {"imaging": {"discs_complete": True}},
    ),
]


@pytest.mark.parametrize(("plain", "field", "_"), IMPOSSIBLE)
def test_what_can_not_be_is_named(plain: dict[str, Any], field: str, _: Any) -> None:
    assert fields(plain) == [field]


@pytest.mark.parametrize("plain", [possible for *_, possible in IMPOSSIBLE])
def test_what_can_just_be_is_left_alone(plain: dict[str, Any]) -> None:
    assert fields(plain) == []


@pytest.mark.parametrize(("plain", "field", "_"), IMPOSSIBLE)
def test_the_patient_in_the_mirror_contradicts_the_same_things(
    plain: dict[str, Any], field: str, _: Any
) -> None:
    there = contradictions(mirrored(Case.model_validate(plain)))
    assert [problem.field for _, problem in there] == [mirrored_path(field)]


@given(cases())
def test_taking_away_what_is_known_contradicts_nothing(case: Case) -> None:
    """Fewer answers are never less consistent, section by section."""
    assert contradictions(case) == []
    for section in ("patient", "symptoms", "signs", "red_flags", "preferences", "imaging"):
        less = case.model_dump(exclude={section, "absent"})
        kept = {path: reason for path, reason in case.absent.items() if not path.startswith(f"{section}.")}
        if section != "imaging" or not case.history.mri_since_operation:
            assert fields({**less, "absent": kept}) == []


def measured(**item: Any) -> dict[str, Any]:
    return {"measured": [item]}


@pytest.mark.parametrize(
    ("plain", "expected"),
    [
        (measured(name="crest_above_l45_left_mm", value=20.5, unit="mm"), []),
        (measured(name="crest_above_l45_left_mm", value=20), []),
        (measured(name="crest_above_l45_left_mm", value=120.5), ["measured[0].value"]),
        (measured(name="crest_above_l45_left_mm", value=True), ["measured[0].value"]),
        (measured(name="crest_above_l45_left_mm", value="high"), ["measured[0].value"]),
        (measured(name="crest_above_l45_left_mm", value=2, unit="cm"), ["measured[0].unit"]),
        (measured(name="disc_pfirrmann", value=3.5), ["measured[0].value"]),
        (measured(name="disc_pfirrmann", value=3), []),
        (measured(name="crest_blocks_l5s1", value=True), []),
        (measured(name="crest_blocks_l5s1", value=1), ["measured[0].value"]),
        (measured(name="disc_type", value="extrusion"), []),
        (measured(name="disc_type", value="slipped"), ["measured[0].value"]),
        (measured(name="disc_type", value=1), ["measured[0].value"]),
        (measured(name="fever", value=False), ["measured[0].name"]),
        (measured(name="saddle_anaesthesia", value=False), ["measured[0].name"]),
        (measured(name="slr_positive", value=False), ["measured[0].name"]),
        (measured(name="herniated_levels", value=2), ["measured[0].name"]),
        (measured(name="nothing", value=2), ["measured[0].name"]),
        ({"measured": [{"name": "crest_grade", "value": "I"}] * 2}, ["measured[1].name"]),
    ],
)
def test_what_is_measured_is_a_fact_that_a_scan_can_show_within_its_domain(
    plain: dict[str, Any], expected: list[str]
) -> None:
    assert fields(plain) == expected


def test_nothing_that_has_to_be_asked_or_examined_can_be_measured() -> None:
    assert {fact.cost for fact in measurable().values()} == {3, 5}
    assert not {
        name for name, fact in facts().items() if fact.path.startswith(("signs.", "symptoms.", "care."))
    } & set(measurable())
