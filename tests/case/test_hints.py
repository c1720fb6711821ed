from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kambin.case import Case, facts, hints
from kambin.case.fact import Section
from kambin.case.sections.discs import DiscFinding
from kambin.case.sections.imaging import Imaging
from kambin.case.sections.patient import Patient
from kambin.case.sections.red_flags import RedFlags
from kambin.case.sections.signs import SideSigns, Signs
from kambin.case.sections.symptoms import Symptoms
from kambin.case.shapes import shapes
from tests.case.test_registry import sections

NAMES = {name for section in sections() for name in shapes(section)}
WORDS = {word for section in sections() for shape in shapes(section).values() for word in shape.words}


@pytest.mark.parametrize(
    ("section", "key", "said"),
    [
        (Case, "fever", "fever belongs to red_flags"),
        (Symptoms, "saddle_anaesthesia", "belongs to red_flags"),
        (Signs, "slr_deg", "belongs to signs.left or signs.right"),
        (Imaging, "zone", "belongs to imaging.discs[]"),
        (Patient, "assessed_on", "belongs to the top level"),
        (Case, "absent", "{unknown: reason}"),
        (RedFlags, "unknown", "a whole section"),
        (RedFlags, "saddle_anesthesia", "did you mean saddle_anaesthesia?"),
        (RedFlags, "sadle_anaesthesia", "did you mean saddle_anaesthesia?"),
        (Patient, "age", "did you mean age_years?"),
        (Patient, "Weight", "did you mean weight_kg?"),
        (Symptoms, "odi", "did you mean odi_percent?"),
        (SideSigns, "mrc_great_toe", "did you mean mrc_great_toe_extension?"),
        (SideSigns, "lasegue", "did you mean slr_positive?"),
        (Case, "fevr", "did you mean fever, which belongs to red_flags?"),
        (Imaging, "disc_type", "write imaging.discs[].type"),
        (Signs, "side_reflex_achilles", "write signs.left.reflex_achilles"),
        (Patient, "bmi_kg_m2", "worked out from patient.weight_kg and patient.height_cm"),
        (Case, "signs_match_scan", "worked out, not written"),
        (Case, "zzzzqqq", ""),
        (Case, "", ""),
        (Case, "腰", ""),
        (Case, "x" * 10_000, ""),
    ],
)
def test_a_wrong_name_is_answered_with_the_right_one(section: type[Section], key: str, said: str) -> None:
    found = hints.for_key(section, key)
    assert said in found and bool(said) == bool(found)


def shape(section: type[Section], name: str) -> Any:
    return shapes(section)[name]


@pytest.mark.parametrize(
    ("section", "name", "value", "said"),
    [
        (Patient, "smoker", "yes", "write true"),
        (Patient, "smoker", "No", "write false"),
        (Patient, "smoker", "off", "write false"),
        (Patient, "smoker", 1, "write true"),
        (Patient, "smoker", 0, "write false"),
        (Patient, "smoker", "true", ""),
        (Patient, "smoker", "maybe", ""),
        (Patient, "smoker", "?", "asked_unknown"),
        (Patient, "age_years", "unknown", "asked_unknown"),
        (Patient, "age_years", "45", "without quotes"),
        (Patient, "age_years", "045", "leading zeros"),
        (Patient, "weight_kg", "80,5", "decimal point"),
        (Patient, "weight_kg", "80 kg", "number only; it is in kg"),
        (Symptoms, "leg_pain_nrs", "8/10", "number only"),
        (Symptoms, "leg_pain_nrs", "bad", ""),
        (Symptoms, "leg_pain_nrs", 11, ""),
        (Symptoms, "symptom_weeks", "2 months", "it is in weeks"),
        (Patient, "sex", "F", "did you mean female?"),
        (Patient, "sex", "fem", "did you mean female?"),
        (Symptoms, "leg_pain_side", "bilateral", "did you mean both?"),
        (Symptoms, "leg_pain_side", "Left", "did you mean left?"),
        (DiscFinding, "level", "L4/5", "did you mean L4-L5?"),
        (DiscFinding, "level", "L5S1", "did you mean L5-S1?"),
        (DiscFinding, "level", "L5", ""),
        (DiscFinding, "zone", "paracentral", "did you mean subarticular?"),
        (DiscFinding, "zone", "far-lateral", "did you mean extraforaminal?"),
        (DiscFinding, "zone", "bilateral", ""),
        (DiscFinding, "type", "extruson", "did you mean extrusion?"),
        (DiscFinding, "migration", "caudal", "did you mean down?"),
        (Case, "title", 12, "in quotes"),
        (Case, "id", True, "in quotes"),
        (Case, "title", "x" * 300, ""),
        (Case, "assessed_on", "31.03.2026", "2026-03-31"),
    ],
)
def test_a_wrong_value_is_answered_with_how_to_write_it(
    section: type[Section], name: str, value: Any, said: str
) -> None:
    found = hints.for_value(shape(section, name), value)
    assert said in found and bool(said) == bool(found)


@pytest.mark.parametrize("of", ["keys", "values"])
def test_other_words_lead_to_words_that_exist_and_are_not_words_themselves(of: str) -> None:
    known = NAMES if of == "keys" else WORDS
    table = hints._other_words(of)
    assert len(table) > 20
    assert set(table.values()) <= known
    assert not set(table) & {hints._letters(word) for word in known}


@pytest.mark.parametrize("name", sorted(NAMES))
def test_the_right_name_is_nearest_to_itself(name: str) -> None:
    assert hints.nearest(name, NAMES) == name
    assert hints.nearest(name.upper().replace("_", " "), NAMES) == name


@given(st.text(max_size=80), st.sampled_from(list(sections())))
def test_a_hint_never_repeats_what_it_does_not_know(key: str, section: type[Section]) -> None:
    found = hints.for_key(section, key)
    if key not in NAMES and key not in facts() and len(key) > 8:
        assert key not in found
