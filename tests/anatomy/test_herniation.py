from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from kambin.anatomy.fields import field_of
from kambin.anatomy.geometry import Canal, HerniatedDisc
from kambin.anatomy.herniation import (
    HerniationBed,
    Shape,
    calcified_percent,
    canal_compromise,
    measure_shape,
)
from kambin.anatomy.herniation_facts import facts_of_herniation
from kambin.anatomy.herniation_words import Borders, name_herniation
from kambin.anatomy.surfaces import surface_points
from kambin.anatomy.volume import Volume
from kambin.case import registry
from kambin.case.words import Side
from tests.anatomy.nerve_scenes import box, disc_at_origin, ellipsoid, painted

VOXEL = 1.0
BORDERS = Borders(9.0, 30.0, 13.0, 24.0, 16.0, -14.0, -21.0)
BOTH = {Side.LEFT: BORDERS, Side.RIGHT: BORDERS}


def bed() -> HerniationBed:
    disc, upper, lower = disc_at_origin()
    bone = field_of([painted(box((-3, -3, -3), (3, 3, 3)), 6.0, 1.5)])
    line = np.stack([np.zeros(61), np.full(61, 26.0), np.linspace(30, -30, 61)], axis=1)
    full = np.full(61, 1.0)
    canal = Canal(line, np.repeat(np.eye(3)[None], 61, 0), 16 * full, 24 * full, 300.0 * full)
    return HerniationBed(disc, upper, lower, (bone, bone), {}, {}, canal)


def behind(solid: Any) -> Any:
    """Only what lies behind the back line at 18 mm, as a label beside the disc's own is painted."""
    return lambda points: solid(points) & (points[..., 1] >= 18.0)


def shape_of(solid: Any, voxel: float = VOXEL) -> Shape:
    return measure_shape(painted(behind(solid), 36.0, voxel), bed())


@pytest.mark.parametrize("voxel", [0.6, 1.0])
def test_lengths_of_a_protrusion_are_those_of_its_ellipsoid(voxel: float) -> None:
    shape = shape_of(ellipsoid((6, 18, 0), (7, 6, 4)), voxel)
    assert shape.base_mm == pytest.approx(14.0, abs=voxel)
    assert shape.projection_mm == pytest.approx(6.0, abs=0.5 * voxel)
    assert shape.volume_ml == pytest.approx(4 / 6 * np.pi * 7 * 6 * 4 / 1000, rel=0.08)
    assert shape.migration_mm == 0.0
    assert shape.left_share > 0.8


@pytest.mark.parametrize(("z", "expected"), [(9.0, 12.0), (-9.0, -12.0)])
def test_migration_is_the_reach_beyond_the_nearer_endplate(z: float, expected: float) -> None:
    shape = shape_of(ellipsoid((-8, 22, z), (5, 4, 8)))
    assert shape.migration_mm == pytest.approx(expected, abs=0.5 * VOXEL)
    assert shape.left_share < 0.2


def test_the_mirror_image_swaps_sides_and_nothing_else() -> None:
    turn = np.eye(3)
    one, other = (
        measure_shape(painted(behind(ellipsoid((x, 19, 2), (5, 5, 4))), 36.0, VOXEL, turn), bed())
        for x in (7, -7)
    )
    for name in ("base_mm", "dome_mm", "projection_mm", "migration_mm", "volume_ml"):
        assert getattr(one, name) == pytest.approx(getattr(other, name), abs=1e-6)
    assert one.left_share == pytest.approx(1 - other.left_share)
    words = [name_herniation(shape, bed(), BOTH, True, VOXEL) for shape in (one, other)]
    assert [word.side for word in words] == ["left", "right"]
    assert replace(words[0], side="right") == words[1]


@pytest.mark.parametrize(
    ("x", "zone"),
    [(0, "central"), (6, "central"), (11, "subarticular"), (18, "foraminal"), (27, "extraforaminal")],
)
def test_zones_lie_between_facet_and_pedicle(x: float, zone: str) -> None:
    for sign in (1, -1):
        words = name_herniation(shape_of(ellipsoid((sign * x, 19, 0), (3, 4, 3))), bed(), BOTH, True, VOXEL)
        assert words.zone == zone
        assert words.side == ("midline" if x == 0 else "left" if sign > 0 else "right")


@pytest.mark.parametrize("facet", [13.2, 14.0, 16.0])
@pytest.mark.parametrize(
    ("x", "zone"), [(0, "central"), (6, None), (11, None), (18, "foraminal"), (27, "extraforaminal")]
)
def test_a_facet_that_leaves_no_room_inside_the_pedicle_tells_no_zone(
    facet: float, x: float, zone: str | None
) -> None:
    """What lies beside the midline may be subarticular, and is not called central."""
    near = {side: replace(own, facet=facet) for side, own in BOTH.items()}
    for sign in (1, -1):
        words = name_herniation(shape_of(ellipsoid((sign * x, 19, 0), (3, 4, 3))), bed(), near, True, VOXEL)
        assert words.zone == zone


def test_on_a_border_the_zone_is_not_told() -> None:
    def zone(x: float) -> str | None:
        shape = replace(shape_of(ellipsoid((11, 19, 0), (3, 4, 3))), centre=np.array([x, 4.0, 0.0]))
        return name_herniation(shape, bed(), BOTH, True, VOXEL).zone

    own = BOTH[Side.LEFT]
    for border in (own.facet, own.pedicle_inner, own.pedicle_outer):
        assert border is not None
        assert (
            zone(border) is None and zone(border - 0.4 * VOXEL) is None and zone(border + 0.4 * VOXEL) is None
        )
        told = zone(border - 0.6 * VOXEL), zone(border + 0.6 * VOXEL)
        assert None not in told and told[0] != told[1]


