from __future__ import annotations

import numpy as np
import pytest

from kambin.anatomy.refusal import Reason, ScanRefused
from kambin.anatomy.volume import Volume


def affine(spacing: tuple[float, float, float] = (1, 1, 1)) -> np.ndarray:
    return np.diag([*spacing, 1.0])


def test_spacing_and_voxel_volume() -> None:
    volume = Volume(np.zeros((2, 3, 4), np.uint8), affine((0.5, 2, 3)))
    assert volume.spacing_mm == (0.5, 2, 3)
    assert volume.voxel_ml == pytest.approx(0.003)


def test_a_volume_can_not_be_changed_through_what_it_was_made_of() -> None:
    place = affine()
    volume = Volume(np.zeros((2, 2, 2), np.uint8), place)
    place[0, 3] = 99
    assert volume.lps_from_voxel[0, 3] == 0
    with pytest.raises(ValueError, match="read-only"):
        volume.array[0, 0, 0] = 1
    with pytest.raises(ValueError, match="read-only"):
        volume.lps_from_voxel[0, 3] = 1


@pytest.mark.parametrize("shape", [(3, 3), (2, 2, 2, 2), (0, 2, 2)])
def test_only_three_dimensions(shape: tuple[int, ...]) -> None:
    with pytest.raises(ScanRefused) as refused:
        Volume(np.zeros(shape, np.uint8), affine())
    assert refused.value.reason is Reason.NOT_3D


@pytest.mark.parametrize(
    ("spacing", "reason"),
    [
        ((0, 1, 1), Reason.BAD_SPACING),
        ((0.09, 1, 1), Reason.BAD_SPACING),
        ((1, 1, 10.1), Reason.BAD_SPACING),
        ((np.nan, 1, 1), Reason.BAD_AFFINE),
        ((np.inf, 1, 1), Reason.BAD_AFFINE),
    ],
)
def test_impossible_spacing(spacing: tuple[float, float, float], reason: Reason) -> None:
    with pytest.raises(ScanRefused) as refused:
        Volume(np.zeros((2, 2, 2), np.uint8), affine(spacing))
    assert refused.value.reason is reason


def test_limits_of_spacing_are_allowed() -> None:
    assert Volume(np.zeros((2, 2, 2), np.uint8), affine((0.1, 1, 10))).spacing_mm == (0.1, 1, 10)


def test_singular_affine() -> None:
    flat = affine()
    flat[:3, 2] = flat[:3, 1]
    with pytest.raises(ScanRefused) as refused:
        Volume(np.zeros((2, 2, 2), np.uint8), flat)
    assert refused.value.reason is Reason.BAD_AFFINE


def test_projective_affine() -> None:
    bent = affine()
    bent[3, 0] = 0.01
    with pytest.raises(ScanRefused) as refused:
        Volume(np.zeros((2, 2, 2), np.uint8), bent)
    assert refused.value.reason is Reason.BAD_AFFINE


def test_a_tilted_gantry_is_allowed_and_a_collapsed_one_is_not() -> None:
    for degrees, allowed in ((30, True), (59, True), (61, False)):
        sheared = affine()
        sheared[:3, 2] = [0, np.sin(np.radians(degrees)), np.cos(np.radians(degrees))]
        if allowed:
            Volume(np.zeros((2, 2, 2), np.uint8), sheared)
        else:
            with pytest.raises(ScanRefused):
                Volume(np.zeros((2, 2, 2), np.uint8), sheared)


def test_no_more_voxels_than_the_limit() -> None:
    huge = np.broadcast_to(np.uint8(0), (1000, 1000, 201))  # takes no memory
    with pytest.raises(ScanRefused) as refused:
        Volume(huge, affine())
    assert refused.value.reason is Reason.TOO_LARGE
