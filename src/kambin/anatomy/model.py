"""What this room hands on: plain frozen types without arrays.

Points are three floats, LPS millimetres. Uncertainty is always the half width of a 95 % interval.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, is_dataclass
from typing import TYPE_CHECKING, Any

from kambin.case.words import Side

if TYPE_CHECKING:
    from kambin.anatomy.geometry import SpineModel

__all__ = ["Caution", "CrestHeight", "Interspace", "Measurement", "Point", "Spine", "Vertebra"]

Point = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Caution:
    """Something that a reader of every later result has to know.

    Attributes
    ----------
    code : str
        Stable name.
    text : str
        What it means, in a sentence.
    structures : tuple of str
        What it is about.
    """

    code: str
    text: str
    structures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Vertebra:
    """A vertebra, or the sacrum.

    Attributes
    ----------
    name : str
        L1 to L5, L6, S1, or sacrum.
    label_id : int
        Voxel value in the map.
    volume_ml : float
        Of the main piece; incomplete where `complete` is false.
    centre_lps : tuple of float
        Mean of the whole bone, arch included.
    body_centre_lps : tuple of float or None
        Mean of the vertebral body; None where it was not separated.
    complete : bool
        False where the edge of the field of view cuts the bone.
    """

    name: str
    label_id: int
    volume_ml: float
    centre_lps: Point
    body_centre_lps: Point | None
    complete: bool


@dataclass(frozen=True, slots=True)
class Interspace:
    """The space between two vertebral bodies, where the disc lies.

    Attributes
    ----------
    level : str
        For example L4-L5.
    centre_lps : tuple of float
        Middle of the space.
    normal_lps : tuple of float
        Unit vector perpendicular to the space, towards the head.
    uncertainty_mm : float
        Of the centre along the spine.
    how : str
        Where it comes from.
    structures : tuple of str
    """

    level: str
    centre_lps: Point
    normal_lps: Point
    uncertainty_mm: float
    how: str
    structures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CrestHeight:
    """Height of one iliac crest above the middle of the L4-L5 disc.

    Attributes
    ----------
    side : Side
        The patient's side, decided by the frame and not by the label's name.
    height_mm : float
        Along the lumbar axis; positive where the crest's top is above the disc.
    uncertainty_mm : float
    top_lps : tuple of float
        The highest point of the crest along the lumbar axis.
    structures : tuple of str
    """

    side: Side
    height_mm: float
    uncertainty_mm: float
    top_lps: Point
    structures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Measurement:
    """One measured value, with everything needed to judge it.

    Attributes
    ----------
    name : str
    value : float, bool or None
        None where it could not be measured.
    unit : str
        UCUM; 1 for yes or no.
    method : str
    uncertainty : float or None
        Half width of the 95 % interval, in `unit`.
    structures : tuple of str
        What was used.
    side : str or None
    level : str or None
        Vertebra or disc.
    """

    name: str
    value: float | bool | None
    unit: str
    method: str
    uncertainty: float | None
    structures: tuple[str, ...]
    side: str | None = None
    level: str | None = None


@dataclass(frozen=True, slots=True)
class Spine:
    """The measured lumbar spine.

    Attributes
    ----------
    convention : str
        Name of the label convention.
    convention_how : str
        How the convention was told.
    spacing_mm : tuple of float
        Voxel spacing of the map.
    levels : tuple of str
        Lumbar vertebrae and sacrum that are present, from the head down.
    vertebrae : mapping
        Name → `Vertebra`.
    interspaces : mapping
        Level → `Interspace`.
    lumbar_axis_lps : tuple of float or None
        Unit vector towards the head along which heights are measured; see `axis`.
    crest : mapping
        Side → `CrestHeight`; a side that could not be measured is absent.
    measurements : tuple of Measurement
    warnings : tuple of Caution
        These reach every later result.
    missing : tuple of str
        Structures that the map lacks and measurements that could not be made.
    model : SpineModel or None
        The geometry behind the numbers, for the room that plans in it; not part of any document.
    """

    convention: str
    convention_how: str
    spacing_mm: Point
    levels: tuple[str, ...]
    vertebrae: Mapping[str, Vertebra]
    interspaces: Mapping[str, Interspace]
    lumbar_axis_lps: Point | None
    crest: Mapping[Side, CrestHeight]
    measurements: tuple[Measurement, ...]
    warnings: tuple[Caution, ...]
    missing: tuple[str, ...]
    model: SpineModel | None = field(default=None, compare=False, repr=False)

    def to_dict(self) -> dict[str, Any]:
        """Everything but the geometry, as plain values for a document."""
        return {item.name: _plain(getattr(self, item.name)) for item in fields(self) if item.name != "model"}


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return tuple(_plain(item) for item in value)
    return value
