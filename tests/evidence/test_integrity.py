"""The evidence agrees with itself. Run on the bundles, so that it guards what is shipped."""

from __future__ import annotations

import re
from typing import get_args

import pytest

from kambin import evidence

KEYS = {source.key for source in evidence.references()}
# sentences of the base point at each other: 'see A01, A13'
POINTER = re.compile(r"\b(?:[GOTARNILPXC]|K|B)\d\d\b")


def cited() -> list[tuple[str, str]]:
    pairs = [(s.id, key) for s in evidence.statements() for key in s.references]
    pairs += [(t.name, key) for t in evidence.tables() for key in t.references]
    pairs += [(c.id, key) for c in evidence.conflicts() for key in c.references]
    pairs += [(b.id, key) for b in evidence.benchmark_cases() for key in b.references]
    return pairs


def test_every_source_that_is_named_exists() -> None:
    assert [(where, key) for where, key in cited() if key not in KEYS] == []


def test_everything_has_a_source() -> None:
    entries = [*evidence.statements(), *evidence.tables(), *evidence.conflicts(), *evidence.benchmark_cases()]
    assert [entry for entry in entries if not entry.references] == []


def test_nothing_that_is_used_rests_on_a_publication_nobody_read() -> None:
    unread = {source.key for source in evidence.references() if source.verified is False}
    assert unread, "the base marks at least one; without it this test shows nothing"
    assert [(where, key) for where, key in cited() if key in unread] == []


def test_rows_name_sources_of_their_own_table() -> None:
    for table in evidence.tables():
        for row in table.rows:
            for column in ("ref", "source"):
                name = row.values.get(column)
                # a row from memory has no publication to name, and drives nothing
                if name is not None and row.verified is not False:
                    assert name in table.references, (table.name, row.key)


def test_row_keys_are_unique_in_their_table() -> None:
    for table in evidence.tables():
        keys = [row.key for row in table.rows]
        assert len(set(keys)) == len(keys), table.name


def test_ids_are_unique_over_the_whole_base() -> None:
    names = [
        *(c.id for c in evidence.claims()),
        *(s.id for s in evidence.statements()),
        *(c.id for c in evidence.conflicts()),
        *(b.id for b in evidence.benchmark_cases()),
        *(t.name for t in evidence.tables()),
        *KEYS,
    ]
    assert len(set(names)) == len(names)


def test_ids_have_the_form_that_look_ups_go_by() -> None:
    for kind, names in {
        "claim": [c.id for c in evidence.claims()],
        "statement": [s.id for s in evidence.statements()],
        "conflict": [c.id for c in evidence.conflicts()],
        "benchmark case": [b.id for b in evidence.benchmark_cases()],
        "table": [t.name for t in evidence.tables()],
        "reference": sorted(KEYS),
        "row": [f"{t.name}/{row.key}" for t in evidence.tables() for row in t.rows],
    }.items():
        assert names
        assert {evidence.kind_of(name) for name in names} == {kind}


def test_every_kind_of_claim_is_known() -> None:
    assert {c.kind for c in evidence.claims()} == set(get_args(evidence.ClaimKind))


def test_a_claim_names_its_document_and_a_conflict_too() -> None:
    assert {c.id[:2] for c in evidence.claims()} == {"F-", "R-"}
    assert {c.document for c in evidence.conflicts()} == {"document_F", "document_R"}
    assert {"document_F", "document_R"} <= KEYS


def test_reading_status_is_one_of_three() -> None:
    entries = [
        *evidence.statements(),
        *evidence.references(),
        *evidence.tables(),
        *evidence.benchmark_cases(),
    ]
    rows = [row for table in evidence.tables() for row in table.rows]
    assert {entry.verified for entry in [*entries, *rows]} == {True, False, "partial"}


def test_a_partial_statement_says_which_part_was_read() -> None:
    partial = [s for s in evidence.statements() if s.verified == "partial"]
    assert partial
    assert [s.id for s in partial if not s.note] == []


def test_pointers_between_entries_lead_somewhere() -> None:
    texts = [(s.id, " ".join([s.text, s.note, *s.numbers])) for s in evidence.statements()]
    texts += [(c.id, f"{c.evidence} {c.system_action}") for c in evidence.conflicts()]
    pointers = [(where, name) for where, text in texts for name in POINTER.findall(text)]
    assert pointers
    # C5 and S1 are vertebrae and roots; two digits make an id
    assert [(where, name) for where, name in pointers if not evidence.exists(name)] == []


@pytest.mark.parametrize(
    ("field", "form"),
    [("doi", r"10\.\d{4,9}/\S+"), ("pmid", r"\d{5,9}"), ("pmcid", r"PMC\d+")],
)
def test_identifiers_have_their_form(field: str, form: str) -> None:
    values = [(source.key, getattr(source, field)) for source in evidence.references()]
    assert [(key, value) for key, value in values if value and not re.fullmatch(form, value)] == []


def test_intervals_enclose_their_estimate() -> None:
    """A printed odds ratio, sensitivity or percentage lies inside its printed interval."""
    checked = 0
    for table in evidence.tables():
        for row in table.rows:
            for estimate, interval in PAIRS:
                value, bounds = row.values.get(estimate), row.values.get(interval)
                if value is not None and bounds is not None:
                    checked += 1
                    assert bounds[0] <= value <= bounds[1], (table.name, row.key)
    assert checked > 30


PAIRS = (
    ("sensitivity", "sens_ci"),
    ("specificity", "spec_ci"),
    ("lr_pos", "lr_ci"),
    ("or", "or_ci"),
    ("posttest_pct", "ci"),
    ("md", "ci"),
    ("pct", "ci"),
    ("value", "ci"),
    ("wang2020", "wang2020_ci"),
)


def test_a_table_and_the_statement_of_the_same_figures_agree() -> None:
    """Two places in the base print the effect of surgery on leg pain; they were typed separately."""
    printed = " ".join(evidence.statement("O09").numbers)
    for row in evidence.table("surgery_effect_leg_pain_0_100").rows:
        low, high = row.values["ci"]
        assert f"{row.values['md']:.1f} (" in printed
        assert f"{low:.1f} to {high:.1f})" in printed
