"""The whole walk on the bones of real people: the cases of `examples/real` and the scans that belong to them.

One walk for each case, and one more where two are compared: everything that a walk shows is looked at once.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from kambin.case import Case, load
from kambin.pathway import plan
from kambin.plan import Plan
from tests.case.mirroring import WORDS, mirrored

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
APPROACHES = {"posterolateral", "far-lateral", "interlaminar"}
VOXEL_MM = 0.8  # of the symmetrical man
BORDER_SD = 0.2  # a voxel, in standard deviations of a derived root


@pytest.fixture(scope="module")
def scans(shared_dir: Path) -> dict[str, Path]:
    """Where the scan of each case lies; skips where one is absent."""
    said = yaml.safe_load((EXAMPLES / "scans.yaml").read_text(encoding="utf-8"))
    found = {name: shared_dir / item["scan"] for name, item in said.items() if item.get("shared")}
    absent = sorted({str(path) for path in found.values() if not path.is_file()})
    if absent:
        pytest.skip(f"no real scans: {', '.join(absent)}")
    return found


def _case(name: str) -> Case:
    return load(EXAMPLES / "real" / f"{name}.yaml")


def _outcomes(made: Plan) -> dict[str, tuple[str, tuple[str, ...]]]:
    return {
        item["decision"]: (item["outcome"]["kind"], tuple(item["outcome"]["options"]))
        for item in made.decisions
    }


def _measured(made: Plan) -> dict[str, Any]:
    return {note.name: note.value for note in made.facts if note.origin == "measured"}


def _ways(made: Plan, level: str, side: str) -> dict[str, dict[str, Any]]:
    """Approaches by name; each has to have a proof, or a name for what is in the way."""
    assert {stage.name: stage.state for stage in made.stages if stage.name in ("anatomy", "access")} == {
        "anatomy": "done",
        "access": "done",
    }
    ways = {item["approach"]: item for item in made.access}
    assert set(ways) == APPROACHES
    for way in ways.values():
        assert (way["level"], way["side"]) == (level, side)
        if way["recommended"] is None:
            assert way["proposals"] == ()
            assert way["blocks"] and way["blocks"][0]["structure"] in way["why"]
            assert way["blocks"][0]["by_mm"] > 0
        for proposal in way["proposals"]:
            proof = proposal["certificate"]
            assert proof["achieved"] <= proof["upper_bound"]
            open_gap = "certificate_open" in {item["code"] for item in proposal["cautions"]}
            assert open_gap or proof["gap"] <= proof["tolerance"]
            assert {item["structure"].split()[0] for item in proposal["clearances"]} >= {"exiting", "dural"}
    return ways


def _option(made: Plan, decision: str, name: str) -> dict[str, Any]:
    [found] = [item for item in made.decisions if item["decision"] == decision]
    [option] = [item for item in found["options"] if item["id"] == name]
    return dict(option)


def test_from_the_side_to_l45_beside_a_high_crest(scans: dict[str, Path]) -> None:
    made = plan(_case("s0328-l4-l5"), scans["s0328-l4-l5"])
    assert made.headline.startswith("L4-L5, patient's left, L5 root. An operation may be offered.")
    for side in WORDS:
        assert _measured(made)[f"crest_above_l45_{side}_mm"] == pytest.approx(20, abs=5)
    ways = _ways(made, "L4-L5", "left")
    assert _outcomes(made)["endoscopy_approach"] == ("recommended", ("posterolateral",))
    way = ways["posterolateral"]
    nerves = {item["structure"]: item for item in way["proposals"][way["recommended"]]["clearances"]}
    assert {nerves["exiting root L4"]["how"], nerves["traversing root L5"]["how"]} == {"derived"}
    assert "crest" in {item["code"] for item in way["cautions"]}
    # nerves that nobody saw: a clear way is not claimed
    assert "corridor_posterolateral_clear" not in _measured(made)
    assert any(item["fact"] == "corridor_posterolateral_clear" for item in made.questions)


def test_under_a_high_crest_l5s1_is_reached_between_the_laminae(scans: dict[str, Path]) -> None:
    case, scan = _case("s0328-l5-s1"), scans["s0328-l5-s1"]
    made = plan(case, scan)
    assert made.headline.startswith("L5-S1, patient's left, S1 root. An operation may be offered.")
    ways = _ways(made, "L5-S1", "left")
    for name in ("posterolateral", "far-lateral"):
        assert ways[name]["recommended"] is None
        [crest] = [item for item in ways[name]["cautions"] if item["code"] == "crest"]
        assert "iliac bone" in crest["structures"]
        fact = f"corridor_{name.replace('-', '_')}_clear"
        assert _measured(made)[fact] is False
        assert _option(made, "endoscopy_approach", name.replace("-", "_"))["status"] == "excluded"
    assert _outcomes(made)["endoscopy_approach"] == ("recommended", ("interlaminar",))
    effect = next(item for item in made.scan_effects if item.decision == "endoscopy_approach")
    assert {"crest_high", "corridor_posterolateral_clear"} <= set(effect.facts)
    assert plan(case, scan).to_json() == made.to_json()


def test_the_symmetrical_man_in_the_mirror_has_the_plan_in_the_mirror(scans: dict[str, Path]) -> None:
    case, scan = _case("vhp-l4-l5"), scans["vhp-l4-l5"]
    made, other = plan(case, scan), plan(mirrored(case), scan)
    assert made.headline.startswith("L4-L5, patient's right, L5 root. An operation may be offered.")
    assert other.headline == made.headline.replace("patient's right", "patient's left")
    assert _outcomes(other) == _outcomes(made)
    facts, theirs = _measured(made), _measured(other)
    assert facts["crest_above_l45_left_mm"] == pytest.approx(facts["crest_above_l45_right_mm"], abs=VOXEL_MM)
    assert facts.keys() == theirs.keys()
    ways, twins = _ways(made, "L4-L5", "right"), _ways(other, "L4-L5", "left")
    for name, way in ways.items():
        twin = twins[name]
        assert (twin["recommended"] is None) == (way["recommended"] is None)
        assert [item["structure"] for item in twin["blocks"]] == [item["structure"] for item in way["blocks"]]
        # one grid, two halves: a side is as good as the other can be, but for what a voxel makes of a border
        for one in way["proposals"]:
            for two in twin["proposals"]:
                if one["cannula"] == two["cannula"] and one["sap_budget"] == two["sap_budget"]:
                    proof, same = one["certificate"], two["certificate"]
                    assert proof["achieved"] <= same["upper_bound"] + BORDER_SD
                    assert same["achieved"] <= proof["upper_bound"] + BORDER_SD
