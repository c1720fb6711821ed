from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kambin.anatomy.arch import Pedicle
from kambin.anatomy.axis import LumbarAxis
from kambin.anatomy.geometry import Endplate, VertebraShape
from kambin.anatomy.model import CrestHeight
from kambin.anatomy.posture import crest_above_pedicle, lordosis_deg, slip_mm
from kambin.case.words import Side
from tests.anatomy.scenes import rigid

AXIS = LumbarAxis(np.eye(3), 0.01, 0.04, ())


def plate(centre: tuple[float, float, float], lean_deg: float = 0.0, depth: float = 34.0) -> Endplate:
    """A plate whose normal leans back by an angle."""
    normal = rigid(x_deg=-lean_deg)[:3, :3] @ [0.0, 0, 1]
    return Endplate(np.array(centre), normal, 0.1, depth, 45.0)


@given(st.floats(-20, 30), st.floats(-60, 10))
def test_lordosis_is_the_angle_between_two_leaning_plates(first: float, last: float) -> None:
    found = lordosis_deg(plate((0, 0, 0), first), plate((0, 0, -150), last), AXIS)
    assert found == pytest.approx(first - last, abs=1e-9)


@given(st.floats(-10, 15), st.floats(-40, 20), st.floats(28, 40), st.floats(28, 40))
def test_slip_is_along_the_lower_endplate(slip: float, lean: float, upper: float, lower: float) -> None:
    turn = rigid(x_deg=-lean)[:3, :3]
    # in the lower vertebra's own frame: corners 9 mm apart upwards and `slip` forwards
    below = Endplate(turn @ [0.0, -lower / 2, 0], turn @ [0.0, 0, 1], 0.1, lower, 45.0)
    above = Endplate(turn @ [0.0, -slip - upper / 2, 9], turn @ [0.0, 0, 1], 0.1, upper, 45.0)
    shapes = (
        VertebraShape("L4", turn.T, above.centre_lps, None, above),
        VertebraShape("L5", turn.T, below.centre_lps, below, None),
    )
    assert slip_mm(*shapes) == pytest.approx(slip, abs=1e-9)
    assert slip_mm(shapes[1], shapes[0]) is None


def test_the_crest_against_the_pedicle() -> None:
    crest = CrestHeight(Side.LEFT, 0.0, 1.0, (95.0, 30.0, 12.0), ("hip_left",))
    pedicle = Pedicle(Side.LEFT, np.array([20.0, 25.0, -6.0]), 12, 24, -6, 8, 12, 14)
    found = crest_above_pedicle(crest, pedicle, AXIS, 1.0)
    assert found.height_mm == pytest.approx(18.0)
    # half a voxel of the crest, a quarter of the pedicle, and the axis' own direction over 75 and 5 mm
    assert found.uncertainty_mm == pytest.approx(2 * np.linalg.norm([0.5, 0.25, 0.75, 0.2]))
