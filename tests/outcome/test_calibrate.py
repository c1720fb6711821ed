"""From a registry to a proposed card. Truth: simulated registries."""

from __future__ import annotations

import importlib.util
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kambin.errors import InputError
from kambin.outcome import calibrate as module
from kambin.outcome.calibrate import FEW, calibrate, prior_of, propose
from kambin.outcome.cardtext import card_markdown
from kambin.outcome.registryfile import Result, read_registry
from kambin.outcome.riskdata import model_hash, risk_model
from kambin.outcome.riskmath import baseline
from tests.outcome.simulated import registry, truth, write

OPEN = "open_microdiscectomy"


def average(found: dict[str, Any]) -> tuple[float, float]:
    low, high = found["average_risk_percent"]["local_interval"]
    return low, high


@pytest.fixture(scope="module")
def card() -> dict[str, Any]:
    return propose(registry(11, 500, 0.6, 1.2), "0" * 64)


def test_a_card_learns_the_direction_of_the_truth() -> None:
    high, low = (propose(registry(12, 400, shift, 1.0), "")["posterior"] for shift in (0.8, -0.8))
    assert low["shift"] < -0.2 < 0.2 < high["shift"]


def test_published_and_local_risks_stand_beside_what_was_observed(card: dict[str, Any]) -> None:
    risk = card["average_risk_percent"]
    assert risk["published"] < risk["observed"]
    assert abs(risk["local"] - risk["observed"]) < abs(risk["published"] - risk["observed"])
    assert card["scores"]["local"]["brier"] < card["scores"]["published"]["brier"]
    assert card["scores"]["published"]["intercept"] > 0.2
    assert [point["threshold_percent"] for point in card["decision_curve"]] == [2, 5, 10, 15, 20, 30]
    assert card["model_sha256"] == model_hash()
    assert "changes nothing" in card["status"]


def test_the_prior_is_what_was_published() -> None:
    model = risk_model()
    found = prior_of(model, [OPEN, "microendoscopic_discectomy"])
    assert found.shift_sd == max(
        baseline(model.techniques[name], 90).sd for name in (OPEN, "microendoscopic_discectomy")
    )


def test_a_small_registry_hardly_moves_the_prior_and_the_card_says_so() -> None:
    found = propose(registry(13, 25, 0.0, 1.0), "")
    assert found["posterior"]["shift_sd"] > 0.5 * found["prior"]["shift_sd"]
    assert any("prior decides" in text for text in found["warnings"])


def test_losses_are_counted_and_warned_of() -> None:
    found = propose(registry(14, 300, 0.3, 1.0, lost=0.5), "")
    assert found["data"]["lost_before_horizon"] > 60
    assert any("lost before" in text for text in found["warnings"])


def test_a_registry_far_from_everything_published_is_warned_of() -> None:
    found = propose(registry(15, 400, 3.5, 1.0), "")
    assert any("far from everything" in text for text in found["warnings"])


def test_patients_outside_the_population_are_left_out() -> None:
    made = registry(16, 120, 0.0, 1.0)
    outside = [replace(each, facts={**each.facts, "age_years": 15}) for each in made[:30]]
    found, without = propose([*outside, *made[30:]], ""), propose(made[30:], "")
    assert found["data"]["outside_population"] == 30
    assert found["posterior"] == without["posterior"]
    with pytest.raises(InputError, match="no patient belongs"):
        propose(outside, "")


def test_nobody_followed_is_refused() -> None:
    made = [Result(OPEN, False, 1.0, {}) for _ in range(30)]
    with pytest.raises(InputError, match="24 months"):
        propose(made, "")


def test_a_recurrence_after_the_horizon_is_none_up_to_it() -> None:
    made = registry(22, 150, 0.5, 1.0)
    late = [
        replace(each, recurrence=True, months=30.0) if number < 8 else each
        for number, each in enumerate(made)
    ]
    free = [
        replace(each, recurrence=False, months=30.0) if number < 8 else each
        for number, each in enumerate(made)
    ]
    one, other = propose(late, ""), propose(free, "")
    assert one["posterior"] == other["posterior"]
    assert one["data"]["events"] == other["data"]["events"]
    # some of the simulated ones come between the horizon and the last visit
    assert one["data"]["events_later"] - other["data"]["events_later"] == 8