@pytest.mark.parametrize(
    ("solid", "touches", "kind"),
    [
        (ellipsoid((6, 18, 0), (7, 6, 4)), True, "protrusion"),
        (lambda p: ellipsoid((6, 23, 0), (7, 4, 4))(p) | box((4, 15, -2), (8, 22, 2))(p), True, "extrusion"),
        (ellipsoid((6, 24, -8), (4, 4, 6)), False, "sequestration"),
    ],
)
def test_types_after_the_nomenclature(solid: Any, touches: bool, kind: str) -> None:
    assert name_herniation(shape_of(solid), bed(), BOTH, touches, VOXEL).type == kind


def test_more_than_a_quarter_of_the_circumference_is_a_bulge() -> None:
    def rim(points: np.ndarray) -> np.ndarray:
        inner, outer = ellipsoid((0, 0, 0), (25, 18, 90)), ellipsoid((0, 0, 0), (28, 21, 90))
        back = (points[..., 1] > 3) & (np.abs(points[..., 2]) < 4)
        return outer(points) & ~inner(points) & back

    shape = measure_shape(painted(rim, 36.0, VOXEL), bed())
    assert name_herniation(shape, bed(), BOTH, True, VOXEL).type == "bulge"


@pytest.mark.parametrize(
    ("z", "half", "grade", "zone", "way"),
    [
        (0.0, 4.0, "none", "none", "none"),
        (-5.0, 5.0, "low", "near_down", "down"),
        (-11.0, 6.0, "high", "far_down", "down"),
        (-14.0, 10.0, "very_high", "far_down", "down"),
        (6.0, 5.0, "low", "near_up", "up"),
        (9.0, 6.5, "high", "far_up", "up"),
        (11.0, 8.0, "very_high", "far_up", "up"),
    ],
)
def test_migration_words(z: float, half: float, grade: str, zone: str, way: str) -> None:
    words = name_herniation(shape_of(ellipsoid((6, 22, z), (4, 4, half))), bed(), BOTH, True, VOXEL)
    assert (words.migration_grade, words.migration_zone, words.migration) == (grade, zone, way)


@pytest.mark.parametrize(("reach", "size"), [(5.0, 1), (9.0, 2), (14.0, 3)])
def test_msu_size_by_the_line_between_the_facets(reach: float, size: int) -> None:
    words = name_herniation(shape_of(ellipsoid((5, 18, 0), (3, reach, 3))), bed(), BOTH, True, VOXEL)
    assert words.msu_size == size and words.msu_zone == "B"


def test_words_without_their_landmarks_are_left_out() -> None:
    bare = dict.fromkeys(Side, Borders(None, None, None, None, None, None, None))
    words = name_herniation(shape_of(ellipsoid((6, 22, -14), (4, 4, 10))), bed(), bare, True, VOXEL)
    assert words.zone is None and words.msu_size is None and words.migration_zone is None
    assert words.migration_grade is None


def test_the_canal_s_share_is_the_greatest_section_inside_it() -> None:
    region = painted(behind(ellipsoid((4, 18, 0), (6, 8, 4))), 36.0, 0.6)
    points = bed().local(surface_points(region))
    assert canal_compromise(region, bed(), points) == pytest.approx(100 * np.pi * 6 * 8 / 2 / 300, rel=0.05)
    assert canal_compromise(region, replace(bed(), canal=None), points) is None


def test_calcified_share_needs_a_ct_that_covers_the_material() -> None:
    region = painted(ellipsoid((0, 0, 0), (6, 6, 6)), 10.0, 1.0, np.eye(3))
    image = np.full((40, 40, 40), 60, dtype=np.int16)
    image[:20] = 500
    affine = np.eye(4)
    affine[:3, 3] = -19.5
    assert calcified_percent(region, Volume(image, affine), 200.0) is None  # no fat and no air: not a CT
    image[0, 0, 0] = -1000
    assert calcified_percent(region, Volume(image, affine), 200.0) == pytest.approx(50.0, abs=9.0)
    affine[:3, 3] = 0.0
    assert calcified_percent(region, Volume(image, affine), 200.0) is None
    assert calcified_percent(region, None, 200.0) is None


def test_facts_carry_the_names_of_the_case_and_leave_out_what_is_unknown() -> None:
    region = painted(ellipsoid((0, 0, 0), (3, 3, 3)), 6.0, 1.0)
    measures = {
        "type": "extrusion",
        "migration": "down",
        "migration_grade": None,
        "canal_compromise_percent": 31.27,
        "calcified_percent": None,
    }
    found = facts_of_herniation(HerniatedDisc("L4-L5", "left", "subarticular", region, np.zeros(3), measures))
    assert {(fact.level, fact.side) for fact in found} == {("L4-L5", "left")}
    values = {fact.name: fact.value for fact in found}
    assert values == {
        "disc_type": "extrusion",
        "disc_zone": "subarticular",
        "disc_migration": "down",
        "disc_canal_compromise_percent": 31.3,
    }
    measures["calcified_percent"] = 40.0
    again = facts_of_herniation(HerniatedDisc("L4-L5", "left", "", region, np.zeros(3), measures))
    assert {"disc_zone", "disc_calcified"} & {fact.name for fact in again} == {"disc_calcified"}
    assert {fact.name for fact in (*found, *again)} <= set(registry.facts())


def test_no_name_that_the_room_hands_on_is_also_a_module_of_it() -> None:
    import pkgutil

    import kambin.anatomy

    # importing a module sets its name on the package, over a function of the same name
    assert not {module.name for module in pkgutil.iter_modules(kambin.anatomy.__path__)} & set(
        kambin.anatomy.__all__
    )
