"""Corridor, reamed bone and the anatomy about them as a DICOM segmentation on the map's own grid.

The map need not come from DICOM, so there may be no images to refer to. The standard asks for none: each
frame says itself where it lies, oblique or not. Rows, columns and slices have to stand at right angles; a
sheared grid is refused rather than resampled.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from kambin.access.handover.content import Content, Patch
from kambin.access.handover.dicom import EQUIPMENT, private, settled, source_header
from kambin.access.handover.identity import Identity
from kambin.anatomy import frames

__all__ = ["segmentation", "sheared"]

# Greatest cosine between two axes of a grid that counts as a rectangle: headers are rounded. Frames keep
# their own directions and places, so nothing moves.
MOST_SHEAR = 1e-5


def sheared(content: Content) -> bool:
    """Whether the grid's axes are not at right angles."""
    axes = content.lps_from_voxel[:3, :3] / frames.spacing_mm(content.lps_from_voxel)
    return bool(np.abs(axes.T @ axes - np.eye(3)).max() > MOST_SHEAR)


def segmentation(content: Content, identity: Identity) -> Any:
    """Make the segmentation.

    Parameters
    ----------
    content : Content
        On a grid whose axes are at right angles.
    identity : Identity

    Returns
    -------
    pydicom.Dataset
        Binary segments; they overlap where the corridor passes bone that goes.
    """
    from highdicom import Volume
    from highdicom.seg import Segmentation, SegmentationTypeValues

    patches = [one for one in (content.corridor, content.reamed, *content.anatomy) if one.mask.any()]
    low, stack = _stack(patches)
    affine = np.array(content.lps_from_voxel)
    affine[:3, 3] = frames.apply(content.lps_from_voxel, low)
    # slices are the third axis of the map, as in most maps; rows are its second and columns its first, so
    # that the frames look as the map's own slices do
    turned = np.ascontiguousarray(stack.transpose(2, 1, 0, 3))
    volume = Volume(
        turned,
        affine[:, [2, 1, 0, 3]],
        coordinate_system="PATIENT",
        frame_of_reference_uid=identity.frame_uid,
        channels={"SegmentNumber": list(range(1, len(patches) + 1))},
    )
    made = Segmentation(
        source_images=[source_header(content, identity)],
        pixel_array=volume,
        segmentation_type=SegmentationTypeValues.BINARY,
        segment_descriptions=[_description(n, one, identity) for n, one in enumerate(patches, start=1)],
        series_instance_uid=identity.uid("segmentation", "series"),
        series_number=101,
        sop_instance_uid=identity.uid("segmentation"),
        instance_number=1,
        content_label="CORRIDOR",
        content_description=f"Planned corridor {content.plan.level} {content.plan.side.value}",
        series_description="kambin corridor, segmentation",
        content_date=identity.made.date(),
        content_time=identity.made.time(),
        **EQUIPMENT,
    )
    return settled(_standing_alone(made), identity, "segmentation")


def _stack(patches: list[Patch]) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """All masks in the smallest box that holds them: its first voxel, and the masks, shape (i, j, k, n)."""
    low = np.array([[part.start for part in one.box] for one in patches]).min(axis=0)
    high = np.array([[part.stop for part in one.box] for one in patches]).max(axis=0)
    stack = np.zeros((*(int(size) for size in high - low), len(patches)), dtype=np.uint8)
    for number, one in enumerate(patches):
        a, b, c = (
            slice(part.start - int(first), part.stop - int(first))
            for part, first in zip(one.box, low, strict=True)
        )
        stack[a, b, c, number] = one.mask
    return low, stack


def _description(number: int, patch: Patch, identity: Identity) -> Any:
    from highdicom import AlgorithmIdentificationSequence
    from highdicom.seg import SegmentDescription
    from highdicom.sr import CodedConcept

    planned = patch.key in ("corridor", "reamed-bone")
    category = (
        CodedConcept("260787004", "SCT", "Physical object")
        if patch.key == "corridor"
        else CodedConcept("123037004", "SCT", "Anatomical Structure")
    )
    return SegmentDescription(
        segment_number=number,
        segment_label=patch.name,
        segmented_property_category=category,
        segmented_property_type=private(_short(patch.key), patch.name),
        algorithm_type="AUTOMATIC" if planned else "SEMIAUTOMATIC",
        algorithm_identification=AlgorithmIdentificationSequence(
            name="kambin access" if planned else "label map as given",
            family=private("PLANNING", "Planning of a working corridor"),
            version=str(EQUIPMENT["software_versions"]),
        ),
        tracking_uid=identity.uid("segment", patch.key),
        tracking_id=patch.key,
    )


def _short(key: str) -> str:
    """A code value of at most 16 characters that tells long names apart."""
    import hashlib

    return key.upper() if len(key) <= 16 else "S" + hashlib.sha256(key.encode()).hexdigest()[:12].upper()


def _standing_alone(made: Any) -> Any:
    """Take out every word about the header that was inherited from: no such image exists."""
    from pydicom.sequence import Sequence

    for keyword in ("ReferencedSeriesSequence", "SourceImageSequence"):
        if keyword in made:
            delattr(made, keyword)
    groups = [*made.get("SharedFunctionalGroupsSequence", ()), *made.PerFrameFunctionalGroupsSequence]
    for group in groups:
        if "DerivationImageSequence" in group:
            group.DerivationImageSequence = Sequence()
    return made
