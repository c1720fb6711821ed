"""From findings and masks to the target, and the frame that both sides share."""

from __future__ import annotations

import numpy as np
import pytest

from kambin.access import rules_of, target_of, with_mask
from kambin.access.local import angles_of, local_of, pedicle_reach
from kambin.access.target import tip_box
from kambin.anatomy.volume import Volume
from kambin.case.words import Side
from kambin.errors import InputError
from tests.access import planned


def model():  # type: ignore[no-untyped-def]
    found = planned.bare_spine().model
    assert found is not None
    return found


@pytest.mark.parametrize("side", list(Side))
def test_zones_lie_one_beside_the_other_on_the_side_that_was_asked_for(side: Side) -> None:
    local = local_of(model(), model().discs["L4-L5"], side)
    middles = []
    for zone in ("central", "subarticular", "foraminal", "extraforaminal"):
        target = target_of(model(), "L4-L5", side, zone=zone)  # type: ignore[arg-type]
        assert target.fragment is not None and target.fragment.how == "assumed"
        middles.append(local.of(target.fragment.centre_lps))
        beyond = target.fragment.centre_lps[0] - local.origin_lps[0]
        assert zone == "central" or (beyond > 0) == (side is Side.LEFT)
    outwards = [middle[0] for middle in middles]
    assert outwards == sorted(outwards) and abs(outwards[0]) < 2


def test_migration_moves_the_fragment_and_draws_the_tip_along() -> None:
    local = local_of(model(), model().discs["L4-L5"], Side.LEFT)
    rules = rules_of("posterolateral")
    heights, lows = [], []
    for way in ("down", "none", "up"):
        target = target_of(model(), "L4-L5", Side.LEFT, zone="subarticular", migration=way, grade="high")  # type: ignore[arg-type]
        box = tip_box(model(), rules, target, local)
        assert target.fragment is not None and box is not None
        heights.append(local.of(target.fragment.centre_lps)[2])
        lows.append((box.low[2], box.high[2]))
    assert heights == sorted(heights) and heights[0] < -2 < 2 < heights[2]
    assert lows[0][0] < lows[1][0] and lows[2][1] > lows[1][1]


def test_both_sides_have_mirrored_edges() -> None:
    edges = []
    for side in Side:
        local = local_of(model(), model().discs["L4-L5"], side)
        found = pedicle_reach(model(), local, "L5")
        assert found is not None and 0 < found[0] < found[1]
        edges.append(found)
    assert np.allclose(edges[0], edges[1], atol=4.0)


def test_angles_are_the_patients() -> None:
    for side in Side:
        local = local_of(model(), model().discs["L4-L5"], side)
        found = angles_of(local, local.direction(55.0, 20.0))
        assert found.axial_deg == pytest.approx(55.0)
        assert found.coronal_deg > 0 and found.sagittal_deg > 0
        assert angles_of(local, local.axes[1]).axial_deg == pytest.approx(0.0)


def test_a_mask_gives_fragment_and_zone_and_a_stray_one_is_refused() -> None:
    local = local_of(model(), model().discs["L4-L5"], Side.LEFT)
    target = target_of(model(), "L4-L5", Side.LEFT)
    affine = np.eye(4)
    affine[:3, 3] = local.lps(np.array([8.0, 3.0, 0.0])) - 2.0
    found = with_mask(target, model(), Volume(np.ones((5, 5, 5), np.uint8), affine))
    assert found.fragment is not None and found.fragment.how == "given"
    assert found.zone == "subarticular"
    assert local.of(found.fragment.centre_lps) == pytest.approx([8.0, 3.0, 0.0], abs=0.6)
    with pytest.raises(InputError):
        with_mask(target, model(), Volume(np.zeros((5, 5, 5), np.uint8), affine))
    affine[:3, 3] += 200.0
    with pytest.raises(InputError):
        with_mask(target, model(), Volume(np.ones((5, 5, 5), np.uint8), affine))


def test_the_maps_own_herniation_is_taken_and_words_are_checked() -> None:
    spine = planned.spine()
    assert spine.model is not None
    found = target_of(spine.model, "L4-L5", Side.LEFT).fragment
    assert found is not None and found.how == "given"
    with pytest.raises(InputError):
        target_of(spine.model, "L9-L9", Side.LEFT)
    with pytest.raises(InputError):
        target_of(spine.model, "L4-L5", Side.LEFT, zone="somewhere")  # type: ignore[arg-type]
