"""A corridor over OpenIGTLink: the tool's pose, entry and target, and the plan as text."""

from __future__ import annotations

import json
import socket
from dataclasses import asdict
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from kambin.access.handover.igtl import Message, Point, point, string, transform
from kambin.access.model import AccessPlan, Proposal
from kambin.anatomy import frames
from kambin.errors import InputError

__all__ = ["TIMEOUT_S", "address_of", "messages_of", "send_plan", "tool_pose"]

Frame: TypeAlias = Literal["RAS", "LPS"]
Floats: TypeAlias = NDArray[np.float64]
TIMEOUT_S = 5.0


def address_of(text: str) -> tuple[str, int]:
    """Read ``HOST:PORT``.

    Raises
    ------
    InputError
        Something else.
    """
    host, _, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not host or not (port.isascii() and port.isdigit()) or not 0 < int(port) < 65536:
        raise InputError("no address to send to", value=text, expected="HOST:PORT, such as 127.0.0.1:18944")
    return host, int(port)


def tool_pose(proposal: Proposal) -> Floats:
    """Pose of the cannula at its end: `lps_from_tool`, shape (4, 4).

    The tool's origin is its tip and its z axis points from the entry to the target, the way it is pushed. Its
    y axis is as near as can be to the patient's head.
    """
    tip = np.array(proposal.corridor.target_lps)
    forwards = frames.unit(tip - np.array(proposal.corridor.entry_lps))
    head = np.array([0.0, 0.0, 1.0]) if abs(forwards[2]) < 0.99 else np.array([0.0, 1.0, 0.0])
    up = frames.unit(head - forwards * float(head @ forwards))
    pose = np.eye(4)
    pose[:3, :3] = np.stack([np.cross(up, forwards), up, forwards], axis=1)
    pose[:3, 3] = tip
    return pose


def messages_of(
    plan: AccessPlan, *, proposal: int | None = None, frame: Frame = "RAS"
) -> tuple[Message, ...]:
    """The messages of a plan: with a corridor pose, points and text, without one the text alone.

    Parameters
    ----------
    plan : AccessPlan
    proposal : int, optional
        Another than the recommended one.
    frame : {'RAS', 'LPS'}
        Of pose and points. RAS is what 3D Slicer and PLUS take them for. The text is always in LPS, and says
        so.
    """
    chosen = plan.recommended if proposal is None else proposal
    if chosen is not None and not 0 <= chosen < len(plan.proposals):
        raise InputError(
            "no such proposal", field="proposal", value=chosen, expected=f"0 to {len(plan.proposals) - 1}"
        )
    item = None if chosen is None else plan.proposals[chosen]
    said = {"frame": frame, "units": "mm", "level": plan.level, "side": plan.side.value}
    text = string("KambinPlan", _text(plan, item, frame), {**said, "frame": "LPS"})
    if item is None:
        return (text,)
    turn = frames.RAS_LPS_FLIP if frame == "RAS" else np.eye(4)
    ends = (("entry", item.corridor.entry_lps), ("target", item.corridor.target_lps))
    points = [
        Point(f"{name} {frame}", plan.approach, frames.as_point(frames.apply(turn, np.array(at))))
        for name, at in ends
    ]
    pose = transform(f"KambinTool_{frame}", turn @ tool_pose(item), said)
    return pose, point(f"KambinPoints_{frame}", points, said), text


def _text(plan: AccessPlan, item: Proposal | None, frame: str) -> str:
    document = {
        "kambin_access": 1,
        "frame": "LPS, millimetres; left and right are the patient's",
        "frame_of_pose_and_points": frame,
        "level": plan.level,
        "side": plan.side.value,
        "approach": plan.approach,
        "position": plan.position,
        "why": plan.why,
        "blocks": [asdict(one) for one in plan.blocks],
        "cautions": [one.code for one in plan.cautions],
        "missing": list(plan.missing),
        "proposal": None if item is None else asdict(item),
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def send_plan(
    plan: AccessPlan,
    address: tuple[str, int],
    *,
    proposal: int | None = None,
    frame: Frame = "RAS",
    version: int = 2,
    timeout_s: float = TIMEOUT_S,
) -> int:
    """Send a plan to a listening OpenIGTLink server.

    Parameters
    ----------
    plan : AccessPlan
    address : tuple of str and int
        Host and port.
    proposal, frame
        See `messages_of`.
    version : {1, 2}
        Of the header.
    timeout_s : float
        For connecting, and for each write.

    Returns
    -------
    int
        Number of messages.

    Raises
    ------
    InputError
        Nobody listens there, or the other side stops listening.
    """
    packed = [
        one.packed(version, number=number)
        for number, one in enumerate(messages_of(plan, proposal=proposal, frame=frame), start=1)
    ]
    host, port = address
    try:
        with socket.create_connection((host, port), timeout=timeout_s) as line:
            line.sendall(b"".join(packed))
            line.shutdown(socket.SHUT_WR)
    except TimeoutError:
        why = f"no answer within {timeout_s:g} s"
        raise InputError("could not send the plan", where=f"{host}:{port}", why=why) from None
    except OSError as error:
        why = error.strerror or str(error)
        now = "Is an OpenIGTLink server listening there?"
        raise InputError("could not send the plan", where=f"{host}:{port}", why=why, now=now) from None
    return len(packed)
