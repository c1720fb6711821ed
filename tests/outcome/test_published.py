"""Every number that is shown stands in the entry cited for it. Truth: the text of the evidence base."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
import yaml

from kambin import evidence
from kambin.errors import EvidenceMissing, IntegrityError
from kambin.outcome.published import FILE, Entry, published, read
from kambin.outcome.types import Figure

WORDS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "eight": 8, "ten": 10}
ENTRIES = published().entries


def numbers(text: str) -> set[float]:
    """Return the numbers of a text; a minus is one only where it is no range ('3.0-4.3') and no hyphen."""
    found = {
        float(token.replace(",", ""))
        for token in re.findall(r"(?:(?<![\w.,%])-)?\d+(?:,\d{3})*(?:\.\d+)?", text)
    }
    return found | {float(WORDS[word]) for word in re.findall(r"[a-z]+", text.lower()) if word in WORDS}


def passages(source: str) -> Iterator[str]:
    """Yield the passages of an entry, each small enough that numbers in it belong together."""
    kind = evidence.kind_of(source)
    if kind == "statement":
        yield evidence.statement(source).text
        yield from evidence.statement(source).numbers
    elif kind == "row":
        name, _, key = source.partition("/")
        row = evidence.table(name).row(key)
        yield " ".join([key, *map(str, flat(row.values))])
    elif kind == "claim":
        yield evidence.claim(source).text
    else:
        assert kind == "conflict", source
        yield from re.split(r"(?<=[.!?])\s+(?=[A-Z])", evidence.conflict(source).evidence)
        yield evidence.conflict(source).document_claim


def flat(value: object) -> Iterator[object]:
    if isinstance(value, Mapping):
        for item in value.values():
            yield from flat(item)
    elif isinstance(value, tuple):
        for item in value:
            yield from flat(item)
    else:
        yield value


def printed(figure: Figure) -> list[float]:
    return [number for number in (figure.low, figure.value, figure.high) if number is not None]


def stands_in_source(figure: Figure) -> bool:
    """Whether one passage of the first source prints all numbers of the figure, with its unit."""
    shares = figure.unit == "%" and evidence.kind_of(figure.source_ids[0]) != "row"
    return any(
        set(printed(figure)) <= numbers(passage) and ("%" in passage or not shares)
        for passage in passages(figure.source_ids[0])
    )


def name(entry: Entry) -> str:
    return f"{entry.figure.outcome}-{entry.figure.source_ids[0]}-{entry.figure.value}"


@pytest.mark.parametrize("entry", ENTRIES, ids=name)
def test_every_number_stands_in_the_source_that_is_cited_for_it(entry: Entry) -> None:
    assert stands_in_source(entry.figure)


@pytest.mark.parametrize("entry", ENTRIES, ids=name)
def test_a_changed_number_would_be_noticed(entry: Entry) -> None:
    """The check above can fail: a slip in any number of any figure does not stand in its source."""
    for field in ("low", "value", "high"):
        number = getattr(entry.figure, field)
        if number is not None:
            assert not stands_in_source(replace(entry.figure, **{field: number + 0.013}))


def test_table_rows_that_are_cited_print_the_figure_too() -> None:
    cited = [(e.figure, s) for e in ENTRIES for s in e.figure.source_ids if evidence.kind_of(s) == "row"]
    assert len(cited) > 20
    for figure, row in cited:
        (passage,) = passages(row)
        # a table carries fewer digits for some (13 and 13.33 side by side), never other ones
        assert figure.value in numbers(passage), (figure, row)


@pytest.mark.parametrize("entry", ENTRIES, ids=name)
def test_numbers_in_the_words_beside_a_figure_stand_in_its_sources(entry: Entry) -> None:
    figure = entry.figure
    sources = " ".join(p for s in (*figure.source_ids, *figure.conflicts) for p in passages(s))
    allowed = numbers(sources) | {95.0}  # '95 % CI' is checked below
    beside = re.sub(r"read in part: .*", "", " ".join([figure.time, figure.denominator, figure.note]))
    assert numbers(beside) <= allowed


@pytest.mark.parametrize("entry", ENTRIES, ids=name)
def test_an_interval_is_called_a_confidence_interval_only_where_the_base_does(entry: Entry) -> None:
    text = " ".join(
        p for s in entry.figure.source_ids for p in passages(s) if evidence.kind_of(s) == "statement"
    )
    if entry.figure.interval == "95 % CI":
        assert "95% CI" in text
    if entry.figure.interval == "quartiles":
        assert "IQR" in text


def test_notes_about_options_print_no_number_of_their_own() -> None:
    """What needs a number is a figure."""
    for option in published().options.values():
        for note in (*option.notes, option.none):
            assert numbers(note.rpartition("[")[0]) <= {1.0, 2.0}, note


def test_nothing_rests_on_what_nobody_read_and_what_was_read_in_part_says_so() -> None:
    partial = 0
    for entry in ENTRIES:
        for source in (*entry.figure.source_ids, *entry.figure.conflicts):
            assert evidence.may_drive(source)
            if evidence.verified(source) == "partial":
                partial += 1
                assert "read in part" in entry.figure.note
    assert partial, "the file has such a figure; without one this test shows nothing"


def test_what_was_read_at_second_hand_says_so() -> None:
    second = [e.figure for e in ENTRIES if e.figure.source_ids[0] == "G39"]
    assert second
    assert all("second hand" in figure.note for figure in second)
    # of the four terms of this analysis only the first was read in its abstract (note of O09)
    effects = [e.figure for e in ENTRIES if e.figure.outcome == "leg_pain_difference"]
    assert ["second hand" in figure.note for figure in effects] == [False, True, True, True]


def test_pooled_rates_by_approach_are_with_their_approach() -> None:
    for entry in ENTRIES:
        if "recurrence_incidence_pct/PETD pooled" in entry.figure.source_ids:
            assert entry.options == ("transforaminal_endoscopy",)
        if "recurrence_incidence_pct/PEID pooled" in entry.figure.source_ids:
            assert entry.options == ("interlaminar_endoscopy",)


def test_figures_of_the_documents_stand_with_their_conflict() -> None:
    claims = {e.figure.source_ids[0]: e for e in ENTRIES if e.claim}
    assert set(claims) == {"F-efficacy", "F-incision", "R-recurrence-rate", "R-conservative-rate"}
    conflicts = {name: set(entry.figure.conflicts) for name, entry in claims.items()}
    assert "K04" in conflicts["F-efficacy"]
    assert "K19" in conflicts["F-incision"]
    assert "K13" in conflicts["R-recurrence-rate"]
    assert "K20" in conflicts["R-conservative-rate"]
    for entry in claims.values():
        letter = entry.figure.source_ids[0][0]
        assert {evidence.conflict(k).document for k in entry.figure.conflicts} == {f"document_{letter}"}


def test_the_promise_of_one_minute_is_not_passed_on() -> None:
    assert "minute" not in FILE.read_text(encoding="utf-8")


def test_every_outcome_is_used_and_no_two_mean_the_same() -> None:
    known = published()
    assert {entry.figure.outcome for entry in known.entries} == set(known.outcomes)
    for field in ("label", "means"):
        words = [getattr(outcome, field) for outcome in known.outcomes.values()]
        assert len(set(words)) == len(words)


# ---- the loader refuses ----------------------------------------------------------------------------


@pytest.fixture
def content() -> dict[str, Any]:
    """A copy of the file's content with few figures, to spoil."""
    whole = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    whole["options"] = {"a": {"rung": "open"}}
    whole["groups"] = {"both": ["a"]}
    whole["features"] = []
    whole["figures"] = [
        {"options": ["both"], "outcome": "recurrence", "value": 3.4, "time": "not stated", "sources": ["R02"]}
    ]
    return copy.deepcopy(whole)


