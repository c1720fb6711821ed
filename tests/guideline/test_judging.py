"""Status and support of an option, by tables written down by hand, and as decisions use them."""

from __future__ import annotations

import pytest

from bench.patients import partial_rows
from kambin.guideline import Status, decide, load_knowledge
from kambin.guideline.judging import pending_of
from kambin.guideline.knowledge import ROLES, WEIGHTS
from tests.guideline.plain_judging import judge


@pytest.mark.parametrize(
    ("roles", "status"),
    [
        ([], Status.ELIGIBLE),
        ([("exclude", True), ("require", False)], Status.EXCLUDED),
        ([("exclude", None), ("require", False)], Status.NOT_INDICATED),
        ([("exclude", None)], Status.UNDETERMINED),
        ([("veto", None)], Status.ELIGIBLE),
        ([("veto", True)], Status.EXCLUDED),
        ([("any", False), ("any", None)], Status.UNDETERMINED),
        ([("any", False), ("any", True)], Status.ELIGIBLE),
        ([("any", False)], Status.NOT_INDICATED),
        ([("for", False), ("against", True)], Status.ELIGIBLE),
    ],
)
def test_status_table(roles: list[tuple[str, bool | None]], status: Status) -> None:
    shape = [(role, 5) for role, _ in roles]
    assert judge(shape, [truth for _, truth in roles])[0] is status  # type: ignore[arg-type]


def test_support_table() -> None:
    shape = [("for", 20), ("against", 5), ("for", 10), ("against", 2)]
    assert judge(shape, [True, True, None, None])[1:] == (13, 25)  # type: ignore[arg-type]
    assert judge(shape, [False] * 4)[1:] == (0, 0)  # type: ignore[arg-type]
    others = [(role, 20) for role in ROLES if role not in ("for", "against")]
    assert judge(others, [True] * len(others))[1:] == (0, 0)


@pytest.mark.parametrize("unknown", [0.05, 0.5])
def test_every_option_of_a_patient_is_judged_so(unknown: float) -> None:
    knowledge = load_knowledge()
    for row in partial_rows(knowledge, 20, unknown, seed=5):
        for result in decide(row, knowledge).results.values():
            for item in result.options:
                shape = [(given.argument.role, WEIGHTS[given.argument.strength]) for given in item.arguments]
                truths = [given.truth for given in item.arguments]
                assert (item.status, item.low, item.high) == judge(shape, truths)
                assert item.pending == pending_of(item.option, item.status, truths)
