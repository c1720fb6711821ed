from __future__ import annotations

from typing import Any

import pytest

from kambin import evidence
from kambin.case import Case, fact_row
from kambin.errors import OutOfScope
from kambin.guideline import load_knowledge
from kambin.guideline.scoping import require_in_scope


def _row(**known: Any) -> dict[str, Any]:
    return {**fact_row(Case()), **known}


@pytest.mark.parametrize(
    ("known", "limit"),
    [
        ({"age_years": 12}, "SC-CHILD"),
        ({"herniated_levels": 0, "operated_before": False}, "SC-NO-HERNIATION"),
    ],
)
def test_outside(known: dict[str, Any], limit: str) -> None:
    with pytest.raises(OutOfScope) as caught:
        require_in_scope(_row(**known), load_knowledge("current"))
    assert limit in str(caught.value)
    assert caught.value.exit_code == 4


@pytest.mark.parametrize(
    "known",
    [
        {},
        {"age_years": 13},
        {"herniated_levels": 1},
        {"herniated_levels": 0},
        {"herniated_levels": 0, "operated_before": True},
    ],
)
def test_inside_or_unknown(known: dict[str, Any]) -> None:
    require_in_scope(_row(**known), load_knowledge("current"))


def test_every_limit_has_evidence_that_may_drive() -> None:
    assert all(
        evidence.may_drive(statement)
        for limit in load_knowledge("current").limits
        for statement in limit.cite
    )
