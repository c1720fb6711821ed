"""The page as a whole: for every plan, in every language; self-contained, deterministic, without jargon."""

from __future__ import annotations

import itertools
import json
import re
from importlib.resources import files

import pytest

from kambin.errors import InputError
from kambin.plan import Plan
from kambin.report.aid import aid_file_name, render_aid
from kambin.report.aid.catalogue import catalogue
from tests.report.aid.pages import CHOICES, EVERY, FLAGGED, LANGUAGES, html_of, plan_of, tree_of
from tests.report.page_tree import parse
from tests.report.test_accessibility import luminance

STYLE = files("kambin.report").joinpath("templates/aid.css").read_text(encoding="utf-8")
JARGON = (
    *("radicul", "foramen", "foramina", "lamina", "discectomy", "herniat", "conservative", "Kambin's"),
    *("undetermined", "eligible", "None", "nan", "annul", "sequestr", "corridor", "elective"),
)
BOTH = pytest.mark.parametrize("language", LANGUAGES)
ALL = pytest.mark.parametrize("name", EVERY)


@ALL
@BOTH
def test_a_page_is_self_contained_and_names_its_language(name: str, language: str) -> None:
    page = tree_of(name, language)
    assert page.all("html")[0].attrs["lang"] == language
    assert len(page.all("h1")) == len(page.all("main")) == 1
    assert not page.all("script", "link", "iframe", "img", "object")
    assert not [
        node for node in page.walk() if "src" in node.attrs or any(key.startswith("on") for key in node.attrs)
    ]
    assert "url(" not in STYLE
    assert "@import" not in STYLE


@ALL
@BOTH
def test_headings_go_down_one_step_and_ids_are_single(name: str, language: str) -> None:
    page = tree_of(name, language)
    levels = [int(node.tag[1]) for node in page.all("h1", "h2", "h3", "h4")]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    ids = [node.attrs["id"] for node in page.walk() if "id" in node.attrs]
    assert len(set(ids)) == len(ids)
    inside = [node.attrs["href"][1:] for node in page.all("a") if node.attrs["href"].startswith("#")]
    assert set(inside) <= set(ids)


@ALL
def test_every_word_is_of_the_language(name: str) -> None:
    """No placeholder is left, and the Chinese page holds no English sentence outside quoted titles."""
    for language in LANGUAGES:
        text = tree_of(name, language).all("main")[0].text("cite")
        assert not re.search(r"[{}]|\b[A-Z]{2}-[A-Z]|_", text)
        if language == "zh-Hans":
            assert not re.findall(r"(?:\b[A-Za-z]{3,}\b ?){3,}", text)


@pytest.mark.parametrize("name", CHOICES)
def test_no_jargon_outside_what_doctors_say(name: str) -> None:
    page = parse(html_of(name, "en"))  # its own tree: this test cuts in it
    for node in page.named("quoted"):
        node.content.clear()
    text = page.all("main")[0].text("cite")
    said = text.replace("kambin", "")
    # names of a kind of slip are introduced by "Doctors call this"
    said = re.sub(r"Doctors call this an? \w+\.", "", said)
    assert [word for word in JARGON if re.search(rf"\b{word}", said)] == []


@pytest.mark.parametrize("name", FLAGGED)
@BOTH
def test_an_emergency_is_one_page_without_a_choice(name: str, language: str) -> None:
    t, page = catalogue(language), tree_of(name, language)
    assert page.all("h1")[0].text() == t("emergency", "title")
    assert not page.named("card")
    assert not page.all("figure", "svg", "input")
    assert len(page.all("main")[0].text()) < 2500
    urgent = plan_of(name).decision("urgency")
    assert urgent is not None
    kind = "red_flag_workup" if urgent["outcome"]["options"] == ["red_flag_workup"] else "emergency"
    assert t("emergency", kind) in page.text()


def test_the_lists_of_plans_are_right() -> None:
    assert [name for name in sorted(EVERY) if plan_of(name).red_flag] == FLAGGED


@BOTH
def test_same_plan_same_bytes(language: str) -> None:
    plan = plan_of("demo")
    again = Plan.model_validate(json.loads(plan.to_json()))
    assert render_aid(again, language) == html_of("demo", language)


def test_what_a_person_typed_can_not_become_markup() -> None:
    plan = plan_of("demo").model_copy(update={"case_id": "<script>x</script>", "title": "<b>Mr X</b>"})
    page = render_aid(plan)
    assert "<script" not in page
    assert "Mr X" not in page


def test_the_title_of_a_case_is_not_printed() -> None:
    """It may name the patient; the page may be handed on."""
    plan = plan_of("demo")
    assert plan.title
    assert plan.title not in html_of("demo", "en")


@pytest.mark.parametrize("name", ["unstable-l4-l5", "recurrence-l4-l5", "b19-adolescent-l5-s1"])
@BOTH
def test_no_personal_number_outside_the_studies(name: str, language: str) -> None:
    t = catalogue(language)
    section = next(n for n in tree_of(name, language).all("section") if n.attrs["aria-labelledby"] == "again")
    assert t("again", "out") in section.text()
    assert not section.all("figure")
    assert not re.search(r"\d", section.all("div")[0].text().replace("1", "").replace("4", ""))


def test_what_is_not_known_is_said_before_the_options() -> None:
    page = tree_of("incomplete", "en")
    order = [node.attrs["aria-labelledby"] for node in page.all("section")]
    assert order.index("unknown") < order.index("options")
    assert "unknown" not in [
        node.attrs["aria-labelledby"] for node in tree_of("mild-three-weeks", "en").all("section")
    ] or (plan_of("mild-three-weeks").questions)


def test_pictures_have_words() -> None:
    for node in tree_of("demo", "en").all("svg"):
        if node.attrs.get("role") == "img":
            assert re.findall(r"\d+", node.attrs["aria-label"])[0] == "100"
            assert sum(map(int, re.findall(r"\d+", node.attrs["aria-label"])[1:])) == 100
        else:
            assert node.attrs["aria-hidden"] == "true"


def test_shapes_stand_out_from_their_ground() -> None:
    """Figures are told apart by shape; their lines are seen on white by 3 to 1 at least."""
    colours = {n.attrs["stroke"] for n in tree_of("demo", "en").all("path") if "stroke" in n.attrs}
    assert colours
    assert all((1.05) / (luminance(colour) + 0.05) >= 3 for colour in colours)


def test_every_class_has_a_style() -> None:
    styled = set(re.findall(r"\.([a-z][\w-]*)", STYLE)) | {"quoted", "uncertain"}
    for name in ("demo", "cauda-equina"):
        used = {c for node in tree_of(name, "en").walk() for c in node.attrs.get("class", "").split()}
        assert used <= styled


def test_names_of_files() -> None:
    assert [aid_file_name(language) for language in LANGUAGES] == ["aid.en.html", "aid.zh-Hans.html"]
    with pytest.raises(InputError):
        render_aid(plan_of("demo"), "fr")
