"""Messages byte for byte as the public client pyigtl 0.3 wrote them, and the checksum by its definition."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kambin.access.handover.igtl import HEADER, Message, Point, crc64, point, string, transform
from kambin.errors import InputError

GOLDEN = Path(__file__).parent / "golden"
META = {"frame": "RAS", "units": "mm"}
MATRIX = np.array([[0.0, -0.6, 0.8, 12.5], [1, 0, 0, -33.25], [0, 0.8, 0.6, 904.125], [0, 0, 0, 1]])
POINTS = (
    Point("entry RAS", "posterolateral", (1.5, -2.25, 3.125)),
    Point("target RAS", "posterolateral", (-4.0, 5.0, 6.5), 7.5, (1, 2, 3, 4), "scan"),
)
MESSAGES = {
    "transform": transform("Tool_RAS", MATRIX, META),
    "point": point("Points_RAS", POINTS, META),
    "string": string("Plan", '{"level":"L4-L5"}', META),
}


@pytest.mark.parametrize("name", MESSAGES)
@pytest.mark.parametrize("version", [1, 2])
def test_bytes_are_those_of_another_implementation(name: str, version: int) -> None:
    assert MESSAGES[name].packed(version, number=7) == (GOLDEN / f"{name}-v{version}.bin").read_bytes()


def test_checksum_is_the_catalogued_one() -> None:
    # CRC-64/ECMA-182's check value, of the nine digits
    assert crc64(b"123456789") == 0x6C40DF5F0B497347
    assert crc64(b"") == 0


@given(st.binary(max_size=40))
def test_checksum_is_the_rest_of_a_division(data: bytes) -> None:
    """Long division of polynomials over two elements, on whole numbers."""
    polynomial = (1 << 64) | 0x42F0E1EBA9EA3693
    rest = int.from_bytes(data, "big") << 64
    while rest.bit_length() > 64:
        rest ^= polynomial << (rest.bit_length() - 65)
    assert crc64(data) == rest


@given(st.text(max_size=60))
def test_text_comes_back(text: str) -> None:
    packed = string("Plan", text).packed(1)
    *_, size, crc = HEADER.unpack(packed[: HEADER.size])
    body = packed[HEADER.size :]
    assert (len(body), crc64(body)) == (size, crc)
    encoding = {3: "ascii", 106: "utf-8"}[int.from_bytes(body[:2], "big")]
    assert len(body[4:]) == int.from_bytes(body[2:4], "big")
    assert body[4:].decode(encoding) == text


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Message("STRING", "x" * 21, b"").packed(),
        lambda: Message("STRING", "Wirbelsäule", b"").packed(),
        lambda: Message("STRING", "Plan", b"").packed(3),
        lambda: point("P", [Point("n" * 65, "", (0, 0, 0))]),
        lambda: string("Plan", "x" * 65536),
    ],
)
def test_what_does_not_fit_is_refused(wrong: object) -> None:
    with pytest.raises(InputError):
        wrong()  # type: ignore[operator]
