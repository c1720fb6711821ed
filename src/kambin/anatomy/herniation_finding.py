"""The herniations of a spine: labels of the map, or a mask on its own grid, each given to its disc."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy.geometry import Canal, HerniatedDisc, Root, Sac
from kambin.anatomy.herniation import (
    HerniationBed,
    Shape,
    calcified_percent,
    canal_compromise,
    measure_shape,
)
from kambin.anatomy.herniation_words import borders_of, name_herniation
from kambin.anatomy.masks import region_of_mask
from kambin.anatomy.model import Caution
from kambin.anatomy.nerve_numbers import scalar
from kambin.anatomy.reading import LabelMap
from kambin.anatomy.regions import Region, region
from kambin.anatomy.segments import Segment
from kambin.anatomy.surfaces import distance_to_root, distance_to_sac, surface_points
from kambin.anatomy.volume import Volume

__all__ = ["find_herniations"]

Floats = NDArray[np.float64]

# A mask's piece smaller than this is a speck; the smallest herniations that are operated on have some 0.2 ml.
MIN_PIECE_ML = 0.03
# Migrated fragments reach to the lower edge of the next pedicle, 35 mm from the back of their disc.
FARTHEST_MM = 40.0


def find_herniations(
    labels: LabelMap,
    segments: Mapping[str, Segment],
    nerves: tuple[Canal | None, Sac | None, Sequence[Root]],
    image: Volume | None = None,
    mask: Volume | None = None,
) -> tuple[list[HerniatedDisc], list[Caution], list[str]]:
    """Find and measure every herniation that is labelled.

    Parameters
    ----------
    labels : LabelMap
    segments : mapping
        Level → `Segment`.
    nerves : tuple
        Canal, sac and roots.
    image : Volume, optional
        A CT tells how much is calcified.
    mask : Volume, optional
        Herniated material as voxels that are not zero, on any grid in the same frame.

    Returns
    -------
    herniations : list of HerniatedDisc
    cautions : list of Caution
    missing : list of str
    """
    herniations: list[HerniatedDisc] = []
    cautions: list[Caution] = []
    missing: list[str] = []
    for level, found in _labelled(labels) + _masked(mask, segments):
        name = f"herniation {level}"
        segment = segments.get(level)
        bed = None if segment is None else segment.herniation_bed(nerves[0])
        if segment is None or bed is None:
            missing.append(name)
            text = f"The herniation at {level} was not measured: its disc and endplates are not known."
            cautions.append(Caution("herniation_not_measured", text, (name,)))
            continue
        away = float(np.linalg.norm(found.points_lps() - segment.disc.posterior_edge_lps, axis=1).min())
        if away > FARTHEST_MM:
            missing.append(name)
            text = f"The herniation labelled {level} lies {away:.0f} mm from that disc; it was not used."
            cautions.append(Caution("herniation_level", text, (name,)))
            continue
        herniations.append(_measured(level, found, segment, bed, nerves, image))
    return herniations, cautions, missing


def _labelled(labels: LabelMap) -> list[tuple[str, Region]]:
    prefix = "herniation_"
    names = sorted(name for name in labels.boxes if name.startswith(prefix))
    found = [(name.removeprefix(prefix), region(labels, name)) for name in names]
    return [(level, part) for level, part in found if part is not None]


def _masked(mask: Volume | None, segments: Mapping[str, Segment]) -> list[tuple[str, Region]]:
    """Pieces of a mask with the level of the disc whose back is nearest; those of one disc together."""
    from scipy import ndimage

    if mask is None or not segments:
        return []
    solid = np.asarray(mask.array) != 0
    pieces, count = ndimage.label(solid, structure=np.ones((3, 3, 3)))
    by_level: dict[str, NDArray[np.bool_]] = {}
    for value in range(1, count + 1):
        piece = pieces == value
        if float(piece.sum()) * mask.voxel_ml < MIN_PIECE_ML:
            continue
        found = region_of_mask("herniation", mask, piece)
        if found is None:
            continue
        points = found.points_lps()
        nearest = min(segments.values(), key=lambda segment: _from_back(segment, points))
        by_level[nearest.level] = by_level.get(nearest.level, np.zeros_like(piece)) | piece
    regions = [(level, region_of_mask(f"herniation_{level}", mask, part)) for level, part in by_level.items()]
    return [(level, part) for level, part in regions if part is not None]


def _from_back(segment: Segment, points: Floats) -> float:
    """Least distance of some points from the back of a disc: from the line along left through its edge."""
    away = points - segment.disc.posterior_edge_lps
    across = away - np.outer(away @ segment.disc.frame[0], segment.disc.frame[0])
    return float(np.linalg.norm(across, axis=1).min())


def _measured(
    level: str,
    found: Region,
    segment: Segment,
    bed: HerniationBed,
    nerves: tuple[Canal | None, Sac | None, Sequence[Root]],
    image: Volume | None,
) -> HerniatedDisc:
    shape = measure_shape(found, bed)
    voxel = max(found.volume.spacing_mm)
    words = name_herniation(shape, bed, borders_of(bed), _touches(found, shape, segment, bed), voxel)
    surface = surface_points(found)
    _, sac, roots = nerves
    near = [
        distance_to_root(surface, root)
        for root in roots
        if root.name in level.split("-") and words.side in (str(root.side), "midline")
    ]
    calcified = calcified_percent(found, image, scalar("herniation", "calcified_hu"))
    measures: dict[str, Any] = {
        "herniation_volume": shape.volume_ml,
        "herniation_base": shape.base_mm,
        "herniation_dome": shape.dome_mm,
        "herniation_projection": shape.projection_mm,
        "herniation_migration": shape.migration_mm,
        "canal_compromise_percent": canal_compromise(found, bed, bed.local(surface)),
        "herniation_to_root": min(near, default=None),
        "herniation_to_sac": None if sac is None else distance_to_sac(surface, sac),
        "calcified_percent": calcified,
        "type": words.type,
        "migration": words.migration,
        "migration_grade": words.migration_grade,
        "migration_zone": words.migration_zone,
        "msu_size": words.msu_size,
        "msu_zone": words.msu_zone,
    }
    return HerniatedDisc(
        level=level,
        side=words.side,
        zone=words.zone or "",
        region=found,
        centre_lps=bed.disc.centre_lps + shape.centre @ bed.disc.frame,
        measures=measures,
    )


def _touches(found: Region, shape: Shape, segment: Segment, bed: HerniationBed) -> bool:
    """Whether the material is continuous with its disc."""
    from scipy.spatial import cKDTree

    reach = scalar("herniation", "touching_voxels") * max(found.volume.spacing_mm)
    disc = segment.disc.region
    if disc is not None:
        away, _ = cKDTree(surface_points(disc)).query(surface_points(found))
        return bool(float(away.min()) <= reach)
    near = (bed.behind(shape.points) <= reach) & (np.abs(shape.points[:, 0]) <= bed.disc.width_mm / 2)
    inside = (bed.above_upper(shape.points) <= 0) & (bed.above_lower(shape.points) >= 0)
    return bool((near & inside).any())
