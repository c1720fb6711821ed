"""The parts of a vertebra: given by the map, or cut out of the whole bone along its own frame.

There is no surface between the parts of a bone; names change at conventional planes. These are ours, in the
vertebra's frame (left, posterior, cranial), all taken from the bone itself:

* *body*: before the posterior wall;
* *pedicle*: behind the wall, beside the canal, between its own bottom and top, up to where the joint's pillar
  begins;
* *superior articular process*: from there on back, above the middle of the pedicle;
* *transverse process*: sidewards of the pedicle, by more than `LATERAL_MM`;
* *spinous process*: in the midline, behind the laminae;
* *inferior articular process*: behind the canal's front, below the inferior endplate;
* *lamina*: what is left of the arch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy import frames
from kambin.anatomy.arch import Arch
from kambin.anatomy.geometry import Part, PartMap, VertebraShape
from kambin.anatomy.kernels import placed
from kambin.anatomy.regions import Region
from kambin.anatomy.vertebrae import Body
from kambin.case.words import SIDES, Side

__all__ = ["given_parts", "part_volumes", "sacral_parts", "separate_parts"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

# A transverse process begins this far beside the pedicle's lateral wall.
LATERAL_MM = 2.0
# The pillar of the joints begins at this share of the way from the wall to the lamina where it is not seen to
# rise above the pedicle earlier, and never before or behind these.
PILLAR_SHARE, PILLAR_LEAST, PILLAR_MOST = 0.75, 0.45, 0.95
# How far bone must stand above the pedicle's top to be the superior articular process.
RISE_MM = 2.0
# Half width of the root of a spinous process, and where beside it the back of the lamina is read.
SPINOUS_HALF_MM, LAMINA_AT_MM = 7.0, (6.0, 10.0)
# An inferior articular process begins this far above the inferior endplate.
INFERIOR_ABOVE_MM = 2.0
# A bone whose open voxels are fewer than this share is parted by the map.
GIVEN_SHARE = 0.05
# Of the sacrum: the height of its first body, the depth of its pedicles, half the canal between them, and how
# far below the plate its superior articular processes begin.
SACRAL_BODY_MM, SACRAL_PEDICLE_MM, SACRAL_CANAL_MM, SACRAL_JOINT_MM = 30.0, 12.0, 10.0, -9.0


def separate_parts(bone: Region, body: Body, arch: Arch) -> PartMap | None:
    """Cut a whole vertebra into its parts.

    Parameters
    ----------
    bone : Region
    body : Body
    arch : Arch

    Returns
    -------
    PartMap or None
        None where a pedicle or the lamina was not found.
    """
    if arch.lamina is None or set(arch.pedicles) != set(SIDES):
        return None
    indices, (x, y, z) = _placed(bone, body.shape)
    found = np.full(len(x), Part.LAMINA, dtype=np.uint8)
    plate = body.shape.inferior
    floor = -14.0 if plate is None else float(body.local(plate.centre_lps)[2])
    below = z < floor + INFERIOR_ABOVE_MM
    found[below & (x >= 0)] = Part.INFERIOR_ARTICULAR_LEFT
    found[below & (x < 0)] = Part.INFERIOR_ARTICULAR_RIGHT
    for side in SIDES:
        _paint_side(found, (x, y, z), arch, side, body, below)
    back = _lamina_back(x, y, z, arch)
    found[(np.abs(x) < SPINOUS_HALF_MM) & (y > back)] = Part.SPINOUS
    found[y < body.wall[0] + body.wall[1] * z] = Part.BODY
    codes = np.zeros(bone.mask.shape, dtype=np.uint8)
    codes[tuple(indices.T)] = found
    return PartMap(body.shape.name, bone.box, codes, "separated")


def _placed(bone: Region, shape: VertebraShape) -> tuple[NDArray[np.int32], Floats]:
    """Voxels of a bone, shape (n, 3), and their places in a vertebra's frame, shape (3, n)."""
    to_lps = bone.volume.lps_from_voxel
    shift = shape.frame @ (frames.apply(to_lps, bone.origin) - shape.origin_lps)
    indices, places = placed(bone.mask, shape.frame @ to_lps[:3, :3], shift)
    return indices, places


def _paint_side(
    found: NDArray[np.uint8],
    at: tuple[Floats, Floats, Floats],
    arch: Arch,
    side: Side,
    body: Body,
    below: Bools,
) -> None:
    x, y, z = at
    sign = 1.0 if side is Side.LEFT else -1.0
    out = sign * x
    pedicle = arch.pedicles[side]
    lateral = min(pedicle.lateral, pedicle.medial + 1.3 * pedicle.width_mm)
    pillar = _pillar(out, y, z, arch, side, float(body.wall[0]))
    left = side is Side.LEFT
    here = (out > 0) & ~below
    beside = here & (out > lateral + LATERAL_MM) & (z < pedicle.top + RISE_MM)
    before = here & (y < pillar) & (out <= lateral + LATERAL_MM)
    middle = (pedicle.bottom + pedicle.top) / 2
    above = here & (y >= pillar) & (z > middle) & (out > pedicle.medial - LATERAL_MM) & ~beside
    found[above] = Part.SUPERIOR_ARTICULAR_LEFT if left else Part.SUPERIOR_ARTICULAR_RIGHT
    found[before] = Part.PEDICLE_LEFT if left else Part.PEDICLE_RIGHT
    # what stands above the pedicle's top before the pillar belongs to the joint
    tall = before & (z > pedicle.top + RISE_MM)
    found[tall] = Part.SUPERIOR_ARTICULAR_LEFT if left else Part.SUPERIOR_ARTICULAR_RIGHT
    found[beside] = Part.TRANSVERSE_LEFT if left else Part.TRANSVERSE_RIGHT


