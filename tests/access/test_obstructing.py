"""A block is certain only when it holds without the nerves that nobody saw."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kambin.access.obstructing import closed_without
from kambin.access.result import Limits
from kambin.access.scene import Obstacle, Scene
from kambin.access.search import search
from tests.access.planted import Planted, analytic_field, ball, plant

RADIUS_MM = 2.0


def _with(planted: Planted, obstacle: Obstacle) -> Scene:
    return replace(planted.scene, obstacles=(*planted.scene.obstacles, obstacle))


def _nerve_in_the_hole(planted: Planted, radius_mm: float = 9.0) -> Obstacle:
    middle = planted.tip + 18 * planted.direction
    field = analytic_field(ball(middle, radius_mm), planted.scene.roi, 1.0, 12.0)
    return Obstacle("exiting root", "nerve", None, field, how="derived")


def _closed(planted: Planted, scene: Scene, *names: str) -> bool:
    return closed_without(scene, planted.patch, planted.cone, RADIUS_MM, names, Limits.standard())


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_only_a_nerve_closes_is_open_without_it(seed: int) -> None:
    planted = plant(seed)
    scene = _with(planted, _nerve_in_the_hole(planted))
    assert search(scene, planted.patch, planted.cone, RADIUS_MM).status == "none"
    assert not _closed(planted, scene, "exiting root")
    assert _closed(planted, scene)


@pytest.mark.parametrize("kind", ["gap", "crest", "bowel"])
def test_what_bone_closes_stays_closed_without_the_nerve(kind: str) -> None:
    planted = plant(4, blocked=kind)
    scene = _with(planted, _nerve_in_the_hole(planted))
    assert _closed(planted, scene, "exiting root")


def test_without_any_nerve_it_is_still_asked() -> None:
    """On a map of bones alone every nerve is derived."""
    for blocked in (None, "gap"):
        planted = plant(5, blocked=blocked)
        nerves = [one.name for one in planted.scene.obstacles if one.is_objective]
        assert nerves and _closed(planted, planted.scene, *nerves) == (blocked is not None)


def test_with_nothing_left_nothing_is_closed() -> None:
    planted = plant(6, blocked="gap")
    assert not _closed(planted, planted.scene, *(one.name for one in planted.scene.obstacles))
