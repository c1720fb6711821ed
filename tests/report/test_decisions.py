from __future__ import annotations

from kambin.report.decisions import decision_view
from kambin.report.lexicon import Lexicon
from kambin.report.sources import SourceBook
from tests.report.plans import decision, everything, option, programme, question, treatment, urgency

PLAN = everything()
BOOK, LEXICON = SourceBook.of(PLAN), Lexicon.of(PLAN.decisions)


def test_every_option_stands_in_one_group() -> None:
    for made in PLAN.decisions:
        view = decision_view(made, PLAN.questions, LEXICON, BOOK)
        ids = [item.id for group in (view.chosen, view.others, view.ruled_out) for item in group]
        assert sorted(ids) == sorted(item["id"] for item in made["options"])
        assert all(item.live for item in view.others)
        assert not any(item.live for item in view.ruled_out)


def test_additions_come_after_what_they_are_added_to() -> None:
    view = decision_view(treatment(), PLAN.questions, LEXICON, BOOK)
    assert [item.id for item in view.chosen] == ["alpha", "beta", "fusion_addition"]
    assert view.additions == ("Label of fusion_addition",)


def test_bars_share_one_scale_and_nothing_weighed_has_none() -> None:
    view = decision_view(treatment(), PLAN.questions, LEXICON, BOOK)
    bars = {item.id: item.bar for group in (view.chosen, view.ruled_out) for item in group}
    assert bars["alpha"] is not None
    assert bars["beta"] is not None
    assert bars["delta"] is not None
    assert bars["gamma"] is None
    assert bars["delta"].start < bars["alpha"].start < bars["beta"].start
    assert {bar.zero for bar in bars.values() if bar} == {bars["alpha"].zero}
    assert [item.support for item in view.chosen] == ["17 to 37", "20", "0"]
    assert {item.support for item in decision_view(urgency(), [], LEXICON, BOOK).chosen} == {""}


def test_changes_with_one_result_stand_together() -> None:
    view = decision_view(treatment(), PLAN.questions, LEXICON, BOOK)
    assert [(item.answer, item.facts) for item in view.changes] == [
        (
            "Label of beta",
            (
                "straight leg raise were negative instead of positive",
                "type of herniation were bulge instead of extrusion",
            ),
        ),
        (
            "Not enough information; possible: Label of alpha or Label of beta",
            ("duration of this episode were 5.9 weeks instead of 11 weeks",),
        ),
        ("None of the options would apply", ("worst leg pain were 3 of 10 instead of 8 of 10",)),
        (
            "Equipoise between Label of beta and Label of delta",
            ("urgency were none of its options instead of Label of elective",),
        ),
    ]
    assert [item.answer for item in decision_view(programme(), [], LEXICON, BOOK).changes] == [
        "Also Label of opioid; no longer Label of nsaid",
        "The same options, one of them open",
    ]


def test_missing_facts_and_their_questions() -> None:
    asked = [question("deficit_days", "urgency"), question("pregnant", "treatment", "urgency")]
    view = decision_view(treatment(), asked, LEXICON, BOOK)
    assert view.missing == ("Posterolateral corridor", "Far lateral (endoscopic approach)")
    assert [item["fact"] for item in view.questions] == ["pregnant"]
    assert [item.id for item in view.conflicts] == ["K11"]


def test_what_stands_above_the_other_options() -> None:
    rows = [option("one", "eligible", []), option("two", "eligible", [])]
    for policy, kind, answer, title in [
        ("first", "fired", ["one"], "Not reached, because an earlier answer holds"),
        ("argue", "recommended", ["one"], "Other options that remain"),
        ("collect", "collected", ["one"], "Still open"),
        ("argue", "undetermined", ["one", "two"], "Still possible"),
    ]:
        made = decision("d", policy, kind, answer, rows)
        assert decision_view(made, [], LEXICON, BOOK).others_title == title
