"""Phantoms, poses and label maps that several test files share."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from kambin.anatomy.frames import lps_from_ras_affine
from kambin.anatomy.model import Spine
from kambin.anatomy.reading import label_map_of
from kambin.anatomy.spine import measure_spine
from kambin.anatomy.volume import Volume
from tests.anatomy.block_phantom import LumbarPhantom

# value of each structure in the convention `total`, written out: truth does not come from the code under test
IDS = {
    "L1": 31,
    "L2": 30,
    "L3": 29,
    "L4": 28,
    "L5": 27,
    "S1": 26,
    "sacrum": 25,
    "hip_left": 77,
    "hip_right": 78,
}


def rigid(x_deg: float = 0, y_deg: float = 0, z_deg: float = 0, shift: Any = (0, 0, 0)) -> np.ndarray:
    pose = np.eye(4)
    pose[:3, :3] = Rotation.from_euler("xyz", [x_deg, y_deg, z_deg], degrees=True).as_matrix()
    pose[:3, 3] = shift
    return pose


def poses(limit_deg: float = 20) -> st.SearchStrategy[np.ndarray]:
    angle = st.floats(-limit_deg, limit_deg)
    return st.builds(rigid, angle, angle, angle, st.tuples(*[st.floats(-400, 400)] * 3))


@st.composite
def grids(draw: st.DrawFn) -> np.ndarray:
    """Voxel axes: any order, any flips, and turned."""
    axes = np.eye(3)[:, draw(st.permutations(range(3)))] * draw(
        st.tuples(*[st.sampled_from([-1.0, 1.0])] * 3)
    )
    return draw(poses(25))[:3, :3] @ axes


def measure(volume: Volume, labels: str | None = "total") -> Spine:
    return measure_spine(label_map_of(volume, labels))


def changed(volume: Volume, array: np.ndarray, lps_from_voxel: np.ndarray | None = None) -> Volume:
    return Volume(array, volume.lps_from_voxel if lps_from_voxel is None else lps_from_voxel)


def relabelled(volume: Volume, mapping: dict[int, int]) -> Volume:
    table = np.arange(256, dtype=np.uint8)
    for old, new in mapping.items():
        table[old] = new
    return changed(volume, table[volume.array])


@cache
def phantom() -> LumbarPhantom:
    return LumbarPhantom(voxel_mm=(2.0, 2.0, 2.0), crest_left_mm=22.0, crest_right_mm=15.0)


@cache
def phantom_volume() -> Volume:
    return phantom().label_map()


@cache
def phantom_spine() -> Spine:
    return measure(phantom_volume())


def write_nifti(path: Path, array: np.ndarray, lps_from_voxel: np.ndarray, **fields: Any) -> Path:
    """Write with nibabel; `fields` go into the header as they are."""
    image = nibabel.Nifti1Image(array, lps_from_ras_affine(lps_from_voxel))
    image.set_sform(image.affine, code=1)
    image.set_qform(image.affine, code=1)
    for name, value in fields.items():
        image.header[name] = value
    nibabel.save(image, path)
    return path
