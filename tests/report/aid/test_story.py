"""What is told about the patient: true to the plan, and silent where the plan is."""

from __future__ import annotations

import pytest

from kambin.report.aid import story
from kambin.report.aid.catalogue import LANGUAGES, catalogue
from tests.report.aid.pages import CHOICES, FLAGGED, html_of, plan_of

EN = catalogue("en")


def test_side_and_level_are_those_of_the_plan() -> None:
    plan = plan_of("demo")
    assert plan.diagnosis is not None
    assert plan.diagnosis["problem"]["side"] == "left"
    told = story.disc_words(EN, plan)[0]
    assert "on your left side" in told
    assert "L5" in told
    assert "S1" in told
    assert "左侧" in story.disc_words(catalogue("zh-Hans"), plan)[0]


def test_a_mirrored_patient_is_told_the_other_side() -> None:
    plan = plan_of("demo")
    assert plan.diagnosis is not None
    problem = plan.diagnosis["problem"] | {"side": "right"}
    mirrored = plan.model_copy(update={"diagnosis": plan.diagnosis | {"problem": problem}})
    assert story.disc_words(EN, mirrored)[0] == story.disc_words(EN, plan)[0].replace("left", "right")


@pytest.mark.parametrize("name", CHOICES)
def test_only_known_facts_are_told(name: str) -> None:
    known = {item.name: item.value for item in plan_of(name).facts}
    for fact in ("motor_deficit", "unstable", "conservative_failed"):
        told = [EN("you", fact, key) in story.you_view(EN, plan_of(name)) for key in ("is", "isnt")]
        assert told == [known.get(fact) is True, known.get(fact) is False]


@pytest.mark.parametrize("name", CHOICES)
def test_the_summary_follows_the_outcome(name: str) -> None:
    plan = plan_of(name)
    treatment = plan.decision("treatment")
    assert treatment is not None
    told = " ".join(story.summary(EN, plan))
    kind = treatment["outcome"]["kind"]
    assert ("point to one way" in told) == (kind == "recommended")
    assert ("No study tells us which" in told) == (kind == "equipoise")
    assert ("Too much is still unknown" in told) == (kind == "undetermined")
    assert ("a free path to your disc" in told) == treatment["outcome"]["provisional"]


def test_whoever_can_not_wait_is_told_first() -> None:
    assert story.summary(EN, plan_of("foot-drop-two-days"))[0] == EN("short", "urgent")
    assert EN("short", "urgent") not in story.summary(EN, plan_of("demo"))
    assert "You can wait" not in " ".join(story.summary(EN, plan_of("foot-drop-two-days")))


@pytest.mark.parametrize("name", CHOICES)
def test_what_is_not_known_is_neither_urgent_nor_safe_to_wait_with(name: str) -> None:
    plan = plan_of(name)
    urgency = plan.decision("urgency")
    assert urgency is not None
    if urgency["outcome"]["kind"] != "undetermined":
        return
    told = story.summary(EN, plan)
    if EN("short", "urgent") in told:  # only where the indication itself settles it
        indication = plan.decision("indication")
        assert indication is not None and indication["outcome"]["kind"] == "fired"
    else:
        assert told[0] == EN("short", "urgency_open")
    assert EN("short", "decide") not in told and EN("short", "no_decide") not in told


@pytest.mark.parametrize("language", LANGUAGES)
def test_nobody_is_told_of_a_slipped_disc_that_was_not_found(language: str) -> None:
    t = catalogue(language)
    assert story.disc_words(t, plan_of("incomplete")) == ()
    page = html_of("incomplete", language)
    assert t("head", "heading") not in page and t("problem", "text") not in page
    assert t("head", "heading_unknown") in page and t("problem", "text_unknown") in page


@pytest.mark.parametrize("name", CHOICES)
def test_every_small_operation_is_answered_for(name: str) -> None:
    """Second question: open, perhaps, or closed with a reason; none is forgotten."""
    plan = plan_of(name)
    treatment = plan.decision("treatment")
    assert treatment is not None
    view = story.keyhole_view(EN, plan)
    told = " ".join([*view.answer, *(names for names, _ in view.closed)]).lower()
    small = [item["id"] for item in treatment["options"] if item["rung"] == story.KEYHOLE]
    assert small
    assert [item for item in small if EN("options", item, "name").lower() not in told] == []
    assert all(reasons for _, reasons in view.closed)
    assert EN("reasons", "other") not in [reason for _, reasons in view.closed for reason in reasons]


def test_an_unstable_spine_closes_the_camera_and_says_why() -> None:
    closed = story.keyhole_view(EN, plan_of("unstable-l4-l5")).closed
    reasons = {
        reason for names, reasons in closed for reason in reasons if "keyhole surgery" in names.lower()
    }
    assert EN("reasons", "X-INSTABILITY") in reasons


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("recurrence-l4-l5", "this disc was operated before, and the studies are about first operations"),
        ("unstable-l4-l5", "the segment is unstable, and most series leave such patients out"),
        ("b19-adolescent-l5-s1", "the studies are about adults"),
    ],
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_outside_the_studies_there_is_no_number_but_a_reason(name: str, part: str, language: str) -> None:
    t = catalogue(language)
    assert t("again", "outside", part) in story.again_view(t, plan_of(name)).outside
    assert story.again_view(t, plan_of("demo")).outside == ()


def test_what_lowers_the_chance_is_what_the_outlook_says() -> None:
    plan = plan_of("demo")
    assert plan.outlook is not None
    rules = {low["rules"][0] for risk in plan.outlook["recurrence"] for low in risk["lowers"]}
    assert rules
    told = story.again_view(EN, plan).lowers
    assert set(told) == {EN("again", "lower", rule) for rule in rules}
    known = {item.name: item.value for item in plan.facts}
    assert (EN("again", "lower", "RP-RISK-Y-SMOKING") in told) == (known["smoker"] is True)


def test_what_is_missing_is_listed_by_how_it_is_found_out() -> None:
    titles = [title for title, _ in story.unknown_view(EN, plan_of("incomplete"))]
    assert titles[:1] == [EN("unknown", "ask")]
    asked = {item["cost"] for item in plan_of("incomplete").questions}
    assert len(story.unknown_view(EN, plan_of("incomplete"))) == len(asked)


@pytest.mark.parametrize("name", FLAGGED)
def test_nothing_is_asked_of_the_choice_in_an_emergency(name: str) -> None:
    assert plan_of(name).red_flag
