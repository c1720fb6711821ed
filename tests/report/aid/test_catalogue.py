"""The catalogues: the same keys and placeholders everywhere, and nothing of the project without its words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.resources import files

import pytest
import yaml

from kambin.errors import InputError, IntegrityError
from kambin.guideline import load_knowledge
from kambin.outcome.published import published
from kambin.outcome.riskdata import risk_model
from kambin.report.aid.catalogue import LANGUAGES, catalogue, data_file, flat, placeholders
from kambin.report.aid.story import reason_key

BOTH = pytest.mark.parametrize("language", LANGUAGES)
SHARE = "%"


def test_every_language_says_the_same_things() -> None:
    english = dict(flat(data_file("en")))
    for language in LANGUAGES[1:]:
        other = dict(flat(data_file(language)))
        assert set(other) == set(english)
        assert {k: placeholders(v) for k, v in other.items()} == {
            k: placeholders(v) for k, v in english.items()
        }


def test_nothing_is_left_untranslated() -> None:
    """A Chinese message without a Chinese character is a name, a number or empty."""
    english, chinese = dict(flat(data_file("en"))), dict(flat(data_file("zh-Hans")))
    plain = {key for key, text in chinese.items() if not re.search(r"[\u4e00-\u9fff]", text)}
    assert {key for key in plain if english[key]} <= {"lang", "join/comma", "join/stop", "keyhole/reason"}
    assert not [key for key, text in english.items() if re.search(r"[\u4e00-\u9fff]", text)]


@BOTH
def test_every_message_is_text_and_says_something(language: str) -> None:
    empty = {key for key, text in flat(data_file(language)) if not text.strip()}
    assert empty == {"problem/no_root", "you/declines_surgery/isnt"}


@BOTH
def test_every_option_of_the_guideline_is_told_with_the_same_detail(language: str) -> None:
    t = catalogue(language)
    for profile in ("current", "source"):
        for option in load_knowledge(profile).decisions["treatment"].options:
            for row in ("name", "term", "what", "like"):
                assert t("options", option.id, row)
            assert (
                len(t.items("options", option.id, "good")) == len(t.items("options", option.id, "bad")) == 2
            )


@BOTH
def test_no_option_gets_many_more_words_than_another(language: str) -> None:
    t = catalogue(language)
    lengths = {
        name: sum(len(text) for key, text in t.messages.items() if key.startswith(f"options/{name}/"))
        for name in data_file(language)["options"]
    }
    assert max(lengths.values()) <= 1.9 * min(lengths.values())


@BOTH
def test_words_of_options_hold_no_numbers(language: str) -> None:
    """Chances come from the outlook only."""
    t = catalogue(language)
    told = {
        key: text for key, text in t.messages.items() if key.startswith(("options/", "natural/", "keyhole/"))
    }
    assert told
    assert not [key for key, text in told.items() if re.search(r"\d", text)]


def answers(decision: str) -> set[str]:
    return {option.id for option in load_knowledge("current").decisions[decision].options}


@BOTH
@pytest.mark.parametrize(
    ("decision", "step", "elsewhere"),
    [
        ("urgency", "urgency", {"emergency", "red_flag_workup"}),  # these end in the page of care now
        ("recurrence_or_new", "first", set()),
        ("indication", "indication", set()),
    ],
)
def test_every_answer_of_a_step_has_words(
    language: str, decision: str, step: str, elsewhere: set[str]
) -> None:
    t = catalogue(language)
    assert all(t.has("chosen", step, name) for name in answers(decision) - elsewhere)
    assert all(t.has("emergency", name) and t.items("emergency", "do", name) for name in elsewhere)


@BOTH
def test_every_way_of_prevention_has_words(language: str) -> None:
    t = catalogue(language)
    assert all(t.has("again", "prevention", name) for name in answers("recurrence_prevention"))


@BOTH
def test_every_reason_that_closes_a_small_operation_has_words(language: str) -> None:
    t = catalogue(language)
    found = set()
    for decision in ("treatment", "endoscopy_eligibility"):
        for option in load_knowledge("current").decisions[decision].options:
            for argument in option.arguments:
                if argument.role in ("exclude", "veto", "require"):
                    found.add(reason_key(argument.id))
    assert len(found) > 25
    assert {key for key in found if not t.has("reasons", key)} == set()


@BOTH
def test_every_share_of_the_outlook_has_words(language: str) -> None:
    t = catalogue(language)
    shares = [entry.figure for entry in published().entries if entry.figure.unit == SHARE]
    assert {f.outcome for f in shares if not t.has("outcomes", f.outcome, "title")} == set()
    assert {f.time for f in shares if not t.has("times", f.time)} == set()
    assert {f.base for f in shares if not t.has("bases", f.base)} == set()
    named = {f.source_ids[0] for f in shares if "-" not in f.source_ids[0]}
    assert {name for name in named if not t.has("who", name)} == set()
    assert {name for name in published().horizons if not t.has("horizons", name)} == set()


@BOTH
def test_every_reason_for_no_number_and_everything_that_lowers_has_words(language: str) -> None:
    t = catalogue(language)
    assert {
        item.text for item in risk_model().population if not t.has("again", "outside", item.text)
    } == set()
    text = files("kambin.outcome").joinpath("data/recurrence.yaml").read_text(encoding="utf-8")
    rules = {item["rules"][0] for item in yaml.safe_load(text)["prevention"]}
    assert {name for name in rules if not t.has("again", "lower", name)} == set()


def every_fact() -> Iterator[str]:
    from kambin.case import facts

    for fact in facts().values():
        yield fact.path.split(".")[0] if fact.path else "diagnosis"


@BOTH
def test_every_part_of_a_case_has_words(language: str) -> None:
    t = catalogue(language)
    assert {name for name in every_fact() if not t.has("unknown", "groups", name)} == set()


def test_what_is_missing_is_said_and_not_guessed() -> None:
    with pytest.raises(IntegrityError, match=r"en\.yaml: no/such"):
        catalogue("en")("no", "such")
    with pytest.raises(InputError, match="language"):
        catalogue("tlh")


def test_lists_are_joined_as_people_do() -> None:
    t = catalogue("en")
    assert [t.joined(["a", "b", "c"][:n], "or") for n in range(4)] == ["", "a", "a or b", "a, b or c"]
    assert catalogue("zh-Hans").joined(["甲", "乙", "丙"]) == "甲、乙和丙"
