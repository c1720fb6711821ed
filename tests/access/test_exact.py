"""Winners' clearances by other paths: triangles and a collision library, spheres along a line."""

from __future__ import annotations

import numpy as np
import pytest

from kambin.access.exact import surface_clearance, tube_clearance
from kambin.access.fields import distance_field, tube_field
from kambin.access.grid import Roi
from kambin.access.result import Ray
from kambin.access.surfaces import surface
from tests.access.shapes import mask_of, random_shape, rotation

ROI = Roi(np.full(3, -24.0), np.full(3, 24.0))


def passing(rng: np.random.Generator, apart: float) -> Ray:
    turn = rotation(rng)
    return Ray(apart * turn[1] - 20 * turn[0], turn[0], 40.0, True)


@pytest.mark.parametrize("kind", ["ball", "rounded box"])
def test_field_surface_and_triangles_agree(kind: str) -> None:
    coal = pytest.importorskip("coal")
    trimesh = pytest.importorskip("trimesh")
    rng = np.random.default_rng(1)
    shape = random_shape(kind, rng)
    mask, affine = mask_of(shape)
    found = surface(mask, affine)
    assert found is not None
    field = distance_field(mask, affine, ROI, cap_mm=16.0)
    # the true shape as triangles
    if kind == "ball":
        mesh = trimesh.creation.icosphere(4, float(shape.sizes[0]))
    else:
        ball = trimesh.creation.icosphere(3, float(shape.sizes[3]))
        corners = np.array([[a, b, c] for a in (-1, 1) for b in (-1, 1) for c in (-1, 1)]) * shape.sizes[:3]
        mesh = trimesh.convex.convex_hull(np.concatenate([ball.vertices + corner for corner in corners]))
    vertices = mesh.vertices @ shape.turn.T + shape.middle
    body = coal.BVHModelOBBRSS()
    body.beginModel(len(mesh.faces), len(vertices))
    body.addVertices(vertices)
    body.addTriangles(np.asarray(mesh.faces, dtype=np.uint32))
    body.endModel()
    for _ in range(12):
        ray = passing(rng, float(rng.uniform(13, 19)))
        z = ray.direction_lps
        x = np.cross(z, [1.0, 0, 0] if abs(z[0]) < 0.8 else [0, 1.0, 0])
        x /= np.linalg.norm(x)
        pose = coal.Transform3s(np.stack([x, np.cross(z, x), z], axis=1), ray.tip_lps + 20 * z)
        query, answer = coal.DistanceRequest(), coal.DistanceResult()
        capsule = coal.Capsule(3.0, 40.0)
        truth = coal.distance(body, coal.Transform3s(), capsule, pose, query, answer)
        exact, at = surface_clearance(found, ray, 3.0)
        seen = field.at(ray.tip_lps + np.linspace(0, 40, 800)[:, None] * z).min() - 3.0
        assert -0.35 <= exact - truth <= 0.35
        assert abs(seen - min(exact, 13.0)) <= 0.12
        assert 0 <= at <= 40


def test_tubes_agree_with_their_field() -> None:
    rng = np.random.default_rng(3)
    points = np.array([[0.0, 0, -18], [0, 3, 0], [5, 0, 20]])
    radii = np.array([2.0, 3.5, 1.5])
    field = tube_field(points, radii, ROI)
    for _ in range(6):
        ray = passing(rng, float(rng.uniform(7, 12)))
        exact, _ = tube_clearance(points, radii, ray, 1.0)
        seen = field.at(ray.tip_lps + np.linspace(0, 40, 800)[:, None] * ray.direction_lps).min() - 1.0
        assert abs(exact - seen) <= 0.05
