"""A plan over a socket of this machine, read back by the protocol's text alone."""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import numpy as np
import pytest

from kambin.access.handover.sending import address_of, messages_of, send_plan, tool_pose
from kambin.case.words import Side
from kambin.errors import InputError
from tests.access.handover.made import ENTRY, TIP, placed, plan, proposal

FLIP = np.array([-1.0, -1.0, 1.0])


@contextmanager
def listening() -> Iterator[tuple[tuple[str, int], list[bytes]]]:
    """A server that reads one connection to its end."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(30)

        def hear() -> None:
            line, _ = server.accept()
            with line:
                while part := line.recv(4096):
                    heard.append(part)

        thread = Thread(target=hear)
        thread.start()
        yield server.getsockname()[:2], heard
        thread.join(30)
        assert not thread.is_alive()


def split(stream: bytes) -> list[tuple[str, str, bytes, bytes]]:
    """Kind, device, content and metadata of each message."""
    found = []
    while stream:
        version, kind, device, _, size, _ = struct.unpack(">H12s20sQQQ", stream[:58])
        body, stream = stream[58 : 58 + size], stream[58 + size :]
        assert version in (1, 2)
        tail = b""
        if version == 2:
            extended, head_size, tail_size, _ = struct.unpack(">HHII", body[:12])
            end = len(body) - head_size - tail_size
            body, tail = body[extended:end], body[end:]
        found.append((kind.rstrip(b"\0").decode(), device.rstrip(b"\0").decode(), body, tail))
    return found


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("side", list(Side))
def test_entry_and_target_arrive_where_they_are(version: int, side: Side) -> None:
    with listening() as (address, heard):
        assert send_plan(plan(side), address, version=version) == 3
    pose, points, text = split(b"".join(heard))
    assert [one[0] for one in (pose, points, text)] == ["TRANSFORM", "POINT", "STRING"]
    assert (pose[1], points[1], text[1]) == ("KambinTool_RAS", "KambinPoints_RAS", "KambinPlan")
    numbers = np.array(struct.unpack(">12f", pose[2])).reshape(4, 3).T
    assert np.abs(numbers[:, 3] - placed(TIP, side) * FLIP).max() < 1e-3
    assert np.abs(numbers[:, :3].T @ numbers[:, :3] - np.eye(3)).max() < 1e-6
    assert np.linalg.det(numbers[:, :3]) > 0
    at = [np.array(struct.unpack(">3f", points[2][136 * n + 100 : 136 * n + 112])) for n in range(2)]
    assert len(points[2]) == 272
    assert np.abs(at[0] - placed(ENTRY, side) * FLIP).max() < 1e-3
    assert np.abs(at[1] - placed(TIP, side) * FLIP).max() < 1e-3
    # RAS: what lies to the patient's left has the smaller first coordinate
    assert (at[0][0] < at[1][0]) == (side is Side.LEFT)
    assert np.abs(numbers[:, 2] - (at[1] - at[0]) / np.linalg.norm(at[1] - at[0])).max() < 1e-4
    said = json.loads(text[2][4:])
    assert said["frame"].startswith("LPS") and said["frame_of_pose_and_points"] == "RAS"
    assert np.allclose(said["proposal"]["corridor"]["entry_lps"], placed(ENTRY, side))
    if version == 2:
        assert b"frameRAS" in pose[3] and b"frameLPS" in text[3]


def test_lps_is_sent_on_request() -> None:
    pose, points, _ = messages_of(plan(), frame="LPS")
    assert (pose.device, points.device) == ("KambinTool_LPS", "KambinPoints_LPS")
    assert np.abs(np.array(struct.unpack(">12f", pose.content))[9:] - placed(TIP)).max() < 1e-3


def test_the_tool_points_the_way_it_is_pushed() -> None:
    pose = tool_pose(proposal())
    depth = np.linalg.norm(ENTRY - TIP)
    assert np.allclose((pose @ [0, 0, -depth, 1])[:3], placed(ENTRY))
    assert pose[2, 1] > 0  # its y axis leans to the head


def test_without_a_corridor_the_text_alone_goes() -> None:
    (text,) = messages_of(plan(recommended=None))
    assert text.kind == "STRING"
    assert json.loads(text.content[4:])["proposal"] is None


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = server.getsockname()[:2]
    with pytest.raises(InputError, match="could not send"):
        send_plan(plan(), address, timeout_s=2)


def test_addresses() -> None:
    assert address_of("127.0.0.1:18944") == ("127.0.0.1", 18944)
    assert address_of("[::1]:18944") == ("::1", 18944)
    for wrong in ("localhost", "localhost:", ":18944", "localhost:0", "localhost:65536", "localhost:x"):
        with pytest.raises(InputError):
            address_of(wrong)


def test_no_such_proposal() -> None:
    with pytest.raises(InputError):
        messages_of(plan(), proposal=3)
