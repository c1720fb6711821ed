"""Random patients, and what the tests of this room share."""

from __future__ import annotations

import json
import re
from typing import Any

from hypothesis import strategies as st

from kambin.case import Case
from kambin.case.sections.signs import KEY_MUSCLES, REFLEXES, SENSORY_AREAS
from kambin.case.words import LEVELS
from kambin.diagnosis import Diagnosis

YES_NO = (
    "slr_positive",
    "crossed_slr_positive",
    "femoral_stretch_positive",
    "crossed_femoral_stretch_positive",
)
AREAS = (
    "none",
    "anterior_thigh",
    "knee_medial_calf",
    "lateral_calf_dorsal_foot",
    "posterior_calf_plantar_foot",
    "not_dermatomal",
)


def make(**sections: Any) -> Case:
    return Case.model_validate(sections)


def disc(level: str, side: str | None = None, kind: str | None = "protrusion", **more: Any) -> dict[str, Any]:
    record = {"level": level, "side": side, "type": kind, **more}
    return {name: value for name, value in record.items() if value is not None}


def some(values: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """Any subset of the fields: what is left out is unknown."""
    return st.fixed_dictionaries({}, optional=values)


def legs() -> st.SearchStrategy[dict[str, Any]]:
    fields: dict[str, st.SearchStrategy[Any]] = dict.fromkeys(YES_NO, st.booleans())
    fields["slr_deg"] = st.integers(0, 120)
    fields |= dict.fromkeys(KEY_MUSCLES, st.integers(0, 5))
    fields |= dict.fromkeys(REFLEXES, st.sampled_from(("normal", "reduced", "absent", "brisk")))
    fields |= dict.fromkeys(SENSORY_AREAS, st.sampled_from(("normal", "reduced", "absent")))
    return some(fields)


def signs() -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {"left": legs(), "right": legs()},
        optional={"complete": st.booleans(), "upper_motor_neuron_signs": st.booleans()},
    )


def symptoms() -> st.SearchStrategy[dict[str, Any]]:
    return some(
        {
            "leg_pain_side": st.sampled_from(("left", "right", "both", "none")),
            "pain_area_left": st.sampled_from(AREAS),
            "pain_area_right": st.sampled_from(AREAS),
            "radicular_pain": st.booleans(),
            "symptoms_changed": st.booleans(),
        }
    )


def records() -> st.SearchStrategy[dict[str, Any]]:
    narrow = st.sampled_from(("none", "mild", "moderate", "severe"))
    return st.fixed_dictionaries(
        {"level": st.sampled_from([str(level) for level in LEVELS])},
        optional={
            "side": st.sampled_from(("left", "right", "midline")),
            "type": st.sampled_from(("none", "bulge", "protrusion", "extrusion", "sequestration")),
            "zone": st.sampled_from(("central", "subarticular", "foraminal", "extraforaminal")),
            "root_compressed": st.booleans(),
            "migration": st.sampled_from(("none", "up", "down")),
            "migration_grade": st.sampled_from(("none", "low", "high", "very_high")),
            "recess_stenosis": narrow,
            "foraminal_stenosis": narrow,
            "canal_stenosis": narrow,
        },
    )


def imaging() -> st.SearchStrategy[dict[str, Any]]:
    return some(
        {
            "mri_done": st.booleans(),
            "discs": st.lists(records(), max_size=5),
            "discs_complete": st.booleans(),
            "transitional_vertebra": st.booleans(),
        }
    )


def cases() -> st.SearchStrategy[Case]:
    return st.builds(make, symptoms=symptoms(), signs=signs(), imaging=imaging())


def mirrored(case: Case) -> Case:
    """The same patient in a mirror."""
    return Case.model_validate_json(swap(case.model_dump_json()))


def swap(text: str) -> str:
    return re.sub("left|right", lambda found: "right" if found[0] == "left" else "left", text)


def summary(diagnosis: Diagnosis, *, mirror: bool = False) -> dict[str, Any]:
    """What a diagnosis says, without the order among equals; `mirror` swaps left and right in it."""
    text = json.dumps(diagnosis.to_dict())
    document = json.loads(swap(text) if mirror else text)
    document["candidates"] = {_key(item): _numbers(item) for item in document["candidates"]}
    document["rivals"] = {_key(item): _settled(item) for item in document["rivals"]}
    document["problem"] = document["problem"] and _settled(document["problem"])
    document["warnings"] = sorted(sorted(re.findall(r"[\w-]+", text)) for text in document["warnings"])
    document["reason"] = sorted(re.findall(r"[\w-]+", document["reason"]))
    if document["next_finding"]:
        following = document["next_finding"]
        following["paths"].sort()
        following["between"].sort()
        following["question"] = sorted(re.findall(r"\w+", following["question"]))
    return document


def _key(item: dict[str, Any]) -> tuple[str, str, str]:
    return item["level"], item["side"], item["course"]


def _numbers(item: dict[str, Any]) -> tuple[float, float, float]:
    return item["probability"], item["low"], item["high"]


def _settled(item: dict[str, Any]) -> dict[str, Any]:
    found = {
        **item,
        "for": sorted(map(json.dumps, item["for"])),
        "against": sorted(map(json.dumps, item["against"])),
    }
    if item["side"] == "both":
        # two records, one on each side, may be equally strong: then either may stand for both
        found["disc"] = item["disc"] and {**item["disc"], "side": None}
    return found
