"""What is handed over: one corridor, its bone and the anatomy about it, gathered once for every format."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from kambin.access.grid import Roi
from kambin.access.model import AccessPlan, Proposal
from kambin.access.structures import Cut, bone_to_go
from kambin.access.target import neighbours
from kambin.anatomy import frames
from kambin.anatomy.geometry import SpineModel
from kambin.anatomy.model import Point, Spine
from kambin.anatomy.reading import Box
from kambin.errors import InputError

__all__ = ["Content", "Landmark", "Patch", "content_of"]

Floats: TypeAlias = NDArray[np.float64]
Bools: TypeAlias = NDArray[np.bool_]
# Voxels are asked whether their centre is inside; a margin of the box about the corridor, voxels.
MARGIN_VOXELS = 2


@dataclass(frozen=True, slots=True, eq=False)
class Patch:
    """Voxels of one structure in a box of the map.

    Attributes
    ----------
    name : str
        For people, for example ``vertebra L4``.
    key : str
        For files: small letters, digits, hyphens.
    box : tuple of slice
    mask : ndarray of bool, shape of the box
    """

    name: str
    key: str
    box: Box
    mask: Bools


@dataclass(frozen=True, slots=True)
class Landmark:
    """A named point, LPS mm."""

    name: str
    at_lps: Point
    what: str


@dataclass(frozen=True, slots=True, eq=False)
class Content:
    """Everything that is written.

    Attributes
    ----------
    model : SpineModel
    plan : AccessPlan
    proposal : Proposal
    corridor, reamed : Patch
        Voxels whose centre the cannula covers, and voxels of bone that the last reamer takes; the latter is
        empty where no bone goes.
    anatomy : tuple of Patch
        Structures of the map about the level.
    landmarks : tuple of Landmark
    """

    model: SpineModel
    plan: AccessPlan
    proposal: Proposal
    corridor: Patch
    reamed: Patch
    anatomy: tuple[Patch, ...]
    landmarks: tuple[Landmark, ...]

    @property
    def lps_from_voxel(self) -> Floats:
        """Of the map's grid, shape (4, 4)."""
        return self.model.labels.volume.lps_from_voxel

    @property
    def shape(self) -> tuple[int, int, int]:
        """Of the map's grid."""
        a, b, c = self.model.labels.volume.array.shape
        return int(a), int(b), int(c)


def content_of(spine: Spine, plan: AccessPlan, index: int | None = None) -> Content:
    """Gather what is handed over.

    Parameters
    ----------
    spine : Spine
        With its model.
    plan : AccessPlan
    index : int, optional
        Of the proposal; the recommended one without it.

    Returns
    -------
    Content

    Raises
    ------
    InputError
        No geometry, no such proposal, or a plan without a corridor: there is nothing to hand over.
    """
    if spine.model is None:
        raise InputError("the spine has no geometry, so there is no grid to write on", field="spine.model")
    chosen = plan.recommended if index is None else index
    if chosen is None:
        raise InputError(
            "the plan recommends no corridor, so none is handed over", field="plan.recommended", why=plan.why
        )
    if not 0 <= chosen < len(plan.proposals):
        expected = f"0 to {len(plan.proposals) - 1}"
        raise InputError("no such proposal", field="proposal", value=chosen, expected=expected)
    proposal = plan.proposals[chosen]
    box = _box(spine.model, proposal)
    return Content(
        model=spine.model,
        plan=plan,
        proposal=proposal,
        corridor=_corridor(spine.model, proposal, box),
        reamed=_reamed(spine.model, plan, proposal),
        anatomy=tuple(_anatomy(spine.model, plan.level)),
        landmarks=tuple(_landmarks(spine.model, plan, proposal)),
    )


def _ends(proposal: Proposal) -> tuple[Floats, Floats]:
    tip, entry = (np.array(end) for end in (proposal.corridor.target_lps, proposal.corridor.entry_lps))
    return tip, entry


def _box(model: SpineModel, proposal: Proposal) -> Box:
    """The box of voxels that the widest tool can meet."""
    volume = model.labels.volume
    widest = max((proposal.corridor.diameter_mm, *proposal.foraminoplasty.reamers_mm))
    corners = Roi.around(np.stack(_ends(proposal)), widest / 2).corners_lps()
    index = frames.apply(np.asarray(np.linalg.inv(volume.lps_from_voxel)), corners)
    shape = np.array(volume.array.shape)
    low = np.clip(np.floor(index.min(axis=0)).astype(int) - MARGIN_VOXELS, 0, shape - 1)
    high = np.clip(np.ceil(index.max(axis=0)).astype(int) + MARGIN_VOXELS + 1, low + 1, shape)
    a, b, c = (slice(int(first), int(last)) for first, last in zip(low, high, strict=True))
    return a, b, c


