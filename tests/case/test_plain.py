from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from kambin.case.plain import FILE, MAX_DEPTH, MAX_FILE_BYTES, Format, Mapped, parse, plain_word
from kambin.errors import CaseError

EXAMPLES = sorted((Path(__file__).parents[2] / "examples" / "cases").glob("*.yaml"))


def plain(value: Any) -> Any:
    """What was parsed, as ordinary dicts and lists."""
    if isinstance(value, Mapped):
        return {key: plain(item) for key, item in value.values.items()}
    return [plain(item) for item in value] if isinstance(value, list) else value


def refusal(text: str, fmt: Format = "yaml") -> str:
    with pytest.raises(CaseError) as caught:
        parse(text, fmt)
    [problem] = caught.value.problems
    assert problem.field == FILE
    return str(problem)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("yes", "yes"),
        ("no", "no"),
        ("on", "on"),
        ("off", "off"),
        ("Yes", "Yes"),
        ("y", "y"),
        ("true", True),
        ("False", False),
        ("TRUE", True),
        ("tRue", "tRue"),
        ("null", None),
        ("~", None),
        ("", None),
        ("12:30", "12:30"),
        ("1:2:3", "1:2:3"),
        ("2026-03-31", "2026-03-31"),
        ("2026-03-31T10:00:00", "2026-03-31T10:00:00"),
        ("1e3", 1000.0),
        ("1.5E-2", 0.015),
        ("014", "014"),
        ("0o14", "0o14"),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        ("0b11", "0b11"),
        ("-7", -7),
        ("+7", 7),
        (".5", 0.5),
        ("1.", 1.0),
        (".", "."),
        (".inf", ".inf"),
        (".nan", ".nan"),
        ("=", "="),
        ("1,5", "1,5"),
        ('"7"', "7"),
        ("'true'", "true"),
        ("L4-L5", "L4-L5"),
    ],
)
def test_yaml_words_are_read_by_the_rules_of_version_1_2(written: str, value: Any) -> None:
    found = plain(parse(f"key: {written}", "yaml"))["key"]
    assert found == value and type(found) is type(value)


def test_a_field_may_be_called_on_or_yes() -> None:
    assert plain(parse("on: 1\nyes: 2\n3: 4\ntrue: 5\n~: 6", "yaml")) == {
        "on": 1,
        "yes": 2,
        "3": 4,
        "true": 5,
        "~": 6,
    }


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_number_is_read_as_it_was_written(number: float) -> None:
    assert plain_word(repr(number)) == number
    assert plain_word(f"{number:.17e}") == number


@given(st.integers())
def test_every_whole_number_is_read_as_it_was_written(number: int) -> None:
    assert plain_word(str(number)) == number


scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(10**12), 10**12)
    | st.floats(allow_nan=False, allow_infinity=False)
)
texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)
trees = st.recursive(
    scalars | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(texts, trees, min_size=1, max_size=4))
def test_json_is_read_as_json(tree: dict[str, Any]) -> None:
    assert plain(parse(json.dumps(tree), "json")) == tree


@given(st.dictionaries(texts, texts, min_size=1, max_size=4))
def test_what_stands_in_quotes_is_text(words: dict[str, str]) -> None:
    quoted = yaml.safe_dump(words, default_style='"', allow_unicode=True, width=10**6)
    assert plain(parse(quoted, "yaml")) == words


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_examples_mean_the_same_to_another_reader(path: Path) -> None:
    """Nothing in them is read otherwise by a reader of YAML 1.1, but for dates and for a field called on."""

    def same(value: Any) -> Any:
        if isinstance(value, dict):
            return {"on" if key is True else key: same(item) for key, item in value.items()}
        if isinstance(value, list):
            return [same(item) for item in value]
        return value.isoformat() if hasattr(value, "isoformat") else value

    text = path.read_text(encoding="utf-8")
    assert plain(parse(text, "yaml")) == same(yaml.safe_load(text))


def test_without_the_parser_in_c_everything_reads_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [path.read_text(encoding="utf-8") for path in EXAMPLES]
    with_c = [plain(parse(text, "yaml")) for text in texts]
    monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    assert [plain(parse(text, "yaml")) for text in texts] == with_c
    assert "tabs" in refusal("a:\n\tb: 1")
    assert "anchors" in refusal("a: &x 1")


