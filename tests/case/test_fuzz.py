"""Broken files: a case or a plain refusal, never a traceback, and nothing of a person in the message."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kambin.case import Case, dump, load, loads
from kambin.case.plain import Format
from kambin.case.template import template
from kambin.errors import CaseError, KambinError
from tests.case.case_strategies import cases

EXAMPLES = sorted((Path(__file__).parents[2] / "examples" / "cases").glob("*.yaml"))
TEXTS = [path.read_text(encoding="utf-8") for path in EXAMPLES] + [template()]
SCRAPS = [
    *(
        ":",
        "-",
        "- ",
        "{",
        "}",
        "[",
        "]",
        "&a",
        "*a",
        "!!x",
        "|",
        ">",
        "#",
        "'",
        '"',
        "\t",
        "\n",
        "  ",
        "---",
        "...",
    ),
    *("%", "@", "`", "?", ",", "\\", "\0", "\r", "\x85", "\u2028", "\ufeff", "é", "\U0001f9b4"),
    *("yes", "null", "1e999", "-.inf", "NaN", "0x", "9" * 50, "absent", "unknown", "{unknown: not_asked}"),
    *("complete: true", "<<: *a"),
]


@st.composite
def broken(draw: st.DrawFn, texts: list[str]) -> str:
    """A file after a few accidents."""
    text = draw(st.sampled_from(texts))
    for _ in range(draw(st.integers(1, 6))):
        lines = text.split("\n")
        place = draw(st.integers(0, max(0, len(text) - 1)))
        line, other = (draw(st.integers(0, len(lines) - 1)) for _ in range(2))
        accident = draw(st.integers(0, 5))
        if accident == 0:
            text = text[:place] + draw(st.sampled_from(SCRAPS)) + text[place:]
        elif accident == 1:
            text = text[:place] + text[place + draw(st.integers(1, 20)) :]
        elif accident == 2:
            lines[line], lines[other] = lines[other], lines[line]
            text = "\n".join(lines)
        elif accident == 3:
            text = "\n".join([*lines[:line], lines[other], *lines[line:]])
        elif accident == 4:
            lines[line] = " " * draw(st.integers(0, 5)) + lines[line].lstrip()
            text = "\n".join(lines)
        else:
            lines[line] = lines[line].split(":")[0] + ": " + draw(st.sampled_from(SCRAPS))
            text = "\n".join(lines)
    return text


def whole_or_refused(text: str, fmt: Format) -> None:
    try:
        case = loads(text, fmt)
    except CaseError as error:
        assert error.problems and all(problem.expected for problem in error.problems)
        str(error).encode("utf-8", errors="strict")
    else:
        assert loads(dump(case, fmt), fmt) == case


@given(broken(TEXTS))
def test_a_broken_file_is_a_case_or_a_refusal(text: str) -> None:
    whole_or_refused(text, "yaml")


@given(st.data(), cases())
def test_broken_json_is_a_case_or_a_refusal(data: st.DataObject, case: Case) -> None:
    whole_or_refused(data.draw(broken([dump(case, "json")])), "json")


@given(
    st.text(max_size=80) | st.text("{}[]:,-&*!|>#'\"%@`? \n\tab01.", max_size=60),
    st.sampled_from(["yaml", "json"]),
)
@example("?", "yaml")
@example("? ", "yaml")
@example("a: *b", "yaml")
@example("'a' 'b'", "yaml")
def test_any_text_is_a_case_or_a_refusal(text: str, fmt: Format) -> None:
    whole_or_refused(text, fmt)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_case_or_a_refusal(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("fuzz") / "case"
    path.write_bytes(content)
    try:
        load(path)
    except KambinError as error:
        assert str(error)


NAME = "Annemarie Musterfrau, born 12 May 1961, Sample Street 7, hospital number 4711-0815"
WINDOW = 41


def leaks(text: str, fmt: Format = "yaml") -> bool:
    with pytest.raises(CaseError) as caught:
        loads(text, fmt)
    said = str(caught.value)
    return any(NAME[start : start + WINDOW] in said for start in range(len(NAME) - WINDOW + 1))


@pytest.mark.parametrize(
    "text",
    [
        f"title: [{NAME!r}]",
        f"patient: {{age_years: {NAME!r}}}",
        f"patient: {NAME!r}",
        f"id: {NAME!r}",
        f"{NAME!r}: 1",
        f"patient: {{{NAME!r}: 1}}",
        f"patient: [{NAME!r}]",
        f"red_flags: {{fever: {{unknown: {NAME!r}}}}}",
        f"red_flags: {{fever: {{note: {NAME!r}}}}}",
        f"measured: [{{name: {NAME!r}, value: 1}}]",
        f"measured: [{{name: crest_grade, value: {NAME!r}}}]",
        f"imaging: {{discs: [{NAME!r}]}}",
        f"care: {{tried: [{{kind: {NAME!r}}}]}}",
        f"title: {NAME}: x",
        f"title: '{NAME}",
        f"- {NAME}",
        NAME,
        f"a: &{NAME.split()[0]} {NAME}",
        f"a: !{NAME.split()[0]} {NAME}",
        f"title: {NAME}\n\tpatient: 1",
        f"%TAG ! {NAME}\n---\na: 1",
        f'title: "{NAME} \\q"',
        f"---\ntitle: {NAME}\n---\ntitle: {NAME}",
        f"assessed_on: {NAME}",
    ],
)
def test_a_message_does_not_quote_a_person(text: str) -> None:
    assert not leaks(text)


@pytest.mark.parametrize(
    "text",
    [f'{{"{NAME}": 1}}', f'{{"title": "{NAME}" x}}', f'["{NAME}"]', f'{{"patient": "{NAME}"}}', f'"{NAME}'],
)
def test_a_message_about_json_does_not_quote_a_person(text: str) -> None:
    assert not leaks(text, "json")


def test_the_value_itself_is_shown_as_far_as_it_helps() -> None:
    with pytest.raises(CaseError) as caught:
        loads(f"patient: {{age_years: {NAME!r}}}")
    assert NAME[:39] in str(caught.value) and NAME[:40] not in str(caught.value)
