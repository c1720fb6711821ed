"""Bayes and its interval, against a brute-force enumeration and against sampling."""

from __future__ import annotations

import json
import math
import random
from dataclasses import replace
from importlib import resources

import pytest
from hypothesis import given

from kambin import evidence
from kambin.case import Case
from kambin.diagnosis import figures, locate
from kambin.diagnosis.observe import observe
from kambin.diagnosis.overlap import Weighed, weigh
from kambin.diagnosis.places import PLACES
from kambin.diagnosis.posterior import NOTHING, Posterior, infer
from kambin.diagnosis.scan import read_scan
from tests.diagnosis.strategies import cases, disc, make

DATA = json.loads(
    resources.files("kambin.diagnosis").joinpath("data/ratios.json").read_text(encoding="utf-8")
)


# ------------------------------------------------- a second Bayes, from the data file, not from the package
#
# It knows fully specified patients only: every record with side and zone, no transitional vertebra, and no
# two records at one place. It goes hypothesis by hypothesis and multiplies.

LEVELS = ["L1-L2", "L2-L3", "L3-L4", "L4-L5", "L5-S1"]


def root_of(level: str, course: str) -> str:
    upper, lower = level.split("-")
    return upper if course == "exiting" else lower


def published(row: str, outcome: str) -> float:
    table, key = row.split("/")
    values = evidence.table(table).row(key).values
    if "lr_pos" in values:
        return float(values["lr_pos"])
    sens, spec = values["sensitivity"], values["specificity"]
    return sens / (1 - spec) if outcome == "positive" else (1 - sens) / spec


def sign_ratio(field: str, value: object, root: str) -> float:
    entry = next(item for item in DATA["signs"] if item["field"] == field)
    share = entry["roots"].get(root, 0)
    if isinstance(value, bool):
        outcome = "positive" if value else "negative"
    elif isinstance(value, int):
        outcome = "normal" if value == 5 else "mild" if value == 4 else "marked"
    else:
        outcome = "normal" if value == "normal" else "reduced"
    found = DATA["classes"][entry["class"]]["outcomes"][outcome]
    ratio = published(found["row"], outcome) if "row" in found else found["ratio"]
    return float(ratio**share)


def likelihood(case: Case, level: str, side: str, course: str) -> float:
    """Of everything in the case, relative to 'no disc'."""
    root, total = root_of(level, course), 1.0
    for leg in ("left", "right"):
        if side not in (leg, "both"):
            continue
        for field, value in getattr(case.signs, leg).model_dump(exclude_none=True).items():
            total *= sign_ratio(field, value, root)
        area = getattr(case.symptoms, f"pain_area_{leg}")
        hurts = case.symptoms.leg_pain_side in (leg, "both") if case.symptoms.leg_pain_side else None
        if hurts is not None:
            total *= DATA["pain"]["leg"]["present" if hurts else "absent"]["ratio"]
        if area:
            roots = DATA["pain"]["area"]["values"][area]["roots"]
            part = "no_root" if not roots else "inside" if root in roots else "outside"
            total *= DATA["pain"]["area"][part]["ratio"] ** roots.get(root, 1)
    if case.symptoms.radicular_pain is not None:
        total *= DATA["pain"]["radicular"]["yes" if case.symptoms.radicular_pain else "no"]["ratio"]
    return total * scan_ratio(case, level, side, course)


def scan_ratio(case: Case, level: str, side: str, course: str) -> float:
    zones = {"traversing": ("subarticular",), "exiting": ("foraminal", "extraforaminal")}[course]
    types, near = DATA["scan"]["types"], False
    for record in case.imaging.discs:
        if record.level == level and record.side == side:
            near = True
            if record.zone in zones:
                word = {True: "yes", False: "no", None: ""}[record.root_compressed]
                extra = DATA["scan"]["root_compressed"][word]["ratio"] if word else 1.0
                return float(types[record.type]["ratio"] * extra)
    if not case.imaging.discs_complete:
        return 1.0
    return float(DATA["scan"]["beside_a_herniation"]["ratio"] if near else types["none"]["ratio"])


def brute_force(case: Case) -> dict[tuple[str, str, str], float]:
    cause = DATA["prior"]["cause_is_a_disc"]
    middle = math.sqrt(cause["low"] / (1 - cause["low"]) * cause["high"] / (1 - cause["high"]))
    hypotheses = [
        (level, side, course)
        for level in LEVELS
        for side in ("left", "right", "both")
        for course in ("exiting", "traversing")
        if (side, course) != ("both", "exiting")
    ]
    weights = {key: middle / len(hypotheses) * likelihood(case, *key) for key in hypotheses}
    total = 1 + sum(weights.values())
    return {key: weight / total for key, weight in weights.items()}


