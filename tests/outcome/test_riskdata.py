"""The numbers of the risk model stand in the evidence base; an unsound file is refused."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from kambin import evidence
from kambin.case import facts
from kambin.errors import EvidenceMissing, IntegrityError
from kambin.guideline.loading import load_knowledge
from kambin.outcome.riskdata import FILE, model_hash, read_model, risk_model
from tests.outcome.test_published import numbers, passages

CONTENT = yaml.safe_load(FILE.read_text(encoding="utf-8"))
MODEL = risk_model()


@pytest.fixture
def content() -> dict[str, Any]:
    return copy.deepcopy(CONTENT)


def test_every_fact_is_a_fact_of_the_case_with_values_it_can_have() -> None:
    whens = [factor.when for factor in MODEL.factors]
    whens += [each.when for each in MODEL.population] + [each.when for each in MODEL.prevention if each.when]
    for when in whens:
        fact = facts()[when.fact]
        if "is" in when.test:
            assert fact.kind == "bool"
        elif fact.kind == "enum":
            assert set(when.test["in"]) <= set(fact.domain)
        else:
            named = when.test.get("in") or [v for k, v in when.test.items() if k != "span"]
            assert all(fact.domain.low <= number <= fact.domain.high for number in named)


def test_numbers_written_in_the_file_stand_in_the_statement_beside_them() -> None:
    def printed(source: str) -> set[float]:
        return {number for passage in passages(source) for number in numbers(passage)}

    checked = 0
    for technique in CONTENT["techniques"].values():
        for rate in technique["baseline"]:
            for key in ("n", "events"):
                if key in rate:
                    assert rate[key] in printed(rate["source"]), rate
                    checked += 1
    for factor in CONTENT["factors"].values():
        allowed = set().union(*(printed(source) for source in factor["source"]))
        for effect in factor["effects"]:
            assert {effect[k] for k in ("value", "comparator") if k in effect} <= allowed
        assert not isinstance(factor.get("share"), list) or set(factor["share"]) <= allowed
        if "centre" in factor["present"]:
            assert factor["present"]["centre"] in allowed
        if factor["present"]["fact"] in ("disc_annular_defect_mm", "operator_endoscopic_cases"):
            assert set(factor["present"].values()) & allowed
            checked += 1
    assert checked > 10


def test_what_names_a_group_of_patients_names_its_own_table_row() -> None:
    for technique in MODEL.techniques.values():
        for rate in technique.rates:
            row, statement = rate.source_ids
            values = evidence.table("recurrence_incidence_pct").row(row.partition("/")[2]).values
            assert rate.percent == values["pct"]
            assert set(evidence.references_of(row)) & set(evidence.references_of(statement))


def test_the_endoscopic_baseline_stands_with_its_route() -> None:
    rows = {
        option: " ".join(s for r in t.rates for s in r.source_ids) for option, t in MODEL.techniques.items()
    }
    assert "PETD pooled" in rows["transforaminal_endoscopy"]
    assert "PEID pooled" not in rows["transforaminal_endoscopy"]
    assert "PEID pooled" in rows["interlaminar_endoscopy"]
    assert "PETD pooled" not in rows["interlaminar_endoscopy"]
    assert (
        len({rows[o] for o in ("fenestration", "hemilaminectomy", "laminectomy", "open_microdiscectomy")})
        == 1
    )


def test_every_table_row_on_risk_factors_is_used_or_left_out_with_a_reason() -> None:
    used = {s.partition("/")[2] for factor in MODEL.factors for s in factor.source_ids if "/" in s}
    left_out = {
        "age/peld58_meta2023",  # its unit is not printed
        "age/zhao2024_peld_recurrence_meta",  # a difference of means
        "bmi/zhao2024_peld_recurrence_meta",  # a difference of means
        "annular_defect_large_reoperation/miller2018_annular",  # reoperation, not recurrence
        "disc_height_index/kim2009_dhi_srom",
        "sagittal_rom_deg/kim2009_dhi_srom",
        "motor_deficit_present/sport_reherniation_4y",
        "sensory_deficit_present/sport_reherniation_4y",
        "baseline_odi/sport_reherniation_4y",
        "multifidus_csa/lin2026_nomogram",
        "lumbar_lordosis/lin2026_nomogram",
        "facet_orientation/lin2026_nomogram",
    }
    rows = {row.key for row in evidence.table("recurrence_risk_factors").rows}
    assert used | left_out == rows
    assert not used & left_out


def test_direction_of_each_factor_is_that_of_its_sources() -> None:
    found = {factor.name: factor.effect for factor in MODEL.factors}
    assert {name for name, effect in found.items() if effect.disputed} == {"type_of_herniation", "age"}
    assert all(effect.mean > 0 for effect in found.values() if not effect.disputed)
    # no factor alone multiplies the odds by more than any source says
    for factor in MODEL.factors:
        assert math.exp(factor.effect.mean) <= 8


def test_prevention_names_arguments_of_the_guideline_and_claims_that_they_cite() -> None:
    decision = load_knowledge("current").decisions["recurrence_prevention"]
    arguments = {a.id: a for option in decision.options for a in option.arguments}
    for each in MODEL.prevention:
        named: set[str] = set()
        assert each.lowering.rules
        for rule in each.lowering.rules:
            assert rule in arguments
            named |= set(arguments[rule].source)
        if each.lowering.claims:
            assert set(each.lowering.claims) & named
    claims = {claim for each in MODEL.prevention for claim in each.lowering.claims}
    assert {
        "R-recurrence-specialist",
        "R-recurrence-instability",
        "R-recurrence-removal",
        "R-recurrence-consult",
    } <= claims


def test_prevention_speaks_for_the_patients_that_its_rule_speaks_for() -> None:
    """Truth: the guideline's own conditions, evaluated by the guideline."""
    from kambin.guideline import decide

    knowledge = load_knowledge("current")
    for each in MODEL.prevention:
        if each.when is None:
            continue
        value = _value_that_holds(each.when.test)
        known = dict.fromkeys(facts()) | {each.when.fact: value}
        row = decide(known, knowledge).results["recurrence_prevention"]
        truths = {a.argument.id: a.truth for option in row.options for a in option.arguments}
        assert True in [truths[rule] for rule in each.lowering.rules], each.when


def _value_that_holds(test: Any) -> Any:
    if "is" in test:
        return test["is"]
    if "in" in test:
        return test["in"][0]
    return test["from"] if "from" in test else test["below"] - 1


def test_the_hash_is_that_of_the_file() -> None:
    import hashlib

    assert model_hash() == hashlib.sha256(FILE.read_bytes()).hexdigest()


SPOIL: dict[str, Callable[[dict[str, Any]], object]] = {
    "recalled and not read": lambda c: c["factors"]["smoking"].update(source=["G06"]),
    "no_such": lambda c: c["factors"]["smoking"].update(source=["no_such"]),
    "as: odds ratio": lambda c: c["factors"]["smoking"]["effects"][0].update({"as": "guess"}),
    "a condition is one of": lambda c: c["factors"]["smoking"].update(
        present={"fact": "smoker", "equals": 1}
    ),
}


@pytest.mark.parametrize("message", SPOIL)
def test_an_unsound_file_is_refused(content: dict[str, Any], message: str) -> None:
    SPOIL[message](content)
    with pytest.raises((IntegrityError, EvidenceMissing), match=message):
        read_model(content)
