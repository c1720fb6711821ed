"""A proposed card changes nothing; an accepted one is bound to its content and to the published model."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from kambin.errors import InputError, IntegrityError
from kambin.outcome import RecurrenceRisk, forecast, load_card, recurrence_risk
from kambin.outcome.calibrate import propose
from kambin.outcome.card import accept, card_hash, read_document
from kambin.outcome.riskdata import model_hash
from tests.outcome.patients import KNOWN
from tests.outcome.simulated import registry

OPEN = "open_microdiscectomy"
DAY = date(2026, 1, 31)


def plain(**posterior: float) -> dict[str, Any]:
    """A proposed card, as small as one may be."""
    numbers = {"shift": 0.5, "slope": 1.2, "shift_sd": 0.1, "slope_sd": 0.2, "correlation": -0.4}
    return {
        "kambin_model_card": 1,
        "model_sha256": model_hash(),
        "posterior": numbers | posterior,
        "data": {"rows": 200, "events": 30, "options": {OPEN: {"rows": 200, "events": 30}}},
    }


def stored(folder: Path, document: dict[str, Any]) -> Path:
    file = folder / "card.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    return file


def signed(card: dict[str, Any] | None = None) -> dict[str, Any]:
    return accept(card or plain(), "Dr A. Person", DAY)


def risk(option: str, folder: Path, document: dict[str, Any]) -> RecurrenceRisk:
    found = recurrence_risk(option, KNOWN, card=load_card(stored(folder, document)))
    assert isinstance(found, RecurrenceRisk)
    return found


def test_an_accepted_card_says_who_when_and_on_how_much(tmp_path: Path) -> None:
    note = load_card(stored(tmp_path, signed())).note
    assert (note.accepted_by, note.accepted_on, note.rows, note.events) == (
        "Dr A. Person",
        "2026-01-31",
        200,
        30,
    )
    assert note.sha256 == card_hash(plain())
    for part in ("200", "30", "Dr A. Person", "2026-01-31", note.sha256[:12]):
        assert part in note.text


def test_it_changes_the_techniques_it_learned_from_and_no_other(tmp_path: Path) -> None:
    before = recurrence_risk(OPEN, KNOWN)
    after = risk(OPEN, tmp_path, signed())
    assert isinstance(before, RecurrenceRisk)
    assert after.calibrated
    assert not before.calibrated
    assert after.low > before.low
    assert after.notes[0] == load_card(stored(tmp_path, signed())).note.text
    other = "transforaminal_endoscopy"
    assert risk(other, tmp_path, signed()) == recurrence_risk(other, KNOWN)


def test_the_forecast_says_which_card_was_used_and_changes_nothing_else(tmp_path: Path) -> None:
    card = load_card(stored(tmp_path, signed()))
    options = [OPEN, "transforaminal_endoscopy"]
    before, after = forecast(options, KNOWN), forecast(options, KNOWN, card=card)
    assert before.card is None
    assert after.card == card.note
    assert (before.rows, before.comparisons, before.beside) == (after.rows, after.comparisons, after.beside)
    changed = [one.option for one, two in zip(before.recurrence, after.recurrence, strict=True) if one != two]
    assert changed == [OPEN]


def test_accepting_changes_neither_the_card_nor_the_model() -> None:
    card = plain()
    kept = copy.deepcopy(card)
    document = signed(card)
    assert card == kept == document["card"]
    assert document["card_sha256"] == card_hash(card)


def test_a_real_card_can_be_accepted_and_used(tmp_path: Path) -> None:
    made = propose(registry(21, 200, 1.0, 1.0), "")
    found = risk(OPEN, tmp_path, signed(made))
    assert found.calibrated


def test_a_proposed_card_is_not_used(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="proposed, not accepted"):
        load_card(stored(tmp_path, plain()))


TAMPER: dict[str, Callable[[dict[str, Any]], object]] = {
    "number": lambda d: d["card"]["posterior"].update(shift=-3.0),
    "option": lambda d: d["card"]["data"]["options"].update(laminectomy={"rows": 9, "events": 1}),
    "model": lambda d: d["card"].update(model_sha256="0" * 64),
    "more": lambda d: d["card"].update(note="harmless"),
}


@pytest.mark.parametrize("what", TAMPER)
def test_a_card_changed_after_the_signature_is_refused(tmp_path: Path, what: str) -> None:
    document = signed()
    TAMPER[what](document)
    with pytest.raises(IntegrityError, match="changed after it was signed"):
        load_card(stored(tmp_path, document))


@pytest.mark.parametrize("change", [{"accepted_by": "Somebody else"}, {"accepted_on": "2020-01-01"}])
def test_a_sign_off_changed_afterwards_is_refused(tmp_path: Path, change: dict[str, str]) -> None:
    with pytest.raises(IntegrityError, match="sign-off was changed"):
        load_card(stored(tmp_path, signed() | change))


def test_a_card_for_another_model_is_refused(tmp_path: Path) -> None:
    old = plain() | {"model_sha256": "0" * 64}
    with pytest.raises(IntegrityError, match="another version"):
        signed(old)
    document = signed() | {"card": old, "card_sha256": card_hash(old)}
    with pytest.raises(IntegrityError, match="another version"):
        load_card(stored(tmp_path, document))


@pytest.mark.parametrize(
    ("posterior", "data"),
    [
        ({"shift": 99.0}, {}),
        ({"slope": -0.1}, {}),
        ({"shift_sd": 0.0}, {}),
        ({"slope_sd": float("nan")}, {}),
        ({"correlation": 1.5}, {}),
        ({"shift": float("inf")}, {}),
        ({}, {"options": {}}),
        ({}, {"options": [OPEN]}),
        ({}, {"options": {"\x1b[31m": {}}}),
        ({}, {"events": 201}),
        ({}, {"rows": "many"}),
    ],
)
def test_numbers_that_can_not_be_are_refused(posterior: dict[str, float], data: dict[str, Any]) -> None:
    card = plain(**posterior)
    card["data"] |= data
    with pytest.raises(InputError, match="can not be"):
        signed(card)


@pytest.mark.parametrize("lacking", ["posterior", "data", "model_sha256"])
def test_a_card_that_lacks_something_is_refused(lacking: str) -> None:
    card = plain()
    del card[lacking]
    with pytest.raises(InputError, match="lacks"):
        signed(card)
    with pytest.raises(InputError, match="lacks"):
        signed(plain(shift="x"))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["", "   ", "x" * 201, "A\x1b[31m", "A\u202eB"])
def test_a_signature_needs_a_name(name: str) -> None:
    with pytest.raises(InputError, match="name of a person"):
        accept(plain(), name, DAY)


@pytest.mark.parametrize(
    "document", [{}, {"kambin_accepted_card": 1}, {"kambin_accepted_card": 2, "card": {}}]
)
def test_what_is_no_card_is_refused(tmp_path: Path, document: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="no accepted model card"):
        load_card(stored(tmp_path, document))
    with pytest.raises(InputError, match="no proposed"):
        signed({"x": 1})


@pytest.mark.parametrize(
    ("field", "value"),
    [("accepted_by", ""), ("accepted_by", 3), ("accepted_on", "soon"), ("accepted_on", None)],
)
def test_a_sign_off_without_name_or_date_is_refused(tmp_path: Path, field: str, value: Any) -> None:
    with pytest.raises(InputError, match="lacks name or date"):
        load_card(stored(tmp_path, signed() | {field: value}))


@pytest.mark.parametrize("content", ["", "[", "[]", "3", "[" * 100_000])
def test_a_file_that_is_no_document_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "card.json"
    file.write_text(content)
    with pytest.raises(InputError):
        read_document(file)


def test_a_file_that_is_not_there_or_too_large(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="can not read"):
        read_document(tmp_path / "nothing.json")
    big = tmp_path / "big.json"
    big.write_bytes(b" " * 1_000_001)
    with pytest.raises(InputError, match="too large"):
        read_document(big)
