"""Where names stand beside what they name: near it, over nothing else, with lines that do not cross.

Each name takes the best of a ring of places about its point, one after the other from the top down; what
stands already is in the way of the next. Lengths are those of the frame.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Box", "Spot", "place_names", "size_of"]

Floats = NDArray[np.float64]

# of a letter and of a line, inches at 8 points, with the box about them
LETTER_IN, LINE_IN, PAD_IN = 0.064, 0.125, 0.05
REACHES_IN = (0.10, 0.18, 0.28, 0.40, 0.55, 0.75, 1.0)  # from the point to the edge of the box
DIRECTIONS = 16
# what a place costs, in inches of distance that one would go to avoid it
COVERS_NAME, COVERS_POINT, CROSSES, COVERS_LINE, INWARD = 6.0, 1.2, 1.5, 0.10, 0.06


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of the frame: middle, half width, half height."""

    x: float
    y: float
    half_width: float
    half_height: float

    def overlaps(self, other: Box) -> bool:
        """Whether two rectangles share an area."""
        return (
            abs(self.x - other.x) < self.half_width + other.half_width
            and abs(self.y - other.y) < self.half_height + other.half_height
        )

    def holds(self, points: Floats) -> NDArray[np.bool_]:
        """Which points, shape (n, 2), lie in it."""
        inside: NDArray[np.bool_] = (np.abs(points[:, 0] - self.x) < self.half_width) & (
            np.abs(points[:, 1] - self.y) < self.half_height
        )
        return inside


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a name stands, and the end of its line at the box."""

    box: Box
    end: tuple[float, float]


def size_of(text: str, unit: float) -> tuple[float, float]:
    """Half width and half height of a name's box; `unit` is an inch in the frame."""
    return unit * (LETTER_IN * len(text) / 2 + PAD_IN), unit * (LINE_IN / 2 + PAD_IN / 2)


def _candidates(point: Floats, half: tuple[float, float], unit: float) -> list[tuple[float, Floats, Spot]]:
    """Reach in inches, direction, and place of the box about a point."""
    found = []
    for reach in REACHES_IN:
        for turn in range(DIRECTIONS):
            angle = 2.0 * np.pi * turn / DIRECTIONS
            way = np.array([np.cos(angle), np.sin(angle)])
            # from the middle of a box to its edge, against the way
            depth = min(half[0] / max(abs(way[0]), 1e-9), half[1] / max(abs(way[1]), 1e-9))
            end = point + reach * unit * way
            middle = end + depth * way
            box = Box(round(float(middle[0]), 3), round(float(middle[1]), 3), *half)
            found.append((reach, way, Spot(box, (round(float(end[0]), 3), round(float(end[1]), 3)))))
    return found


def _cross(a: Floats, b: Floats, c: Floats, d: Floats) -> bool:
    """Whether the segments a-b and c-d cross."""

    def turn(p: Floats, q: Floats, r: Floats) -> float:
        """Positive where p, q, r turn to one side, negative to the other."""
        return float((q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0]))

    return turn(a, b, c) * turn(a, b, d) < 0 and turn(c, d, a) * turn(c, d, b) < 0


def place_names(
    names: Sequence[tuple[str, float, float]],
    extent: tuple[float, float, float, float],
    unit: float,
    taken: Sequence[Box] = (),
    busy: Floats | None = None,
) -> list[Spot]:
    """Places for names.

    Parameters
    ----------
    names : sequence of tuple
        Text, and the point that it names.
    extent : tuple of float
        Left, right, bottom, top of the frame; y grows downwards.
    unit : float
        An inch in the frame.
    taken : sequence of Box
        What stands there already.
    busy : ndarray, shape (n, 2), optional
        Points of lines that should stay to be seen.

    Returns
    -------
    list of Spot
        In the order of `names`.
    """
    left, right, bottom, top = extent
    middle = np.array([(left + right) / 2, (top + bottom) / 2])
    points = np.array([[x, y] for _, x, y in names], dtype=np.float64).reshape(-1, 2)
    lines = np.zeros((0, 2)) if busy is None else busy
    boxes, leaders = list(taken), list[tuple[Floats, Floats]]()
    spots: dict[int, Spot] = {}
    for index in sorted(range(len(names)), key=lambda i: (names[i][2], names[i][1], names[i][0])):
        point, half = points[index], size_of(names[index][0], unit)
        others = np.delete(points, index, axis=0)
        outward = (point - middle) / max(float(np.linalg.norm(point - middle)), 1e-9)
        best: tuple[float, Spot] | None = None
        for reach, way, spot in _candidates(point, half, unit):
            box, end = spot.box, np.array(spot.end)
            inside = left <= box.x - half[0] and box.x + half[0] <= right
            if not (inside and top <= box.y - half[1] and box.y + half[1] <= bottom):
                continue
            cost = reach + INWARD * (1.0 - float(way @ outward))
            cost += COVERS_NAME * sum(box.overlaps(item) for item in boxes)
            cost += COVERS_POINT * int(box.holds(others).sum())
            cost += COVERS_LINE * min(int(box.holds(lines).sum()), 20)
            cost += CROSSES * sum(_cross(point, end, *item) for item in leaders)
            if best is None or cost < best[0] - 1e-9:
                best = (cost, spot)
        here = (float(point[0]), float(point[1]))
        chosen = best[1] if best is not None else Spot(Box(*here, *half), here)
        spots[index] = chosen
        boxes.append(chosen.box)
        leaders.append((point, np.array(chosen.end)))
    return [spots[index] for index in range(len(names))]
