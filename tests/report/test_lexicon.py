from __future__ import annotations

from kambin.report.lexicon import Lexicon
from tests.report.plans import treatment, urgency

LEXICON = Lexicon.of([urgency(), treatment()])


def test_results_of_decisions_read_like_facts() -> None:
    assert LEXICON.pair("urgency", "elective") == "urgency: Label of elective"
    assert LEXICON.pair("urgency", "none") == "urgency: none of its options"
    assert LEXICON.pair("urgency", None) == "urgency: not settled"
    assert LEXICON.pair("treatment__alpha", True) == "Label of alpha (treatment): possible"
    assert LEXICON.pair("treatment__alpha", False) == "Label of alpha (treatment): not possible"
    assert LEXICON.pair("treatment__alpha", None) == "Label of alpha (treatment): not settled"


def test_a_decision_that_the_plan_does_not_show_is_still_readable() -> None:
    assert LEXICON.label("endoscopy_approach__far_lateral") == "Far lateral (endoscopic approach)"
    assert LEXICON.value("indication", "surgical_option") == "Surgical option"
    assert LEXICON.label("something_new") == "something new"


def test_facts_keep_their_words() -> None:
    assert LEXICON.pair("slr_positive", True) == "straight leg raise: positive"
    assert LEXICON.pair("slr_positive", None) == "straight leg raise: not known"
