"""The published cases against the answers on record; a change of any answer has to be looked at."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kambin import evidence
from tools import published_cases

RECORD = Path(__file__).with_name("published_answers.json")


@pytest.fixture(scope="module")
def lines() -> list[published_cases.Line]:
    return published_cases.lines()


def test_every_target_of_every_case_is_answered(lines: list[published_cases.Line]) -> None:
    wanted = {(case.id, target) for case in evidence.benchmark_cases() for target in case.validation_target}
    assert {(line.case, line.target) for line in lines} == wanted


def test_answers_are_those_on_record(lines: list[published_cases.Line]) -> None:
    """A change of the guideline may change some: look at each, then write the record anew."""
    recorded = json.loads(RECORD.read_text(encoding="utf-8"))
    assert json.loads(json.dumps([line._asdict() for line in lines])) == recorded


def test_every_difference_has_its_reason(lines: list[published_cases.Line]) -> None:
    differ = [line for line in lines if not published_cases.agrees(line)]
    assert all(line.reason for line in differ), [line for line in differ if not line.reason]


def test_completing_a_case_takes_no_answer_back(lines: list[published_cases.Line]) -> None:
    """What was said of the case as published still stands when it is completed."""
    assert all(line.published is None or line.published is line.completed for line in lines)
