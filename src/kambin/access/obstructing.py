"""Where there is no corridor: what is in the way, by how much, and what change would free one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from kambin.access.catalogue import setting
from kambin.access.ground import Ground
from kambin.access.march import pack
from kambin.access.model import Block
from kambin.access.result import Blocking, Limits, Margin
from kambin.access.scene import Cone, Patch, Scene
from kambin.access.scene_of import Way
from kambin.access.search import blocking, margins_of, search
from kambin.access.structures import bone_at
from kambin.access.sweep import Found, limits
from kambin.anatomy.model import Caution

__all__ = ["blocks_of", "closed_without", "not_certain"]


def blocks_of(ground: Ground, way: Way, closest: Found) -> tuple[Block, ...]:
    """What closes every corridor, the least change first.

    Parameters
    ----------
    ground : Ground
    way : Way
    closest : Found
        The search with the thinnest cannula and the widest budget.

    Returns
    -------
    tuple of Block
    """
    cannula = closest.cannula
    scene = way.with_budget(closest.budget, named=True)
    result = closest.result
    if result.ray is not None:
        margins = margins_of(pack(scene, cannula.outer_mm / 2), result.ray, scene.pose.pivot_mm)
        result = replace(result, margins=margins)
    named = blocking(result, scene, way.patch, way.cone, cannula.outer_mm / 2, _quick())
    by_name = {margin.obstacle.name: margin for margin in result.margins}
    thinner = _thinner(result.margins, cannula.outer_mm)
    return tuple(
        Block(
            structure=_name(ground, one, by_name.get(one.structure)),
            side=one.side,
            by_mm=max(one.by_mm, 0.0),
            change=_change(one, closest.budget, thinner),
            sap_fraction=_share(one, closest.budget),
        )
        for one in named
    )


def not_certain(ground: Ground, way: Way, closest: Found, named: Sequence[Block]) -> Caution | None:
    """The caution that a block is not certain: a derived nerve is part of it, or the map is too coarse.

    What is named gives way alone or with others. So a block that names bone only may still rest on a nerve
    that nobody saw; it is certain when there is no corridor without that nerve either.

    Parameters
    ----------
    ground : Ground
    way : Way
    closest : Found
        As for :func:`blocks_of`.
    named : sequence of Block
        What it found.

    Returns
    -------
    Caution or None
    """
    derived = tuple(one.name for one in way.scene.obstacles if one.kind == "nerve" and one.how == "derived")
    nerves = tuple(block.structure for block in named if block.structure in derived)
    if nerves:
        text = f"Not certain: in the way is what was derived from bone and not seen ({', '.join(nerves)})."
        return Caution("block_not_certain", text, nerves)
    scene, radius = way.with_budget(closest.budget), closest.cannula.outer_mm / 2
    if derived and not closed_without(scene, way.patch, way.cone, radius, derived, limits()):
        text = (
            f"Not certain: without what was derived from bone and not seen ({', '.join(derived)}) "
            "it can not be shown that there is no way."
        )
        return Caution("block_not_certain", text, derived)
    voxel = float(max(ground.model.labels.volume.spacing_mm))
    least = min((block.by_mm for block in named), default=0.0)
    if least < float(setting("block_certain_voxels").value) * voxel:
        text = f"Not certain: {least:.1f} mm are lacking, and the map's voxels measure {voxel:.1f} mm."
        return Caution("block_not_certain", text)
    return None


def closed_without(
    scene: Scene, patch: Patch, cone: Cone, radius_mm: float, names: Collection[str], held_to: Limits
) -> bool:
    """Whether it is proved that there is no corridor even if these structures were not there.

    Parameters
    ----------
    scene, patch, cone, radius_mm, held_to
        As for :func:`kambin.access.search.search`.
    names : collection of str
        Of obstacles.

    Returns
    -------
    bool
    """
    kept = [one for one in scene.obstacles if one.name not in names]
    if not kept:
        return False
    if not any(one.is_objective for one in kept):  # a corridor has to keep farthest from something
        kept[0] = replace(kept[0], kind="nerve", sd_mm=1.0)
    left = replace(scene, obstacles=tuple(kept))
    return search(left, patch, cone, radius_mm, held_to).status == "none"


def _quick() -> Limits:
    return replace(limits(), max_cells=QUICK_CELLS)


# Cells for each question of the kind "were this alone to give way": an answer within a millimetre is enough.
QUICK_CELLS = 3000


def _name(ground: Ground, one: Blocking, margin: Margin | None) -> str:
    if one.structure == "bone" and margin is not None:
        return bone_at(ground.model, margin.at_lps, ground.to_go)
    return one.structure


def _share(one: Blocking, budget: float) -> float | None:
    return min(budget + one.share, 1.0) if one.kind == "removable" and one.alone else None


def _thinner(margins: Sequence[Margin], outer_mm: float) -> float:
    """Diameter that passes where the nearest corridor lies: each millimetre of radius is one of clearance."""
    lack = max((-margin.spare_mm for margin in margins), default=0.0)
    return outer_mm - 2 * max(lack, 0.0)


def _change(one: Blocking, budget: float, thinner_mm: float) -> str:
    share = min(budget + one.share, 1.0)
    refused = share > float(setting("sap_refuse").value)
    said = {
        "removable": f"{share:.0%} of it would have to go"
        + (", beyond two thirds: then fixation is to be considered" if refused else ""),
        "ilium": f"a way {one.by_mm:.1f} mm above or through the bone, or one between the laminae",
        "nerve": f"holding it aside by {one.by_mm:.1f} mm",
        "viscera": f"{one.by_mm:.1f} mm more room beside it: another position or another approach",
        "rib": f"{one.by_mm:.1f} mm more room beside it: another position or another approach",
        "window": f"a foramen {one.by_mm:.1f} mm wider below the exiting root",
    }.get(one.kind, f"taking {one.by_mm:.1f} mm off it, which is not planned here")
    together = "" if one.alone else "not alone: "
    pass_through = f"; or a cannula of {thinner_mm:.1f} mm" if thinner_mm >= THINNEST_MM else ""
    return f"{together}{said}{pass_through}"


# No working cannula is thinner.
THINNEST_MM = 3.0
