"""The registry of facts as a table for people, with the codes of each fact and how far they were checked."""

from __future__ import annotations

from typing import Any

from kambin import evidence
from kambin.case.fact import Fact, Range
from kambin.case.registry import facts
from kambin.case.shapes import domain_words
from kambin.errors import EvidenceMissing

__all__ = ["COST_WORDS", "fact_codes", "facts_table"]

COST_WORDS = {0: "asked", 1: "examined", 3: "imaged", 5: "invasive"}
"""What a cost means."""


def fact_codes(fact: Fact) -> tuple[evidence.Code, ...]:
    """The codes of a fact in standard terminologies.

    Parameters
    ----------
    fact : Fact

    Returns
    -------
    tuple of Code
        Verified or not: a code's ``status`` says which. Empty where the fact has none.

    Raises
    ------
    EvidenceMissing
        The fact names a concept or a code that the terminology does not hold.
    """
    if not fact.codes:
        return ()
    concept, _, chosen = fact.codes.partition("#")
    group, _, name = concept.partition(".")
    found = evidence.codes(group, name)
    if not chosen:
        return found
    wanted = chosen.split("+")
    missing = [code for code in wanted if code not in {item.code for item in found}]
    if missing:
        raise EvidenceMissing(f"{fact.name} names codes that {concept} does not hold: {', '.join(missing)}")
    return tuple(item for item in found if item.code in wanted)


def facts_table() -> list[dict[str, Any]]:
    """Every fact as one row of a table.

    Returns
    -------
    list of dict
        ``name``, ``scope``, ``type``, ``unit`` (UCUM), ``domain`` (words), ``low``, ``high``, ``words``,
        ``cost``, ``cost_words``, ``safety``, ``question``, ``path``, ``inputs``, ``codes`` (words, with how
        far each was checked: verified, corroborated, local or unverified) and ``coding``, the same as
        records of ``system``, ``code``, ``display`` and ``status``.
    """
    return [_row(fact) for fact in facts().values()]


def _row(fact: Fact) -> dict[str, Any]:
    limits = fact.domain if isinstance(fact.domain, Range) else None
    found = fact_codes(fact)
    return {
        "name": fact.name,
        "scope": fact.scope,
        "type": fact.kind,
        "unit": fact.unit,
        "domain": domain_words(fact.kind, fact.domain),
        "low": limits.low if limits else None,
        "high": limits.high if limits else None,
        "words": list(fact.domain) if isinstance(fact.domain, tuple) else None,
        "cost": fact.cost,
        "cost_words": COST_WORDS[fact.cost],
        "safety": fact.safety,
        "question": fact.question,
        "path": fact.path,
        "inputs": list(fact.inputs),
        "codes": [f"{code.system} {code.code} ({code.status})" for code in found],
        "coding": [
            {"system": code.uri, "code": code.code, "display": code.display, "status": code.status}
            for code in found
        ],
    }