PATIENTS = [
    make(),
    make(symptoms={"leg_pain_side": "right", "radicular_pain": True, "pain_area_right": "anterior_thigh"}),
    make(symptoms={"leg_pain_side": "both", "radicular_pain": False, "pain_area_left": "not_dermatomal"}),
    make(
        signs={
            "left": {
                "mrc_hip_flexion": 4,
                "mrc_knee_extension": 2,
                "reflex_patellar": "absent",
                "slr_positive": False,
            },
            "right": {
                "sensation_medial_calf": "reduced",
                "crossed_slr_positive": True,
                "reflex_achilles": "reduced",
            },
        }
    ),
    make(
        symptoms={"leg_pain_side": "right", "pain_area_right": "lateral_calf_dorsal_foot"},
        signs={"right": {"slr_positive": True, "mrc_great_toe_extension": 3, "mrc_ankle_dorsiflexion": 4}},
        imaging={
            "discs_complete": True,
            "discs": [
                disc("L4-L5", "right", "extrusion", zone="subarticular", root_compressed=True),
                disc("L5-S1", "right", "protrusion", zone="foraminal", root_compressed=False),
                disc("L2-L3", "left", "sequestration", zone="extraforaminal"),
            ],
        },
    ),
    make(
        signs={"left": {"femoral_stretch_positive": True, "crossed_femoral_stretch_positive": False}},
        imaging={"discs": [disc("L3-L4", "left", "protrusion", zone="subarticular")]},
    ),
]


@pytest.mark.parametrize("case", PATIENTS)
def test_without_overlap_it_is_plain_bayes(case: Case) -> None:
    found = locate(case, figures().independent())
    expected = brute_force(case)
    for item in found.candidates:
        assert item.probability == pytest.approx(expected[str(item.level), item.side, item.course], rel=1e-9)
    assert found.unexplained == pytest.approx(1 - sum(expected.values()), rel=1e-9)


def test_the_brute_force_tells_patients_apart() -> None:
    assert max(brute_force(PATIENTS[4]).values()) > 0.9 > max(brute_force(PATIENTS[0]).values())


# ---------------------------------------------------------------------------------------------- the interval


def posterior_of(case: Case) -> Posterior:
    used = figures()
    weighed, _ = weigh(observe(case, used).found, used.overlap)
    return infer(weighed, read_scan(case, used), used)


def sampled(case: Case, draws: int) -> list[tuple[float, ...]]:
    """Posteriors under ratios drawn from their intervals; weights stay as they are."""
    used, luck = figures(), random.Random(20)
    weighed, _ = weigh(observe(case, used).found, used.overlap)
    found = []
    for _ in range(draws):

        def drawn(ratio):  # type: ignore[no-untyped-def]
            return replace(ratio, log=ratio.log + ratio.sd * luck.gauss(0, 1))

        moved = replace(
            used,
            prior=drawn(used.prior),
            types={name: drawn(ratio) for name, ratio in used.types.items()},
            compressed={name: drawn(ratio) for name, ratio in used.compressed.items()},
            beside=drawn(used.beside),
        )
        items = [
            Weighed(replace(item.component, ratio=drawn(item.component.ratio)), item.value, item.weight)
            for item in weighed
        ]
        found.append(infer(items, read_scan(case, moved), moved).probabilities)
    return found


@pytest.mark.parametrize("case", PATIENTS[1:])
def test_the_interval_is_what_sampling_the_ratios_gives(case: Case) -> None:
    posterior, draws = posterior_of(case), sampled(case, 1500)
    places = [item.index for item in PLACES]
    for index in sorted(places, key=lambda index: -posterior.probabilities[index])[:4]:
        p, low, high = posterior.interval([index])
        values = sorted(row[index] for row in draws)
        assert values[int(0.025 * len(values))] == pytest.approx(low, abs=0.035)
        assert values[int(0.5 * len(values))] == pytest.approx(p, abs=0.035)
        assert values[int(0.975 * len(values))] == pytest.approx(high, abs=0.05)


@given(cases())
def test_one_by_one_and_together_the_intervals_are_the_same(case: Case) -> None:
    posterior = posterior_of(case)
    for index, spread in enumerate(posterior.intervals()):
        assert spread == pytest.approx(posterior.interval([index]), rel=1e-6, abs=1e-12)


@given(cases())
def test_no_disc_and_all_places_mirror_each_other(case: Case) -> None:
    posterior = posterior_of(case)
    p, low, high = posterior.interval(range(len(PLACES)))
    q, other_low, other_high = posterior.interval([NOTHING])
    assert (p + q, low + other_high, high + other_low) == pytest.approx((1, 1, 1), abs=1e-9)


def test_wider_ratios_give_a_wider_interval() -> None:
    case, used = PATIENTS[4], figures()
    wider = replace(used, types={name: replace(ratio, sd=2 * ratio.sd) for name, ratio in used.types.items()})
    narrow, wide = locate(case), locate(case, wider)
    assert narrow.problem and wide.problem and narrow.low and wide.low and narrow.high and wide.high
    assert narrow.probability == wide.probability
    assert wide.low < narrow.low and wide.high > narrow.high


def test_certainty_is_never_divided_by_zero() -> None:
    huge = replace(figures().types["extrusion"], log=600.0)
    used = replace(figures(), types={**figures().types, "extrusion": huge})
    found = locate(make(imaging={"discs": [disc("L4-L5", "right", "extrusion", zone="subarticular")]}), used)
    assert found.probability == found.high == 1.0 and found.low is not None and 0 <= found.low <= 1
