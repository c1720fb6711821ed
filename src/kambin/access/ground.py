"""What all approaches of one level and side share: the distance fields, made once, two at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from kambin.access import structures
from kambin.access.catalogue import Rules, setting
from kambin.access.fields import coarse_field, distance_field, skin_field
from kambin.access.grid import Field, Roi
from kambin.access.local import Local, local_of, pedicle_reach
from kambin.access.nerve_fields import nerves_of, root_of
from kambin.access.region import region_of
from kambin.access.scene import Obstacle
from kambin.access.structures import Cut, Piece
from kambin.access.surfaces import coverage
from kambin.access.target import Target, neighbours, tip_box
from kambin.anatomy.geometry import SpineModel
from kambin.case.words import Level

__all__ = ["LARGE_STEP_MM", "THREADS", "Ground", "ground_of"]

Floats: TypeAlias = NDArray[np.float64]
# Grid of what is large and smooth: ilium, ribs, organs, the space in front of the root; the same for all of
# them, so that they join without being sampled again.
LARGE_STEP_MM = 2.0
# The compiled loops let go of the interpreter; the aim is two cores.
THREADS = 2


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """What all approaches of one level and side share.

    Attributes
    ----------
    model : SpineModel
    local : Local
    target : Target
    roi : Roi
    cut : Cut
    nerves : tuple of Obstacle
    absent : tuple of str
        Nerves that are neither given nor derived.
    to_go : Piece or None
        The superior articular process.
    bone : tuple of Obstacle
        Bone that stays under every approach.
    process : tuple of Obstacle
        The superior articular process where it has to stay.
    coverage : tuple of ndarray, or None
        Points of that process, and what each stands for, mm³.
    large : tuple of Obstacle
        Ilium, ribs, and the space in front of the exiting root.
    organs : mapping
        Group → its obstacles (none where they are far), or None where the map does not hold the group.
    skin : Field or None
    on_skin : bool
        Whether `skin` is the skin, and not the edge of what is known.
    """

    model: SpineModel
    local: Local
    target: Target
    roi: Roi
    cut: Cut
    nerves: tuple[Obstacle, ...]
    absent: tuple[str, ...]
    to_go: Piece | None
    bone: tuple[Obstacle, ...]
    process: tuple[Obstacle, ...]
    coverage: tuple[Floats, Floats] | None
    large: tuple[Obstacle, ...]
    organs: Mapping[str, tuple[Obstacle, ...] | None]
    skin: Field | None
    on_skin: bool


def ground_of(
    model: SpineModel,
    target: Target,
    rules: Sequence[Rules],
    progress: Callable[[str], None] = lambda _: None,
) -> Ground | tuple[str, ...]:
    """Make the ground, or say what is missing for it.

    Parameters
    ----------
    model : SpineModel
    target : Target
    rules : sequence of Rules
        The approaches that will be planned on it.
    progress : callable

    Returns
    -------
    Ground or tuple of str
        The structures without which no corridor can be bounded.
    """
    level = Level(target.level)
    disc = model.discs.get(level)
    if disc is None:
        return (f"disc {level}",)
    local = local_of(model, disc, target.side)
    boxes = [(one, tip_box(model, one, target, local)) for one in rules]
    placed = [(one, box) for one, box in boxes if box is not None]
    if not placed:
        return (f"pedicle {neighbours(level)[1]}",)
    progress("region and skin")
    roi, edge = region_of(model, local, placed)
    progress("distances")
    return _filled(model, target, local, (roi, edge), [one for one, _ in placed])


def _filled(
    model: SpineModel,
    target: Target,
    local: Local,
    region: tuple[Roi, Piece | None],
    rules: Sequence[Rules],
) -> Ground:
    """Make every field, two at a time."""
    (roi, edge), level = region, Level(target.level)
    cut = Cut.of(model, roi)
    to_go = structures.bone_to_go(model, cut, neighbours(level)[1], target.side)
    groups = tuple(dict.fromkeys(group for one in rules for group in one.forbidden))
    foramen = any(one.window == "foramen" for one in rules)
    with ThreadPoolExecutor(THREADS) as pool:
        bone = pool.submit(_bone, structures.bone_left(model, cut, to_go), local, roi)
        nerves = pool.submit(nerves_of, model, local, level, roi)
        skin = pool.submit(_skin, edge, roi)
        process = pool.submit(_bone, to_go, local, roi)
        covered = pool.submit(_coverage, to_go)
        large = [
            pool.submit(_large, one, kind, local, roi) for one, kind in _smooth(model, cut, local, foramen)
        ]
        organs = {group: pool.submit(_organ, model, cut, group, roi) for group in groups}
        found, absent = nerves.result()
        return Ground(
            model=model,
            local=local,
            target=target,
            roi=roi,
            cut=cut,
            nerves=found,
            absent=absent,
            to_go=to_go,
            bone=bone.result(),
            process=process.result(),
            coverage=covered.result(),
            large=tuple(one.result() for one in large),
            organs={group: one.result() for group, one in organs.items()},
            skin=skin.result(),
            on_skin=model.skin is not None,
        )


def _skin(edge: Piece | None, roi: Roi) -> Field | None:
    return None if edge is None else skin_field(edge.mask, edge.lps_from_mask, roi)


def _coverage(to_go: Piece | None) -> tuple[Floats, Floats] | None:
    return None if to_go is None else coverage(to_go.mask, to_go.lps_from_mask)


def _bone(piece: Piece | None, local: Local, roi: Roi) -> tuple[Obstacle, ...]:
    if piece is None:
        return ()
    field = distance_field(piece.mask, piece.lps_from_mask, roi)
    demanded = float(setting("demanded_bone_mm").value)
    return (Obstacle(piece.name, "bone", local.side, field, demanded, robust=False),)


def _smooth(model: SpineModel, cut: Cut, local: Local, foramen: bool) -> list[tuple[Piece, str]]:
    """Ilium, ribs, and the space in front of the exiting root, each with its kind."""
    if not foramen:
        return []
    upper, lower = neighbours(local.level)
    root, reach = root_of(model, upper, local), pedicle_reach(model, local, lower)
    shield = None if root is None or reach is None else structures.in_front_of(root, local, reach[0])
    pieces = (
        (structures.named(model, cut, "iliac bone", "hip_"), "ilium"),
        (structures.named(model, cut, "rib", "rib_"), "rib"),
        (shield, "window"),
    )
    return [(piece, kind) for piece, kind in pieces if piece is not None]


def _large(piece: Piece, kind: str, local: Local, roi: Roi) -> Obstacle:
    field = distance_field(piece.mask, piece.lps_from_mask, roi, spacing_mm=LARGE_STEP_MM)
    return Obstacle(piece.name, kind, local.side, field, robust=False)


def _organ(model: SpineModel, cut: Cut, group: str, roi: Roi) -> tuple[Obstacle, ...] | None:
    found, missing = structures.organs(model, cut, (group,))
    if missing:
        return None
    demanded = float(setting("demanded_viscera_mm").value)
    return tuple(
        Obstacle(
            piece.name,
            "viscera",
            None,
            coarse_field(piece.mask, piece.lps_from_mask, roi, spacing_mm=LARGE_STEP_MM),
            demanded_mm=demanded,
            robust=False,
        )
        for piece in found
    )
