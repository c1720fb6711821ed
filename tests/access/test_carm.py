"""The C-arm: where points land, and what is summed on the way, against closed forms and another path."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kambin.access.carm import AIR_HU, c_arm, label_volume, radiograph
from kambin.anatomy.frames import apply
from kambin.anatomy.reading import label_map_of
from kambin.anatomy.volume import Volume
from kambin.errors import InputError

STRAIGHT = np.eye(3)


def turned(seed: int) -> np.ndarray:
    """A random rotation, at most about 40 degrees."""
    rng = np.random.default_rng(seed)
    axis = rng.normal(size=3)
    axis /= np.linalg.norm(axis)
    angle = rng.uniform(-0.7, 0.7)
    cross = np.array([[0, -axis[2], axis[1]], [axis[2], 0, -axis[0]], [-axis[1], axis[0], 0]])
    return np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross


def grid(shape: tuple[int, int, int], step: tuple[float, float, float], turn: np.ndarray) -> np.ndarray:
    """Affine of a grid about the origin."""
    to_lps = np.eye(4)
    to_lps[:3, :3] = turn @ np.diag(step)
    to_lps[:3, 3] = -to_lps[:3, :3] @ ((np.array(shape) - 1) / 2)
    return to_lps


def places(volume_shape: tuple[int, int, int], to_lps: np.ndarray) -> np.ndarray:
    index = np.stack(np.meshgrid(*(np.arange(size) for size in volume_shape), indexing="ij"), axis=-1)
    return apply(to_lps, index)


def matrix_of(arm) -> np.ndarray:
    """The same camera as a 3 x 4 matrix, built another way: world to camera, then intrinsics."""
    rotation = np.array([arm.right_lps, arm.down_lps, arm.beam_lps])
    focal = arm.source_to_detector_mm / arm.pixel_mm
    inner = np.array([[focal, 0, (arm.pixels - 1) / 2], [0, focal, (arm.pixels - 1) / 2], [0, 0, 1]])
    return inner @ np.hstack([rotation, (-rotation @ arm.source_lps)[:, None]])


@given(
    st.integers(0, 10**6),
    st.sampled_from(["ap", "lateral"]),
    st.floats(-40, 40),
    st.floats(-40, 40),
)
@settings(max_examples=40, deadline=None)
def test_points_land_where_the_matrix_says(seed, view, tilt, turn):
    rng = np.random.default_rng(seed)
    centre = rng.uniform(-50, 50, 3)
    arm = c_arm(centre, turned(seed), view, cranial_deg=tilt, orbital_deg=turn)
    axes = np.array([arm.right_lps, arm.down_lps, arm.beam_lps])
    assert np.allclose(axes @ axes.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(axes) == pytest.approx(1.0)
    points = centre + rng.uniform(-100, 100, (20, 3))
    found = matrix_of(arm) @ np.hstack([points, np.ones((20, 1))]).T
    assert np.allclose(arm.pixel_of(points), (found[:2] / found[2]).T, atol=1e-9)
    assert np.allclose(arm.pixel_of(centre), (arm.pixels - 1) / 2)
    assert np.allclose(arm.centre_lps, centre)


def test_views_hang_as_films_do():
    ap, lateral = (c_arm(np.zeros(3), STRAIGHT, view) for view in ("ap", "lateral"))
    left, back, head = 10 * STRAIGHT
    middle = (ap.pixels - 1) / 2
    assert ap.pixel_of(left)[0] > middle  # the patient's left is on the right of the picture
    assert ap.pixel_of(head)[1] < middle
    assert ap.source_lps[1] < 0  # the source is in front of the patient
    assert lateral.pixel_of(back)[0] > middle
    assert lateral.pixel_of(head)[1] < middle
    assert lateral.source_lps[0] > 0  # seen from the patient's left


def test_tilts_go_where_they_say():
    tilted = c_arm(np.zeros(3), STRAIGHT, "ap", cranial_deg=20)
    assert tilted.beam_lps @ STRAIGHT[2] == pytest.approx(np.sin(np.radians(20)))
    swung = c_arm(np.zeros(3), STRAIGHT, "ap", orbital_deg=20)
    assert swung.source_lps[0] > 0  # towards what is right in the picture: the patient's left
    with pytest.raises(InputError):
        c_arm(np.zeros(3), STRAIGHT, "ap", cranial_deg=61)
    with pytest.raises(InputError):
        c_arm(np.zeros(3), STRAIGHT, "ap", source_to_centre_mm=1200)
    with pytest.raises(InputError):
        tilted.pixel_of(tilted.source_lps - 5 * tilted.beam_lps)


def chord_through_ball(arm, centre: np.ndarray, radius: float) -> np.ndarray:
    """Length of every pixel's ray inside a ball, closed form."""
    row, column = np.mgrid[: arm.pixels, : arm.pixels]
    on_detector = (
        arm.corner_lps
        + column[..., None] * arm.pixel_mm * arm.right_lps
        + row[..., None] * arm.pixel_mm * arm.down_lps
    )
    ray = on_detector - arm.source_lps
    ray /= np.linalg.norm(ray, axis=-1, keepdims=True)
    offset = centre - arm.source_lps
    along = ray @ offset
    return 2 * np.sqrt(np.maximum(radius**2 - (offset @ offset - along**2), 0.0))


