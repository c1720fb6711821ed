"""The endoscope's view against closed forms: where things appear, how deep, and what is opened."""

from __future__ import annotations

import numpy as np
import pytest

from kambin.access.endoscope import Cube, Endoscope, endoscope_view
from kambin.errors import InputError

AHEAD, UP, ASIDE = np.array([-1.0, 0, 0]), np.array([0, 1.0, 0]), np.array([0, 0, 1.0])


def scope(tilt: float = 0.0, field: float = 80.0, tip=(20.0, 0.0, 0.0)) -> Endoscope:
    return Endoscope(np.array(tip), AHEAD, ASIDE, UP, tilt, field)


def ball(centre: np.ndarray, radius: float, name: str = "root") -> Cube:
    """A cube with a short tube that is as good as a ball."""
    cube = Cube(np.zeros(3), 26.0, 0.6)
    cube.add_tube(name, np.stack([centre, centre + 1e-6]), np.array([radius, radius]))
    return cube


def test_a_ball_ahead_is_as_deep_and_as_large_as_it_is():
    view = endoscope_view(ball(np.zeros(3), 5.0), scope(), 201)
    assert view.depth_mm[100, 100] == pytest.approx(15.0, abs=0.1)
    assert view.facing[100, 100] == pytest.approx(1.0, abs=0.02)
    # the tangent cone of a ball of radius 5 at a distance of 20
    seen = np.count_nonzero(view.codes) / 201**2
    edge = np.tan(np.arcsin(5.0 / 20.0)) / np.tan(np.radians(40))
    assert seen == pytest.approx(np.pi * edge**2 / 4, rel=0.03)


@pytest.mark.parametrize("place", [(-4.0, 6.0, 5.0), (2.0, -5.0, 4.0), (-8.0, 3.0, -7.0)])
@pytest.mark.parametrize("tilt", [0.0, 30.0])
def test_things_appear_where_the_camera_places_them(place, tilt):
    at = np.array(place)
    optic = scope(tilt, 100.0)
    view = endoscope_view(ball(at, 1.5), optic, 301)
    rows, columns = np.nonzero(view.codes)
    assert rows.size > 20
    middle = np.array([columns.mean(), rows.mean()])
    expected = (optic.place(at[None])[0][:2] + 1) / 2 * 301 - 0.5
    assert np.abs(middle - expected).max() < 3.0


def test_what_lies_outside_of_the_field_is_not_seen():
    beside = ball(np.array([10.0, 0.0, 14.0]), 2.0)
    assert not endoscope_view(beside, scope(0.0, 70.0), 101).codes.any()
    assert endoscope_view(beside, scope(40.0, 70.0), 101).codes.any()  # the tilt looks towards it


def test_a_mirrored_patient_gives_the_mirrored_view():
    one = endoscope_view(ball(np.array([0.0, 2.0, 6.0]), 3.0), scope(), 151)
    other = endoscope_view(ball(np.array([0.0, 2.0, -6.0]), 3.0), scope(), 151)
    assert np.mean(one.codes != other.codes[:, ::-1]) < 0.002


def wall() -> Cube:
    """A plate of bone across the way, and a root behind it."""
    cube = Cube(np.zeros(3), 26.0, 0.6)
    mask = np.zeros((60, 60, 60), dtype=np.bool_)
    mask[36:41] = True
    to_lps = np.eye(4)
    to_lps[:3, 3] = -29.5
    cube.add_mask("vertebrae_L4", mask, (0, 0, 0), to_lps)
    cube.add_tube("root", np.array([[0.0, -20, 0], [0, 20, 0]]), np.array([2.0, 2.0]))
    return cube


def test_a_wall_hides_and_the_reamer_opens_it():
    closed = wall()
    opened = closed.copy()
    opened.clear(np.array([24.0, 0, 0]), np.array([3.0, 0, 0]), 4.0, "reamed", ("vertebrae_L4",))
    before = endoscope_view(closed, scope(), 151)
    after = endoscope_view(opened, scope(), 151)
    assert before.depth_mm[75, 75] == pytest.approx(20.0 - 11.0, abs=0.35)
    assert before.shares["root"] == 0.0
    assert after.depth_mm[75, 75] == pytest.approx(18.0, abs=0.2)
    assert after.shares["root"] > 0.02
    assert after.shares["reamed"] > 0.01
    assert "reamed" not in before.shares  # the copy was opened, not the first


def test_a_wafer_lies_between_its_planes():
    cube = Cube(np.zeros(3), 26.0, 0.6)
    planes = np.array([[[0, 0, 4.0], [0, 0, 1.0]], [[0, 0, -4.0], [0, 0, 1.0]]])
    cube.add_wafer("disc_L4-L5", np.zeros(3), np.eye(3), (10.0, 8.0), planes)
    level = cube.level_at(
        np.array([[0, 0, 0.0], [0, 0, 3.0], [0, 0, 5.0], [9, 0, 0], [11.0, 0, 0], [0, 9, 0.0]])
    )
    assert (level < 0).tolist() == [True, True, False, True, False, False]


def test_optics_that_do_not_exist_are_refused():
    for tilt, field in ((80.0, 80.0), (30.0, 170.0)):
        with pytest.raises(InputError):
            scope(tilt, field)
