"""Patients of whom everything is known, and the same patients with less known: what unknown means.

The truth about a complete patient is worked out here in the plainest way, apart from the package.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

LEVELS = ["L1-L2", "L2-L3", "L3-L4", "L4-L5", "L5-S1"]
MUSCLES = [
    "mrc_hip_flexion",
    "mrc_knee_extension",
    "mrc_ankle_dorsiflexion",
    "mrc_great_toe_extension",
    "mrc_hip_abduction",
    "mrc_ankle_plantarflexion",
]
REFLEXES = ["reflex_patellar", "reflex_achilles"]
AREAS = [
    "sensation_anterior_thigh",
    "sensation_knee",
    "sensation_medial_calf",
    "sensation_dorsal_foot",
    "sensation_lateral_foot",
]
TESTS = [
    "slr_positive",
    "crossed_slr_positive",
    "femoral_stretch_positive",
    "crossed_femoral_stretch_positive",
]
KINDS = ["nsaid", "physiotherapy", "epidural_steroid", "traction", "opioid"]
NORMAL: Mapping[str, Any] = (
    dict.fromkeys(MUSCLES, 5) | dict.fromkeys([*REFLEXES, *AREAS], "normal") | dict.fromkeys(TESTS, False)
)
ASSESSED = date(2026, 6, 1)

mostly_normal_power = st.sampled_from([5, 5, 5, 5, 5, 4, 3, 0])
mostly_normal_reflex = st.sampled_from(["normal"] * 5 + ["reduced", "absent", "brisk"])
mostly_normal_area = st.sampled_from(["normal"] * 8 + ["reduced", "absent"])
mostly_negative = st.sampled_from([False] * 4 + [True])

legs = st.fixed_dictionaries(
    dict.fromkeys(MUSCLES, mostly_normal_power)
    | dict.fromkeys(REFLEXES, mostly_normal_reflex)
    | dict.fromkeys(AREAS, mostly_normal_area)
    | dict.fromkeys(TESTS, mostly_negative)
    | {"slr_deg": st.integers(0, 120)}
).filter(lambda leg: leg["slr_positive"] or leg["slr_deg"] >= 60)

discs = st.lists(
    st.fixed_dictionaries(
        {
            "level": st.sampled_from(LEVELS),
            "side": st.sampled_from(["left", "right", "midline"]),
            "type": st.sampled_from(["none", "bulge", "protrusion", "extrusion", "sequestration"]),
            "root_compressed": st.booleans(),
        }
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda disc: (disc["level"], disc["side"]),
)
operations = st.lists(
    st.fixed_dictionaries(
        {
            "kind": st.sampled_from(["microdiscectomy", "fusion"]),
            "level": st.sampled_from(LEVELS),
            "on": st.integers(0, 9000).map(lambda days: ASSESSED - timedelta(days=days)),
        }
    ),
    max_size=3,
)
crests = st.sampled_from([-5.0, 0.0, 12.0, 20.5])
CREST = ["crest_above_l45_left_mm", "crest_above_l45_right_mm", "crest_grade", "crest_above_mid_l5_pedicle"]


def one_crest(imaging: Mapping[str, Any]) -> bool:
    """Whether the four ways to say how high the crest is can all be true of one pelvis."""
    higher = max(imaging[name] for name in CREST[:2]) > 0 or imaging["crest_grade"] != "I"
    return bool(imaging["crest_above_mid_l5_pedicle"]) or not higher


complete_patients = st.fixed_dictionaries(
    {
        "assessed_on": st.just(ASSESSED),
        "patient": st.fixed_dictionaries({"height_cm": st.floats(140, 200), "weight_kg": st.floats(45, 150)}),
        "symptoms": st.fixed_dictionaries(
            {"leg_pain_side": st.sampled_from(["left", "right", "both", "none"])}
        ),
        "signs": st.fixed_dictionaries({"complete": st.just(True), "left": legs, "right": legs}),
        "care": st.fixed_dictionaries(
            {
                "tried": st.lists(st.sampled_from(KINDS), unique=True).map(
                    lambda kinds: [{"kind": k} for k in kinds]
                ),
                "tried_complete": st.just(True),
            }
        ),
        "history": st.fixed_dictionaries({"operations": operations, "operations_complete": st.just(True)}),
        "imaging": st.fixed_dictionaries(
            {
                "discs": discs,
                "discs_complete": st.just(True),
                "crest_above_l45_left_mm": crests,
                "crest_above_l45_right_mm": crests,
                "crest_grade": st.sampled_from(["I", "II", "III"]),
                "crest_above_mid_l5_pedicle": st.booleans(),
            }
        ).filter(one_crest),
    }
)
"""Everything that derived facts are worked out from is known; the problem disc is the first of the list."""


def truth(patient: Mapping[str, Any]) -> dict[str, Any]:
    """The derived facts of a complete patient."""
    left, right = patient["signs"]["left"], patient["signs"]["right"]
    disc, imaging = patient["imaging"]["discs"][0], patient["imaging"]

    def weak(leg: Mapping[str, Any]) -> bool:
        return min(leg[name] for name in MUSCLES) < 5

    def dull(leg: Mapping[str, Any], names: list[str]) -> bool:
        return any(leg[name] in ("reduced", "absent") for name in names)

    def root(leg: Mapping[str, Any]) -> bool:
        return weak(leg) or dull(leg, REFLEXES + AREAS) or any(leg[name] for name in TESTS)

    kinds = {item["kind"] for item in patient["care"]["tried"]}
    done = patient["history"]["operations"]
    heights = {"left": imaging["crest_above_l45_left_mm"], "right": imaging["crest_above_l45_right_mm"]}
    side = disc["side"] if disc["side"] != "midline" else patient["symptoms"]["leg_pain_side"]
    body = patient["patient"]
    return {
        "bmi_kg_m2": round(body["weight_kg"] / (body["height_cm"] / 100) ** 2, 1),
        "bilateral_leg_pain": patient["symptoms"]["leg_pain_side"] == "both",
        "slr_positive": left["slr_positive"] or right["slr_positive"],
        "crossed_slr_positive": left["crossed_slr_positive"] or right["crossed_slr_positive"],
        "femoral_stretch_positive": left["femoral_stretch_positive"] or right["femoral_stretch_positive"],
        "severe_weakness": any(leg[name] <= 3 for leg in (left, right) for name in MUSCLES),
        "motor_deficit": weak(left) or weak(right),
        "sensory_deficit": dull(left, AREAS) or dull(right, AREAS),
        "reflex_deficit": dull(left, REFLEXES) or dull(right, REFLEXES),
        "root_signs": root(left) or root(right),
        "bilateral_signs": root(left) and root(right),
        "nsaid_tried": "nsaid" in kinds,
        "physiotherapy_tried": "physiotherapy" in kinds,
        "epidural_steroid_tried": "epidural_steroid" in kinds,
        "operated_before": bool(done),
        "operated_same_level": disc["level"] in {item["level"] for item in done},
        "months_since_operation": months(min((ASSESSED - item["on"]).days for item in done))
        if done
        else None,
        "disc_contained": None if disc["type"] == "none" else disc["type"] in ("bulge", "protrusion"),
        "herniated_levels": len(
            {
                d["level"]
                for d in imaging["discs"]
                if d["type"] in ("protrusion", "extrusion", "sequestration")
            }
        ),
        "bulge_compresses_root": any(d["type"] == "bulge" and d["root_compressed"] for d in imaging["discs"]),
        "crest_height_mm": heights.get(side, max(heights.values())),
        "crest_high": imaging["crest_above_mid_l5_pedicle"],
    }


def months(days: int) -> float:
    return round(days / (365.25 / 12), 1)


@dataclass(frozen=True)
class Known:
    """A patient, what is known of them, and what is true."""

    plain: dict[str, Any]
    truth: dict[str, Any]


@st.composite
def partly_known(draw: st.DrawFn) -> Known:
    """Less known of a complete patient: nothing that is left is changed."""
    whole = draw(complete_patients)
    plain = copy.deepcopy(whole)
    keep = draw(st.sampled_from([0.3, 0.7, 0.95]))

    def stays() -> bool:
        return draw(st.floats(0, 1)) < keep

    for section in ("patient", "symptoms"):
        plain[section] = {name: value for name, value in plain[section].items() if stays()}
    plain["signs"]["complete"] = draw(st.booleans())
    for side in ("left", "right"):
        # of an examination that is said to be complete, only what is normal may be left out
        silent = NORMAL if plain["signs"]["complete"] else plain["signs"][side]
        plain["signs"][side] = {
            name: value
            for name, value in plain["signs"][side].items()
            if stays() or silent.get(name, object()) != value
        }
    for section, name in (("care", "tried"), ("history", "operations"), ("imaging", "discs")):
        first = 1 if name == "discs" else 0
        if draw(st.booleans()):
            plain[section][f"{name}_complete"] = False
            items = plain[section][name]
            plain[section][name] = items[:first] + [item for item in items[first:] if stays()]
        for item in plain[section][name]:
            for key in [
                key
                for key in item
                if key not in ("kind", "level") or (name == "operations" and key == "level")
            ]:
                if not stays():
                    del item[key]
    for name in CREST:
        if not stays():
            del plain["imaging"][name]
    if not stays():
        del plain["assessed_on"]
    return Known(plain, truth(whole))
