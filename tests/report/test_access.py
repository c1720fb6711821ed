"""The way to the disc: nothing of a corridor is lost, nothing uncertain reads as a plain yes or no."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kambin.plan import Stage
from kambin.report import render_report
from kambin.report.access import access_view, advised_approach
from tests.report.access_plans import approach, blocked, caution, proposal
from tests.report.page_tree import Node, parse
from tests.report.plans import bare, decision, everything, option

UNSURE = caution("nerve_not_certain", "The root is derived.", "exiting root L5")


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def section(*plans: dict[str, Any], **more: Any) -> Node:
    found = parse(render_report(everything(access=list(plans), **more))).by_id("access").parent
    assert found is not None
    return found


def test_everything_of_the_recommended_corridor_is_said() -> None:
    text = plain(section(approach()).text())
    for words in (
        "98.7 mm from the midline towards the patient's left; "
        "3.2 mm below the tip of the spinous process of L4; "
        "level with the top of the iliac crest on the patient's left.",
        "45° from straight behind towards the patient's left",
        "2° from straight sideways towards the feet",
        "Straight behind",
        "101 mm from the skin",
        "7 mm outer diameter",
        "Reamers 5 → 6.5 mm; 266 mm³, 11 % of the superior articular process; "
        "the opening grows from 0 mm to 8 mm.",
        "Not known where the fragment lies.",
        "May err by 1.2 mm or 0.6°",
        "Robot-assisted positioning under C-arm fluoroscopy",
        "touched in 54 %",
        "1.94 standard deviations achieved",
        "more than 2.14 (gap 0.2, tolerated 0.22; 16,604 directions, 8,852 cells)",
        "Exiting root L5, patient's left 1.2 mm ± 0.7 0.7 mm 0 mm labelled in the map",
        "77 % reached, 80 % seen",
    ):
        assert words in text


@pytest.mark.parametrize(
    ("made", "word"),
    [
        (approach(), "a corridor"),
        (approach(proposals=[proposal(), proposal(cautions=[UNSURE])]), "a corridor"),
        (approach(proposals=[proposal(cautions=[UNSURE])] * 2), "a corridor, not certain"),
        (approach(cautions=[caution("organs_not_shown", "No organs.")]), "a corridor, not certain"),
        (blocked(), "blocked"),
        (blocked(cautions=[caution("block_not_certain", "May be free.")]), "blocked, not certain"),
        (blocked(blocks=[], cautions=[caution("undecided", "Not decided.")]), "not decided"),
    ],
)
def test_only_what_is_certain_is_a_plain_answer(made: dict[str, Any], word: str) -> None:
    found = access_view(everything(access=[made]), {})
    assert found is not None
    assert found.approaches[0].mark.word == word
    assert (found.approaches[0].mark.tone == "open") is ("not" in word)


def test_blocks_cautions_memory_and_what_is_missing() -> None:
    cautions = [
        caution("instruments_from_memory", "Not looked up, from memory: lever."),
        caution("organs_not_checked", "The map does not show lung.", "lung"),
    ]
    text = plain(section(blocked(cautions=cautions, missing=["lung", "skin"])).text())
    assert "Iliac bone, patient's left 2.4 mm A thinner way" in text
    assert text.count("The map does not show lung.") == 1
    assert "The map does not show: skin." in text
    assert text.count("from memory: lever") == 1


def test_a_failed_stage_says_why_and_is_not_missed() -> None:
    made = everything(stages=[Stage(name="access", state="failed", note="the search broke")], access=[])
    page = parse(render_report(made))
    assert "Planning the corridor failed: the search broke" in page.by_id("access").parent.text()  # type: ignore[union-attr]
    assert "Planning the corridor failed: the search broke" in page.named("warnings")[0].text()


def test_without_a_corridor_there_is_no_section() -> None:
    assert access_view(bare(), {}) is None
    assert 'id="access"' not in render_report(bare())


def test_the_approach_that_the_guideline_names_comes_first() -> None:
    named = decision(
        "endoscopy_approach",
        "argue",
        "recommended",
        ["interlaminar"],
        [option("interlaminar", "eligible", [])],
    )
    plans = [approach(), blocked(), approach("interlaminar")]
    assert advised_approach(everything(access=plans, decisions=[named])) == "interlaminar"
    assert advised_approach(everything(access=plans, decisions=[])) == "posterolateral"
    assert advised_approach(everything(access=[blocked()], decisions=[named])) == ""


def test_the_mirrored_patient_swaps_left_and_right_and_nothing_else() -> None:
    plans = [approach(), blocked(), approach("interlaminar")]
    swapped = json.loads(
        json.dumps(plans).replace("left", "#").replace("right", "left").replace("#", "right")
    )
    one, other = (section(*made).text() for made in (plans, swapped))
    assert "left" in one
    assert "patient's left" not in other
    assert one.replace("patient's left", "patient's right") == other
