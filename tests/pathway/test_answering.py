"""What to ask next about a case in which discs compete."""

from __future__ import annotations

from typing import Any

import pytest

from kambin.case import Case, facts
from kambin.guideline import Knowledge, load_knowledge
from kambin.guideline.asking import Question, Settled, next_question
from kambin.pathway import Answer, answer
from kambin.pathway.answering import ask

LEVELS = ("L4-L5", "L5-S1")
OF_A_DISC = {name for name, fact in facts().items() if fact.path.startswith("imaging.discs[]")}


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return load_knowledge("current")


def _found(knowledge: Knowledge, levels: tuple[str, ...], **signs: Any) -> Answer:
    """Herniations alike, on the right, at some levels."""
    discs = [{"level": x, "side": "right", "type": "extrusion", "zone": "subarticular"} for x in levels]
    case = Case.model_validate(
        {
            "patient": {"age_years": 45, "sex": "female"},
            "symptoms": {"leg_pain_side": "right", "leg_pain_nrs": 7, "symptom_weeks": 12},
            "signs": {"right": signs},
            "red_flags": {"complete": True},
            "comorbidity": {"complete": True},
            "imaging": {"mri_done": True, "discs": discs, "discs_complete": True},
        }
    )
    return answer(case, knowledge)


def _asked(found: Answer) -> tuple[list[Question], Settled]:
    """Every question, when nobody knows any answer."""
    questions: list[Question] = []
    while True:
        asked = ask(found, skip={item.fact for item in questions})
        if isinstance(asked, Settled):
            return questions, asked
        questions.append(asked)


def test_of_two_discs_alike_it_is_asked_which_before_anything_about_it(knowledge: Knowledge) -> None:
    found = _found(knowledge, LEVELS)
    assert found.disc is None
    questions, settled = _asked(found)
    about = [item for item in questions if item.fact in OF_A_DISC]
    assert [item.fact for item in about] == ["disc_level"]
    telling = found.diagnosis.next_finding
    assert telling is not None
    assert telling.question in about[0].question
    assert (about[0].paths, about[0].cost) == (telling.paths, telling.cost)
    assert about[0].why  # the arguments that wait for it
    assert OF_A_DISC & set(settled.unanswered)  # and it is not taken for settled


@pytest.mark.parametrize("levels", [LEVELS[:1], LEVELS[1:], ()])
def test_with_one_disc_or_none_nothing_is_different(knowledge: Knowledge, levels: tuple[str, ...]) -> None:
    found = _found(knowledge, levels)
    assert ask(found) == next_question(found.decisions.row, knowledge)


def test_once_the_signs_tell_the_discs_apart_the_disc_is_asked_about(knowledge: Knowledge) -> None:
    found = _found(
        knowledge, LEVELS, reflex_achilles="absent", mrc_ankle_plantarflexion=3, mrc_great_toe_extension=5
    )
    assert found.disc is not None and found.disc.level == "L5-S1"
    questions, _ = _asked(found)
    assert "disc_level" not in [item.fact for item in questions]
    assert OF_A_DISC & {item.fact for item in questions}