def _pillar(out: Floats, y: Floats, z: Floats, arch: Arch, side: Side, wall: float) -> float:
    """Where, behind the wall, the superior articular process begins to rise above the pedicle."""
    pedicle = arch.pedicles[side]
    depth = float(arch.lamina or wall) - wall
    rising = (
        (z > pedicle.top + RISE_MM) & (out > pedicle.medial - RISE_MM) & (out < pedicle.lateral + RISE_MM)
    )
    rising &= y > wall + 2.0
    share = (
        float(np.percentile((y[rising] - wall) / depth, 5)) if np.count_nonzero(rising) > 20 else PILLAR_SHARE
    )
    return wall + depth * float(np.clip(share, PILLAR_LEAST, PILLAR_MOST))


def _lamina_back(x: Floats, y: Floats, z: Floats, arch: Arch) -> float:
    """How far back the laminae reach beside the root of the spinous process."""
    front = float(arch.lamina or 0.0)
    low, high = LAMINA_AT_MM
    beside = (np.abs(x) > low) & (np.abs(x) < high) & (y > front - 6.0) & (z > -14.0) & (z < 6.0)
    if np.count_nonzero(beside) < 20:
        return front + 7.0
    return float(np.percentile(y[beside], 90))


def given_parts(
    bone: Region, codes: NDArray[np.uint8], name: str, separated: PartMap | None
) -> PartMap | None:
    """The parts as the map gives them, completed by separation where it leaves voxels without one.

    Parameters
    ----------
    bone : Region
    codes : ndarray of uint8
        Codes of the whole map; above 11 is an arch that the map does not part further.
    name : str
        Vertebra.
    separated : PartMap or None

    Returns
    -------
    PartMap or None
        None where the map gives nothing of this bone and nothing was separated. `how` is ``given`` where
        every part came from the map.
    """
    own = np.where(bone.mask, codes[bone.box], 0).astype(np.uint8)
    open_places = bone.mask & ((own == 0) | (own > max(Part)))
    if not own.any():
        return separated
    if separated is None:
        return PartMap(name, bone.box, np.where(own > max(Part), 0, own).astype(np.uint8), "given")
    filled = np.where(open_places, separated.codes, own)
    # an arch that the map parts from the body is no body, wherever a plane says the body ends
    filled[(own > max(Part)) & (filled == Part.BODY)] = Part.LAMINA
    mostly = np.count_nonzero(open_places) < GIVEN_SHARE * bone.voxels
    return PartMap(name, bone.box, filled.astype(np.uint8), "given" if mostly else "separated")


def sacral_parts(bones: Sequence[Region], shape: VertebraShape) -> PartMap | None:
    """The parts of the first sacral vertebra that an access meets: body, pedicles and superior processes.

    The sacrum is one bone: what lies lower than a vertebra's height below its plate keeps no part.

    Parameters
    ----------
    bones : sequence of Region
        S1 and the sacrum, or either.
    shape : VertebraShape
    """
    if shape.superior is None:
        return None
    low = np.array([[part.start for part in bone.box] for bone in bones]).min(axis=0)
    high = np.array([[part.stop for part in bone.box] for bone in bones]).max(axis=0)
    box = (slice(low[0], high[0]), slice(low[1], high[1]), slice(low[2], high[2]))
    codes = np.zeros(tuple(high - low), dtype=np.uint8)
    wall, half = shape.superior.depth_mm / 2, shape.superior.width_mm / 2
    for bone in bones:
        indices, (x, y, z) = _placed(bone, shape)
        found = np.zeros(len(x), dtype=np.uint8)
        first = z > -SACRAL_BODY_MM
        arch = first & (y >= wall)
        found[first & (y < wall) & (np.abs(x) <= half)] = Part.BODY
        found[arch] = Part.LAMINA
        for sign, pedicle, joint in (
            (1.0, Part.PEDICLE_LEFT, Part.SUPERIOR_ARTICULAR_LEFT),
            (-1.0, Part.PEDICLE_RIGHT, Part.SUPERIOR_ARTICULAR_RIGHT),
        ):
            out = sign * x
            found[arch & (y < wall + SACRAL_PEDICLE_MM) & (out > SACRAL_CANAL_MM) & (out < half)] = pedicle
            found[arch & (z > SACRAL_JOINT_MM) & (y >= wall + 3.0) & (out > 5.0)] = joint
        codes[tuple((indices + bone.origin - low).T)] = found
    return PartMap("S1", box, codes, "separated")


def part_volumes(parts: PartMap) -> Mapping[Part, int]:
    """Number of voxels of each part."""
    counts = np.bincount(parts.codes.ravel(), minlength=len(Part) + 1)
    return {part: int(counts[part]) for part in Part}
