"""What to do about a problem of a case file: the nearest right name, the right way to write a value."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

from kambin.case.fact import Section
from kambin.case.model import Case
from kambin.case.registry import facts
from kambin.case.shapes import UNIT_WORDS, Shape, shapes

__all__ = ["for_key", "for_value", "nearest"]

_ALIKE = 0.72  # of difflib; lower suggests names that have nothing to do with what was written
_LONGEST = 60  # no name is longer, and difflib is slow on long text
_NOT_KNOWN = {"", "?", "-", "n/a", "na", "none known", "not known", "unknown", "unclear"}
_YES_NO = {"yes": True, "y": True, "on": True, "1": True, "no": False, "n": False, "off": False, "0": False}


def _letters(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


@cache
def _other_words(of: str) -> Mapping[str, str]:
    """What people write → what a case calls it, for `keys` or `values`."""
    from importlib import resources

    text = resources.files("kambin.case").joinpath("data/other_words.json").read_text(encoding="utf-8")
    return MappingProxyType({_letters(written): meant for written, meant in json.loads(text)[of].items()})


def nearest(written: str, names: Iterable[str], of: str = "keys") -> str:
    """The name that a person most probably meant, or `''`.

    Parameters
    ----------
    written : str
    names : iterable of str
    of : {'keys', 'values'}
        Which other words for the same thing are tried first.

    Returns
    -------
    str
    """
    from difflib import get_close_matches

    plain = {_letters(name): name for name in names}
    letters = _letters(written)
    if len(written) > _LONGEST or not letters:
        return ""
    meant = _other_words(of).get(letters)
    if meant is not None:
        return plain.get(_letters(meant), "")
    starting = [name for short, name in plain.items() if short.startswith(letters) and len(letters) > 2]
    if len(starting) == 1:
        return starting[0]
    found = get_close_matches(letters, plain, 1, _ALIKE)
    return plain[found[0]] if found else ""


@cache
def _places() -> Mapping[str, tuple[str, ...]]:
    """Every name that a person may write → the places where it belongs."""
    found: dict[str, list[str]] = {}

    def visit(owner: type[Section], at: str) -> None:
        """Note where the fields of a section, and of the sections in it, belong."""
        for name, shape in shapes(owner).items():
            found.setdefault(name, []).append(at or "the top level")
            if shape.section is not None:
                visit(
                    shape.section, f"{at}.{name}".removeprefix(".") + ("[]" if shape.kind == "list" else "")
                )

    visit(Case, "")
    return MappingProxyType({name: tuple(places) for name, places in found.items()})


def _of_fact(name: str) -> str:
    """Where to write a fact that is known by its name in conditions."""
    fact = facts().get(name)
    if fact is None or fact.scope == "diagnosis":
        return f"{name} is worked out, not written" if fact else ""
    if fact.scope == "derived":
        return f"{name} is worked out from {' and '.join(fact.inputs[:2])}"
    return f"write {fact.path.replace('{side}', 'left')}" if fact.path.rpartition(".")[2] != name else ""


def for_key(owner: type[Section], key: str) -> str:
    """What to do about a key that a section does not have.

    Parameters
    ----------
    owner : type of Section
    key : str

    Returns
    -------
    str
        Names known fields only, never more of the file.
    """
    if owner is Case and key == "absent":
        return "write `{unknown: reason}` as the value of the field itself"
    if key == "unknown":
        return "a whole section can not be unknown; leave it out, or say it for each field"
    if key in _places():
        return f"{key} belongs to {' or '.join(_places()[key])}"
    near = nearest(key, shapes(owner))
    if near:
        return f"did you mean {near}?"
    if _of_fact(key):
        return _of_fact(key)
    near = nearest(key, _places())
    return f"did you mean {near}, which belongs to {' or '.join(_places()[near])}?" if near else ""


def for_value(shape: Shape, value: Any) -> str:
    """What to do about a value that a field does not accept.

    Parameters
    ----------
    shape : Shape
    value : object
        As written.

    Returns
    -------
    str
    """
    if isinstance(value, str) and value.strip().lower() in _NOT_KNOWN and shape.may_be_unknown:
        return "leave it out, or write {unknown: asked_unknown}"
    if shape.kind == "bool":
        meant = _YES_NO.get(str(value).strip().lower(), value)
        return f"write {str(meant).lower()}" if isinstance(meant, bool) else ""
    if shape.kind == "enum":
        near = nearest(str(value), shape.words, "values")
        return f"did you mean {near}?" if near else ""
    if shape.kind in ("int", "decimal") and isinstance(value, str):
        return _for_number(shape, value.strip())
    if shape.kind in ("label", "text") and isinstance(value, (bool, int, float)):
        return "put it in quotes"
    return "for example 2026-03-31" if shape.kind == "date" else ""


def _for_number(shape: Shape, text: str) -> str:
    if re.fullmatch(r"[-+]?\d+,\d+", text):
        return "write a decimal point, not a comma"
    if re.fullmatch(r"[-+]?\d+(\.\d+)?", text):
        return "write it without quotes and without leading zeros"
    if re.match(r"[-+]?\d", text):
        unit = UNIT_WORDS.get(shape.unit)
        return f"write the number only; it is in {unit}" if unit else "write the number only"
    return ""
