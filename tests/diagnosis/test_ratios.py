"""The figures: each with its source, none from what was only recalled, held together by probability."""

from __future__ import annotations

import copy
import json
import math
from collections.abc import Callable
from importlib import resources
from typing import Any

import pytest

from kambin import evidence
from kambin.case import facts
from kambin.case.sections.signs import KEY_MUSCLES, REFLEXES, SENSORY_AREAS
from kambin.diagnosis import figures
from kambin.diagnosis.figures import Ratio
from kambin.diagnosis.ratios import build
from kambin.errors import EvidenceMissing, IntegrityError
from tests.diagnosis.strategies import YES_NO

DATA: dict[str, Any] = json.loads(
    resources.files("kambin.diagnosis").joinpath("data/ratios.json").read_text(encoding="utf-8")
)


def all_ratios() -> list[Ratio]:
    used = figures()
    asked = [
        part.ratio
        for question in used.questions
        for outcome in question.outcomes.values()
        for part in outcome.components
    ]
    return [*asked, *used.types.values(), *used.compressed.values(), used.reach, used.beside, used.prior]


def cited(node: Any) -> set[str]:
    if isinstance(node, dict):
        found = {str(node[key]) for key in ("row", "pair_row") if key in node}
        for key in ("source", "mapping"):
            found |= set(node.get(key) or ())
        return found.union(*map(cited, node.values())) if node else found
    if isinstance(node, list):
        return set().union(*map(cited, node)) if node else set()
    return set()


def test_every_id_exists_and_may_drive() -> None:
    ids = cited(DATA)
    assert {"X01", "X02", "X03", "X04", "test_accuracy/SLR", "root_examination/L5"} <= ids
    for name in ids:
        assert evidence.exists(name), name
        assert evidence.may_drive(name), name


def test_only_the_definition_of_zones_rests_on_what_was_read_in_part() -> None:
    partial = {name for name in cited(DATA) if evidence.verified(name) is not True}
    assert partial == {"X04"}
    assert {zone for zone, item in DATA["scan"]["zones"].items() if item["basis"] == "definition"} == {
        "central",
        "subarticular",
        "foraminal",
    }


def test_what_has_no_source_is_marked_as_assumed() -> None:
    for ratio in all_ratios():
        assert bool(ratio.source) is (ratio.assumed != "ratio")
        assert 0 < ratio.low <= ratio.value <= ratio.high
        assert ratio.sd > 0 and ratio.log == math.log(ratio.value)
        if ratio.assumed == "ratio":
            assert ratio.strength == "expert"
            assert math.sqrt(ratio.high / ratio.low) >= 1.4  # wide: at least by that factor each way


@pytest.mark.parametrize(
    ("field", "outcome", "value", "ends"),
    [
        ("slr_positive", "positive", 0.92 / 0.72, None),
        ("slr_positive", "negative", 0.08 / 0.28, None),
        ("crossed_slr_positive", "positive", 2.8, None),
        ("crossed_slr_positive", "negative", 0.8, None),
        ("reflex_achilles", "reduced", 7.1, (0.96, 53.0)),
        ("femoral_stretch_positive", "positive", 5.0, None),
        ("reflex_patellar", "reduced", 5.0, None),
        ("sensation_medial_calf", "reduced", 5.0, None),
    ],
)
def test_published_figures(field: str, outcome: str, value: float, ends: tuple[float, float] | None) -> None:
    for question in figures().questions:
        if question.field == field:
            (part,) = question.outcomes[outcome].components
            assert part.ratio.value == pytest.approx(value)
            assert part.ratio.source
            if ends is not None:
                assert (part.ratio.low, part.ratio.high) == ends


def test_the_interval_of_a_ratio_from_accuracy_holds_the_extremes_of_neither_alone() -> None:
    """Both ends of sensitivity and specificity at once are wider than 95 %, one of them alone is narrower."""
    row = evidence.table("test_accuracy").row("crossed_SLR").values
    question = next(item for item in figures().questions if item.field == "crossed_slr_positive")
    ratio = question.outcomes["positive"].components[0].ratio
    (low, high), (worst, best) = row["sens_ci"], row["spec_ci"]
    assert low / (1 - worst) < ratio.low < row["sensitivity"] / (1 - worst)
    assert row["sensitivity"] / (1 - best) < ratio.high < high / (1 - best)


def test_total_probability_holds_for_every_question() -> None:
    """What is found where the place is to blame sums to about 1, as probabilities must."""
    for question in figures().questions:
        assert math.fsum(item.background for item in question.outcomes.values()) == pytest.approx(1)
        for side in ("left", "right"):
            for outcome in question.outcomes.values():
                for part in outcome.components:
                    assert part.path.startswith(question.path.split(".")[0]), side
        if question.reads in ("leg", "area"):
            continue
        full = math.fsum(
            item.background * item.components[0].ratio.value for item in question.outcomes.values()
        )
        assert full == pytest.approx(1, abs=0.02), question.path


