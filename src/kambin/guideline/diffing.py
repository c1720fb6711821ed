"""What changes between two versions or profiles.

Arguments, options, policies, and one patient for each changed answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypedDict

from kambin.case import FactValue
from kambin.guideline.knowledge import Argument, Decision, Knowledge

__all__ = ["DiffDoc", "ItemDoc", "WitnessDoc", "diff"]


class ItemDoc(TypedDict):
    """One difference in what is written."""

    decision: str
    what: str
    id: str
    before: str
    after: str
    because: str


class WitnessDoc(TypedDict):
    """One patient for whom the two give different answers to a decision."""

    decision: str
    facts: dict[str, FactValue]
    before: str
    after: str


class DiffDoc(TypedDict):
    """Everything that differs between two knowledges."""

    a: str
    b: str
    items: list[ItemDoc]
    witnesses: list[WitnessDoc]
    same: list[str]


def _line(argument: Argument) -> str:
    return f"{argument.role} ({argument.strength}): {argument.when}"


def _arguments(decision: Decision) -> dict[str, tuple[str, Argument]]:
    return {
        argument.id: (option.id, argument) for option in decision.options for argument in option.arguments
    }


def _items(a: Knowledge, b: Knowledge) -> Iterator[ItemDoc]:
    for name in dict.fromkeys([*a.decisions, *b.decisions]):
        if name not in a.decisions or name not in b.decisions:
            what = "decision added" if name in b.decisions else "decision removed"
            yield {"decision": name, "what": what, "id": name, "before": "", "after": "", "because": ""}
            continue
        one, two = a.decisions[name], b.decisions[name]
        if (one.policy, one.margin) != (two.policy, two.margin):
            before, after = f"{one.policy} {one.margin}", f"{two.policy} {two.margin}"
            yield {
                "decision": name,
                "what": "policy",
                "id": name,
                "before": before,
                "after": after,
                "because": "",
            }
        yield from _argument_items(name, _arguments(one), _arguments(two))


def _argument_items(
    decision: str, old: dict[str, tuple[str, Argument]], new: dict[str, tuple[str, Argument]]
) -> Iterator[ItemDoc]:
    for key in dict.fromkeys([*old, *new]):
        before = f"{old[key][0]}: {_line(old[key][1])}" if key in old else ""
        after = f"{new[key][0]}: {_line(new[key][1])}" if key in new else ""
        if before == after and old[key][1].condition == new[key][1].condition:
            continue
        what = "argument added" if not before else "argument removed" if not after else "argument changed"
        because = new[key][1].because if key in new else ""
        yield {
            "decision": decision,
            "what": what,
            "id": key,
            "before": before,
            "after": after,
            "because": because,
        }


def diff(a: Knowledge, b: Knowledge) -> DiffDoc:
    """Compare two knowledges.

    Parameters
    ----------
    a, b : Knowledge

    Returns
    -------
    DiffDoc
        `witnesses` holds, for each decision whose answer can differ, one patient (found by the solver and
        checked by the evaluator);
        `same` the decisions whose answers are proved equal for every patient with all facts known.
    """
    from kambin.guideline.proving import differing_patient

    witnesses: list[WitnessDoc] = []
    same = []
    for name in (name for name in a.decisions if name in b.decisions):
        found = differing_patient(a, b, name)
        if found is None:
            same.append(name)
        else:
            witnesses.append(
                {"decision": name, "facts": dict(found.facts), "before": found.before, "after": found.after}
            )
    return {
        "a": _name(a),
        "b": _name(b),
        "items": list(_items(a, b)),
        "witnesses": witnesses,
        "same": same,
    }


def _name(knowledge: Knowledge) -> str:
    return f"{knowledge.profile} {knowledge.version} ({knowledge.content_hash[:12]})"
