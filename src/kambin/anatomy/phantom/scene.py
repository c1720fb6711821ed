"""One patient as solids: everything that the images are painted from and the truth is computed from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy import frames
from kambin.anatomy.phantom.column import Column, build_column
from kambin.anatomy.phantom.dimensions import Sizes
from kambin.anatomy.phantom.herniating import Material, herniate
from kambin.anatomy.phantom.knobs import Knobs
from kambin.anatomy.phantom.nerves import Nerve, SacTube, build_nerves, build_sac, fit_sac, nerve_solids
from kambin.anatomy.phantom.openings import NARROW, Opening, plan_openings
from kambin.anatomy.phantom.pelvis import hips, sacrum
from kambin.anatomy.phantom.soft import Trunk, muscles, organs, skin, trunk_of
from kambin.anatomy.phantom.solids import Placed, about_y, disc, inverse, rows_of
from kambin.anatomy.phantom.vertebra import Joint, arch, joint
from kambin.case.words import SIDES, Side

__all__ = ["Scene", "build_scene"]

Floats = NDArray[np.float64]
MOMENT_STEP_MM = 0.8
SACRALISED_RADIUS_MM = 4.5


@dataclass(frozen=True, eq=False)
class Scene:
    """All solids in the model's frame: x left, y back, z up, the reference disc's middle at the origin.

    Attributes
    ----------
    column : Column
    sizes : Sizes
    knobs : Knobs
    openings : mapping
        (level, side) → `Opening`.
    joints : mapping
        (level, side) → `Joint`.
    sac : SacTube
    nerves : tuple of Nerve
    herniations : tuple of Material
    axis : ndarray, shape (3, 3)
        The lumbar axis' frame; rows left, posterior, cranial.
    disc_centres, body_centres : mapping
        Exact middles of the spaces between the bodies, and of the bodies.
    crest : mapping
        Side → height of the crest above the reference disc.
    reference : str
        Level of the disc that heights are measured from: L4-L5, or the one in its place.
    trunk : Trunk
    layers : tuple of Placed
        In the order of painting; later over earlier.
    """

    column: Column
    sizes: Sizes
    knobs: Knobs
    openings: Mapping[tuple[str, Side], Opening]
    joints: Mapping[tuple[str, Side], Joint]
    sac: SacTube
    nerves: tuple[Nerve, ...]
    herniations: tuple[Material, ...]
    axis: Floats
    disc_centres: Mapping[str, Floats]
    body_centres: Mapping[str, Floats]
    crest: Mapping[Side, float]
    reference: str
    trunk: Trunk
    layers: tuple[Placed, ...]

    def solids(self, structure: str, part: int | None = None) -> list[Placed]:
        """The solids of one structure, or of one part of it."""
        return [
            one for one in self.layers if one.structure == structure and (part is None or one.part == part)
        ]


def build_scene(sizes: Sizes, knobs: Knobs) -> Scene:
    """Build one patient."""
    column, discs, bodies = _centred(sizes, knobs)
    openings = plan_openings(column, sizes, knobs)
    gap = sizes.patient["facet_gap"]
    joints = {
        key: joint(column, opening, knobs, sizes.disc[key]["facet_angle"], gap)
        for key, opening in openings.items()
    }
    bones = _bones(column, joints, knobs)
    axis = _axis(column, discs, bodies)
    crest = {
        Side.LEFT: _asked(knobs.crest_left_mm, sizes.patient["crest_left"]),
        Side.RIGHT: _asked(knobs.crest_right_mm, sizes.patient["crest_right"]),
    }
    pelvis = [*sacrum(column.bones["S1"]), *hips(crest, axis, about_y(knobs.obliquity_deg))]
    discs_given = _discs(column, sizes)
    sac = fit_sac(build_sac(column, sizes, knobs), [*bones, *pelvis, *discs_given])
    nerves = tuple(build_nerves(column, openings, sac, sizes))
    herniations = tuple(herniate(column, openings, one) for one in knobs.herniations)
    back = max(one.bounds[4] for one in bones)
    trunk = trunk_of(column, sizes.patient["half_girth"], sizes.patient["skin_behind"], back)
    layers = (
        *skin(trunk),
        *muscles(column, back),
        *organs(column),
        *(solid for nerve in nerves for solid in nerve_solids(nerve)),
        *sac.solids(),
        *(solid for one in herniations for solid in one.solids),
        *discs_given,
        *pelvis,
        *bones,
    )
    reference = column.levels[-2]
    return Scene(
        column, sizes, knobs, openings, joints, sac, nerves, herniations, axis, discs, bodies, crest,
        reference, trunk, layers,
    )  # fmt: skip


def _asked(knob: float | None, drawn: float) -> float:
    return drawn if knob is None else knob


def _centred(sizes: Sizes, knobs: Knobs) -> tuple[Column, dict[str, Floats], dict[str, Floats]]:
    """The column with the middle of its reference disc at the origin, and the exact middles."""
    from dataclasses import replace

    column = build_column(sizes, knobs)
    discs = {level: _middle(_space(column, level)) for level in column.levels}
    shift = -discs[column.levels[-2]]
    bones = {}
    for name, bone in column.bones.items():
        at = bone.at.copy()
        at[:3, 3] += shift
        bones[name] = replace(bone, at=at)
    placed = replace(column, bones=bones)
    bodies = {
        name: _middle([solid])
        for name, bone in placed.bones.items()
        for solid in [_body_of(bone.at, bone.body)]
    }
    return placed, {level: place + shift for level, place in discs.items()}, bodies


def _body_of(at: Floats, parameters: tuple[float, ...]) -> Placed:
    from kambin.anatomy.phantom.solids import body

    return body(at, parameters, "")


def _space(column: Column, level: str, bulge: float = 0.0) -> list[Placed]:
    """The space between two bodies as a solid."""
    upper, lower = column.pair(level)
    to_above = inverse(upper.at) @ lower.at
    return [disc(lower.at, bulge, upper.body, lower.body, to_above, f"disc_{level}")]


def _middle(solids: list[Placed]) -> Floats:
    from kambin.anatomy.phantom.kernels import moments

    rows, bounds = rows_of(solids)
    low, high = bounds[:, :3].min(axis=0), bounds[:, 3:].max(axis=0)
    volume, *first = moments(rows, np.empty((0, rows.shape[1])), low, high, MOMENT_STEP_MM)
    middle: Floats = np.asarray(first, dtype=np.float64) / volume
    return middle


def _bones(column: Column, joints: Mapping[tuple[str, Side], Joint], knobs: Knobs) -> list[Placed]:
    found: list[Placed] = []
    names = tuple(column.bones)
    for index, (name, bone) in enumerate(column.bones.items()):
        below = column.levels[index] if index < len(column.levels) else None
        own = {} if below is None else {side: joints[below, side] for side in SIDES}
        narrow = NARROW[knobs.canal_stenosis.get(below or "", "none")]
        reach = {}
        if name == names[-2] and knobs.sacralised != "none":
            wanted = [side for side in SIDES if knobs.sacralised in ("both", side)]
            reach = dict.fromkeys(wanted, SACRALISED_RADIUS_MM)
        # a moderate narrowing of the sac is half bone
        found += arch(bone, own, 0.5 + 0.5 * narrow, reach)
    for one in joints.values():
        found += one.solids()
    return sorted(found, key=lambda solid: _rank(solid.part))


def _rank(part: int) -> int:
    """Order in which parts are painted over each other: the body last, then pedicles, processes, laminae."""
    order = (9, 10, 11, 4, 7, 8, 5, 6, 2, 3, 1)
    return order.index(part)


def _discs(column: Column, sizes: Sizes) -> list[Placed]:
    return [
        solid
        for level in column.levels
        for solid in _space(column, level, sizes.disc[level, Side.LEFT]["bulge"])
    ]


def _axis(column: Column, discs: Mapping[str, Floats], bodies: Mapping[str, Floats]) -> Floats:
    """The lumbar axis of `kambin.anatomy.axis`, from the exact points."""
    names = tuple(column.bones)[:-1]
    points = np.array([*(bodies[name] for name in names), discs[column.levels[-1]]])
    _, vectors = np.linalg.eigh(np.cov(points.T))
    direction = np.asarray(vectors[:, 2] * np.sign(vectors[2, 2]), dtype=np.float64)
    return frames.spine_frame(direction, np.array([0.0, 1.0, 0.0]))
