"""Scan and corridors in the walk: what they add, never take away, and what the mirror does to them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kambin.case import load
from kambin.guideline import load_knowledge
from kambin.pathway import Walk, answer, walk
from kambin.pathway.stages import position_of
from tests.case.mirroring import mirrored, mirrored_name

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "examples" / "cases" / "demo.yaml"
SCAN = ROOT / "examples" / "scans" / "demo_labels.nii.gz"


@pytest.fixture(scope="module")
def demo() -> Walk:
    return walk(load(DEMO), SCAN)


def stages(found: Walk) -> dict[str, tuple[str, str]]:
    return {stage.name: (stage.state, stage.note) for stage in found.plan.stages}


def by_approach(found: Walk) -> dict[str, dict[str, Any]]:
    return {item["approach"]: item for item in found.plan.access}


def test_every_approach_has_its_corridor_or_its_reason(demo: Walk) -> None:
    assert stages(demo)["access"] == ("done", "")
    found = by_approach(demo)
    assert set(found) == {"posterolateral", "far-lateral", "interlaminar"}
    for item in found.values():
        assert (item["level"], item["side"]) == ("L5-S1", "left")
        assert item["why"]
        assert (item["recommended"] is None) == (not item["proposals"])
        for proposal in item["proposals"]:
            certificate = proposal["certificate"]
            assert certificate["achieved"] <= certificate["upper_bound"] + 1e-9


def test_corridors_reach_the_guideline_as_facts_only(demo: Walk) -> None:
    values = {note.name: (note.value, note.origin) for note in demo.plan.facts}
    found = by_approach(demo)
    for approach in found:
        name = f"corridor_{approach.replace('-', '_')}_clear"
        if name in values:
            clear = found[approach]["recommended"] is not None
            assert values[name] == (clear, "measured")


def test_the_provisional_answer_is_settled_by_the_corridors(demo: Walk) -> None:
    without = walk(load(DEMO))
    assert "provisional" in without.plan.headline
    assert "provisional" not in demo.plan.headline


@pytest.mark.parametrize(("can_not", "wanted"), [(None, "prone"), (False, "prone"), (True, "lateral")])
def test_corridors_are_for_the_position_that_the_setting_leaves(can_not: bool | None, wanted: str) -> None:
    case = load(DEMO)
    health = case.comorbidity.model_copy(update={"cannot_lie_prone": can_not, "complete": False})
    found = answer(case.model_copy(update={"comorbidity": health}), load_knowledge("current"))
    assert position_of(found) == wanted


def test_without_a_scan_nothing_is_planned() -> None:
    found = walk(load(DEMO))
    assert found.spine is None and found.corridors == () and found.plan.access == []
    assert stages(found)["access"] == ("skipped", "no measured spine")
    assert found.plan.software.catalogue_hash is None


def test_a_broken_scan_takes_nothing_else_down(tmp_path: Path) -> None:
    broken = tmp_path / "scan.nii.gz"
    broken.write_bytes(SCAN.read_bytes()[:2000])
    found, without = walk(load(DEMO), broken), walk(load(DEMO))
    assert stages(found)["anatomy"][0] == "failed"
    assert stages(found)["anatomy"][1]
    assert found.plan.decisions == without.plan.decisions
    assert found.plan.outlook == without.plan.outlook


def test_a_measurement_never_overrules_the_clinician_unless_told_to() -> None:
    case = load(DEMO)
    low = case.imaging.model_copy(update={"crest_above_l45_left_mm": -5.0, "crest_above_l45_right_mm": -5.0})
    case = case.model_copy(update={"imaging": low})
    for trust, value, used in ((False, -5.0, "stated"), (True, None, "measured")):
        found = walk(case, SCAN, trust_scan=trust).plan
        note = next(item for item in found.facts if item.name == "crest_above_l45_left_mm")
        clash = next(item for item in found.disagreements if item.fact == "crest_above_l45_left_mm")
        assert (clash.stated, clash.used, note.origin) == (-5.0, used, used)
        assert note.value == (clash.measured if value is None else value)


@pytest.fixture(scope="module")
def twin(tmp_path_factory: pytest.TempPathFactory) -> Walk:
    """The patient in the mirror, with the mirrored scan."""
    import nibabel
    import numpy as np

    image = nibabel.load(SCAN)
    affine = np.diag([-1.0, 1.0, 1.0, 1.0]) @ image.affine
    voxels = np.asanyarray(image.dataobj)
    turned = voxels.astype(np.uint16)
    for value, other in _swapped_values().items():
        turned[voxels == value] = other
    path = tmp_path_factory.mktemp("twin") / "labels.nii.gz"
    made = nibabel.Nifti1Image(turned, affine)
    made.set_sform(affine, 1)
    made.set_qform(affine, 1)
    nibabel.save(made, path)
    return walk(mirrored(load(DEMO)), path)


def _swapped_values() -> dict[int, int]:
    """Voxel values whose names carry a side, and those of the other side."""
    from kambin.anatomy import read_label_map

    names = read_label_map(SCAN).convention.names
    values = {name: value for value, name in names.items()}
    swapped = {value: mirrored_name(name) for value, name in names.items()}
    return {value: values[name] for value, name in swapped.items() if values.get(name, value) != value}


def test_the_mirrored_patient_has_the_mirrored_corridors(demo: Walk, twin: Walk) -> None:
    ours, theirs = by_approach(demo), by_approach(twin)
    assert set(ours) == set(theirs)
    for approach, one in ours.items():
        two = theirs[approach]
        assert (one["side"], two["side"]) == ("left", "right")
        assert (one["recommended"] is None) == (two["recommended"] is None)
        assert {item["structure"] for item in one["blocks"]} == {item["structure"] for item in two["blocks"]}
        if one["recommended"] is None:
            continue
        here, there = one["proposals"][one["recommended"]], two["proposals"][two["recommended"]]
        assert here["cannula"] == there["cannula"]
        gap = here["certificate"]["gap"] + there["certificate"]["gap"]
        assert here["certificate"]["achieved"] == pytest.approx(
            there["certificate"]["achieved"], abs=gap + 0.05
        )
        # the entry lies on the patient's own side: left is +x in LPS
        middle = one["proposals"][one["recommended"]]["corridor"]["target_lps"][0]
        if approach == "posterolateral":
            assert here["corridor"]["entry_lps"][0] > middle
            assert there["corridor"]["entry_lps"][0] < there["corridor"]["target_lps"][0]


def test_the_mirrored_patient_has_the_same_decisions(demo: Walk, twin: Walk) -> None:
    def outcomes(found: Walk) -> dict[str, Any]:
        return {item["decision"]: item["outcome"] for item in found.plan.decisions}

    assert outcomes(demo) == outcomes(twin)
