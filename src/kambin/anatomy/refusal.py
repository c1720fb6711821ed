"""Why a scan is refused: one code per reason, and the error that carries it.

A refusal never repeats text of the file: no path, no description, no name. What it says is built from numbers
of the header and from names of the label table that kambin knows.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from kambin.errors import InputError

__all__ = ["Reason", "ScanRefused"]


class Reason(StrEnum):
    """Code of a refusal, stable for programs that read it."""

    # the file
    NOT_A_FILE = "not_a_file"
    UNREADABLE = "unreadable"
    EMPTY_FILE = "empty_file"
    UNKNOWN_FORMAT = "unknown_format"
    NOT_DICOM = "not_dicom"
    BAD_HEADER = "bad_header"
    UNSUPPORTED = "unsupported"
    TOO_LARGE = "too_large"
    TRUNCATED = "truncated"
    TRAILING_DATA = "trailing_data"
    CORRUPT = "corrupt"
    TOO_SLOW = "too_slow"
    READER_FAILED = "reader_failed"
    DEFLATED = "deflated"
    MEDIA_DIRECTORY = "media_directory"
    NESTED_TOO_DEEP = "nested_too_deep"
    TOO_MANY_ELEMENTS = "too_many_elements"
    # the grid
    NOT_3D = "not_3d"
    NO_FRAME = "no_frame"
    FRAMES_DISAGREE = "frames_disagree"
    BAD_AFFINE = "bad_affine"
    BAD_SPACING = "bad_spacing"
    UNITS = "units"
    SLICE_GAP = "slice_gap"
    DUPLICATE_SLICE = "duplicate_slice"
    MIXED_SERIES = "mixed_series"
    MIXED_FRAMES = "mixed_frames"
    # the labels
    SCALED = "scaled"
    NOT_LABELS = "not_labels"
    EMPTY_MAP = "empty_map"
    UNKNOWN_CONVENTION = "unknown_convention"
    AMBIGUOUS_CONVENTION = "ambiguous_convention"
    CONVENTION_CONTRADICTED = "convention_contradicted"
    OVERLAP = "overlap"
    NO_LUMBAR_VERTEBRA = "no_lumbar_vertebra"
    # the spine
    UPSIDE_DOWN = "upside_down"
    BACK_TO_FRONT = "back_to_front"
    SIDES_SWAPPED = "sides_swapped"
    TILTED = "tilted"
    OUT_OF_ORDER = "out_of_order"
    NUMBERING_GAP = "numbering_gap"
    LABEL_TWICE = "label_twice"


class ScanRefused(InputError):
    """The scan can not be trusted, or can not be read.

    Parameters
    ----------
    reason : Reason
        The code.
    what : str
        What is wrong; holds no text of the file.
    value : object, optional
        The offending number.
    expected : str, optional
        What would have been accepted.
    why, now : str, optional
        The reason where it is not plain, and what to do next.
    """

    def __init__(
        self,
        reason: Reason,
        what: str,
        *,
        value: Any = None,
        expected: str = "",
        why: str = "",
        now: str = "",
    ) -> None:
        self.reason = reason
        self._told = {"what": what, "value": value, "expected": expected, "why": why, "now": now}
        super().__init__(
            f"{what} [{reason}]", field="scan", value=value, expected=expected, where="scan", why=why, now=now
        )

    def to_dict(self) -> dict[str, Any]:
        """What `from_dict` makes the same refusal of, in another process."""
        return {"reason": str(self.reason), **self._told}

    @staticmethod
    def from_dict(told: dict[str, Any]) -> ScanRefused:
        """The refusal that another process met."""
        rest = {name: told[name] for name in ("value", "expected", "why", "now")}
        return ScanRefused(Reason(told["reason"]), str(told["what"]), **rest)
