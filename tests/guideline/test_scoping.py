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
        (
            {"herniated_levels": 0, "bulge_compresses_root": False, "operated_before": False},
            "SC-NO-HERNIATION",
        ),
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
        {"herniated_levels": 0, "bulge_compresses_root": False, "operated_before": True},
        {"herniated_levels": 0, "bulge_compresses_root": True, "operated_before": False},
        {"herniated_levels": 0, "operated_before": False},
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


def _read(*discs: dict[str, Any]) -> Case:
    return Case.model_validate(
        {"imaging": {"discs": discs, "discs_complete": True}, "history": {"operations_complete": True}}
    )


@pytest.mark.parametrize(
    ("discs", "outside"),
    [
        ((), True),
        (({"level": "L4-L5", "type": "none"},), True),
        (({"level": "L4-L5", "side": "left", "type": "bulge", "root_compressed": False},), True),
        (({"level": "L4-L5", "side": "left", "type": "bulge", "root_compressed": True},), False),
        (({"level": "L4-L5", "side": "left", "type": "bulge"},), False),
        (({"level": "L4-L5", "side": "left", "type": "protrusion"},), False),
    ],
)
def test_a_bulge_on_a_root_is_inside_wherever_the_problem_disc_is(
    discs: tuple[dict[str, Any], ...], outside: bool
) -> None:
    """What `indication` takes for a target is not refused; a scan without any target is."""
    row, knowledge = fact_row(_read(*discs)), load_knowledge("current")
    if not outside:
        require_in_scope(row, knowledge)
        return
    with pytest.raises(OutOfScope, match="SC-NO-HERNIATION"):
        require_in_scope(row, knowledge)
