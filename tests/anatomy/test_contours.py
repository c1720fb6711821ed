from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage

from kambin.anatomy.contours import contour_of, largest_circle_of_triangle, piece_at, polygon_area

AXIS = np.arange(-15.0, 15.1, 0.5)
X, Y = np.meshgrid(AXIS, AXIS, indexing="ij")


def test_the_contour_of_an_ellipse_has_its_area_and_lies_on_it() -> None:
    values = np.clip(0.5 + (1 - np.hypot(X / 9, Y / 6)) * 3, 0, 1)
    line = contour_of(values, AXIS, AXIS)
    assert abs(polygon_area(line) - np.pi * 54) < 0.01 * np.pi * 54
    assert np.abs(np.hypot(line[:, 0] / 9, line[:, 1] / 6) - 1).max() < 0.02


@given(st.integers(0, 10_000))
def test_a_contour_is_one_closed_line_through_crossings(seed: int) -> None:
    values = ndimage.gaussian_filter(np.random.default_rng(seed).normal(size=X.shape), 2.0)
    values = (values - values.min()) / np.ptp(values)
    values[[0, -1]] = values[:, [0, -1]] = 0.0
    line = contour_of(values, AXIS, AXIS)
    assert np.linalg.norm(line - np.roll(line, -1, axis=0), axis=1).max() < 0.5 * 1.5
    rows = np.interp(line[:, 0], AXIS, np.arange(len(AXIS)))
    columns = np.interp(line[:, 1], AXIS, np.arange(len(AXIS)))
    assert np.allclose(ndimage.map_coordinates(values, [rows, columns], order=1), 0.5, atol=1e-9)


def test_of_several_lines_the_longest_is_taken_and_nothing_gives_nothing() -> None:
    values = np.where((np.hypot(X + 7, Y) < 5) | (np.hypot(X - 8, Y) < 2), 1.0, 0.0)
    assert contour_of(values, AXIS, AXIS)[:, 0].max() < 0
    assert contour_of(np.zeros_like(X), AXIS, AXIS).shape == (0, 2)


def test_a_piece_that_reaches_the_edge_has_no_border() -> None:
    free = np.hypot(X, Y) < 8
    piece = piece_at(free, (30, 30))
    assert piece is not None and (piece == free).all()
    free[30:, 30] = True
    assert piece_at(free, (30, 30)) is None
    assert piece_at(free, (0, 0)) is None


@given(st.lists(st.floats(-20, 20), min_size=6, max_size=6))
def test_the_largest_circle_touches_all_three_sides(numbers: list[float]) -> None:
    corners = np.array(numbers).reshape(3, 2)
    if polygon_area(corners) < 1.0:
        return
    centre, radius = largest_circle_of_triangle(corners)
    for start, stop in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        along = (stop - start) / np.linalg.norm(stop - start)
        away = centre - start
        assert abs(abs(along[0] * away[1] - along[1] * away[0]) - radius) < 1e-6 * (1 + radius)
