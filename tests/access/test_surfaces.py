"""The surface between the voxels: volume, place and outward normals."""

from __future__ import annotations

import numpy as np
import pytest

from kambin.access.surfaces import coverage, surface
from tests.access.shapes import KINDS, Shape, mask_of, random_shape


@pytest.mark.parametrize("kind", KINDS)
def test_points_lie_on_the_shape_and_normals_point_outwards(kind: str) -> None:
    shape = random_shape(kind, np.random.default_rng(8))
    found = surface(*mask_of(shape))
    assert found is not None
    offset = shape.distance(found.points_lps)
    assert abs(offset.mean()) < 0.06 and np.percentile(np.abs(offset), 95) < 0.3
    smooth = found.radii_mm > 0
    outwards = shape.distance(found.points_lps + 0.5 * found.normals_lps) - offset
    assert np.median(outwards[smooth]) == pytest.approx(0.5, abs=0.03)
    assert np.mean(outwards[smooth] > 0.3) > 0.95


def test_curved_surfaces_do_not_shrink() -> None:
    for radius in (3.0, 5.0, 8.0):
        shape = Shape("ball", np.eye(3), np.array([0.13, -0.2, 0.31]), np.array([radius]))
        found = surface(*mask_of(shape))
        assert found is not None
        smooth = found.points_lps[found.radii_mm > 0]
        assert abs(np.linalg.norm(smooth - shape.middle, axis=1).mean() - radius) < 0.06


def test_coverage_is_the_masks_volume_in_the_masks_place() -> None:
    shape = random_shape("rounded box", np.random.default_rng(2))
    mask, affine = mask_of(shape)
    points, volumes = coverage(mask, affine)
    assert volumes.sum() == pytest.approx(mask.sum() * 0.8**3)
    centre = np.argwhere(mask).mean(axis=0) @ affine[:3, :3].T + affine[:3, 3]
    assert np.allclose(volumes @ points / volumes.sum(), centre, atol=0.02)
    assert volumes.min() > 0 and volumes.max() < 1.05 * 0.8**3
