from __future__ import annotations

import json

import pytest
from hypothesis import given

from kambin.case import facts_in_conditions
from kambin.guideline import loading
from kambin.guideline.building import build
from kambin.guideline.freezing import _condition, _plain, frozen_text, hash_of_files, thaw
from kambin.guideline.loading import PROFILES, compiled_file, decision_facts, knowledge_files, load_knowledge
from kambin.guideline.parsing import parse
from tests.guideline.conditions_strategy import texts
from tests.guideline.conftest import FIRST, Tiny

FACTS = facts_in_conditions()


@pytest.mark.parametrize("profile", PROFILES)
def test_compiled_files_are_fresh(profile: str) -> None:
    """Stale ones are harmless but slow: run `make compile`."""
    document = json.loads(compiled_file(profile).read_text(encoding="utf-8"))
    assert document["files_sha256"] == hash_of_files(knowledge_files(profile))


@pytest.mark.parametrize("profile", PROFILES)
def test_compiled_equals_parsed(profile: str) -> None:
    sha = hash_of_files(knowledge_files(profile))
    parsed = build(profile)
    assert thaw(frozen_text(parsed, sha), sha, decision_facts) == parsed
    assert load_knowledge(profile) == parsed


@given(text=texts(null_tests=True))
def test_conditions_survive_the_file(text: str) -> None:
    condition = parse(text, FACTS, null_tests=True)
    assert _condition(json.loads(json.dumps(_plain(condition)))) == condition


def test_a_changed_file_is_parsed_and_never_answered_from_the_old_one(tiny: Tiny) -> None:
    tiny()
    loading.compile_knowledge()
    before = load_knowledge("current")
    tiny(urgency=FIRST.replace("Operate now.", "Operate at once."))
    after = load_knowledge("current")
    assert before.decisions["urgency"].option("emergency").say == "Operate now."
    assert after.decisions["urgency"].option("emergency").say == "Operate at once."
    assert before.content_hash != after.content_hash


def test_another_form_or_other_files_are_not_read(tiny: Tiny) -> None:
    tiny()
    text = frozen_text(build("current"), "x")
    assert thaw(text, "x", decision_facts) is not None
    assert thaw(text, "y", decision_facts) is None
    assert thaw(text.replace('"form":1,', '"form":0,'), "x", decision_facts) is None
