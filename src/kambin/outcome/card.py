"""A model card: what local results taught, proposed by the program and accepted, or not, by a person.

A proposed card changes nothing. A person reads it and signs it off; the signature is bound to the card by its
hash, and the card to the published model by that model's. What was signed is then used where it is given, and
every forecast made with it says so.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from kambin.errors import InputError, IntegrityError
from kambin.outcome.riskdata import model_hash, risk_model
from kambin.outcome.riskmath import Local
from kambin.outcome.types import CardNote

__all__ = ["CARD", "SIGNED", "SignedCard", "accept", "canonical", "card_hash", "load_card", "read_document"]

CARD = "kambin_model_card"
SIGNED = "kambin_accepted_card"
MOST = 1_000_000
DAY = re.compile(r"\d{4}-\d\d-\d\d")
NUMBERS = ("shift", "slope", "shift_sd", "slope_sd", "correlation")


@dataclass(frozen=True, slots=True)
class SignedCard:
    """An accepted model card.

    Attributes
    ----------
    local : Local
        What was learned.
    options : tuple of str
        Techniques that it was learned from, and that it is used for.
    note : CardNote
        Who signed it off, and how large it is.
    """

    local: Local
    options: tuple[str, ...]
    note: CardNote

    def local_for(self, option: str) -> Local | None:
        """Return what was learned, where the technique is among those it was learned from."""
        return self.local if option in self.options else None


def canonical(document: Mapping[str, Any]) -> bytes:
    """Return the one way to write a document down, for hashing."""
    return json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def card_hash(card: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a card's content."""
    return hashlib.sha256(canonical(card)).hexdigest()


def read_document(path: Path) -> dict[str, Any]:
    """Read a card or an accepted card.

    Raises
    ------
    InputError
        The file can not be read, is too large, or is no JSON object.
    """
    try:
        if path.stat().st_size > MOST:
            raise InputError("the file is too large for a model card", where=path.name)
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"can not read the file: {error.strerror}", where=path.name) from None
    except (ValueError, RecursionError):
        raise InputError("this is no JSON document", where=path.name) from None
    if not isinstance(document, dict):
        raise InputError("this is no model card", where=path.name)
    return document


def accept(card: Mapping[str, Any], by: str, on: date, where: str = "card") -> dict[str, Any]:
    """Return a card with its sign-off.

    Parameters
    ----------
    card : mapping
        As `kambin.outcome.calibrate.calibrate` proposes it.
    by : str
        Name of the person who takes responsibility.
    on : datetime.date
        The day.
    where : str
        Name of the file, for messages.

    Raises
    ------
    InputError
        It is no proposed card, or there is no name.
    IntegrityError
        The card is for another version of the published model.
    """
    name = " ".join(by.split())
    if not _is_name(name):
        raise InputError("a sign-off needs the name of a person", field="--by", expected="1 to 200 letters")
    if CARD not in card:
        raise InputError("this is no proposed model card", where=where)
    _check(card, where)
    signed, day = card_hash(card), on.isoformat()
    return {
        SIGNED: 1,
        "card": dict(card),
        "card_sha256": signed,
        "accepted_by": name,
        "accepted_on": day,
        "seal_sha256": _seal(signed, name, day),
    }


def _seal(card_sha256: str, by: str, on: str) -> str:
    """Bind name and day to the card: it shows a change, and is no proof of who signed."""
    return hashlib.sha256(canonical({"card": card_sha256, "by": by, "on": on})).hexdigest()


def load_card(path: Path) -> SignedCard:
    """Read an accepted card.

    Raises
    ------
    InputError
        It is no accepted card; a proposed one has to be signed off first.
    IntegrityError
        It was changed after it was signed, or it is for another version of the published model.
    """
    document = read_document(path)
    if CARD in document:
        raise InputError(
            "this card is proposed, not accepted, and is not used",
            where=path.name,
            now=f"read it, then `kambin outlook accept {path.name} --by NAME`",
        )
    card, signed = document.get("card"), document.get("card_sha256")
    if document.get(SIGNED) != 1 or not isinstance(card, dict) or not isinstance(signed, str):
        raise InputError("this is no accepted model card", where=path.name)
    if card_hash(card) != signed:
        raise IntegrityError("the card was changed after it was signed", where=path.name)
    _check(card, path.name)
    by, on = document.get("accepted_by"), document.get("accepted_on")
    if not isinstance(by, str) or not _is_name(by) or not isinstance(on, str) or not DAY.fullmatch(on):
        raise InputError("the sign-off lacks name or date", where=path.name)
    if document.get("seal_sha256") != _seal(signed, by, on):
        raise IntegrityError("the sign-off was changed after it was made", where=path.name)
    data = card["data"]
    options = tuple(sorted(data["options"]))
    rows, events = int(data["rows"]), int(data["events"])
    text = (
        f"Local results of {rows} patients with {events} recurrences were used, accepted by {by} on {on} "
        f"(card {signed[:12]})."
    )
    return SignedCard(
        local=Local(**{name: float(card["posterior"][name]) for name in NUMBERS}),
        options=options,
        note=CardNote(signed, by, on, rows, events, options, text),
    )


def _is_name(text: str) -> bool:
    """Whether a name can be shown on a terminal and on paper."""
    return 0 < len(text) <= 200 and text.isprintable()


def _check(card: Mapping[str, Any], where: str) -> None:
    """Refuse a card of another model, or one whose numbers can not be."""
    try:
        numbers = {name: float(card["posterior"][name]) for name in NUMBERS}
        options, rows = card["data"]["options"], card["data"]["rows"]
        events, model = card["data"]["events"], card["model_sha256"]
    except (KeyError, TypeError, ValueError):
        raise InputError("the model card lacks numbers that it needs", where=where) from None
    sound = (
        abs(numbers["shift"]) <= 10
        and 0 <= numbers["slope"] <= 10
        and 0 < numbers["shift_sd"] <= 10
        and 0 < numbers["slope_sd"] <= 10
        and abs(numbers["correlation"]) <= 1
        and isinstance(options, dict)
        and bool(options)
        and set(options) <= set(risk_model().techniques)
        and isinstance(rows, int)
        and isinstance(events, int)
        and 0 <= events <= rows
    )
    if not sound:
        raise InputError("the numbers of the model card can not be", where=where)
    if model != model_hash():
        raise IntegrityError(
            "the card was made for another version of the published model",
            where=where,
            now="calibrate again with this version",
        )
