"""The measurement tool, and the diagnosis over the real multi-level imaging of the SPIDER gradings."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from kambin.diagnosis import figures, locate
from kambin.diagnosis.places import PLACES, place_at
from tests.diagnosis.strategies import make
from tools import validate_diagnosis as tool

GRADINGS = """Patient,IVD label,Disc herniation,Disc bulging,Pfirrman grade
2,1,1,1,3
2,2,0,1,3
2,6,1,1,3
1,1,0,0,1
"""


@pytest.fixture
def gradings(tmp_path: Path) -> Path:
    path = tmp_path / tool.GRADINGS
    path.parent.mkdir(parents=True)
    path.write_text(GRADINGS, encoding="utf-8")
    return path


def test_gradings_are_counted_from_the_sacrum(gradings: Path) -> None:
    first, second = tool.read_gradings(gradings)
    assert (first.patient, first.herniated, first.bulging) == ("1", (), ())
    assert (second.herniated, second.bulging) == (("L5-S1",), ("L4-L5",))


def test_signs_are_drawn_as_the_ratios_say() -> None:
    """The shares of an answer with and without the cause have its ratio, to the sampling error."""
    used, cause = figures(), place_at("L5-S1", "right", "traversing")
    luck, draws = random.Random(3), 4000

    def share(place) -> float:  # type: ignore[no-untyped-def]
        rows = [tool.draw_signs(place, used, False, luck)["signs"]["right"] for _ in range(draws)]
        known = [row["reflex_achilles"] for row in rows if "reflex_achilles" in row]
        assert 0.6 < len(known) / draws < 0.8
        return known.count("reduced") / len(known)

    assert share(None) == pytest.approx(0.05, abs=0.015)
    assert share(cause) == pytest.approx(0.05 * 7.1, abs=0.04)


def test_the_tool_prints_one_document_and_repeats_itself(
    gradings: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    texts = []
    for _ in range(2):
        assert tool.main(["--shared", str(tmp_path), "--repeats", "2"]) == 0
        document = json.loads(capsys.readouterr().out)
        document.pop("speed")
        texts.append(json.dumps(document))
    assert texts[0] == texts[1]
    assert document["patients"] == 2 and document["with_a_herniation"] == 1
    row = document["planted_among_herniations"]["signs_overlap"]["as_it_is"]
    assert row["patients"] == 2 and sum(item["patients"] for item in row["reliability"]) == 2


def test_the_tool_says_what_is_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert tool.main(["--shared", str(tmp_path)]) == 2
    assert "KAMBIN_SHARED" in capsys.readouterr().err


# --------------------------------------------------------------------------------------------- SPIDER


@pytest.fixture(scope="module")
def spider(shared_dir: Path) -> list[tool.Imaging]:
    path = shared_dir / tool.GRADINGS
    if not path.is_file():
        pytest.skip(f"no gradings at {path}")
    return tool.read_gradings(path)


def test_all_patients_are_read(spider: list[tool.Imaging]) -> None:
    assert len(spider) == 218
    assert sum(len(item.herniated) for item in spider) == 70
    assert sum(len(item.bulging) for item in spider) == 648


def test_real_imaging_gives_sound_answers(spider: list[tool.Imaging]) -> None:
    luck = random.Random(5)
    for imaging in spider:
        records = tool.draw_records(imaging, luck)
        found = locate(make(imaging={"discs": records, "discs_complete": True}))
        assert sum(item.probability for item in found.candidates) + found.unexplained == pytest.approx(1)
        if len(imaging.herniated) == 1:
            assert found.candidates[0].level == imaging.herniated[0]
        if not imaging.herniated:
            assert found.problem is None or found.problem.disc is None or found.problem.disc.type == "bulge"


def test_a_planted_disc_is_found_far_more_often_than_by_chance(spider: list[tool.Imaging]) -> None:
    """One seeded pass; docs/validation.md quotes the full measurement."""
    result = tool.run(spider, repeats=1, seed=11)
    planted = result["planted_among_herniations"]["signs_overlap"]["as_it_is"]
    assert planted["patients"] == sum(bool(item.herniated) for item in spider)
    assert planted["top_place_right"] > 0.7 > 10 / len(PLACES)
    assert planted["named_disc_right"] > 0.9
    believed = result["planted_by_the_model"]["signs_overlap"]["as_it_is"]
    assert believed["calibration_error"] < 0.12
