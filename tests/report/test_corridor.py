"""A corridor in words: which way it leans when the patient lies on the side."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kambin.report.corridor import corridor_view, lying
from tests.report.access_plans import approach, proposal


def room(position: str, side: str = "left", axial_deg: float = 44.8) -> str | None:
    best = {**proposal(), "angles": {"axial_deg": axial_deg, "coronal_deg": 0.0, "sagittal_deg": 0.0}}
    item: dict[str, Any] = {**approach(proposals=[best], recommended=0), "position": position, "side": side}
    return dict(corridor_view(best, item).rows).get("In the room")


def test_lying_on_the_front_the_axial_angle_is_that_from_the_vertical() -> None:
    assert room("prone") is None
    assert lying({"position": "prone", "side": "left"}) == "lying on the front"


@pytest.mark.parametrize("side", ["left", "right"])
def test_on_the_side_the_side_of_the_entry_is_up(side: str) -> None:
    said = room("lateral", side)
    assert said is not None and f"the patient's {side} up" in said
    assert f"the patient's {'right' if side == 'left' else 'left'}" not in said


@given(st.floats(-0.99, 0.99), st.floats(0.05, 1.0))
def test_the_lean_is_that_of_the_turned_patient(backwards: float, outwards: float) -> None:
    """A patient turned by a right angle about the long axis, so that the side of the entry is up."""
    up_prone = np.array([0.0, 1.0])  # (outwards, backwards): on the front the back is up
    turn = np.array([[0.0, -1.0], [1.0, 0.0]])
    way = turn @ np.array([outwards, backwards])  # now in the room, where up is still the second axis
    lean = math.degrees(math.acos(float(way @ up_prone) / float(np.hypot(*way))))
    said = room("lateral", axial_deg=math.degrees(math.atan2(outwards, backwards)))
    assert said is not None
    if lean < 0.49:
        assert "axially straight down" in said
    elif lean > 0.51:
        assert (
            f"{round(lean)}°" in said
            or f"{math.floor(lean + 0.5)}°" in said
            or f"{math.ceil(lean - 0.5)}°" in said
        )
        assert ("towards the back" in said) == (backwards > 0)