@pytest.mark.parametrize("view", ["ap", "lateral"])
@pytest.mark.parametrize("seed", [1, 2])
def test_a_ball_casts_its_chords_and_lands_within_a_fifth_of_a_pixel(view, seed):
    shape = (110, 96, 70)
    to_lps = grid(shape, (0.8, 0.9, 1.2), turned(seed))
    arm = c_arm(np.zeros(3), turned(seed + 7), view, cranial_deg=12, pixels=256)
    rng = np.random.default_rng(seed)
    for centre in rng.uniform(-22, 22, (3, 3)):
        gap = np.linalg.norm(places(shape, to_lps) - centre, axis=-1)
        # the share of each voxel that the ball fills, so that the ball is where it is
        share = np.clip((9.0 - gap) / 0.95 + 0.5, 0.0, 1.0)
        ball = Volume((1000 * share).astype(np.int16), to_lps)
        film = radiograph(ball, arm, air=0.0).astype(np.float64) / 1000.0
        truth = chord_through_ball(arm, centre, 9.0)
        assert np.sqrt(np.mean((film - truth) ** 2)) <= 0.01 * truth.max()
        row, column = np.mgrid[: arm.pixels, : arm.pixels]
        seen = np.array([(film * column).sum(), (film * row).sum()]) / film.sum()
        ideal = np.array([(truth * column).sum(), (truth * row).sum()]) / truth.sum()
        assert np.abs(seen - ideal).max() <= 0.05
        # in a cone a ball's shadow has its middle a little beside the shadow of the ball's middle
        assert np.abs(seen - arm.pixel_of(centre)).max() <= 0.2


def test_a_uniform_block_is_summed_exactly_along_its_main_axis():
    shape = (40, 30, 20)
    to_lps = grid(shape, (1.0, 1.5, 2.0), STRAIGHT)
    block = Volume(np.full(shape, 500, dtype=np.int16), to_lps)
    arm = c_arm(np.zeros(3), STRAIGHT, "ap", pixels=129)
    film = radiograph(block, arm)
    assert film[64, 64] == pytest.approx(45.0 * 1500.0, rel=1e-6)
    assert film[0, 0] == 0.0


def test_order_in_memory_and_number_type_do_not_matter():
    rng = np.random.default_rng(5)
    array = rng.integers(-1000, 1500, (24, 31, 18)).astype(np.int16)
    to_lps = grid(array.shape, (2.0, 2.5, 3.0), turned(3))
    arm = c_arm(np.zeros(3), STRAIGHT, "lateral", pixels=96)
    first = radiograph(Volume(array, to_lps), arm)
    assert first.max() > 0
    for other in (np.asfortranarray(array), array.astype(np.float32), array[:, ::-1][:, ::-1]):
        assert np.array_equal(radiograph(Volume(other, to_lps), arm), first)


