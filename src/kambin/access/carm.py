"""What the C-arm will show: its geometry, and radiographs from a CT or from labels.

A cone of rays runs from the source through the patient to a flat detector. `CArm` knows where every point of
the patient lands; `radiograph` sums a volume along the ray to every pixel (Joseph's method: bilinear in the
planes across the ray's main axis). A picture is seen as a film is hung: AP from the front, lateral from the
patient's left with the front of the body on the left of the picture.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from kambin.access.sharing import processors, shared
from kambin.anatomy import frames
from kambin.anatomy.volume import Volume
from kambin.errors import InputError

if TYPE_CHECKING:
    from kambin.anatomy.reading import LabelMap

__all__ = ["AIR_HU", "CArm", "View", "c_arm", "label_volume", "radiograph"]

Floats = NDArray[np.float64]
View = Literal["ap", "lateral"]

AIR_HU = -1000.0
# Of a mobile C-arm, mm: source to detector, source to the patient's middle, and the detector's width. They
# set magnification and field only, and are parameters of `c_arm`.
SOURCE_TO_DETECTOR_MM, SOURCE_TO_CENTRE_MM, DETECTOR_MM = 1000.0, 720.0, 310.0
MAX_TILT_DEG = 60.0


@dataclass(frozen=True, slots=True, eq=False)
class CArm:
    """Where source and detector stand.

    Attributes
    ----------
    view : str
        ``ap`` or ``lateral``.
    source_lps : ndarray, shape (3,)
    right_lps, down_lps, beam_lps : ndarray, shape (3,)
        Orthonormal: right and down in the picture, and from the source to the detector's middle.
    source_to_detector_mm, source_to_centre_mm : float
    pixels : int
        Rows and columns.
    pixel_mm : float
        On the detector.
    """

    view: View
    source_lps: Floats
    right_lps: Floats
    down_lps: Floats
    beam_lps: Floats
    source_to_detector_mm: float
    source_to_centre_mm: float
    pixels: int
    pixel_mm: float

    @property
    def centre_lps(self) -> Floats:
        """The point of the patient that the middle ray passes at the given distance."""
        centre: Floats = self.source_lps + self.source_to_centre_mm * self.beam_lps
        return centre

    def pixel_of(self, points_lps: Floats) -> Floats:
        """Where points of the patient land.

        Parameters
        ----------
        points_lps : ndarray, shape (..., 3)
            In front of the source.

        Returns
        -------
        ndarray, shape (..., 2)
            Column and row; the middle of the first pixel is (0, 0).

        Raises
        ------
        InputError
            A point lies beside or behind the source.
        """
        offset = np.asarray(points_lps, dtype=np.float64) - self.source_lps
        depth = offset @ self.beam_lps
        if (depth < 1.0).any():
            raise InputError("a point lies behind the source of the C-arm")
        scale = self.source_to_detector_mm / depth / self.pixel_mm
        middle = (self.pixels - 1) / 2
        return np.stack(
            [middle + offset @ self.right_lps * scale, middle + offset @ self.down_lps * scale], axis=-1
        )

    @property
    def corner_lps(self) -> Floats:
        """Middle of the first pixel."""
        half = (self.pixels - 1) / 2 * self.pixel_mm
        corner: Floats = (
            self.source_lps
            + self.source_to_detector_mm * self.beam_lps
            - half * (self.right_lps + self.down_lps)
        )
        return corner


def c_arm(
    centre_lps: Floats,
    frame: Floats,
    view: View,
    *,
    cranial_deg: float = 0.0,
    orbital_deg: float = 0.0,
    source_to_detector_mm: float = SOURCE_TO_DETECTOR_MM,
    source_to_centre_mm: float = SOURCE_TO_CENTRE_MM,
    detector_mm: float = DETECTOR_MM,
    pixels: int = 512,
) -> CArm:
    """Place a C-arm about a point of the patient.

    Parameters
    ----------
    centre_lps : ndarray, shape (3,)
        What the middle ray passes.
    frame : ndarray, shape (3, 3)
        Rows left, posterior, cranial: the directions that count as straight.
    view : str
        ``ap``: from the front, the patient's right on the left of the picture. ``lateral``: from the
        patient's left, the front of the body on the left of the picture.
    cranial_deg : float
        Tilt of the beam towards the head.
    orbital_deg : float
        Turn of the source about the length of the body, towards what is right in the picture.
    source_to_detector_mm, source_to_centre_mm, detector_mm : float
    pixels : int

    Returns
    -------
    CArm

    Raises
    ------
    InputError
        A tilt of more than 60 degrees, or the detector in front of the patient's middle.
    """
    _check_tilt("cranial_deg", cranial_deg)
    _check_tilt("orbital_deg", orbital_deg)
    if not 0 < source_to_centre_mm < source_to_detector_mm:
        raise InputError("the patient has to lie between source and detector", value=source_to_centre_mm)
    right, down, beam = _turned(frame, view, orbital_deg, cranial_deg)
    source = np.asarray(centre_lps, dtype=np.float64) - source_to_centre_mm * beam
    return CArm(
        view,
        source,
        right,
        down,
        beam,
        source_to_detector_mm,
        source_to_centre_mm,
        pixels,
        detector_mm / pixels,
    )


def _check_tilt(name: str, value: float) -> None:
    if not abs(value) <= MAX_TILT_DEG:
        raise InputError(
            "the C-arm does not tilt so far", field=name, value=value, expected=f"at most {MAX_TILT_DEG:g}"
        )


def _turned(
    frame: Floats, view: View, orbital_deg: float, cranial_deg: float
) -> tuple[Floats, Floats, Floats]:
    """Right, down and beam of a view, turned about the body first and then tilted."""
    left, posterior, cranial = frame
    right, beam = (left, posterior) if view == "ap" else (posterior, -left)
    down = -cranial
    turn, tilt = np.radians(orbital_deg), np.radians(cranial_deg)
    right, beam = np.cos(turn) * right + np.sin(turn) * beam, np.cos(turn) * beam - np.sin(turn) * right
    down, beam = np.cos(tilt) * down + np.sin(tilt) * beam, np.cos(tilt) * beam - np.sin(tilt) * down
    return right, down, beam


def radiograph(volume: Volume, arm: CArm, *, air: float = AIR_HU) -> NDArray[np.float32]:
    """Sum a volume along the ray to every pixel.

    Parameters
    ----------
    volume : Volume
        Hounsfield units, or another density; whole numbers are used as they are, others are rounded.
    arm : CArm
    air : float
        The value of nothing; outside of the volume there is nothing.

    Returns
    -------
    ndarray of float32, shape (pixels, pixels)
        (value - air) times mm: for Hounsfield units, 1000 times the thickness of water in mm.
    """
    from kambin.access.carm_kernels import line_integrals

    array = _whole(volume.array)
    if not (array.flags.c_contiguous or array.flags.f_contiguous):
        array = np.ascontiguousarray(array)
    flat = array.reshape(-1, order="F" if array.flags.f_contiguous else "C").view()
    flat.setflags(write=False)  # a volume's voxels are; the kernel is compiled for one kind of array only
    strides = np.array(array.strides, dtype=np.int64) // array.itemsize
    voxel_from_lps = np.asarray(np.linalg.inv(volume.lps_from_voxel), dtype=np.float64)
    turn = voxel_from_lps[:3, :3]
    geometry = (
        np.array(array.shape, dtype=np.int64),
        strides,
        -float(air),
        frames.apply(voxel_from_lps, arm.source_lps),
        frames.apply(voxel_from_lps, arm.corner_lps),
        turn @ (arm.pixel_mm * arm.right_lps),
        turn @ (arm.pixel_mm * arm.down_lps),
        np.ascontiguousarray(volume.lps_from_voxel[:3, :3]),
    )
    summed = np.zeros((arm.pixels, arm.pixels), dtype=np.float32)
    shared(
        arm.pixels,
        processors(),
        lambda low, high: line_integrals(flat, *geometry, np.empty(3), low, summed[low:high]),
    )
    return summed


def _whole(array: NDArray[Any]) -> NDArray[np.int16]:
    """The voxels as int16, so that one kernel serves every scan; a CT fits."""
    if array.dtype == np.int16:
        return array
    limits = np.iinfo(np.int16)
    rounded: NDArray[np.int16] = np.rint(np.clip(np.nan_to_num(array), limits.min, limits.max)).astype(
        np.int16
    )
    return rounded


def label_volume(
    labels: LabelMap, values: Mapping[str, tuple[float, float]], *, outside: float = AIR_HU
) -> Volume:
    """A volume of tissue values from labels, for a radiograph where there is no CT.

    Parameters
    ----------
    labels : LabelMap
    values : mapping
        Structure → value inside and at its surface: bone is denser at its surface.
    outside : float
        Value of everything else.

    Returns
    -------
    Volume
        On the grid of the labels, cut to the box of the structures that were named.
    """
    from kambin.access.carm_kernels import shell_values

    named = [name for name in labels.voxels if name in values]
    if not named:
        raise InputError("no structure of the map has a tissue value", expected="a map with vertebrae")
    array = labels.volume.array
    size = int(np.iinfo(array.dtype).max) + 1
    inside, surface = (np.full(size, outside, dtype=np.int16) for _ in range(2))
    for name in named:
        inside[labels.value_of(name)], surface[labels.value_of(name)] = values[name]
    boxes = [labels.boxes[name] for name in named]
    low = [max(min(box[axis].start for box in boxes) - 1, 0) for axis in range(3)]
    high = [min(max(box[axis].stop for box in boxes) + 1, array.shape[axis]) for axis in range(3)]
    part = array[tuple(slice(first, last) for first, last in zip(low, high, strict=True))]
    to_lps = labels.volume.lps_from_voxel.copy()
    to_lps[:3, 3] = frames.apply(labels.volume.lps_from_voxel, np.array(low))
    # the kernel walks the last axis fastest; a map read from a file has its first axis so
    turned = np.ascontiguousarray(part.T)
    voxels = np.empty(turned.shape, dtype=np.int16)
    shared(
        len(turned),
        processors(),
        lambda low, high: shell_values(turned, inside, surface, low, voxels[low:high]),
    )
    return Volume(voxels.T, to_lps)
