"""OpenIGTLink messages: header versions 1 and 2, and the bodies TRANSFORM, POINT and STRING.

The protocol is big-endian; a message is a header of 58 bytes, and a body with a CRC-64 over it (polynomial of
ECMA-182, from zero, not reflected). Version 2 puts an extended header before the content and metadata behind
it. Nothing in TRANSFORM and POINT says whether they are LPS or RAS, and receivers such as 3D Slicer take them
for RAS; so names and metadata say it.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from kambin.errors import InputError

__all__ = ["HEADER", "Message", "Point", "crc64", "point", "string", "transform"]

Floats: TypeAlias = NDArray[np.float64]
HEADER = struct.Struct(">H12s20sQQQ")
POLYNOMIAL = 0x42F0E1EBA9EA3693
MASK = 0xFFFFFFFFFFFFFFFF
ASCII, UTF8 = 3, 106  # IANA's numbers of character sets
EXTENDED = struct.Struct(">HHII")
MOST_STRING = 0xFFFF


@dataclass(frozen=True, slots=True)
class Message:
    """One message.

    Attributes
    ----------
    kind : str
        TRANSFORM, POINT or STRING.
    device : str
        At most 20 characters of ASCII.
    content : bytes
    metadata : mapping
        Written with header version 2.
    """

    kind: str
    device: str
    content: bytes
    metadata: Mapping[str, str] = field(default_factory=dict)

    def packed(self, version: int = 2, timestamp: int = 0, number: int = 0) -> bytes:
        """The bytes of the message.

        Parameters
        ----------
        version : {1, 2}
        timestamp : int
            Seconds and their 32-bit fraction; 0 says that there is none.
        number : int
            Of the message; version 2 only.

        Raises
        ------
        InputError
            No such version, or metadata without a place for it.
        """
        if version not in (1, 2):
            raise InputError("no such header version", field="version", value=version, expected="1 or 2")
        if version == 1:
            body = self.content
        else:
            head, tail = _metadata(self.metadata)
            extended = EXTENDED.pack(EXTENDED.size, len(head), len(tail), number)
            body = extended + self.content + head + tail
        kind, device = _fixed(self.kind, 12, "kind"), _fixed(self.device, 20, "device")
        return HEADER.pack(version, kind, device, timestamp, len(body), crc64(body)) + body


@dataclass(frozen=True, slots=True)
class Point:
    """One element of a POINT message; mm."""

    name: str
    group: str
    at: tuple[float, float, float]
    diameter_mm: float = 0.0
    rgba: tuple[int, int, int, int] = (255, 255, 0, 255)
    owner: str = ""


def transform(device: str, matrix: Floats, metadata: Mapping[str, str] | None = None) -> Message:
    """A pose; of the (4, 4) matrix the upper three rows go, column by column."""
    columns = [float(matrix[row, column]) for column in range(4) for row in range(3)]
    return Message("TRANSFORM", device, struct.pack(">12f", *columns), metadata or {})


def point(device: str, points: Sequence[Point], metadata: Mapping[str, str] | None = None) -> Message:
    """Named points."""
    packed = b"".join(
        struct.pack(
            ">64s32s4B4f20s",
            _fixed(one.name, 64, "name"),
            _fixed(one.group, 32, "group"),
            *one.rgba,
            *one.at,
            one.diameter_mm,
            _fixed(one.owner, 20, "owner"),
        )
        for one in points
    )
    return Message("POINT", device, packed, metadata or {})


def string(device: str, text: str, metadata: Mapping[str, str] | None = None) -> Message:
    """A text of at most 65,535 bytes."""
    content, encoding = _text(text)
    if len(content) > MOST_STRING:
        raise InputError(
            "too long for a STRING message", value=len(content), expected=f"≤ {MOST_STRING} bytes"
        )
    return Message("STRING", device, struct.pack(">HH", encoding, len(content)) + content, metadata or {})


def crc64(data: bytes) -> int:
    """CRC-64 of ECMA-182: from zero, high bit first, not inverted."""
    table, value = _table(), 0
    for byte in data:
        value = table[(value >> 56) ^ byte] ^ ((value << 8) & MASK)
    return value


@cache
def _table() -> tuple[int, ...]:
    found = []
    for byte in range(256):
        value = byte << 56
        for _ in range(8):
            value = ((value << 1) & MASK) ^ (POLYNOMIAL if value >> 63 else 0)
        found.append(value)
    return tuple(found)


def _metadata(items: Mapping[str, str]) -> tuple[bytes, bytes]:
    head, tail = struct.pack(">H", len(items)), b""
    for key, value in items.items():
        name, (content, encoding) = key.encode(), _text(value)
        head += struct.pack(">HHI", len(name), encoding, len(content))
        tail += name + content
    return head, tail


def _text(text: str) -> tuple[bytes, int]:
    return (text.encode("ascii"), ASCII) if text.isascii() else (text.encode(), UTF8)


def _fixed(text: str, size: int, field_: str) -> bytes:
    """Text that a field of so many bytes holds whole."""
    if not text.isascii() or len(text) > size:
        raise InputError(
            "does not fit", field=field_, value=text, expected=f"at most {size} ASCII characters"
        )
    return text.encode("ascii")
