from __future__ import annotations

import json
from dataclasses import replace

import pytest

from kambin import evidence
from kambin.case import Fact, Range, facts
from kambin.case.table import COST_WORDS, fact_codes, facts_table
from kambin.errors import EvidenceMissing

CODED = [fact for fact in facts().values() if fact.codes]


def test_the_table_has_every_fact_in_order_and_is_plain_data() -> None:
    rows = facts_table()
    assert [row["name"] for row in rows] == list(facts())
    assert json.loads(json.dumps(rows)) == rows
    for row, fact in zip(rows, facts().values(), strict=True):
        assert (row["type"], row["unit"], row["cost_words"]) == (fact.kind, fact.unit, COST_WORDS[fact.cost])
        limits = (row["low"], row["high"])
        assert limits == (
            (fact.domain.low, fact.domain.high) if isinstance(fact.domain, Range) else (None, None)
        )
        assert row["words"] == (list(fact.domain) if isinstance(fact.domain, tuple) else None)
        assert row["domain"]


@pytest.mark.parametrize("fact", CODED, ids=lambda fact: fact.name)
def test_every_code_exists_and_carries_its_status(fact: Fact) -> None:
    group, _, name = fact.codes.partition("#")[0].partition(".")
    known = evidence.codes(group, name)
    found = fact_codes(fact)
    assert found and set(found) <= set(known)
    [row] = [row for row in facts_table() if row["name"] == fact.name]
    for code, text, record in zip(found, row["codes"], row["coding"], strict=True):
        assert f"({code.status})" in text and str(code.code) in text
        assert (record["code"], record["status"]) == (code.code, code.status)


def test_codes_that_were_not_verified_are_shown_as_such() -> None:
    statuses = {record["status"] for row in facts_table() for record in row["coding"]}
    assert {"verified", "local", "unverified"} <= statuses
    unverified = [record for row in facts_table() for record in row["coding"] if record["code"] == "73211009"]
    assert [record["status"] for record in unverified] == ["unverified"]


def test_a_finding_has_only_its_own_codes_of_a_mixed_concept() -> None:
    """The concept of red flags holds retention, incontinence, discitis, fracture: each its own finding."""
    names = ("urinary_retention", "bladder_dysfunction", "bowel_dysfunction")
    codes = {name: {code.code for code in fact_codes(facts()[name])} for name in names}
    assert codes == {
        "urinary_retention": {"R33.9"},
        "bladder_dysfunction": {"R32", "N31.9"},
        "bowel_dysfunction": {"R15.9"},
    }


def test_a_fact_without_codes_has_none() -> None:
    assert fact_codes(facts()["heavy_work"]) == ()


@pytest.mark.parametrize(
    "codes", ["nothing.at_all", "conditions.nothing", "conditions.red_flag_findings#R33.9+X00"]
)
def test_a_code_that_does_not_exist_is_an_error(codes: str) -> None:
    with pytest.raises(EvidenceMissing):
        fact_codes(replace(facts()["fever"], codes=codes))