def test_permuted_axes_give_the_same_film():
    rng = np.random.default_rng(6)
    array = rng.integers(-1000, 1500, (24, 31, 18)).astype(np.int16)
    to_lps = grid(array.shape, (2.0, 2.5, 3.0), turned(3))
    arm = c_arm(np.zeros(3), STRAIGHT, "ap", pixels=96)
    swapped = Volume(np.ascontiguousarray(array.transpose(2, 0, 1)), to_lps[:, [2, 0, 1, 3]])
    assert np.allclose(radiograph(swapped, arm), radiograph(Volume(array, to_lps), arm), rtol=1e-5, atol=1.0)


def test_a_mirrored_patient_gives_the_mirrored_film():
    rng = np.random.default_rng(7)
    array = rng.integers(-1000, 1500, (32, 24, 20)).astype(np.int16)
    to_lps = grid(array.shape, (2.0, 2.5, 3.0), STRAIGHT)
    arm = c_arm(np.zeros(3), STRAIGHT, "ap", pixels=96)
    mirrored = radiograph(Volume(array[::-1].copy(), to_lps), arm)
    assert np.allclose(mirrored, radiograph(Volume(array, to_lps), arm)[:, ::-1], rtol=1e-5, atol=1.0)


def exact_length_sum(array: np.ndarray, to_lps: np.ndarray, start: np.ndarray, end: np.ndarray) -> float:
    """Siddon's sum along one ray: each voxel by the length of the ray inside it."""
    from_lps = np.linalg.inv(to_lps)
    one, other = apply(from_lps, start), apply(from_lps, end)
    cuts = [0.0, 1.0]
    for axis, size in enumerate(array.shape):
        if abs(other[axis] - one[axis]) > 1e-12:
            cuts += [(face - 0.5 - one[axis]) / (other[axis] - one[axis]) for face in range(size + 1)]
    cuts = np.unique(np.clip(cuts, 0, 1))
    middles = one + ((cuts[1:] + cuts[:-1]) / 2)[:, None] * (other - one)
    index = np.rint(middles).astype(int)
    inside = ((index >= 0) & (index < array.shape)).all(axis=1)
    lengths = np.diff(cuts) * np.linalg.norm(end - start)
    return float((array[tuple(index[inside].T)] * lengths[inside]).sum())


def test_smooth_tissue_agrees_with_the_exact_sum_within_one_percent():
    shape = (60, 50, 40)
    to_lps = grid(shape, (1.5, 1.6, 2.0), turned(4))
    where = places(shape, to_lps)
    tissue = 900 * np.exp(-np.sum((where - [5, -3, 4]) ** 2, axis=-1) / (2 * 14.0**2))
    array = np.rint(tissue).astype(np.int16)
    arm = c_arm(np.zeros(3), turned(9), "lateral", pixels=64)
    film = radiograph(Volume(array, to_lps), arm, air=0.0)
    rng = np.random.default_rng(0)
    found, truth = [], []
    for row, column in rng.integers(4, 60, (60, 2)):
        pixel = arm.corner_lps + arm.pixel_mm * (column * arm.right_lps + row * arm.down_lps)
        truth.append(exact_length_sum(array, to_lps, arm.source_lps, pixel))
        found.append(film[row, column])
    gap = np.array(found) - np.array(truth)
    assert np.sqrt(np.mean(gap**2)) <= 0.01 * max(truth)


def test_labels_become_tissue_with_a_dense_surface():
    array = np.zeros((20, 20, 20), dtype=np.uint8)
    array[5:15, 5:15, 5:15] = 28
    labels = label_map_of(Volume(array, np.diag([2.0, 2.0, 2.0, 1.0])), "total")
    made = label_volume(labels, {"vertebrae_L4": (200.0, 900.0)})
    assert sorted(np.unique(made.array)) == [AIR_HU, 200, 900]
    assert np.count_nonzero(made.array == 200) == 8**3
    assert np.count_nonzero(made.array == 900) == 10**3 - 8**3
    middle = np.argwhere(made.array > 0).mean(axis=0)
    assert np.allclose(apply(made.lps_from_voxel, middle), [19.0, 19.0, 19.0])
    with pytest.raises(InputError):
        label_volume(labels, {"sacrum": (1.0, 2.0)})