def test_small_counts_are_not_shown() -> None:
    made = registry(17, 60, 0.0, 1.0, option=OPEN)
    made += [Result("microendoscopic_discectomy", True, 3.0, {})] * 2
    found = propose(made, "")["data"]["options"]
    assert found["microendoscopic_discectomy"] == {"rows": FEW, "events": FEW}


def test_nothing_of_a_patient_is_on_the_card(tmp_path: Path) -> None:
    made = registry(18, 60, 0.0, 1.0)
    marked = [replace(made[0], facts={**made[0].facts, "bmi_kg_m2": 47.123}), *made[1:]]
    marked[1] = replace(marked[1], months=13.4567)
    file = tmp_path / "registry.csv"
    write(marked, file)
    text = json.dumps(calibrate(file)) + card_markdown(calibrate(file))
    assert "47.123" not in text
    assert "13.4567" not in text
    assert str(tmp_path) not in text
    assert file.name not in text


def test_the_same_file_makes_the_same_card(tmp_path: Path) -> None:
    file = tmp_path / "registry.csv"
    write(registry(19, 80, 0.2, 1.0), file)
    assert read_registry(file) == read_registry(file)
    one, other = calibrate(file), calibrate(file)
    assert json.dumps(one) == json.dumps(other)
    assert re.fullmatch(r"[0-9a-f]{64}", one["registry_sha256"])


def test_a_card_is_plain_data_without_nan(card: dict[str, Any]) -> None:
    assert json.loads(json.dumps(card, allow_nan=False)) == card


def test_without_the_extra_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(module, "find_spec", lambda name: None if name == "lifelines" else find(name))
    with pytest.raises(InputError) as caught:
        calibrate(tmp_path / "registry.csv")
    assert "lifelines" in str(caught.value)
    assert "kambin[calibration]" in str(caught.value)


def test_the_card_for_people_says_what_the_card_says(card: dict[str, Any]) -> None:
    text = card_markdown(card)
    for part in (
        "changes nothing until a person",
        f"{card['data']['rows']} patients",
        f"{card['average_risk_percent']['published']:.1f} %",
        f"{card['posterior']['shift']:.2f}",
        f"{card['scores']['local']['brier']:.4f}",
        "Decision curve",
        OPEN,
        "apparent",
    ):
        assert part in text
    assert "None" not in text
    assert "nan" not in text


def test_the_card_for_people_without_recurrences() -> None:
    made = [Result(OPEN, False, 30.0, {"smoker": number % 2 == 0}) for number in range(30)]
    text = card_markdown(propose(made, ""))
    assert "no recurrence" in text
    assert "not estimated" in text
    assert "None" not in text


def coverage(seeds: range, count: int, lost: float) -> Any:
    model = risk_model()
    spread = prior_of(model, [OPEN, "transforaminal_endoscopy"]).shift_sd
    hits = []
    for seed in seeds:
        shift, slope = truth(seed, spread)
        found = propose(registry(seed, count, shift, slope, lost), "")["posterior"]
        hits.append(
            [
                found["shift_interval"][0] <= shift <= found["shift_interval"][1],
                found["slope_interval"][0] <= slope <= found["slope_interval"][1],
            ]
        )
    return np.mean(hits, axis=0)


def test_the_whole_way_holds_the_truth_about_as_often_as_it_says() -> None:
    assert (coverage(range(12), 200, 0.0) >= 0.6).all()


@pytest.mark.heavy
@pytest.mark.parametrize("lost", [0.0, 0.3])
def test_coverage_of_the_whole_way_lies_between_85_and_95(lost: float) -> None:
    found = coverage(range(300), 300, lost)
    print(f"coverage, {lost:.0%} lost: shift {found[0]:.3f}, slope {found[1]:.3f}")
    assert (found >= 0.85).all()
    assert (found <= 0.95).all()
