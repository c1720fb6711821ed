from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kambin.anatomy.fields import field_of
from kambin.anatomy.geometry import Canal, Sac, VertebraShape
from kambin.anatomy.nerve_numbers import number
from kambin.anatomy.sac import derive_sac, sac_section, section_at_disc
from tests.anatomy.nerve_scenes import disc_at_origin, ellipsoid, painted

COUNT = 41
LINE = np.stack([np.zeros(COUNT), np.full(COUNT, 26.0), np.linspace(40, -40, COUNT)], axis=1)
CANAL = Canal(
    LINE,
    np.repeat(np.eye(3)[None], COUNT, 0),
    np.full(COUNT, 16.0),
    np.full(COUNT, 24.0),
    np.full(COUNT, 300.0),
)
SHAPES = {
    name: VertebraShape(name, np.eye(3), np.array([0.0, 0.0, z]), None, None)
    for name, z in (("L1", 40.0), ("S1", -40.0))
}


def test_a_derived_sac_is_the_canal_times_the_published_ratio() -> None:
    sac = derive_sac(CANAL, SHAPES)
    for at, name in ((0, "L1"), (-1, "S1")):
        ratio = number("sac", "ratio", name).mean
        assert sac.half_depth_mm[at] == pytest.approx(8.0 * ratio)
        assert sac.half_width_mm[at] == pytest.approx(12.0 * ratio)
    assert (sac.half_width_mm + 1.96 * sac.sd_mm >= 12.0 - 1e-3).all()
    assert sac.how == "derived" and sac.region is None


def test_a_section_of_a_given_sac_has_the_area_and_depth_of_its_ellipse() -> None:
    region = painted(ellipsoid((0, 0, 0), (10, 7, 60)), 20.0, 0.8)
    found = sac_section(field_of([region]), np.array([1.5, -1.0, 0.0]), np.eye(3))
    assert found is not None
    assert found.area_mm2 == pytest.approx(np.pi * 70, rel=0.02)
    assert found.depth_mm == pytest.approx(14.0, abs=0.3)
    assert (found.half_width_mm, found.half_depth_mm) == pytest.approx((10.0, 7.0), abs=0.25)
    assert np.linalg.norm(found.centre_lps[:2]) < 0.2
    assert sac_section(field_of([region]), np.array([0.0, 0.0, 90.0]), np.eye(3)) is None


def test_the_section_at_a_disc_lies_in_the_disc_s_plane_and_ends_with_the_sac() -> None:
    disc, _, _ = disc_at_origin()
    sac = derive_sac(CANAL, SHAPES)
    found = section_at_disc(sac, replace(disc, centre_lps=np.array([0.0, 0.0, 11.3])))
    assert found is not None and found.centre_lps[2] == pytest.approx(11.3)
    assert found.area_mm2 == pytest.approx(np.pi * found.half_width_mm * found.half_depth_mm)
    short = Sac(
        sac.points_lps[:5],
        sac.frames[:5],
        sac.half_width_mm[:5],
        sac.half_depth_mm[:5],
        sac.sd_mm[:5],
        "derived",
        None,
    )
    assert section_at_disc(short, disc) is None
