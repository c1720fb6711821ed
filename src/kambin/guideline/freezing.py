"""The parsed knowledge as a file, so that an answer does not wait for YAML and SQL to be parsed again.

``compiled/<profile>.json`` holds what the loader made of the knowledge files, with the hash of their bytes.
It is used only while that hash fits; a changed knowledge file is simply parsed. ``make compile`` writes the
files, and a test fails when they are stale.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import astuple
from pathlib import Path
from typing import Any

from kambin.case import Fact, facts_in_conditions
from kambin.guideline.conditions import And, Compare, Condition, FactIs, In, IsNull, Not, Or, Term
from kambin.guideline.knowledge import Argument, Change, Decision, Knowledge, Limit, Option

__all__ = ["FORM", "frozen_text", "hash_of_files", "thaw"]

FORM = 1
"""Version of the file's form; another form is not read."""


def hash_of_files(files: Iterable[Path]) -> str:
    """SHA-256 over names and bytes of files, and over the names and kinds of the facts they may speak of."""
    digest = hashlib.sha256(f"{FORM}\n".encode())
    for fact in facts_in_conditions().values():
        digest.update(f"{fact.name} {fact.kind} {fact.unit} {fact.domain}\n".encode())
    for file in files:
        digest.update(f"{file.parent.name}/{file.name}\n".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _plain(condition: Condition) -> list[Any]:
    match condition:
        case FactIs(fact):
            return ["is", fact]
        case IsNull(fact):
            return ["null", fact]
        case In(fact, words):
            return ["in", fact, *words]
        case Compare(op, left, right):
            return [op, list(astuple(left)), list(astuple(right))]
        case Not(part):
            return ["not", _plain(part)]
        case And(parts):
            return ["and", *map(_plain, parts)]
        case Or(parts):
            return ["or", *map(_plain, parts)]


def _condition(plain: list[Any]) -> Condition:
    kind, rest = plain[0], plain[1:]
    if kind == "is":
        return FactIs(rest[0])
    if kind == "null":
        return IsNull(rest[0])
    if kind == "in":
        return In(rest[0], tuple(rest[1:]))
    if kind == "not":
        return Not(_condition(rest[0]))
    if kind in ("and", "or"):
        return (And if kind == "and" else Or)(tuple(map(_condition, rest)))
    return Compare(kind, Term(*rest[0]), Term(*rest[1]))


def _argument(item: Argument) -> list[Any]:
    return [
        item.id,
        item.role,
        item.when,
        _plain(item.condition),
        item.say,
        list(item.source),
        list(item.cite),
        item.strength,
        list(item.conflicts),
        item.because,
        item.where,
    ]


def frozen_text(knowledge: Knowledge, files_sha256: str) -> str:
    """The file's text.

    Parameters
    ----------
    knowledge : Knowledge
        Without overlays.
    files_sha256 : str
        See `hash_of_files`.

    Returns
    -------
    str
    """
    document = {
        "form": FORM,
        "files_sha256": files_sha256,
        "profile": knowledge.profile,
        "version": knowledge.version,
        "content_hash": knowledge.content_hash,
        "changes": [list(astuple(item)) for item in knowledge.changes],
        "limits": [[x.id, x.when, _plain(x.condition), x.say, list(x.cite)] for x in knowledge.limits],
        "decisions": [
            {
                "head": [
                    item.id,
                    item.version,
                    item.question,
                    item.policy,
                    item.margin,
                    list(item.uses),
                    item.where,
                ],
                "define": {name: _plain(condition) for name, condition in item.define.items()},
                "options": [
                    [o.id, o.label, o.say, o.rung, o.addition, o.where, [_argument(a) for a in o.arguments]]
                    for o in item.options
                ],
            }
            for item in knowledge.decisions.values()
        ],
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"), indent=0) + "\n"


def _decision(plain: Mapping[str, Any]) -> Decision:
    name, version, question, policy, margin, uses, where = plain["head"]
    options = tuple(
        Option(
            option,
            label,
            say,
            rung,
            addition,
            tuple(
                Argument(
                    id_, role, when, _condition(c), text, tuple(s), tuple(e), strength, tuple(k), because, at
                )
                for id_, role, when, c, text, s, e, strength, k, because, at in arguments
            ),
            line,
        )
        for option, label, say, rung, addition, line, arguments in plain["options"]
    )
    define = {key: _condition(condition) for key, condition in plain["define"].items()}
    return Decision(name, version, question, policy, margin, tuple(uses), define, options, where)


def thaw(text: str, files_sha256: str, facts_of_decision: Any) -> Knowledge | None:
    """The knowledge from the file's text; None when it was made from other files or in another form.

    Parameters
    ----------
    text : str
    files_sha256 : str
        Of the knowledge files as they are now.
    facts_of_decision : callable
        From a decision to the facts that its results become.

    Returns
    -------
    Knowledge or None
    """
    document = json.loads(text)
    if document.get("form") != FORM or document.get("files_sha256") != files_sha256:
        return None
    decisions = {plain["head"][0]: _decision(plain) for plain in document["decisions"]}
    facts: dict[str, Fact] = dict(facts_in_conditions())
    for decision in decisions.values():
        facts.update(facts_of_decision(decision))
    return Knowledge(
        profile=document["profile"],
        decisions=decisions,
        facts=facts,
        changes=tuple(Change(*item) for item in document["changes"]),
        version=document["version"],
        content_hash=document["content_hash"],
        limits=tuple(
            Limit(name, when, _condition(condition), say, tuple(cite))
            for name, when, condition, say, cite in document["limits"]
        ),
    )
