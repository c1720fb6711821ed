"""The schematic spine behind the picture: bodies, discs, sac, pedicles and roots from L1 to S1.

Seen from behind with the arches taken off, as the spine lies before the surgeon. Nothing in it is measured.
Coordinates are pixels of the drawing, x to the right and y down; everything is drawn by its distance from the
middle, so that the two sides are mirror images.
"""

from __future__ import annotations

from dataclasses import dataclass

from kambin.case.words import LEVELS, ROOTS

__all__ = [
    "HEIGHT",
    "MIDDLE",
    "SAC_PATH",
    "WIDTH",
    "Bone",
    "Dot",
    "RootLine",
    "body",
    "disc",
    "disc_half_width",
    "disc_y",
    "pedicles",
    "root_end",
    "root_line",
    "sacrum",
]

WIDTH, HEIGHT, MIDDLE = 420, 430, 210
TOP, PITCH, BODY = 34, 64, 44  # of the first vertebra; from one to the next; height of a body
GAP = PITCH - BODY
SAC = 13  # half width of the dural sac
PEDICLE = 33  # from the middle


@dataclass(frozen=True, slots=True)
class Bone:
    """A vertebral body, the sacrum or a disc: a closed path, and where its name goes."""

    path: str
    name: str
    x: int
    y: int
    problem: bool = False


@dataclass(frozen=True, slots=True)
class RootLine:
    """A nerve root from the sac to its foramen; `side` is the patient's."""

    path: str
    name: str
    side: str
    problem: bool


@dataclass(frozen=True, slots=True)
class Dot:
    """An ellipse: a pedicle, a herniation or the place of a rival."""

    x: int
    y: int
    rx: int
    ry: int
    kind: str


def _half(index: int) -> int:
    """Half width of the body of vertebra `index`, 0 for L1; it grows towards the sacrum."""
    return 42 + 2 * index


def _top(index: int) -> int:
    return TOP + PITCH * index


SAC_PATH = (
    f"M{MIDDLE - SAC} 10 L{MIDDLE + SAC} 10 L{MIDDLE + SAC - 2} {_top(5)} L{MIDDLE + 5} {HEIGHT - 16}"
    f" L{MIDDLE - 5} {HEIGHT - 16} L{MIDDLE - SAC + 2} {_top(5)} Z"
)


def disc_y(index: int) -> int:
    """Height of the middle of the disc below vertebra `index`."""
    return _top(index) + BODY + GAP // 2


def disc_half_width(index: int) -> int:
    """Half width of the disc below vertebra `index`."""
    return _half(index) + 2


def body(index: int) -> Bone:
    """The body of vertebra `index`, with its waist."""
    half, top, waist = _half(index), _top(index), _half(index) - 10
    low, mid = top + BODY, top + BODY // 2
    path = (
        f"M{MIDDLE - half} {top} Q{MIDDLE} {top + 4} {MIDDLE + half} {top} Q{MIDDLE + waist} {mid}"
        f" {MIDDLE + half} {low} Q{MIDDLE} {low - 4} {MIDDLE - half} {low} Q{MIDDLE - waist} {mid}"
        f" {MIDDLE - half} {top} Z"
    )
    return Bone(path, f"L{index + 1}", MIDDLE, mid + 5)


def sacrum() -> Bone:
    """The upper part of the sacrum."""
    top, half, low = _top(len(LEVELS)), _half(len(LEVELS)), HEIGHT - 12
    path = (
        f"M{MIDDLE - half} {top} Q{MIDDLE} {top + 5} {MIDDLE + half} {top}"
        f" L{MIDDLE + half - 22} {low} L{MIDDLE - half + 22} {low} Z"
    )
    return Bone(path, "S1", MIDDLE, top + 30)


def disc(index: int, problem: bool) -> Bone:
    """The disc below vertebra `index`."""
    half, top = _half(index) - 3, _top(index) + BODY + 1
    low, mid, out = top + GAP - 2, top + GAP // 2 - 1, _half(index) + 6
    path = (
        f"M{MIDDLE - half} {top} Q{MIDDLE} {top - 3} {MIDDLE + half} {top} Q{MIDDLE + out} {mid}"
        f" {MIDDLE + half} {low} Q{MIDDLE} {low + 3} {MIDDLE - half} {low} Q{MIDDLE - out} {mid}"
        f" {MIDDLE - half} {top} Z"
    )
    return Bone(path, str(LEVELS[index]), MIDDLE, mid, problem)


def pedicles() -> tuple[Dot, ...]:
    """The cut pedicles of L1 to L5."""
    return tuple(
        Dot(MIDDLE + sign * PEDICLE, _top(index) + 14, 7, 9, "pedicle")
        for index in range(len(LEVELS))
        for sign in (-1, 1)
    )


def root_end(index: int, sign: int) -> tuple[int, int]:
    """Where root `index`, 0 for L1, leaves the drawing on the side with this sign of x."""
    under = _top(index) + BODY - 8
    if index == len(LEVELS):  # S1 leaves through the sacrum
        return MIDDLE + sign * (PEDICLE + 16), under + 14
    return MIDDLE + sign * (_half(index) + 24), under + 22


def root_line(index: int, sign: int, problem: bool) -> RootLine:
    """Root `index`: off the sac above its vertebra, past the disc, round the pedicle, out of the foramen."""
    start, under = _top(index) - GAP - 6, _top(index) + BODY - 8
    end_x, end_y = root_end(index, sign)
    points = [(SAC - 2, start), (SAC + 9, _top(index) - 2), (PEDICLE - 14, under - 12), (PEDICLE + 1, under)]
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = ((MIDDLE + sign * x, y) for x, y in points)
    path = f"M{x0} {y0} C{x1} {y1} {x2} {y2} {x3} {y3} S{end_x - sign * 8} {end_y - 8} {end_x} {end_y}"
    return RootLine(path, str(ROOTS[index]), "left" if sign < 0 else "right", problem)
