"""Changing the base knowledge by a profile or an overlay, item by item, before anything is parsed.

A profile of our own may correct the base. A hospital's overlay (`kind: local`) may only tighten: it adds
reasons to exclude, to require or against; it removes and rewrites nothing, so it can not drop a safety rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kambin.errors import IntegrityError
from kambin.guideline.documents import LINE
from kambin.guideline.knowledge import ROLES, Change, Role
from kambin.guideline.specs import ArgumentSpec, ChangeSpec, DecisionSpec, OptionSpec, PolicySpec, ProfileFile

__all__ = ["apply_overlay"]

_TIGHTENING: tuple[Role, ...] = ("require", "exclude", "against")
_SETTABLE = {"when", "say", "source", "cite", "strength", "conflicts", "role"}


def apply_overlay(
    decisions: Mapping[str, DecisionSpec], overlay: ProfileFile, file: str
) -> tuple[dict[str, DecisionSpec], list[Change]]:
    """Apply every change of one profile or overlay file.

    Parameters
    ----------
    decisions : mapping of str to DecisionSpec
    overlay : ProfileFile
    file : str
        Name for messages.

    Returns
    -------
    dict, list of Change

    Raises
    ------
    IntegrityError
        When a change names what is not there, or a local overlay would loosen something.
    """
    result = dict(decisions)
    changes = []
    for spec in overlay.changes:
        where = f"{file}:{spec.line}"
        target = {key: value for key, value in spec.target.items() if key != LINE}
        decision_id = str(target.get("decision", ""))
        if decision_id not in result:
            raise IntegrityError(
                f"no decision {decision_id!r}", where=where, why=f"there are: {', '.join(result)}"
            )
        if overlay.kind == "local":
            _only_tightens(spec, target, where)
        result[decision_id] = _OPERATIONS[spec.operation](result[decision_id], spec, target, where)
        name = str(target.get("argument") or target.get("name") or target.get("id") or "")
        name = name or (spec.argument.id if spec.argument else "")
        changes.append(
            Change(spec.because, spec.say, spec.operation, decision_id, name, overlay.profile, where)
        )
    return result, changes


def _only_tightens(spec: ChangeSpec, target: Mapping[str, Any], where: str) -> None:
    if spec.operation != "add" or target.get("role") not in _TIGHTENING:
        raise IntegrityError(
            "a local overlay may only tighten",
            where=where,
            now=f"use `add` with a role of {', '.join(_TIGHTENING)}",
        )


def _option(decision: DecisionSpec, target: Mapping[str, Any], where: str) -> tuple[str, OptionSpec]:
    option_id = str(target.get("option", ""))
    if option_id not in decision.options:
        raise IntegrityError(
            f"no option {option_id!r} in {decision.decision}",
            where=where,
            why=f"there are: {', '.join(decision.options)}",
        )
    return option_id, decision.options[option_id]


def _find(option: OptionSpec, argument_id: str, where: str) -> tuple[Role, ArgumentSpec]:
    for role in ROLES:
        for argument in option.role(role):
            if argument.id == argument_id:
                return role, argument
    raise IntegrityError(f"no argument {argument_id!r} in this option", where=where)


def _put(decision: DecisionSpec, option_id: str, option: OptionSpec) -> DecisionSpec:
    return decision.model_copy(update={"options": {**decision.options, option_id: option}})


def _remove(decision: DecisionSpec, spec: ChangeSpec, target: Mapping[str, Any], where: str) -> DecisionSpec:
    option_id, option = _option(decision, target, where)
    role, argument = _find(option, str(target.get("argument")), where)
    return _put(
        decision, option_id, option.with_role(role, tuple(x for x in option.role(role) if x is not argument))
    )


def _add(decision: DecisionSpec, spec: ChangeSpec, target: Mapping[str, Any], where: str) -> DecisionSpec:
    option_id, option = _option(decision, target, where)
    assert spec.argument is not None
    argument = spec.argument.model_copy(update={"because": spec.because, "file": where.rsplit(":", 1)[0]})
    role: Role = target["role"]
    return _put(decision, option_id, option.with_role(role, (*option.role(role), argument)))


def _change(decision: DecisionSpec, spec: ChangeSpec, target: Mapping[str, Any], where: str) -> DecisionSpec:
    option_id, option = _option(decision, target, where)
    role, argument = _find(option, str(target.get("argument")), where)
    values = {key: value for key, value in (spec.set or {}).items() if key != LINE}
    if not values or not set(values) <= _SETTABLE:
        raise IntegrityError(
            "`set` names what can not be set", where=where, why=f"settable: {', '.join(sorted(_SETTABLE))}"
        )
    new_role: Role = values.pop("role", role)
    changed = ArgumentSpec.model_validate({**argument.model_dump(), **values, "because": spec.because})
    kept = tuple(changed if x is argument and new_role == role else x for x in option.role(role))
    if new_role == role:
        return _put(decision, option_id, option.with_role(role, kept))
    option = option.with_role(role, tuple(x for x in option.role(role) if x is not argument))
    return _put(decision, option_id, option.with_role(new_role, (*option.role(new_role), changed)))


def _define(decision: DecisionSpec, spec: ChangeSpec, target: Mapping[str, Any], where: str) -> DecisionSpec:
    if "name" not in target or "as" not in target:
        raise IntegrityError("`define` needs `name` and `as`", where=where)
    return decision.model_copy(update={"define": {**decision.define, str(target["name"]): str(target["as"])}})


def _set_policy(
    decision: DecisionSpec, spec: ChangeSpec, target: Mapping[str, Any], where: str
) -> DecisionSpec:
    policy = {
        **decision.policy.model_dump(),
        **{key: target[key] for key in ("kind", "margin") if key in target},
    }
    return decision.model_copy(update={"policy": PolicySpec.model_validate(policy)})


def _add_option(
    decision: DecisionSpec, spec: ChangeSpec, target: Mapping[str, Any], where: str
) -> DecisionSpec:
    option_id = str(target.get("id", ""))
    if not option_id or option_id in decision.options or spec.option is None:
        raise IntegrityError("`add_option` needs a new `id` and an `option`", where=where)
    option = spec.option
    file = where.rsplit(":", 1)[0]
    for role in ROLES:
        marked = tuple(
            x.model_copy(update={"because": spec.because, "file": file}) for x in option.role(role)
        )
        option = option.with_role(role, marked)
    return decision.model_copy(update={"options": {**decision.options, option_id: option}})


_OPERATIONS = {
    "remove": _remove,
    "add": _add,
    "change": _change,
    "define": _define,
    "set_policy": _set_policy,
    "add_option": _add_option,
}
