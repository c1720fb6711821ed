"""Limits and tolerances of this room, each with its reason beside it.

Lengths are millimetres, angles degrees. Nothing here is clinical: what a height means for a patient is the
guideline's to say.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["DEFAULT_LIMITS", "Limits"]


@dataclass(frozen=True, slots=True)
class Limits:
    """What is read at all; a file that asks for more is refused before memory is set aside for it.

    Attributes
    ----------
    max_voxels : int
        A CT of the whole spine at 512 × 512 × 700 fits, and its labels need 200 MB.
    max_bytes : int
        Of decoded voxels; with the working copies it keeps the process below 2 GB.
    max_header_bytes : int
        Of header and extensions; the label table of TotalSegmentator takes 3 kB.
    max_label : int
        Highest voxel value; every known convention stays below 500, DICOM counts in 16 bits.
    max_files : int
        Of a series; the longest CT of a whole body has some 3000 slices.
    max_depth : int
        Of sequences inside sequences in DICOM; segmentations and enhanced images nest 5 deep.
    max_elements : int
        Of one DICOM file; a segmentation writes some 25 for each frame.
    max_pixels : int
        Of a DICOM segmentation, over the frames of all segments; a hundred segments of a CT of the trunk.
    max_seconds : float
        Of the processor, for the process that reads; a map of 200 million voxels takes a few.
    isolated : bool
        Whether files are read in a process of their own with limits on memory and time.
    """

    max_voxels: int = 200_000_000
    max_bytes: int = 800_000_000
    max_header_bytes: int = 1_000_000
    max_label: int = 65_535
    max_files: int = 5_000
    max_depth: int = 16
    max_elements: int = 400_000
    max_pixels: int = 1_000_000_000
    max_seconds: float = 60.0
    isolated: bool = True


DEFAULT_LIMITS = Limits()

# Deflate can not expand a byte to more than 1032 (zlib's own bound), so a header that declares more is
# untrue.
DEFLATE_MAX_RATIO = 1032
# Two bytes of run-length encoding stand for at most 128 of the same.
RUN_LENGTH_MAX_RATIO = 64
# Bytes read at a time: large enough to be fast, small enough not to count beside the voxels.
CHUNK_BYTES = 1 << 24

# A busy machine gives a process part of its time: it is waited for so many times longer than it may compute.
WAIT_FACTOR = 4.0
# Address space of the reading process: the interpreter with its libraries, and so many times the declared
# bytes of voxels for the copies that reading, checking and scaling need at once.
WORKER_BYTES = 1_000_000_000
WORKER_COPIES = 4

# Clinical scanners make 0.2 to 5 mm; what lies outside is a wrong unit or a wrong header.
MIN_SPACING_MM, MAX_SPACING_MM = 0.1, 10.0
# A gantry tilted by 30 degrees leaves 0.87 of the box's volume; below a half the axes are nearly in one
# plane.
MIN_ORTHOGONALITY = 0.5
# Quaternions in float32 move a corner of a 500 mm volume by under 0.1 mm; more than this is another frame.
FRAMES_TOLERANCE_MM = 0.5
# Slices of a series: scanners write positions to 0.001 mm and some to 0.01 mm; a missing slice is a step of
# twice the usual one. Directions are written to six decimals.
SLICE_TOLERANCE, SLICE_TOLERANCE_MM = 0.02, 0.02
DIRECTION_TOLERANCE = 1e-3
# The grid spacing written twice in a header differs by rounding only.
SPACING_TOLERANCE = 0.01

# A label whose largest piece is smaller than this is a speck and not a bone: the smallest whole lumbar
# vertebra of the maps we hold has 58 ml, and a child's a fifth of that. Of a bone at the edge of the view,
# less may be seen.
MIN_BONE_ML = 5.0
MIN_CUT_BONE_ML = 1.0
# A second piece as large as this share of the first is anatomy or a mistake in labelling, not stray voxels.
FRAGMENT_SHARE = 0.10
# Vertebrae lie 25 to 45 mm apart; two pieces of one label this far apart along the spine are two vertebrae.
TWO_VERTEBRAE_MM = 20.0

# Nobody lies across the scanner: beyond 60 degrees the frame in the header is not the patient's.
MIN_AXIS_COSINE = 0.5
# A label's middle must lie this far on its own side of its twin's before it counts for or against the frame.
SIDE_MARGIN_MM = 10.0
# Distance of neighbours, as a multiple of the usual one, beyond which another vertebra lies between them.
SKIPPED_STEP = 1.6
# Used as the usual distance where the map has too few neighbours to measure it.
USUAL_STEP_MM = 36.0
# The sacrum's top lies at or above the lowest point of L5 (its lower articular processes); see `numbering`.
SACRUM_GAP_MM = 15.0

# A table that does not know more than this share of a map's voxels is not the map's; stray values are fewer.
MAX_UNKNOWN_SHARE = 0.02
# Middles of the boxes of neighbouring lumbar vertebrae: 25 to 45 mm apart in life, more where one is cut or
# grown together; beyond this a reading that calls them neighbours is wrong.
MIN_STEP_MM, MAX_STEP_MM = 12.0, 80.0
# How value 26 is told apart from its contact with the sacrum; see `conventions`.
FUSED_CONTACT = 2.0
SEPARATE_CONTACT = 0.9

# The whole vertebra's middle lies 7 to 13 mm behind its body's on every map we hold; less is a body alone.
MIN_ARCH_MM = 4.0
# Half width of the midline strip in which body, canal and arch lie one behind the other; the canal is 21 to
# 32 mm wide.
MIDLINE_MM = 5.0
# Share of the body's own section at which the body ends and the canal begins.
WALL_SHARE = 0.25
# Bodies are 39 to 59 mm wide (clouthier2023): a disc is looked for this far to each side of their middle.
DISC_HALF_WIDTH_MM = 36.0
# Reach above and below the middle between two bodies: half a body and half a disc, and some to spare.
DISC_REACH_MM = 34.0
# Disc heights reach 11 mm (clouthier2023) and somewhat more in front; a line that finds no bone within this
# passes through a foramen.
MAX_DISC_HEIGHT_MM = 25.0
# Bridges narrower than this between the disc and the gap behind the canal are cut.
BRIDGE_MM = 4.0
# A disc smaller than this in section was not found; those of the maps we hold measure 1400 to 2100 mm2.
MIN_DISC_AREA_MM2 = 300.0
# Standard deviation along the spine of the derived disc's middle, beside half a voxel: on the one map with
# given discs the derived middles differ from them by 0.1 to 0.5 mm along the spine; doubled, because it is
# one map (tests/anatomy/test_real_maps.py).
DISC_CENTRE_SD_MM = 1.0
# The crest is measured only where the field of view does not end within this distance below its top.
CREST_MARGIN_MM = 10.0