def test_a_sound_file_is_read(content: dict[str, Any]) -> None:
    (entry,) = read(content).entries
    assert (entry.options, entry.figure.low, entry.figure.high) == (("a",), 3.4, 3.4)
    assert entry.figure.level == evidence.statement("R02").strength
    assert entry.figure.population == evidence.statement("R02").applies_to


SPOIL: dict[str, Callable[[dict[str, Any]], object]] = {
    "one of": lambda c: c["outcomes"]["recurrence"].update(combine="average"),
    "higher": lambda c: c["outcomes"]["recurrence"].update(better="more"),
    "fields are": lambda c: c["figures"][0].update(valeu=1),
    "'b' is not listed": lambda c: c["figures"][0].update(options=["b"]),
    "'bliss' is not listed": lambda c: c["figures"][0].update(outcome="bliss"),
    "needs a number": lambda c: c["figures"][0].pop("value"),
    "low <= value <= high": lambda c: c["figures"][0].update(low=5, interval="95 % CI"),
    "say what low and high are": lambda c: c["figures"][0].update(low=1),
    "recalled and not read": lambda c: c["figures"][0].update(sources=["G06"]),
    "names no population": lambda c: c["figures"][0].update(sources=["K19"]),
    "has figures or says why not": lambda c: c["options"].update(b={"rung": "open"}),
    "above or up_to": lambda c: c["figures"][0].update(when={"age_years": {"over": 3}}),
    "R99": lambda c: c["figures"][0].update(sources=["R99"]),
    "G06 was recalled": lambda c: c["options"]["a"].update(notes=[{"say": "x", "sources": ["G06"]}]),
}


@pytest.mark.parametrize("message", SPOIL)
def test_an_unsound_file_is_refused(content: dict[str, Any], message: str) -> None:
    SPOIL[message](content)
    with pytest.raises((IntegrityError, EvidenceMissing), match=re.escape(message)):
        read(content)


def test_the_refusal_names_the_place(content: dict[str, Any]) -> None:
    content["figures"][0]["outcome"] = "bliss"
    with pytest.raises(IntegrityError, match=r"published\.yaml: figure 1"):
        read(content)


def test_an_option_that_says_why_it_has_no_figure_has_none(content: dict[str, Any]) -> None:
    content["options"]["a"]["none"] = {"say": "nothing", "sources": ["L05"]}
    with pytest.raises(IntegrityError, match="says why not"):
        read(content)


def test_a_source_that_is_no_statement_brings_its_level_and_its_population_is_given(
    content: dict[str, Any],
) -> None:
    content["figures"][0] |= {"sources": ["K19"], "population": "calcified"}
    figure = read(content).entries[0].figure
    assert figure.level == f"level {evidence.reference('peid_calcified28').level_of_evidence}"
    assert figure.population == "calcified"
