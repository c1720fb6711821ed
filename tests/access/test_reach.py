"""Reach and sight against places where the answer is plain."""

from __future__ import annotations

import numpy as np
import pytest

from kambin.access.catalogue import instruments
from kambin.access.reach import reach_of

TIP = np.array([10.0, -4.0, 7.0])
OUT = np.array([0.0, 1.0, 0.0])


def nothing(points: np.ndarray) -> np.ndarray:
    return np.zeros(len(points), dtype=bool)


def reach(points: np.ndarray, in_bone=nothing, out=OUT):  # type: ignore[no-untyped-def]
    return reach_of(TIP, out, 3.5, 15.0, np.atleast_2d(points), instruments(), in_bone)


def test_straight_ahead_is_reached_and_seen_and_far_ahead_is_not_reached() -> None:
    tools = instruments()
    ahead = reach(TIP - OUT * 10.0)
    assert (ahead.reached, ahead.seen) == (1.0, 1.0)
    assert reach(TIP - OUT * (tools.forceps_reach_mm + 1.0)).reached == 0.0


def test_behind_and_beside_are_neither() -> None:
    for point in (TIP + OUT * 20.0, TIP + np.array([30.0, 0.0, 0.0])):
        assert (reach(point).reached, reach(point).seen) == (0.0, 0.0)


def test_bone_hides_but_does_not_shorten() -> None:
    def wall(points: np.ndarray) -> np.ndarray:
        inside: np.ndarray = np.abs((points - TIP) @ OUT + 5.0) < 1.0
        return inside

    found = reach(TIP - OUT * 10.0, wall)
    assert (found.reached, found.seen) == (1.0, 0.0)


def test_the_cone_of_reach_is_the_lever_and_the_cannula() -> None:
    tools, pivot = instruments(), TIP + OUT * 15.0
    limit = np.radians(tools.lever_deg) + np.arcsin(3.5 / 25.0)
    for factor, expected in ((0.98, 1.0), (1.02, 0.0)):
        side = np.array([np.sin(limit * factor), 0.0, 0.0]) - OUT * np.cos(limit * factor)
        assert reach(pivot + 25.0 * side).reached == expected


def test_turning_everything_changes_nothing() -> None:
    random = np.random.default_rng(5)
    points = TIP + random.normal(0, 8, (300, 3))
    turn, _ = np.linalg.qr(random.normal(size=(3, 3)))
    turned = TIP + (points - TIP) @ turn.T
    assert reach(points) == reach(turned, out=turn @ OUT)
    mirrored = TIP + (points - TIP) * np.array([-1.0, 1.0, 1.0])
    assert reach(points) == reach(mirrored)


def test_shares_count_points() -> None:
    points = np.array([TIP - OUT * 5.0, TIP + OUT * 30.0, TIP - OUT * 8.0, TIP - OUT * 60.0])
    assert reach(points).reached == pytest.approx(0.5)
    assert reach(points).seen == pytest.approx(0.75)
