"""What decided comes first, everything else behind a fold, and nothing is dropped or said twice."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kambin.guideline.deciding import Status
from kambin.guideline.explaining import ArgumentDoc
from kambin.guideline.knowledge import ROLES
from kambin.report.arguments import Reasons, reasons
from kambin.report.lexicon import Lexicon
from kambin.report.sources import SourceBook
from tests.report.plans import argument, everything, option, treatment

BOOK = SourceBook.of(everything())
LEXICON = Lexicon.of(everything().decisions)
TRUTHS = (True, False, None)
PAIRS = list(itertools.product(ROLES, TRUTHS))


def status_of(pairs: list[tuple[str, bool | None]]) -> Status:
    """Status by the definition in words, written again here."""
    truths = {role: [truth for other, truth in pairs if other == role] for role in ROLES}
    if True in truths["exclude"] or True in truths["veto"]:
        return Status.EXCLUDED
    if False in truths["require"] or (truths["any"] and set(truths["any"]) == {False}):
        return Status.NOT_INDICATED
    met = all(truth is False for truth in truths["exclude"]) and all(truths["require"])
    grounded = not truths["any"] or True in truths["any"]
    return Status.ELIGIBLE if met and grounded else Status.UNDETERMINED


def of(arguments: list[ArgumentDoc]) -> Reasons:
    status = status_of([(item["role"], item["truth"]) for item in arguments])
    return reasons(option("one", str(status), arguments), LEXICON, BOOK)


@given(st.lists(st.sampled_from(PAIRS), max_size=14))
def test_every_argument_is_shown_once(pairs: list[tuple[str, bool | None]]) -> None:
    made = [argument(f"A{place}", role, truth) for place, (role, truth) in enumerate(pairs)]
    found = of(made)
    assert sorted(item.id for item in (*found.decisive, *found.rest)) == sorted(item["id"] for item in made)


@given(st.lists(st.sampled_from(PAIRS), max_size=14))
def test_what_decided_is_enough_to_reach_the_same_status(pairs: list[tuple[str, bool | None]]) -> None:
    """The arguments on top, taken alone, exclude or fail the option in the same way."""
    made = [argument(f"A{place}", role, truth) for place, (role, truth) in enumerate(pairs)]
    status = status_of([(item["role"], item["truth"]) for item in made])
    found = of(made)
    shown = {item.id for item in found.decisive}
    alone = status_of([(item["role"], item["truth"]) for item in made if item["id"] in shown])
    if status is Status.EXCLUDED:
        assert alone is status
    elif status is Status.NOT_INDICATED:
        assert alone is status or "grounds" in found.lead
    elif status is Status.UNDETERMINED:
        assert alone is status
        assert found.lead.startswith("Settled only when")
    else:
        assert alone is Status.ELIGIBLE


def test_the_strongest_come_first_and_few() -> None:
    made = [
        argument(f"F{n}", "for", True, strength=s)
        for n, s in enumerate(["expert", "weak", "strong", "moderate"])
    ]
    found = of(made)
    assert [item.id for item in found.decisive] == ["F2", "F3", "F1"]
    assert [item.id for item in found.rest] == ["F0"]


def test_many_unknowns_are_counted_and_not_all_listed() -> None:
    found = of([argument(f"X{n}", "exclude", None) for n in range(6)])
    assert found.lead == "Settled only when this is known (6 in all):"
    assert len(found.decisive) == 4


def test_leads() -> None:
    assert of([argument("V", "veto", None)]).lead == "Provided that a scan does not show this:"
    assert (
        of([argument("A", "any", False), argument("B", "any", False)]).lead
        == "None of the 2 grounds for it holds."
    )
    assert of([argument("A", "any", False)]).lead == "The only ground for it does not hold."
    assert of([argument("R", "require", False)]).lead == ""
    assert of([]) == Reasons("", (), ())


@pytest.mark.parametrize(("role", "truth"), PAIRS)
def test_a_sentence_that_does_not_hold_is_quoted_and_marked(role: str, truth: bool | None) -> None:
    found = of([argument("A", role, truth)])
    [view] = [*found.decisive, *found.rest]
    assert view.asserted is (truth is True)
    assert (view.mark == "?") is (truth is None)
    assert view.values == (
        f"straight leg raise: { {True: 'positive', False: 'negative', None: 'not known'}[truth] }",
    )
    assert view.weight == (10 if role in ("for", "against") else 0)


def test_sources_conflicts_and_why_it_was_changed() -> None:
    found = reasons(treatment()["options"][0], LEXICON, BOOK)
    views = {item.id: item for item in (*found.decisive, *found.rest)}
    assert [item.id for item in views["TR-A-AGAINST"].conflicts] == ["K11"]
    assert views["TR-A-AGAINST"].because == ""
    assert views["TR-A-NOT"].because == "added from later evidence; F and R are silent"
    assert views["TR-A-LOCAL"].because == "changed because: the ward's own rule"
    assert [item.id for item in views["TR-A-LOCAL"].sources] == ["F-ind-slr", "Z99", "table:test_accuracy"]
    added = reasons(option("x", "eligible", [argument("A", "for", True, because="addition")]), LEXICON, BOOK)
    assert added.decisive[0].because == "added from later evidence"