def test_keys_written_twice_are_noted_with_their_lines() -> None:
    found = parse("a: 1\nb: {c: 1, c: 2}\na: 3\na: 4", "yaml")
    assert found.twice == ["a"] and found.values["a"] == 4 and found.lines == {"a": 4, "b": 2}
    assert found.values["b"].twice == ["c"]
    assert parse('{"a": 1, "a": 2}', "json").twice == ["a"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("  \n\t\n", "empty"),
        ("# only a comment", "only comments"),
        ("---\n...\n", "only comments"),
        ("- a\n- b", "kambin_case"),
        ("just words", "kambin_case"),
        ("a: &x 1\nb: *x", "anchors"),
        ("b: *x", "anchors"),
        ("&x a: 1", "anchors"),
        ("<<: &b {a: 1}", "anchors"),
        ("a: !!python/object/apply:os.system [ls]", "tags"),
        ("a: !!python/name:os.system", "tags"),
        ("a: !!str 1", "tags"),
        ("!!map\na: 1", "tags"),
        ("a: ! 1", "tags"),
        ("a: !own 1", "tags"),
        ("a: 1\n---\nb: 1", "one case"),
        ("a: [1", "indentation"),
        ("a: 'x", "indentation"),
        ("a:\n\tb: 1", "tabs"),
        ("a: b: c", "colon"),
        ("? [a]\n: 1", "name before"),
        ("? {a: 1}\n: 1", "name before"),
        ("[a]: 1", "name before"),
        ('a: "\\ud800"', "YAML"),
        ("a: \x01", "control"),
        ("a: \x00", "binary"),
        ("a: \ud800", "UTF-8"),
        ("%FOO\na", "YAML"),
        ("[" * (MAX_DEPTH + 1), "levels"),
        ("- " * (MAX_DEPTH + 1) + "a", "levels"),
        ("a: " + "x" * MAX_FILE_BYTES, "bytes"),
    ],
)
def test_yaml_that_is_no_case_is_refused_in_plain_words(text: str, said: str) -> None:
    assert said in refusal(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("null", "only comments"),
        ("[1]", "kambin_case"),
        ("3", "kambin_case"),
        ('{"a": 1} x', "column 10"),
        ('{"a" 1}', "column"),
        ("{'a': 1}", "column"),
        ('{"a": 1,}', "column"),
        ('{"a": "x\ny"}', "line 1"),
        ("[" * (MAX_DEPTH + 1), "levels"),
        ('{"a":' * (MAX_DEPTH + 1), "levels"),
        ('{"a": "' + "x" * MAX_FILE_BYTES + '"}', "bytes"),
    ],
)
def test_json_that_is_no_case_is_refused_in_plain_words(text: str, said: str) -> None:
    assert said in refusal(text, "json")


@pytest.mark.parametrize("fmt", ["yaml", "json"])
def test_floods_are_refused_before_they_cost_anything(fmt: Format) -> None:
    for flood in ("[", "{", "- ", '{"a":', "[{"):
        refusal(flood * (MAX_FILE_BYTES // len(flood) - 1), fmt)


def test_brackets_in_text_are_no_depth() -> None:
    text = json.dumps({"a": "[" * 100 + '\\"' + "{" * 100})
    assert plain(parse(text, "json")) == json.loads(text)


def test_as_deep_as_allowed_is_allowed() -> None:
    deep = "[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1)
    assert parse(f'{{"a": {deep}}}', "json").values and parse(f"a: {deep}", "yaml").values
    assert "levels" in refusal(f"a: [{deep}]") and "levels" in refusal(f'{{"a": [{deep}]}}', "json")


@pytest.mark.parametrize("digits", ["9" * 41, "9" * 5000, "-" + "9" * 400])
def test_numbers_of_absurd_length_stay_numbers(digits: str) -> None:
    for found in (plain_word(digits), parse(f'{{"a": {digits}}}', "json").values["a"]):
        assert isinstance(found, float) and (math.isinf(found) or abs(found) > 1e39)


def test_what_is_no_number_in_json_stays_no_number() -> None:
    found = parse('{"a": NaN, "b": Infinity}', "json").values
    assert math.isnan(found["a"]) and math.isinf(found["b"])


def test_a_mark_in_front_of_utf8_is_no_part_of_the_text() -> None:
    assert plain(parse("\ufeffa: 1", "yaml")) == plain(parse('\ufeff{"a": 1}', "json")) == {"a": 1}
