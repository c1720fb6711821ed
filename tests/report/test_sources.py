"""Every source of a plan is found, resolved once and linked; an unknown one is said to be unknown."""

from __future__ import annotations

import pytest

from kambin import evidence
from kambin.report.sources import SourceBook, conflict_ids, source_ids, split_note
from tests.report.plans import bare, diagnosis, everything, finding

PLAN = everything()
BOOK = SourceBook.of(PLAN)


def test_sources_of_every_part_are_found_once_claims_first() -> None:
    found = source_ids(PLAN)
    assert found == (
        "F-ind-slr",
        *("G23", "O05", "X02", "Z99"),
        *("root_examination/S1", "table:test_accuracy", "test_accuracy/SLR"),
    )
    assert source_ids(bare()) == ()
    more = everything(diagnosis=diagnosis(rivals=[], next_finding=None))
    assert set(source_ids(more)) <= set(found)


def test_conflicts_of_every_part_are_found() -> None:
    assert conflict_ids(PLAN.outlook) == ("K13",)
    assert conflict_ids(PLAN.decisions) == ("K11",)
    assert list(BOOK.conflicts) == ["K11", "K13", "K99"]
    assert BOOK.conflicts["K11"].decisions == ("treatment",)
    assert BOOK.conflicts["K13"].decisions == ()
    assert BOOK.conflicts["K99"].claim == "not in the evidence base of this version"


def test_every_kind_of_entry_is_resolved() -> None:
    claim, statement, row = (BOOK.sources[name] for name in ("F-ind-slr", "X02", "test_accuracy/SLR"))
    assert claim.text == evidence.claim("F-ind-slr").text
    assert claim.links == ()
    assert statement.short == f"X02 {evidence.cite('X02')}"
    assert statement.text == evidence.statement("X02").text
    assert evidence.statement("X02").strength in statement.about
    assert row.short == "table test accuracy, SLR"
    assert row.text == "Table “test accuracy”, row “SLR”"
    assert BOOK.sources["table:test_accuracy"].short == "table test accuracy"
    assert BOOK.sources["Z99"].short == "Z99, not in the evidence base of this version"
    assert [link.text for link in statement.links] == [
        evidence.cite(key) for key in evidence.references_of("X02")
    ]


def test_a_reference_can_be_named_itself() -> None:
    book = SourceBook.of(
        everything(
            diagnosis=diagnosis(
                rivals=[{**diagnosis()["rivals"][0], "for": [finding("x", 2.0, source=["peul2007"])]}]
            )
        )
    )
    found = book.sources["peul2007"]
    assert found.short == evidence.cite("peul2007")
    assert found.text == evidence.reference("peul2007").title
    assert found.links[0].href == evidence.reference("peul2007").link


def test_what_was_read_in_part_says_so() -> None:
    partial = next(item.id for item in evidence.statements() if item.verified == "partial")
    outlook = everything().outlook
    assert outlook is not None
    outlook["rows"][0]["figures"][0]["source_ids"] = [partial]
    found = SourceBook.of(everything(outlook=outlook)).sources[partial]
    assert found.caveat == evidence.caveat(partial) != ""


def test_anchors_are_unique() -> None:
    anchors = [item.anchor for item in (*BOOK.sources.values(), *BOOK.conflicts.values())]
    assert len(set(anchors)) == len(anchors)


def test_names_that_are_not_in_the_book_are_left_out() -> None:
    assert [item.id for item in BOOK.get(["X02", "K11", "nothing"])] == ["X02"]
    assert [item.id for item in BOOK.disputed(["X02", "K11", "nothing"])] == ["K11"]


@pytest.mark.parametrize(
    ("note", "said", "ids"),
    [
        ("A remark. [O05, K13]", "A remark.", ("O05", "K13")),
        ("A remark. [sic]", "A remark. [sic]", ()),
        ("A remark. [O05, sic]", "A remark. [O05, sic]", ()),
        ("A [O05] remark.", "A [O05] remark.", ()),
        ("", "", ()),
    ],
)
def test_notes_are_parted_from_their_sources(note: str, said: str, ids: tuple[str, ...]) -> None:
    assert split_note(note) == (said, ids)
