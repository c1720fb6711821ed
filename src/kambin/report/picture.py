"""The picture of the first screen: L1 to S1 with the problem disc, its root and the rivals.

Seen from behind, so the patient's left is on the left of the picture: a mirrored patient gives the mirrored
picture. The herniation is drawn in the zone that the scan's record names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from kambin.case.words import LEVELS, ROOTS
from kambin.report import skeleton
from kambin.report.skeleton import MIDDLE, Bone, Dot, RootLine
from kambin.report.words import percent

__all__ = ["Label", "Picture", "spine_picture"]

LABEL_X = 98  # from the middle to the labels at the side
LABEL_GAP = 18
ZONES = {"central": 5, "subarticular": 20, "foraminal": 36, "extraforaminal": 52}
SIZES = {"bulge": (24, 7), "protrusion": (9, 8), "extrusion": (11, 11), "sequestration": (9, 11)}
MIGRATION = {"none": 0, "low": 12, "high": 20, "very_high": 26}


@dataclass(frozen=True, slots=True)
class Label:
    """A word beside the spine, and the path of a thin line to what it names."""

    text: str
    x: int
    y: int
    anchor: str
    leader: str
    strong: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything to draw, with a name and a text alternative."""

    width: int
    height: int
    title: str
    text: str
    bones: tuple[Bone, ...]
    sac: str
    roots: tuple[RootLine, ...]
    dots: tuple[Dot, ...]
    labels: tuple[Label, ...]


class _Wanted(NamedTuple):
    """A label before it has its place: what it names lies at (x, y) on the side of `sign`."""

    sign: int
    x: int
    y: int
    text: str
    strong: bool


def _signs(side: str) -> tuple[int, ...]:
    """Signs of x about the middle: the left of the picture is the patient's left."""
    return {"left": (-1,), "right": (1,)}.get(side, (-1, 1))


def _level_index(name: str) -> int:
    return [str(level) for level in LEVELS].index(name)


def _root_index(name: str) -> int:
    return [str(root) for root in ROOTS].index(name)


def _herniations(problem: Mapping[str, Any]) -> tuple[Dot, ...]:
    """The herniation in its zone, as the scan's record has it; nothing where there is no record."""
    found = problem.get("disc") or {}
    kind = found.get("type") or "none"
    if kind == "none":
        return ()
    rx, ry = SIZES[kind]
    zone = found.get("zone") or ("subarticular" if problem["course"] == "traversing" else "foraminal")
    in_the_middle = kind == "bulge" or problem["side"] == "both"
    in_the_middle |= zone == "central" and found.get("side") not in ("left", "right")
    shift = {"up": -1, "down": 1}.get(found.get("migration") or "none", 0)
    y = skeleton.disc_y(_level_index(problem["level"]))
    y += shift * MIGRATION[found.get("migration_grade") or "low"]
    signs = (0,) if in_the_middle else _signs(problem["side"])
    return tuple(Dot(MIDDLE + sign * ZONES[zone], y, rx, ry, "herniation") for sign in signs)


def _place(candidate: Mapping[str, Any], sign: int) -> tuple[int, int]:
    away = ZONES["foraminal" if candidate["course"] == "exiting" else "subarticular"]
    return MIDDLE + sign * away, skeleton.disc_y(_level_index(candidate["level"]))


def _wanted(problem: Mapping[str, Any] | None, rivals: Sequence[Mapping[str, Any]]) -> Iterable[_Wanted]:
    if problem is not None:
        signs, index = _signs(problem["side"]), _level_index(problem["level"])
        edge = MIDDLE + signs[0] * skeleton.disc_half_width(index)
        yield _Wanted(signs[0], edge, skeleton.disc_y(index), problem["level"], True)
        for sign in signs:
            x, y = skeleton.root_end(_root_index(problem["root"]), sign)
            yield _Wanted(sign, x, y, f"{problem['root']} root", True)
    for rival in rivals:
        sign = _signs(rival["side"])[0]
        text = f"{rival['root']} root {percent(rival['probability'])}"
        yield _Wanted(sign, *_place(rival, sign), text, False)


def _labels(wanted: Sequence[_Wanted]) -> tuple[Label, ...]:
    """Labels of both sides, pushed apart so that none covers another."""
    labels: list[Label] = []
    for sign, anchor in ((-1, "end"), (1, "start")):
        lowest = 0
        ours = [item for item in wanted if item.sign == sign]
        for item in sorted(ours, key=lambda item: (item.y, not item.strong, item.text)):
            lowest = at = max(item.y, lowest + LABEL_GAP)
            end = MIDDLE + sign * LABEL_X
            leader = f"M{item.x} {item.y} L{end} {at}"
            labels.append(Label(item.text, end + sign * 4, at + 5, anchor, leader, item.strong))
    return tuple(labels)


def _side_words(side: str) -> str:
    return "both sides" if side == "both" else f"the patient's {side}"


def _words(problem: Mapping[str, Any] | None, rivals: Sequence[Mapping[str, Any]], reason: str) -> str:
    """The picture in words."""
    parts = ["Lumbar spine from L1 to S1, seen from behind, the patient's left on the left."]
    if problem is None:
        parts += ["No problem disc is marked.", reason]
    else:
        root = f"the {problem['course']} root {problem['root']} on {_side_words(problem['side'])}"
        parts.append(f"Marked: disc {problem['level']} and {root}.")
        found = problem.get("disc") or {}
        kind = found.get("type") or "none"
        if kind != "none":
            article = "An" if kind[0] in "aeiou" else "A"
            zone = f"in the {found['zone']} zone" if found.get("zone") else "without a written zone"
            parts.append(f"{article} {kind} {zone} is drawn.")
    if rivals:
        named = "; ".join(
            f"{rival['level']}, {_side_words(rival['side'])}, root {rival['root']}, "
            f"{percent(rival['probability'])}"
            for rival in rivals
        )
        parts.append(f"Rivals: {named}.")
    return " ".join(part for part in parts if part)


def spine_picture(diagnosis: Mapping[str, Any] | None) -> Picture:
    """The schematic of one patient.

    Parameters
    ----------
    diagnosis : mapping or None
        Plain form of the diagnosis: `problem`, `rivals`, `reason`.

    Returns
    -------
    Picture
    """
    found = diagnosis or {}
    problem: Mapping[str, Any] | None = found.get("problem")
    rivals: Sequence[Mapping[str, Any]] = found.get("rivals") or ()
    level, root = (None, None) if problem is None else (problem["level"], problem["root"])
    signs = () if problem is None else _signs(problem["side"])
    lines = [
        skeleton.root_line(index, sign, str(name) == root and sign in signs)
        for index, name in enumerate(ROOTS)
        for sign in (-1, 1)
    ]
    rings = tuple(
        Dot(*_place(rival, sign), 11, 9, "rival") for rival in rivals for sign in _signs(rival["side"])
    )
    return Picture(
        width=skeleton.WIDTH,
        height=skeleton.HEIGHT,
        title="Where the problem disc lies",
        text=_words(problem, rivals, str(found.get("reason") or "")),
        bones=(
            *(skeleton.disc(index, str(name) == level) for index, name in enumerate(LEVELS)),
            *(skeleton.body(index) for index in range(len(LEVELS))),
            skeleton.sacrum(),
        ),
        sac=skeleton.SAC_PATH,
        roots=tuple(sorted(lines, key=lambda item: item.problem)),
        dots=(*skeleton.pedicles(), *(_herniations(problem) if problem is not None else ()), *rings),
        labels=_labels(list(_wanted(problem, rivals))),
    )
