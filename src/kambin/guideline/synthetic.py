"""Synthetic patients in a table of facts, for load and for testing at scale.

**Not for clinical inference.** The patients are plausible enough to reach every part of the guideline, with
findings that go together and facts that are missing together. Most of the figures behind them
(``synthetic.yaml``) are assumed; a rate counted in such a table says nothing about people.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kambin.case import Fact, facts_in_conditions
from kambin.errors import IntegrityError
from kambin.files import load_yaml
from kambin.guideline.sql.tables import facts_ddl

if TYPE_CHECKING:
    import duckdb

__all__ = ["create_synthetic_table", "expected_shares", "synthetic_rows", "uniform"]

DATA = Path(__file__).with_name("synthetic.yaml")
_LOGISTIC = 0.5513288954217921  # standard deviation 1: square root of 3, over pi
_SPACE = 1 << 32  # numbers for the draws of one patient
_BITS = 53


def create_synthetic_table(
    connection: duckdb.DuckDBPyConnection,
    count: int,
    seed: int,
    table: str = "facts",
    complete: bool = False,
    first: int = 0,
) -> None:
    """Fill a new table of facts with synthetic patients.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
    count : int
        Number of patients.
    seed : int
        The same seed gives the same patients, whatever the count, with one version of DuckDB.
    table : str
    complete : bool
        Whether everything is known that applies to a patient; otherwise facts are missing. The complete and
        the partial patient of one seed and id are the same person.
    first : int
        The first ``id``; patients can be made in portions.
    """
    connection.execute(facts_ddl(table))
    connection.execute(f'INSERT INTO "{table}" {_query(count, seed, complete, first)}')


def synthetic_rows(count: int, seed: int, complete: bool = False) -> list[dict[str, Any]]:
    """Synthetic patients as rows of facts.

    Parameters
    ----------
    count, seed, complete
        As for :func:`create_synthetic_table`.

    Returns
    -------
    list of dict
        Facts by name, None for unknown; in the order of ``id``, which is left out.
    """
    import duckdb

    names = tuple(facts_in_conditions())
    with duckdb.connect() as connection:
        create_synthetic_table(connection, count, seed, complete=complete)
        columns = ", ".join(f'"{name}"' for name in names)
        found = connection.execute(f"SELECT {columns} FROM facts ORDER BY id").fetchall()
    return [dict(zip(names, row, strict=True)) for row in found]


def expected_shares() -> list[dict[str, Any]]:
    """Shares that the evidence gives, as the data file states them.

    Returns
    -------
    list of dict
        ``those`` and ``among`` (SQL conditions on a table of facts), ``low``, ``high`` and ``cite``.
    """
    found: list[dict[str, Any]] = _data()["shares"]
    return found


def uniform(name: str, seed: int, id_: str = "id") -> str:
    """SQL of a number from 0 to 1 that depends on nothing but a patient, a seed and what it is drawn for.

    One hash of one number: DuckDB's hash of several values only xors them together, so that two draws for
    one patient would depend on each other.

    Parameters
    ----------
    name : str
        What is drawn.
    seed : int
    id_ : str
        Column with the patient's number.

    Returns
    -------
    str
    """
    start = int.from_bytes(hashlib.sha256(str(seed).encode()).digest()[:7], "big")
    key = start + zlib.crc32(name.encode())
    number = f"(hash({id_} * {_SPACE} + {key}) >> {64 - _BITS})::DOUBLE"
    return f"({number} * {2.0**-_BITS!r} + {2.0 ** -(_BITS + 1)!r})"


@cache
def _data() -> dict[str, Any]:
    found: dict[str, Any] = load_yaml(DATA)
    return found


def _query(count: int, seed: int, complete: bool, first: int) -> str:
    """SELECT of the id and all facts.

    The draws stand in an innermost SELECT and what depends on other facts in one around it, stage by stage:
    an expression that stood inside another would be computed again for each use.
    """
    drawn: Mapping[str, Mapping[str, Any]] = _data()["facts"]
    facts = facts_in_conditions()
    if missing := [name for name in facts if name not in drawn]:
        raise IntegrityError(f"no draw for {', '.join(missing)}", where=DATA.name)
    hiding = {} if complete else _hiding(facts)
    chances = sorted({*drawn, "patient thoroughness", *(name for names in hiding.values() for name in names)})
    columns = ", ".join(f'{uniform(name, seed)} AS "u_{name}"' for name in chances)
    query = f"SELECT id, {columns} FROM range({first}, {first + count}) AS numbers(id)"
    for stage in _stages({name: _expression(name, draw) for name, draw in drawn.items()}):
        found = ", ".join(f'{text} AS "{name}"' for name, text in stage.items())
        query = f"SELECT *, {found} FROM ({query})"
    outputs = (_output(name, hiding.get(name, {})) for name in facts)
    return f"SELECT id, {', '.join(outputs)} FROM ({query})"


def _output(name: str, hiding: Mapping[str, str]) -> str:
    if not hiding:
        return f'"{name}"'
    hidden = " OR ".join(f'"u_{drawn}" < {chance}' for drawn, chance in hiding.items())
    return f'CASE WHEN {hidden} THEN NULL ELSE "{name}" END'


def _hiding(facts: Mapping[str, Fact]) -> dict[str, dict[str, str]]:
    """For each fact the draws that hide it, and the chance of each."""
    missing = _data()["missing"]
    found = {}
    for name, fact in facts.items():
        section = fact.path.split(".")[0]
        chance = missing["sections"].get(section, missing["section_otherwise"])
        one = f'{missing["cost"][fact.cost]} * 2 * "u_patient thoroughness"'
        found[name] = {
            f"section {section}": str(chance),
            f"hidden {missing['together'].get(name, name)}": one,
        }
    return found


def _stages(expressions: Mapping[str, str]) -> list[dict[str, str]]:
    """Expressions in stages, each of which only needs those before it."""
    needs = {
        name: {word for word in re.findall(r"\w+", text) if word in expressions}
        for name, text in expressions.items()
    }
    stages: list[dict[str, str]] = []
    done: set[str] = set()
    while len(done) < len(expressions):
        ready = {name: expressions[name] for name in expressions if name not in done and needs[name] <= done}
        if not ready:
            raise IntegrityError("draws need each other in a circle", where=DATA.name)
        stages.append(ready)
        done |= set(ready)
    return stages


def _expression(name: str, draw: Mapping[str, Any]) -> str:
    """SQL of one fact, from its draw."""
    text = _one(name, draw, draw)
    if cases := draw.get("cases"):
        branches = " ".join(f"WHEN {condition} THEN {_one(name, found, draw)}" for condition, found in cases)
        text = f"CASE {branches} ELSE {text} END"
    return f"CASE WHEN {draw['only']} THEN {text} END" if "only" in draw else text


def _one(name: str, draw: Mapping[str, Any], whole: Mapping[str, Any]) -> str:
    """SQL of one kind of draw; how it is rounded and bounded stands in the whole."""
    chance = f'"u_{name}"'
    if "is" in draw:
        return f"({draw['is']})"
    if "chance" in draw:
        return f"({chance} < {draw['chance']})"
    if "choose" in draw:
        return _choice(chance, draw["choose"])
    bell = f"{_LOGISTIC} * ln({chance} / (1 - {chance}))"
    kind = "bell" if "bell" in draw else "skewed"
    middle, spread = draw[kind]
    number = f"{middle} + {spread} * {bell}" if kind == "bell" else f"{middle} * exp({spread} * {bell})"
    digits = whole.get("digits", 0)
    return f"LEAST({whole['high']}, GREATEST({whole['low']}, round({number}, {digits})))"


def _choice(chance: str, weights: Mapping[str, float]) -> str:
    """SQL that picks a word, or a number where all words are numbers."""
    numbers = all(re.fullmatch(r"\d+", word) for word in weights)
    words = [word if numbers else f"'{word}'" for word in weights]
    total, reached, branches = sum(weights.values()), 0.0, []
    for word, weight in zip(words[:-1], list(weights.values())[:-1], strict=True):
        reached += weight / total
        branches.append(f"WHEN {chance} < {reached!r} THEN {word}")
    return f"CASE {' '.join(branches)} ELSE {words[-1]} END" if branches else words[0]
