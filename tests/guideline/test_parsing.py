from __future__ import annotations

import pytest
from hypothesis import given

from kambin.case import facts_in_conditions
from kambin.errors import IntegrityError
from kambin.guideline.conditions import (
    And,
    Compare,
    FactIs,
    In,
    Not,
    Term,
    facts_of,
    map_leaves,
    uses_null_test,
)
from kambin.guideline.parsing import ConditionError, parse
from tests.guideline.conditions_strategy import texts

FACTS = facts_in_conditions()

REFUSED = {
    "function": "abs(age_years) > 3",
    "cast": "age_years::int > 3",
    "cast in words": "CAST(age_years AS INT) > 3",
    "division": "age_years / 2 > 3",
    "modulo": "age_years % 2 = 1",
    "case": "CASE WHEN fever THEN TRUE END",
    "coalesce": "COALESCE(fever, FALSE)",
    "like": "disc_type LIKE 'ext%'",
    "subquery": "disc_type IN (SELECT 'extrusion')",
    "column of a table": "facts.fever",
    "constant": "TRUE",
    "two constants": "1 < 2",
    "decimal equality": "symptom_weeks = 6",
    "decimal inequality": "symptom_weeks <> 6",
    "threshold outside the domain": "age_years > 121",
    "scaled threshold outside the domain": "age_years * 2 > 300",
    "word outside the domain": "disc_type = 'herniation'",
    "word outside the domain in a list": "disc_type IN ('extrusion', 'hernia')",
    "units differ": "leg_pain_nrs > age_years",
    "unknown fact": "fevr",
    "yes/no of a number": "age_years AND fever",
    "yes/no with a word": "fever = 'yes'",
    "order of words": "disc_type > 'bulge'",
    "order of yes/no": "fever > TRUE",
    "list for a decimal": "symptom_weeks IN (1, 2)",
    "list of decimals": "disc_modic IN (1.5)",
    "two facts multiplied": "age_years * leg_pain_nrs > 3",
    "two facts added": "age_years + leg_pain_nrs > 3",
    "null comparison": "fever = NULL",
    "is true": "fever IS TRUE",
    "exclusive or": "fever XOR saddle_anaesthesia",
    "date": "assessed_on > DATE '2020-01-01'",
    "two statements": "fever; DROP TABLE facts",
    "comment": "fever -- really",
    "comment in the middle": "fever /* x */ OR fever",
    "nothing": "",
    "half": "fever AND",
    "parameter": "age_years > ?",
    "symmetric": "age_years BETWEEN SYMMETRIC 80 AND 14",
    "is distinct": "age_years IS DISTINCT FROM 3",
    "side fact": "side_slr_positive",
    "too long": " OR ".join(["fever"] * 400),
    "too deep": "(" * 61 + "fever" + ")" * 61,
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    with pytest.raises(ConditionError) as caught:
        parse(REFUSED[name], FACTS)
    assert isinstance(caught.value, IntegrityError)
    assert caught.value.what


def test_null_test_only_where_allowed() -> None:
    with pytest.raises(ConditionError, match="not allowed here"):
        parse("fever IS NULL", FACTS)
    assert uses_null_test(parse("NOT (fever IS NULL)", FACTS, null_tests=True))
    assert not uses_null_test(parse("NOT fever", FACTS, null_tests=True))


def test_unknown_name_suggests_the_nearest() -> None:
    with pytest.raises(ConditionError) as caught:
        parse("sadle_anaesthesia", FACTS)
    assert "saddle_anaesthesia" in str(caught.value)


def test_forms() -> None:
    age = Term("age_years")
    assert parse("fever", FACTS) == FactIs("fever")
    assert parse("fever = TRUE", FACTS) == FactIs("fever")
    assert parse("fever <> TRUE", FACTS) == Not(FactIs("fever"))
    assert parse("disc_type = 'bulge'", FACTS) == In("disc_type", ("bulge",))
    assert parse("disc_type <> 'bulge'", FACTS) == Not(In("disc_type", ("bulge",)))
    assert parse("age_years BETWEEN 14 AND 80", FACTS) == And(
        (Compare(">=", age, Term(None, 0.0, 14.0)), Compare("<=", age, Term(None, 0.0, 80.0)))
    )
    assert parse("disc_modic IN (1, 2)", FACTS) == In("disc_modic", (1, 2))
    assert parse("-age_years < -14", FACTS) == Compare(
        "<", Term("age_years", -1.0, -0.0), Term(None, -0.0, -14.0)
    )


def test_defined_names_are_put_in_place() -> None:
    define = {"old": parse("age_years > 80", FACTS)}
    assert parse("NOT old AND fever", FACTS, define) == And((Not(define["old"]), FactIs("fever")))


@given(text=texts(null_tests=True))
def test_facts_of_names_what_the_text_names(text: str) -> None:
    condition = parse(text, FACTS, null_tests=True)
    assert set(facts_of(condition)) == {
        name for name in FACTS if name in text.replace("'", " ").split() or _in(name, text)
    }
    assert map_leaves(condition, lambda leaf: leaf) == condition


def _in(name: str, text: str) -> bool:
    import re

    return re.search(rf"\b{name}\b", text) is not None
