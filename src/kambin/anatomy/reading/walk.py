"""The bytes of a DICOM file, walked before any library parses them.

The walk looks at tags and lengths only, never at a value beyond the two identifiers of the file's meta
information, takes no step that it can not bound, and does not recurse. It refuses what a parser should not be
shown: a deflated data set (which may inflate a thousandfold), a media directory, an encoding that needs a
foreign decoder, sequences nested too deep, too many elements, and lengths that lead out of the file.
"""

from __future__ import annotations

import mmap
import struct
from dataclasses import dataclass
from pathlib import Path

from kambin.anatomy.reading.voxels import refusing
from kambin.anatomy.refusal import Reason, ScanRefused
from kambin.anatomy.settings import Limits

__all__ = ["Walked", "walk_bytes", "walk_file"]

IMPLICIT, EXPLICIT, RLE = "1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.5"
DEFLATED = ("1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.4.95")
MEDIA_DIRECTORY = "1.2.840.10008.1.3.10"

START = 132
TRANSFER_SYNTAX, SOP_CLASS = 0x00020010, 0x00020002
PIXEL_DATA = 0x7FE00010
ITEM, ITEM_END, SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
ITEM_BYTES = b"\xfe\xff\x00\xe0"
UNDEFINED = 0xFFFFFFFF
# value representations whose length takes four bytes
LONG = frozenset((b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"))
PAIR, LENGTH2, LENGTH4 = struct.Struct("<HH"), struct.Struct("<H"), struct.Struct("<I")


@dataclass(frozen=True, slots=True)
class Walked:
    """What the walk saw.

    Attributes
    ----------
    transfer_syntax, sop_class : str
        Unique identifiers of the encoding and of the kind of object.
    elements : int
    depth : int
        Deepest nesting of sequences.
    pixel_bytes : int
        Length of the pixel data; of the fragments together where they are encoded.
    """

    transfer_syntax: str
    sop_class: str
    elements: int
    depth: int
    pixel_bytes: int


def walk_file(path: Path, limits: Limits) -> Walked:
    """Walk a file.

    Raises
    ------
    ScanRefused
    """
    with refusing(), path.open("rb") as file:
        if path.stat().st_size <= START:
            raise ScanRefused(Reason.NOT_DICOM, "not a DICOM file")
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            return walk_bytes(data, limits)


def walk_bytes(data: bytes | mmap.mmap, limits: Limits) -> Walked:
    """Walk the content of a file.

    Parameters
    ----------
    data : bytes
    limits : Limits

    Returns
    -------
    Walked

    Raises
    ------
    ScanRefused
    """
    if data[START - 4 : START] != b"DICM":
        raise ScanRefused(Reason.NOT_DICOM, "not a DICOM file")
    start, syntax, sop_class = _meta(data)
    if syntax in DEFLATED:
        raise ScanRefused(
            Reason.DEFLATED,
            "the data set is deflated",
            why="its size can not be known before it is inflated",
            now="export it without compression",
        )
    if sop_class == MEDIA_DIRECTORY:
        raise ScanRefused(
            Reason.MEDIA_DIRECTORY, "a media directory (DICOMDIR)", now="name the folder of one series"
        )
    if syntax not in (IMPLICIT, EXPLICIT, RLE):
        raise ScanRefused(
            Reason.UNSUPPORTED,
            "a transfer syntax that is not read",
            expected="uncompressed little endian, or run-length encoded",
            now="export the series without compression",
        )
    walk = _Walk(data, limits)
    walk.run(start, implicit=syntax == IMPLICIT)
    return Walked(syntax, sop_class, walk.elements, walk.depth, walk.pixel_bytes)


def _meta(data: bytes | mmap.mmap) -> tuple[int, str, str]:
    """Where the data set begins, and the identifiers of its encoding and kind."""
    at, found = START, {TRANSFER_SYNTAX: "", SOP_CLASS: ""}
    while at + 8 <= len(data) and data[at : at + 2] == b"\x02\x00":
        group, element = PAIR.unpack_from(data, at)
        at, length = _explicit_length(data, at + 4)
        if length > len(data) - at:
            raise _truncated()
        tag = group << 16 | element
        if tag in found:
            found[tag] = bytes(data[at : at + min(length, 64)]).decode("ascii", "replace").rstrip("\0 ")
        at += length
    if not found[TRANSFER_SYNTAX]:
        raise ScanRefused(Reason.BAD_HEADER, "the file does not say how it is encoded")
    return at, found[TRANSFER_SYNTAX], found[SOP_CLASS]


def _explicit_length(data: bytes | mmap.mmap, at: int) -> tuple[int, int]:
    """Where the value begins, and its length; `at` is that of the value representation."""
    if bytes(data[at : at + 2]) in LONG:
        if at + 8 > len(data):
            raise _truncated()
        return at + 8, int(LENGTH4.unpack_from(data, at + 4)[0])
    return at + 4, int(LENGTH2.unpack_from(data, at + 2)[0])


def _truncated() -> ScanRefused:
    return ScanRefused(Reason.TRUNCATED, "a length in the file leads out of it")


class _Walk:
    """State of a walk: for every open sequence and item its end (-1 where only a delimiter ends it)."""

    def __init__(self, data: bytes | mmap.mmap, limits: Limits) -> None:
        self.data, self.limits = data, limits
        self.elements = self.depth = self.pixel_bytes = 0
        # (end, is a sequence, its elements are implicit)
        self.open: list[tuple[int, bool, bool]] = []

    def run(self, at: int, implicit: bool) -> None:
        """Walk from a byte to the end; `implicit` where elements do not say their kind."""
        data, size = self.data, len(self.data)
        while at < size or self.open:
            at = self._closed(at)
            if at >= size and not self.open:
                return
            if at + 8 > size:
                raise _truncated()
            self._count()
            group, element = PAIR.unpack_from(data, at)
            tag = group << 16 | element
            if group == 0xFFFE:
                at = self._delimiter(tag, at + 4)
                continue
            if self.open and self.open[-1][1]:
                raise ScanRefused(Reason.CORRUPT, "an element stands where an item has to")
            at = self._element(tag, at, self.open[-1][2] if self.open else implicit)

    def _count(self) -> None:
        self.elements += 1
        if self.elements > self.limits.max_elements:
            raise ScanRefused(
                Reason.TOO_MANY_ELEMENTS, f"more than {self.limits.max_elements:,} elements in the file"
            )

    def _closed(self, at: int) -> int:
        """Close what ends here."""
        while self.open and self.open[-1][0] >= 0 and at >= self.open[-1][0]:
            if at > self.open[-1][0]:
                raise ScanRefused(Reason.CORRUPT, "an element reaches over the end of its sequence")
            self.open.pop()
        return at

    def _element(self, tag: int, at: int, implicit: bool) -> int:
        data = self.data
        if implicit:
            kind, at, length = b"", at + 8, int(LENGTH4.unpack_from(data, at + 4)[0])
        else:
            kind = bytes(data[at + 4 : at + 6])
            if not (kind.isalpha() and kind.isupper()):
                raise ScanRefused(Reason.CORRUPT, "an element without a value representation")
            at, length = _explicit_length(data, at + 4)
        if length == UNDEFINED:
            if tag == PIXEL_DATA:
                return self._fragments(at)
            # an unknown element of undefined length holds a sequence written implicitly
            return self._enter(at, -1, implicit or kind == b"UN")
        if length > len(data) - at:
            raise _truncated()
        if tag == PIXEL_DATA:
            if not self.open:
                self.pixel_bytes = length
        elif kind == b"SQ":
            return self._enter(at, at + length, implicit=False)
        elif (implicit or kind == b"UN") and data[at : at + 4] == ITEM_BYTES and length >= 8:
            return self._enter(at, at + length, implicit=True)
        return at + length

    def _enter(self, at: int, end: int, implicit: bool) -> int:
        self.open.append((end, True, implicit))
        deep = (len(self.open) + 1) // 2  # sequences and their items alternate
        self.depth = max(self.depth, deep)
        if deep > self.limits.max_depth:
            raise ScanRefused(
                Reason.NESTED_TOO_DEEP,
                f"sequences are nested more than {self.limits.max_depth} deep",
            )
        return at

    def _delimiter(self, tag: int, at: int) -> int:
        length = int(LENGTH4.unpack_from(self.data, at)[0])
        at += 4
        inside = self.open[-1] if self.open else (0, False, False)
        if tag == ITEM and inside[1]:
            if length != UNDEFINED and length > len(self.data) - at:
                raise _truncated()
            self.open.append((-1 if length == UNDEFINED else at + length, False, inside[2]))
        elif (tag == ITEM_END and self.open and not inside[1]) or (tag == SEQUENCE_END and inside[1]):
            if inside[0] >= 0 or length:
                raise ScanRefused(Reason.CORRUPT, "a delimiter ends what has a length")
            self.open.pop()
        else:
            raise ScanRefused(Reason.CORRUPT, "items and delimiters in the file do not match")
        return at

    def _fragments(self, at: int) -> int:
        """Pass over the fragments of encoded pixel data."""
        while at + 8 <= len(self.data):
            self._count()
            group, element = PAIR.unpack_from(self.data, at)
            length = int(LENGTH4.unpack_from(self.data, at + 4)[0])
            at += 8
            tag = group << 16 | element
            if tag == SEQUENCE_END:
                return at
            if tag != ITEM or length > len(self.data) - at:
                break
            self.pixel_bytes += length
            at += length
        raise _truncated()
