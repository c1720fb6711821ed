from __future__ import annotations

import io
from pathlib import Path

import pytest
import yaml

from kambin.case import Case, facts, load
from kambin.cli.dialogue import hold_dialogue, parse_reply
from kambin.errors import InputError
from kambin.guideline import load_knowledge
from tests.cli.conftest import Run

ROOT = Path(__file__).resolve().parents[2]
INCOMPLETE = ROOT / "examples" / "cases" / "incomplete.yaml"


@pytest.mark.parametrize(
    ("fact", "typed", "value"),
    [
        ("fever", "y", True),
        ("fever", " NO ", False),
        ("age_years", "43", 43),
        ("symptom_weeks", "2.5", 2.5),
        ("disc_type", "extr", "extrusion"),
        ("crest_grade", "I", "I"),
        ("crest_grade", "ii", "II"),
    ],
)
def test_replies(fact: str, typed: str, value: object) -> None:
    found = parse_reply(typed, facts()[fact])
    assert found == value and type(found) is type(value)


@pytest.mark.parametrize(
    ("fact", "typed"),
    [
        ("fever", "perhaps"),
        ("fever", ""),
        ("age_years", "4.5"),
        ("age_years", "121"),
        ("symptom_weeks", "nan"),
        ("symptom_weeks", "long"),
        ("disc_type", "hernia"),
        ("disc_type", ""),
        ("sex", "x"),
    ],
)
def test_refused_replies_say_what_is_expected(fact: str, typed: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_reply(typed, facts()[fact])
    assert caught.value.expected


def test_a_red_flag_in_the_dialogue_settles_urgency() -> None:
    write = io.StringIO()
    case = hold_dialogue(Case(), load_knowledge("current"), io.StringIO("y\nq\n"), write)
    asked = write.getvalue()
    assert "[safety]" in asked
    flags = [name for name, value in case.red_flags.model_dump().items() if value is True]
    assert len(flags) == 1


def test_not_known_is_asked_once_and_kept_with_its_reason() -> None:
    case = hold_dialogue(Case(), load_knowledge("current"), io.StringIO("?\n-\nq\n"), io.StringIO())
    assert sorted(case.absent.values()) == ["asked_unknown", "not_applicable"]


def test_bad_reply_is_asked_again() -> None:
    write = io.StringIO()
    case = hold_dialogue(Case(), load_knowledge("current"), io.StringIO("maybe\nn\nq\n"), write)
    assert "expected y or n" in write.getvalue()
    assert any(value is False for value in case.red_flags.model_dump().values())


def test_dialogue_ends_by_itself_when_everything_is_unknown() -> None:
    """Every question is asked once; a person who knows nothing is not asked for ever."""
    write = io.StringIO()
    case = hold_dialogue(Case(), load_knowledge("current"), io.StringIO("?\n" * 400), write)
    assert len(case.absent) < len(facts())
    assert set(case.absent.values()) == {"asked_unknown"}


def test_command_saves_what_was_answered(run: Run, tmp_path: Path) -> None:
    target = tmp_path / "after.yaml"
    ran = run("ask", INCOMPLETE, "--dialogue", "--save", target, stdin="n\nn\nq\n")
    assert ran.code == 1
    before, after = load(INCOMPLETE), load(target)
    assert before != after
    assert yaml.safe_load(target.read_text())["kambin_case"] == 1


def test_command_prints_one_question(run: Run) -> None:
    ran = run("ask", INCOMPLETE)
    assert ran.code == 1
    assert "(safety)" in ran.out
    assert "urgency" in ran.out


def test_save_needs_dialogue(run: Run, tmp_path: Path) -> None:
    assert run("ask", INCOMPLETE, "--save", tmp_path / "x.yaml").code == 3
    assert run("ask", "-", "--dialogue", stdin="").code == 3
