from __future__ import annotations

from kambin.plan import FactNote
from kambin.report.facts import fact_sections
from tests.report.conftest import plan_named
from tests.report.plans import facts


def test_facts_stand_by_section_with_their_origin() -> None:
    found = {section.title: section for section in fact_sections(facts())}
    assert list(found) == ["Patient", "Symptoms", "Red flags", "Imaging", "Signs", "Problem disc"]
    [age] = found["Patient"].rows
    assert (age.label, age.name, age.value, age.origin) == ("Age", "age_years", "43 years", "written")
    assert age.question == "Asked for age_years?"
    assert found["Symptoms"].rows[0].value == "patient's left"
    assert found["Imaging"].rows[0].origin == "measured"
    assert found["Problem disc"].rows[0].value == "66\u00a0%"


def test_what_a_complete_list_does_not_name_is_one_sentence() -> None:
    [red_flags] = [section for section in fact_sections(facts()) if section.title == "Red flags"]
    assert red_flags.rows == ()
    assert red_flags.absent == ("saddle anaesthesia", "anal tone (not reduced)")


def test_a_written_no_is_a_row() -> None:
    note = FactNote(name="fever", value=False, unit="", question="Fever?", origin="stated")
    [section] = fact_sections([note])
    assert [row.value for row in section.rows] == ["absent"]
    assert section.absent == ()


def test_no_fact_of_a_real_plan_is_lost() -> None:
    made = plan_named("demo with its scan")
    sections = fact_sections(made.facts)
    assert sum(len(section.rows) + len(section.absent) for section in sections) == len(made.facts)
    assert {note.origin for note in made.facts} == {"stated", "searched", "measured", "derived", "diagnosis"}
