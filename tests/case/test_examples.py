"""The example cases, and that the published ones say what was published and no more."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from kambin import evidence
from kambin.case import Case, dump, fact_row, load, loads
from kambin.case.model import ABSENCES
from kambin.case.paths import find

EXAMPLES_FOLDER = Path(__file__).parents[2] / "examples"
FOLDER = EXAMPLES_FOLDER / "cases"
EXAMPLES = sorted(FOLDER.glob("*.yaml"))
REAL = sorted((EXAMPLES_FOLDER / "real").glob("*.yaml"))
CASES = {path.stem: load(path) for path in EXAMPLES}
PUBLISHED = {stem: case for stem, case in CASES.items() if re.match(r"b\d\d-", stem)}

# what the evidence displays of each published patient or population, as values of the case
DISPLAYED: dict[str, dict[str, Any]] = {
    "B01": {"red_flags.saddle_anaesthesia": False, "imaging.unstable": False, "symptoms.symptom_weeks": 6},
    "B02": {"symptoms.radicular_pain": True, "red_flags.saddle_anaesthesia": None},
    "B04": {"symptoms.symptom_weeks": 6, "red_flags.saddle_anaesthesia": None},
    "B06": {"imaging.discs[0].recess_stenosis": "none", "imaging.discs[0].type": "protrusion"},
    "B08": {"symptoms.odi_percent": 30, "history.operations_complete": True},
    "B09": {"patient.age_years": None, "patient.sex": None, "imaging.cauda_equina_compressed": True},
    "B13": {
        "patient.age_years": 22,
        "patient.sex": "male",
        "signs.right.slr_positive": True,
        "signs.right.crossed_slr_positive": True,
        "signs.right.mrc_ankle_dorsiflexion": 4,
        "signs.right.mrc_great_toe_extension": 2,
        "signs.right.mrc_hip_abduction": 3,
        "signs.right.mrc_ankle_plantarflexion": 4,
        "signs.right.reflex_achilles": "normal",
        "signs.right.sensation_dorsal_foot": "reduced",
        "imaging.discs[0].type": "extrusion",
        "imaging.discs[0].canal_compromise_percent": None,
        "symptoms.leg_pain_nrs": None,
    },
    "B15": {"imaging.discs[0].migration_grade": "high", "imaging.discs[0].migration": None},
    "B17": {
        "imaging.discs[0].level": "L5-S1",
        "imaging.discs[0].calcified": True,
        "imaging.discs[0].type": None,
    },
    "B19": {"patient.age_years": 15, "imaging.discs[0].level": "L5-S1", "care.conservative_failed": None},
    "B21": {
        "patient.age_years": 92,
        "patient.sex": "male",
        "symptoms.symptom_weeks": 3,
        "symptoms.odi_percent": 58,
        "symptoms.back_pain_nrs": 6,
        "symptoms.leg_pain_nrs": 9,
        "signs.right.mrc_hip_flexion": None,
        "imaging.discs[0].level": "L3-L4",
        "imaging.discs[0].zone": "central",
        "imaging.discs[0].type": "extrusion",
        "imaging.discs[0].listhesis_grade": 1,
        "imaging.discs[0].calcified": False,
        "imaging.discs[0].canal_compromise_percent": None,
    },
    "B23": {
        "imaging.discs[0].level": "L4-L5",
        "imaging.discs[0].calcified": False,
        "imaging.unstable": False,
        "history.herniation_same_segment": True,
        "history.operations[0].on": None,
    },
    "B25": {
        "signs.left.mrc_ankle_dorsiflexion": 3,
        "red_flags.saddle_anaesthesia": False,
        "signs.deficit_days": None,
    },
    "B27": {"imaging.unstable": True, "imaging.discs[0].canal_compromise_percent": None},
    "B29": {
        "patient.age_years": 35,
        "patient.sex": "male",
        "imaging.discs[0].level": "L4-L5",
        "symptoms.leg_pain_nrs": 3,
        "symptoms.leg_pain_side": "both",
        "symptoms.symptom_weeks": 26,
        "symptoms.symptoms_changed": True,
    },
}


@pytest.mark.parametrize("stem", CASES)
def test_an_example_has_a_name_a_title_and_reads_back(stem: str) -> None:
    case = CASES[stem]
    assert case.title and case.id and stem.startswith(case.id)
    assert loads(dump(case)) == case == loads(dump(case, "json"), "json")


def test_there_are_enough_of_them_and_each_is_its_own() -> None:
    assert len({case.id for case in CASES.values()}) == len(CASES) >= 20
    rows = {
        json.dumps(fact_row(case, next(iter(case.imaging.discs), None)), sort_keys=True)
        for case in CASES.values()
    }
    assert len(rows) == len(CASES)
    assert sum(case.signs.complete and case.red_flags.complete for case in CASES.values()) >= 8


def test_every_published_case_of_the_evidence_is_there() -> None:
    assert {case.id.upper() for case in PUBLISHED.values() if case.id} == {
        item.id for item in evidence.benchmark_cases()
    }
    assert set(DISPLAYED) == {item.id for item in evidence.benchmark_cases()}


@pytest.mark.parametrize(
    ("name", "path", "value"),
    [(name, path, value) for name, said in DISPLAYED.items() for path, value in said.items()],
)
def test_what_was_published_is_there_and_what_was_not_displayed_is_unknown(
    name: str, path: str, value: Any
) -> None:
    [case] = [case for case in PUBLISHED.values() if case.id == name.lower()]
    found = find(case, path)
    assert found is not None and found[1] == value


@pytest.mark.parametrize("stem", PUBLISHED)
def test_a_published_case_claims_no_complete_search(stem: str) -> None:
    case = PUBLISHED[stem]
    assert not (case.signs.complete or case.red_flags.complete or case.comorbidity.complete)
    assert not (case.imaging.discs_complete or case.care.tried_complete)
    assert not case.measured and case.assessed_on is None


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_a_published_case_names_its_model(path: Path) -> None:
    first = path.read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith("#")
    assert (f"benchmark case {path.stem[:3].upper()}" in first) == (path.stem in PUBLISHED)


def test_the_demo_leaves_the_crest_to_the_scan() -> None:
    demo = CASES["demo"]
    imaging = demo.imaging
    assert [imaging.crest_above_l45_left_mm, imaging.crest_above_l45_right_mm, imaging.crest_grade] == [
        None
    ] * 3
    assert imaging.crest_above_mid_l5_pedicle is None and demo.geometry.crest_blocks_l5s1 is None
    disc = imaging.discs[0]
    assert (disc.level, disc.side, disc.type, disc.zone) == ("L5-S1", "left", "extrusion", "subarticular")
    assert demo.care.conservative_weeks == 9 and demo.context.endoscope_available


def test_the_incomplete_example_shows_every_reason() -> None:
    assert set(CASES["incomplete"].absent.values()) == set(ABSENCES)


def test_the_examples_are_listed(root: Path) -> None:
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert [stem for stem in CASES if stem not in PUBLISHED and f"`{stem}`" not in text] == []


def test_a_case_on_real_anatomy_reads_back_and_says_that_it_is_invented() -> None:
    for path in REAL:
        case = load(path)
        assert case.id == path.stem and case.title
        assert loads(dump(case)) == case
        assert path.read_text(encoding="utf-8").startswith("# An invented patient on real anatomy")
        # what the scan shows is left to the scan
        assert case.imaging.crest_above_l45_left_mm is case.imaging.crest_above_l45_right_mm is None
        assert case.imaging.crest_grade is None and not case.measured


def test_every_scan_has_its_case_and_its_owner() -> None:
    scans = yaml.safe_load((EXAMPLES_FOLDER / "scans.yaml").read_text(encoding="utf-8"))
    assert set(scans) == {"demo", *(path.stem for path in REAL)}
    listed = (EXAMPLES_FOLDER / "README.md").read_text(encoding="utf-8")
    for name, scan in scans.items():
        assert scan["of"]
        if scan.get("shared"):
            assert f"--scan ../shared/{scan['scan']}" in listed and f"`{name}`" in listed
            assert re.search(r"CC BY|BSD", scan["of"])
        else:
            assert (EXAMPLES_FOLDER / scan["scan"]).is_file()


def test_an_empty_case_is_not_an_example() -> None:
    assert Case() not in CASES.values()