def test_total_probability_holds_for_pain_and_scan() -> None:
    used, leg, area = figures(), DATA["pain"]["leg"], DATA["pain"]["area"]
    assert sum(item["ratio"] * item["background"] for item in leg.values()) == pytest.approx(1, abs=0.06)
    for root in ("L2", "L3", "L4", "L5", "S1"):
        total = 0.0
        for item in area["values"].values():
            part = "no_root" if not item["roots"] else "inside" if root in item["roots"] else "outside"
            total += item["background"] * area[part]["ratio"] ** item["roots"].get(root, 1)
        assert total == pytest.approx(1, abs=0.15), root
    for ratios, backgrounds in (
        (used.types, used.type_backgrounds),
        (used.compressed, used.compressed_backgrounds),
    ):
        assert math.fsum(backgrounds.values()) == pytest.approx(1)
        total = math.fsum(ratios[name].value * backgrounds[name] for name in ratios)
        assert total == pytest.approx(1, abs=0.06)


def test_every_sign_of_a_leg_is_asked_on_both_sides_and_is_a_fact() -> None:
    fields = {*YES_NO, *KEY_MUSCLES, *REFLEXES, *SENSORY_AREAS}
    for side in ("left", "right"):
        assert {
            item.field for item in figures().questions if item.side == side and item.path[:5] == "signs"
        } == fields
    for question in figures().questions:
        fact = facts()[question.fact]
        assert fact.path.replace("{side}", question.side or "") == question.path


def test_the_roots_are_those_of_the_root_table() -> None:
    """Each muscle, area and reflex stands in the evidence's row of every root that it points to."""
    words = {
        "mrc_hip_flexion": "hip flexion",
        "mrc_knee_extension": "quadriceps",
        "mrc_ankle_dorsiflexion": "tibialis anterior",
        "mrc_great_toe_extension": "EHL",
        "mrc_hip_abduction": "gluteus medius",
        "mrc_ankle_plantarflexion": "gastrocnemius",
        "reflex_patellar": "patellar",
        "reflex_achilles": "Achilles",
        "sensation_anterior_thigh": "upper anterior thigh",
        "sensation_knee": "anterior knee",
        "sensation_medial_calf": "medial calf",
        "sensation_dorsal_foot": "dorsum of foot",
        "sensation_lateral_foot": "lateral foot",
        "slr_positive": "SLR",
        "crossed_slr_positive": "crossed SLR",
        "femoral_stretch_positive": "femoral stretch",
    }
    table = evidence.table("root_examination")
    for sign in DATA["signs"]:
        word = words.get(sign["field"])
        if word is None:
            continue
        stands_in = {
            row.key for row in table.rows if any(word in str(value) for value in row.values.values())
        }
        assert set(sign["roots"]) == stands_in, sign["field"]


def test_the_method_names_its_content() -> None:
    assert figures().method.startswith("diagnosis 1, content ")
    assert "independent" in figures().independent().method
    assert figures() is figures()


# ------------------------------------------------------------------------------------------ what is refused


def broken(change: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    data = copy.deepcopy(DATA)
    change(data)
    return data


def forget(data: dict[str, Any]) -> None:
    data["classes"]["raise"]["source"] = ["G06"]  # recalled, not read


def unknown(data: dict[str, Any]) -> None:
    data["signs"][0]["mapping"] = ["Z99"]


def upside_down(data: dict[str, Any]) -> None:
    data["scan"]["types"]["bulge"]["low"] = 2.0


def no_width(data: dict[str, Any]) -> None:
    data["scan"]["types"]["bulge"].update(low=0.3, high=0.3)


def no_source(data: dict[str, Any]) -> None:
    data["classes"]["power"]["assumed"] = "interval"


def more_than_in_full(data: dict[str, Any]) -> None:
    data["overlap"]["same_place"] = 1.5


def stronger_together(data: dict[str, Any]) -> None:
    data["overlap"]["single"] = 2.0


def recalled_row(data: dict[str, Any]) -> None:
    data["scan"]["zones"]["central"]["source"] = ["zone_to_root/central"]


@pytest.mark.parametrize(
    "change", [forget, upside_down, no_width, no_source, more_than_in_full, stronger_together, recalled_row]
)
def test_figures_that_contradict_themselves_or_the_evidence_are_refused(
    change: Callable[[dict[str, Any]], None],
) -> None:
    with pytest.raises(IntegrityError, match="ratio"):
        build(broken(change), "test")


def test_an_id_that_does_not_exist_is_refused() -> None:
    with pytest.raises(EvidenceMissing):
        build(broken(unknown), "test")


def test_the_file_as_it_is_builds() -> None:
    assert build(copy.deepcopy(DATA), "test").overlap == figures().overlap