def _apart(points: Floats, proposal: Proposal) -> tuple[Floats, Floats]:
    """Distance of points from the axis, and how far along it from the tip they lie, unlimited; mm."""
    tip, entry = _ends(proposal)
    direction = frames.unit(entry - tip)
    offset = points - tip
    along = offset @ direction
    apart: Floats = np.linalg.norm(offset - along[..., None] * direction, axis=-1)
    return apart, np.asarray(along)


def _corridor(model: SpineModel, proposal: Proposal, box: Box) -> Patch:
    index = np.stack(np.meshgrid(*(np.arange(p.start, p.stop) for p in box), indexing="ij"), axis=-1)
    apart, along = _apart(frames.apply(model.labels.volume.lps_from_voxel, index), proposal)
    tip, entry = _ends(proposal)
    length = float(np.linalg.norm(entry - tip))
    mask = (apart <= proposal.corridor.diameter_mm / 2) & (along >= 0) & (along <= length)
    return Patch("working corridor", "corridor", box, mask)


def _reamed(model: SpineModel, plan: AccessPlan, proposal: Proposal) -> Patch:
    """Bone of the articular process inside the last reamer, its end round as the planner counts it."""
    nothing = Patch("bone to ream", "reamed-bone", _box(model, proposal), np.zeros((0, 0, 0), dtype=np.bool_))
    reamers = proposal.foraminoplasty.reamers_mm
    if not reamers:
        return nothing
    cut = Cut.of(model, Roi.around(np.stack(_ends(proposal)), max(reamers) / 2))
    bone = bone_to_go(model, cut, neighbours(plan.level)[1], plan.side)
    if bone is None:
        return nothing
    index = np.argwhere(bone.mask)
    points = frames.apply(cut.lps_from_cut, index)
    tip, entry = _ends(proposal)
    direction = frames.unit(entry - tip)
    along = np.clip((points - tip) @ direction, 0.0, float(np.linalg.norm(entry - tip)))
    inside = np.linalg.norm(points - tip - along[:, None] * direction, axis=1) <= max(reamers) / 2
    mask = np.zeros_like(bone.mask)
    mask[tuple(index[inside].T)] = True
    a, b, c = (
        slice(int(first), int(first + size)) for first, size in zip(cut.start, mask.shape, strict=True)
    )
    return Patch("bone to ream", "reamed-bone", (a, b, c), mask)


def _anatomy(model: SpineModel, level: str) -> Iterator[Patch]:
    """Structures of the map about the level: its vertebrae, disc, sac, roots and herniation."""
    labels = model.labels
    for name in _names_about(model, level):
        box = labels.boxes[name]
        mask = labels.volume.array[box] == labels.value_of(name)
        yield Patch(name.replace("_", " "), name.replace("_", "-").lower(), box, mask)


def _names_about(model: SpineModel, level: str) -> list[str]:
    upper, lower = neighbours(level)
    wanted = [f"vertebrae_{upper}", f"vertebrae_{lower}"]
    if lower == "S1":
        wanted.append("sacrum")
    regions = [model.discs[level].region] if level in model.discs else []
    regions += [model.sac.region] if model.sac is not None else []
    regions += [root.region for root in model.roots if root.exits_at == level or root.name == lower]
    regions += [one.region for one in model.herniations if one.level == level]
    wanted += [region.name for region in regions if region is not None]
    return [name for name in dict.fromkeys(wanted) if name in model.labels.boxes]


def _landmarks(model: SpineModel, plan: AccessPlan, proposal: Proposal) -> Iterator[Landmark]:
    yield Landmark("entry", proposal.corridor.entry_lps, "where the skin is entered")
    yield Landmark("target", proposal.corridor.target_lps, "where the tip stops")
    disc = model.discs.get(plan.level)
    if disc is not None:
        yield Landmark(f"disc {plan.level}", frames.as_point(disc.centre_lps), "middle of the disc")
    foramen = model.foramina.get((plan.level, plan.side))
    if foramen is not None:
        name = f"foramen {plan.level} {plan.side.value}"
        yield Landmark(name, frames.as_point(foramen.centre_lps), "middle of the foramen")
    for one in proposal.clearances:
        said = f"{one.clearance_mm:.2f} mm from the cannula's wall to it, ± {one.uncertainty_mm:.2f} mm"
        yield Landmark(f"nearest to {one.structure}", one.at_lps, said)
