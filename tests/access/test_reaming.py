"""Bone taken, against booleans of solids by another library and closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from kambin.access.reaming import bone_of
from kambin.access.scene import Removable
from kambin.access.surfaces import coverage
from kambin.errors import InputError
from tests.access.shapes import Shape, mask_of, random_shape, rotation

Floats = NDArray[np.float64]


def removable_of(shape: Shape) -> Removable:
    mask, affine = mask_of(shape)
    points, volumes = coverage(mask, affine)
    return Removable("process", None, points, volumes, 0.8, 0.5)


def solid_of(shape: Shape) -> object:
    """The shape as a solid of manifold3d: the hull of balls at its corners."""
    from manifold3d import Manifold

    ball = Manifold.sphere(float(shape.sizes[3]), 48)
    corners = [
        ball.translate([float(v) for v in np.array([a, b, c]) * shape.sizes[:3]])
        for a in (-1, 1)
        for b in (-1, 1)
        for c in (-1, 1)
    ]
    matrix = np.concatenate([shape.turn, shape.middle[:, None]], axis=1)
    return Manifold.batch_hull(corners).transform(matrix)


def cylinder_of(ray: Floats, radius: float) -> object:
    from manifold3d import Manifold

    z = ray[3:6]
    x = np.cross(z, [1.0, 0, 0] if abs(z[0]) < 0.8 else [0, 1.0, 0])
    x /= np.linalg.norm(x)
    matrix = np.stack([x, np.cross(z, x), z, ray[:3]], axis=1)
    return Manifold.cylinder(float(ray[6]), radius, radius, 256).transform(matrix)


@pytest.mark.parametrize("seed", range(3))
def test_the_share_is_that_of_an_exact_boolean(seed: int) -> None:
    rng = np.random.default_rng(seed)
    shape = random_shape("rounded box", rng)
    bone, solid = bone_of(removable_of(shape)), solid_of(shape)
    whole = solid.volume()  # type: ignore[attr-defined]
    assert abs(bone.volume_mm3 / whole - 1) < 0.02
    for _ in range(6):
        direction = rotation(rng)[0]
        tip = shape.middle + rng.uniform(-4, 4, 3) - rng.choice([3.0, 20.0]) * direction
        ray, radius = np.array([*tip, *direction, 40.0]), float(rng.uniform(2.5, 5.0))
        exact = (solid ^ cylinder_of(ray, radius)).volume() / whole  # type: ignore[operator]
        assert abs(float(bone.shares(ray[None], radius)[0]) - exact) <= 0.02


def test_a_bore_through_the_middle_of_a_ball() -> None:
    shape = Shape("ball", np.eye(3), np.array([0.2, -0.1, 0.3]), np.array([7.0]))
    bone = bone_of(removable_of(shape))
    direction = np.array([0.48, 0.6, 0.64])
    ray = np.array([*(shape.middle - 15 * direction), *direction, 30.0])
    for radius in (2.0, 3.75, 5.0):
        left = (1 - (radius / 7) ** 2) ** 1.5
        assert abs(bone.shares(ray[None], radius)[0] - (1 - left)) < 0.01
        assert bone.volumes_mm3(ray[None], radius)[0] == pytest.approx(
            bone.volume_mm3 * bone.shares(ray[None], radius)[0]
        )


def test_more_reamer_takes_more_and_beyond_the_tip_nothing_goes() -> None:
    bone = bone_of(removable_of(random_shape("ball", np.random.default_rng(4))))
    ray = np.array([[0.0, 0, 0, 0, 0, 1, 40.0]])
    shares = [float(bone.shares(ray, radius)[0]) for radius in (1.0, 2.0, 4.0, 30.0)]
    assert shares == sorted(shares)
    assert 0.4 < shares[-1] < 0.6


def test_bone_without_volume_is_refused() -> None:
    with pytest.raises(InputError, match="no volume"):
        bone_of(Removable("process", None, np.zeros((0, 3)), np.zeros(0), 0.8))
