"""Building the knowledge: files → specs → profile and overlays → parsed, checked, hashed `Knowledge`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from kambin.case import Fact, facts_in_conditions
from kambin.errors import IntegrityError
from kambin.guideline import loading
from kambin.guideline.conditions import Compare, Condition, facts_of, leaves
from kambin.guideline.documents import read_document
from kambin.guideline.knowledge import ROLES, Argument, Change, Decision, Knowledge, Limit, Option
from kambin.guideline.overlaying import apply_overlay
from kambin.guideline.parsing import ConditionError, parse
from kambin.guideline.specs import (
    ArgumentSpec,
    DecisionSpec,
    LimitSpec,
    OptionSpec,
    ProfileFile,
    ScopeFile,
    check,
)

__all__ = ["build", "parse_at", "read_specs"]


def read_specs() -> dict[str, DecisionSpec]:
    """The base knowledge as written, in the order of the chain."""
    specs = {}
    for name in loading.CHAIN:
        file = loading.ROOT / "knowledge" / f"{name}.yaml"
        spec = check(DecisionSpec, read_document(file), file.name)
        if spec.decision != name:
            raise IntegrityError(f"{file.name} holds the decision {spec.decision!r}", where=file.name)
        specs[name] = _with_file(spec, file.name)
    return specs


def build(profile: str, overlays: tuple[Path, ...] = ()) -> Knowledge:
    """Parse the knowledge of one profile, with overlays on top.

    Parameters
    ----------
    profile : str
    overlays : tuple of Path

    Returns
    -------
    Knowledge

    Raises
    ------
    IntegrityError
        With file, line and rule id.
    """
    specs = read_specs()
    changes: list[Change] = []
    names = []
    versions = {}
    for file in loading.profile_files(profile):
        overlay = check(ProfileFile, read_document(file), file.name)
        specs, made = apply_overlay(specs, overlay, f"{profile}/{file.name}")
        changes += made
    for file in overlays:
        overlay = check(ProfileFile, read_document(file), file.name)
        if overlay.kind != "local":
            raise IntegrityError("an overlay must say `kind: local`", where=file.name)
        specs, made = apply_overlay(specs, overlay, file.name)
        changes += made
        names.append(overlay.profile)
        versions[overlay.profile] = overlay.version
    return _build(profile, specs, changes, tuple(names), versions)


def _with_file(spec: DecisionSpec, file: str) -> DecisionSpec:
    options: dict[str, OptionSpec] = {}
    for key, option in spec.options.items():
        for role in ROLES:
            option = option.with_role(
                role, tuple(argument.model_copy(update={"file": file}) for argument in option.role(role))
            )
        options[key] = option
    return spec.model_copy(update={"options": options})


def _build(
    profile: str,
    specs: Mapping[str, DecisionSpec],
    changes: Sequence[Change],
    overlays: tuple[str, ...],
    versions: Mapping[str, str],
) -> Knowledge:
    base = dict(facts_in_conditions())
    facts = dict(base)
    decisions: dict[str, Decision] = {}
    seen: dict[str, str] = {}
    for name, spec in specs.items():
        visible = {**base, **_used(spec, decisions)}
        decision = _decision(spec, visible, seen)
        decisions[name] = decision
        facts.update(loading.decision_facts(decision))
    file = loading.ROOT / "scope.yaml"
    scope = check(ScopeFile, read_document(file), file.name).outside if file.is_file() else ()
    version = "+".join(
        [max(spec.version for spec in specs.values()), *(f"{k}-{v}" for k, v in versions.items())]
    )
    return Knowledge(
        profile="+".join([profile, *overlays]),
        decisions=decisions,
        facts=facts,
        changes=tuple(changes),
        version=version,
        content_hash=_digest(profile, specs, scope),
        limits=tuple(_limit(item) for item in scope),
        overlays=overlays,
    )


def _limit(spec: LimitSpec) -> Limit:
    where = f"scope.yaml:{spec.line}"
    facts = facts_in_conditions()
    condition = parse_at(spec.when, facts, {}, where, spec.id)
    _check_numbers(condition, facts, where, spec.id)
    return Limit(spec.id, spec.when, condition, spec.say, spec.cite)


def _used(spec: DecisionSpec, decisions: Mapping[str, Decision]) -> dict[str, Fact]:
    found: dict[str, Fact] = {}
    for name in spec.uses:
        if name not in decisions:
            raise IntegrityError(
                f"{spec.decision} uses {name!r}, which does not come before it", where=f"{spec.decision}.yaml"
            )
        found.update(loading.decision_facts(decisions[name]))
    return found


def _decision(spec: DecisionSpec, facts: Mapping[str, Fact], seen: dict[str, str]) -> Decision:
    where = f"{spec.decision}.yaml:{spec.line}"
    define: dict[str, Condition] = {}
    for name, text in spec.define.items():
        if name in facts:
            raise IntegrityError(f"{name!r} is a fact and can not be defined", where=where)
        define[name] = parse_at(str(text), facts, define, where, f"define {name}")
    options = tuple(
        Option(
            key,
            option.label,
            option.say,
            option.rung,
            option.addition,
            tuple(_argument(item, role, facts, define, seen) for role in ROLES for item in option.role(role)),
            f"{spec.decision}.yaml:{option.line}",
        )
        for key, option in spec.options.items()
    )
    return Decision(
        spec.decision,
        spec.version,
        spec.question,
        spec.policy.kind,
        spec.policy.margin,
        spec.uses,
        define,
        options,
        where,
    )


def _argument(
    spec: ArgumentSpec,
    role: Any,
    facts: Mapping[str, Fact],
    define: Mapping[str, Condition],
    seen: dict[str, str],
) -> Argument:
    where = f"{spec.file}:{spec.line}"
    if spec.id in seen:
        raise IntegrityError(
            f"argument id {spec.id} stands twice", where=where, why=f"first at {seen[spec.id]}"
        )
    seen[spec.id] = where
    if not spec.source and not spec.cite:
        raise IntegrityError(f"{spec.id} names neither a claim nor evidence", where=where)
    condition = parse_at(spec.when, facts, define, where, spec.id)
    _check_numbers(condition, facts, where, spec.id)
    return Argument(
        spec.id,
        role,
        spec.when,
        condition,
        spec.say,
        spec.source,
        spec.cite,
        spec.strength,
        spec.conflicts,
        spec.because,
        where,
    )


def _check_numbers(condition: Condition, facts: Mapping[str, Fact], where: str, rule: str) -> None:
    """Refuse a rule that compares a decimal with another fact.

    The solver counts with exact numbers, the evaluator and the tables with floats. Beside a constant that is
    told apart to the last bit (ADR 6); where two facts meet, ``a + 0.1 <= b`` may hold for one and not for
    the other, and a proof would be of another rule than the one that answers.
    """
    for leaf in leaves(condition):
        if not isinstance(leaf, Compare):
            continue
        names = facts_of(leaf)
        if len(names) > 1 and any(facts[name].kind == "decimal" for name in names):
            raise IntegrityError(
                f"{rule} compares the decimals {' and '.join(names)} with each other",
                where=where,
                why="proof and answer could differ by a rounding",
                now="compare each with a constant, or derive one fact from both",
            )


def parse_at(
    text: str,
    facts: Mapping[str, Fact],
    define: Mapping[str, Condition],
    where: str,
    rule: str,
    *,
    null_tests: bool = False,
) -> Condition:
    """Parse a condition; an error names file, line and rule id."""
    try:
        return parse(text, facts, define, null_tests=null_tests)
    except ConditionError as error:
        raise ConditionError(f"{rule}: {error.what}", where=where, why=error.why, now=error.now) from None


def _digest(profile: str, specs: Mapping[str, DecisionSpec], scope: Sequence[LimitSpec]) -> str:
    """SHA-256 over everything that bears on an answer: not over tests, invariants, files and lines."""
    drop = {"line", "file", "tests", "invariants"}

    def plain(value: Any) -> Any:
        """A specification as plain data, without what bears on no answer."""
        if hasattr(value, "model_dump"):
            value = value.model_dump(exclude={"OPERATIONS"})
        if isinstance(value, dict):
            return {key: plain(item) for key, item in value.items() if key not in drop}
        if isinstance(value, (list, tuple)):
            return [plain(item) for item in value]
        return value

    content = {
        "profile": profile,
        "decisions": {name: plain(spec) for name, spec in specs.items()},
        "scope": [plain(item) for item in scope],
    }
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
