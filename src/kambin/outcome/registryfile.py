"""Read a file of local results as hostile input: named columns, bounds, messages that repeat no value.

A registry may hold names and dates. So a column that is not needed is refused, not read, and no message shows
what stands in a cell: the line and the column are enough to find it.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from kambin.case import FactValue, facts
from kambin.errors import InputError
from kambin.outcome.riskdata import risk_model

__all__ = ["SETTINGS", "Result", "columns", "read_registry", "settings"]

SETTINGS = Path(__file__).with_name("data") / "calibration.yaml"
TRUE, FALSE = {"1", "true", "yes"}, {"0", "false", "no"}


@dataclass(frozen=True, slots=True)
class Result:
    """What happened to one patient.

    Attributes
    ----------
    option : str
        Technique.
    recurrence : bool
        Whether the herniation came back at the same segment.
    months : float
        Until the recurrence, or until the patient was last seen without one.
    facts : mapping of str to object
        Facts of the model that the file holds; an empty cell is unknown and not here.
    """

    option: str
    recurrence: bool
    months: float
    facts: Mapping[str, FactValue]


@cache
def settings() -> Mapping[str, Any]:
    """Return the settings of calibration."""
    from kambin.files import load_yaml

    content: Mapping[str, Any] = load_yaml(SETTINGS)
    return content


def columns() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the columns a file must hold, and those it may hold."""
    model = risk_model()
    used = [factor.when.fact for factor in model.factors] + [each.when.fact for each in model.population]
    return tuple(settings()["columns"]["required"]), tuple(dict.fromkeys(used))


def read_registry(path: Path) -> tuple[Result, ...]:
    """Read a registry file.

    Parameters
    ----------
    path : Path
        UTF-8 text with commas and a header line. Columns: ``option`` (technique), ``recurrence`` (0 or 1),
        ``months``, and any facts of the model; see `columns`.

    Returns
    -------
    tuple of Result

    Raises
    ------
    InputError
        With line numbers, up to a bounded number of problems at once; never with the content of a cell.
    """
    name, limits = path.name, settings()
    rows = _rows(_text(path, limits), name, limits["most_rows"])
    header = next(rows, None)
    if header is None:
        raise InputError("the file is empty", where=name)
    kinds = _header([cell.strip() for cell in header[1]], name)
    problems: list[str] = []
    found: list[Result] = []
    for line, cells in rows:
        if len(cells) != len(kinds):
            problems.append(f"line {line}: {len(cells)} cells where the header has {len(kinds)}")
        else:
            result = _result(line, dict(zip(kinds, cells, strict=True)), problems)
            if result is not None:
                found.append(result)
        if len(problems) >= limits["most_problems"]:
            problems.append("… and perhaps more: reading stopped here")
            break
    if problems:
        raise InputError("the registry file can not be used", where=name, why="\n  ".join(problems))
    if len(found) < limits["fewest_rows"]:
        raise InputError(
            f"{len(found)} patients are too few to learn from",
            where=name,
            expected=f"{limits['fewest_rows']} or more",
        )
    return tuple(found)


def _text(path: Path, limits: Mapping[str, Any]) -> str:
    name = path.name
    try:
        if not path.is_file():
            raise InputError("there is no such file", where=name)
        if path.stat().st_size > limits["most_bytes"]:
            raise InputError(
                "the file is too large", where=name, expected=f"{limits['most_bytes']} bytes at most"
            )
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise InputError(f"can not read the file: {error.strerror}", where=name) from None
    except UnicodeDecodeError:
        raise InputError("the file is not UTF-8 text", where=name) from None
    if "\0" in text:
        raise InputError("the file holds a NUL character: it is no text", where=name)
    return text


def _rows(text: str, name: str, most: int) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    count = 0
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            count += 1
            if count > most + 1:
                raise InputError(f"more than {most} rows", where=name)
            yield reader.line_num, cells
    except csv.Error:
        raise InputError(
            "the quotes or a cell of this line can not be read", where=f"{name}:{reader.line_num}"
        ) from None


def _header(header: Sequence[str], name: str) -> tuple[str, ...]:
    required, allowed = columns()
    missing = [column for column in required if column not in header]
    if missing:
        raise InputError(
            f"columns are missing: {', '.join(missing)}",
            where=f"{name}:1",
            expected=f"{', '.join(required)}; and any of {', '.join(allowed)}",
        )
    places = [str(place) for place, column in enumerate(header, 1) if column not in (*required, *allowed)]
    if places:
        raise InputError(
            f"columns that are not used, by number: {', '.join(places[:20])}",
            where=f"{name}:1",
            why="what is not needed is not read, so that nothing identifying gets in",
            now=f"remove them; used are {', '.join((*required, *allowed))}",
        )
    if len(set(header)) != len(header):
        raise InputError("a column stands twice in the header", where=f"{name}:1")
    return tuple(header)


def _result(line: int, cells: Mapping[str, str], problems: list[str]) -> Result | None:
    before = len(problems)
    model = risk_model()
    option = cells["option"].strip()
    if option not in model.techniques:
        problems.append(f"line {line}, option: expected one of {', '.join(model.techniques)}")
    recurrence = _truth(cells["recurrence"])
    if recurrence is None:
        problems.append(f"line {line}, recurrence: expected 0 or 1")
    bounds = settings()["columns"]["months"]
    months = _number(cells["months"], bounds["low"], bounds["high"])
    if months is None:
        problems.append(f"line {line}, months: expected {bounds['low']} to {bounds['high']}")
    known: dict[str, FactValue] = {}
    for column, text in cells.items():
        if column in settings()["columns"]["required"] or not text.strip():
            continue
        value, expected = _fact(column, text)
        if value is None:
            problems.append(f"line {line}, {column}: expected {expected}")
        else:
            known[column] = value
    if len(problems) > before or recurrence is None or months is None:
        return None
    return Result(option, recurrence, months, known)


def _fact(name: str, text: str) -> tuple[FactValue | None, str]:
    fact = facts()[name]
    domain = fact.domain
    if fact.kind == "bool":
        return _truth(text), "0 or 1, or nothing where it is not known"
    if isinstance(domain, tuple):
        word = text.strip()
        return (word if word in domain else None), f"one of {', '.join(map(str, domain))}"
    if domain is None:  # pragma: no cover - every number of the registry of facts has a range
        return None, "a fact with a range"
    number = _number(text, domain.low, domain.high)
    if number is not None and fact.kind == "int":
        whole = int(number) if number == int(number) else None
        return whole, f"a whole number from {domain.low:g} to {domain.high:g}"
    return number, f"{domain.low:g} to {domain.high:g}"


def _truth(text: str) -> bool | None:
    word = text.strip().lower()
    return True if word in TRUE else False if word in FALSE else None


def _number(text: str, low: float, high: float) -> float | None:
    # float() also reads "nan", "1_0" and digits of other scripts
    word = text.strip()
    if not word or len(word) > 20 or not set(word) <= set("0123456789.+-eE"):
        return None
    try:
        number = float(word)
    except ValueError:
        return None
    return number if math.isfinite(number) and low <= number <= high else None
