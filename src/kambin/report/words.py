"""Facts, values and numbers in words.

The registry of facts gives question and unit; ``data/words.yaml`` gives the short names that fit into a
table or a sentence. A name that is in neither is printed with its underscores as spaces: a plan of another
version must still be readable.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from kambin.case import FactValue, facts

__all__ = [
    "UNKNOWN",
    "capital",
    "decision_name",
    "fact_label",
    "humanise",
    "interval_words",
    "joined",
    "number",
    "percent",
    "section_of",
    "spaced",
    "unit_words",
    "value_words",
    "words",
]

UNKNOWN = "not known"
DECIMALS = 2
NARROW = "\u00a0"  # between a number and its unit: no line ends there


@cache
def words() -> Mapping[str, Any]:
    """What ``data/words.yaml`` holds."""
    from kambin.files import load_yaml

    found: Mapping[str, Any] = load_yaml(files("kambin.report").joinpath("data/words.yaml"))
    return found


def humanise(name: str) -> str:
    """A name with its underscores as spaces."""
    return " ".join(name.replace("_", " ").split())


def capital(text: str) -> str:
    """The text with its first letter large; the rest as it is."""
    return text[:1].upper() + text[1:]


def joined(items: Sequence[str], last: str = "and") -> str:
    """Items as one phrase: ``a, b and c``.

    Parameters
    ----------
    items : sequence of str
    last : str
        The word before the last item.

    Returns
    -------
    str
    """
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {last} {items[-1]}" if items else ""


def fact_label(name: str) -> str:
    """Short name of a fact, to stand inside a sentence.

    Parameters
    ----------
    name : str
        Of the registry, or of a result of a decision.

    Returns
    -------
    str
    """
    entry = words()["facts"].get(name)
    return humanise(name) if entry is None else str(entry["label"])


def section_of(name: str) -> str:
    """Heading under which a fact is listed."""
    fact = facts().get(name)
    section = "" if fact is None else fact.path.split(".")[0]
    return str(words()["sections"].get(section or "diagnosis"))


def decision_name(name: str) -> str:
    """Short name of a decision."""
    return str(words()["decisions"].get(name) or capital(humanise(name)))


def number(value: float) -> str:
    """A number without needless zeros and with a true minus sign, at most two decimals."""
    text = f"{value:.{DECIMALS}f}".rstrip("0").rstrip(".") if value % 1 else f"{value:.0f}"
    return ("0" if text in ("-0", "") else text).replace("-", "−")


def percent(share: float) -> str:
    """A probability as a whole percentage; what is not quite 0 or 1 says so.

    Parameters
    ----------
    share : float
        From 0 to 1.

    Returns
    -------
    str
    """
    if 0 < share < 0.01:
        return f"under 1{NARROW}%"
    if 0.99 < share < 1:
        return f"over 99{NARROW}%"
    return f"{share * 100:.0f}{NARROW}%"


def spaced(text: str) -> str:
    """A sentence of another room with the percent signs set as everywhere in the report: ``11 %``."""
    return re.sub(r"(?<=\d)%", f"{NARROW}%", text)


def unit_words(unit: str) -> str:
    """A UCUM unit as it stands after a number, with the space before it; empty for scores and counts."""
    known = words()["units"]
    if unit in known:
        return str(known[unit])
    return "" if not unit or unit.startswith("{") else f"{NARROW}{unit}"


def value_words(name: str, value: FactValue, unit: str | None = None) -> str:
    """A value as it is printed: ``positive``, ``8 weeks``, ``patient's left``.

    Parameters
    ----------
    name : str
        Of the fact.
    value : bool, int, float, str or None
    unit : str, optional
        UCUM; the fact's own without.

    Returns
    -------
    str
    """
    entry = words()["facts"].get(name, {})
    if value is None:
        return UNKNOWN
    if isinstance(value, bool):
        return str(entry.get("is", ("yes", "no"))[0 if value else 1])
    if isinstance(value, str):
        return str(entry.get("values", {}).get(value, humanise(value)))
    if name == "problem_disc_probability":
        return percent(value)
    fact = facts().get(name)
    own = fact.unit if fact is not None else ""
    of = f" of {entry['of']}" if "of" in entry else ""
    text = number(value)
    words_of_unit = unit_words(own if unit is None else unit)
    if text == "1" and words_of_unit.endswith("s"):
        words_of_unit = words_of_unit[:-1]
    return f"{text}{words_of_unit}{of}"


def interval_words(low: float | None, high: float | None, unit: str = "") -> str:
    """An interval as it is printed; an open end is ``over`` or ``under``.

    Parameters
    ----------
    low, high : float or None
        None is an open end.
    unit : str
        As it is to be printed, for example ``%``.

    Returns
    -------
    str
        Empty when both ends are open.
    """
    tail = f"{NARROW}{unit}" if unit == "%" else f" {unit}" if unit else ""
    if low is None or high is None:
        ends: Iterable[str] = (
            f"{word} {number(end)}{tail}" for word, end in (("over", low), ("under", high)) if end is not None
        )
        return "".join(ends)
    return f"{number(low)}{tail}" if low == high else f"{number(low)} to {number(high)}{tail}"
