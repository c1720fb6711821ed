"""The operation in steps, as document F orders them, with the corridor and the decisions of one plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from kambin.plan import Plan
from kambin.report.corridor import CorridorView, lying
from kambin.report.words import NARROW, capital, joined, number, percent

__all__ = ["StepView", "operation_steps"]

_ANAESTHESIA = ("local_anaesthesia", "general_anaesthesia")
_STAY = ("day_case", "inpatient")


@dataclass(frozen=True, slots=True)
class StepView:
    """One step: what is done, with which instruments, what is checked, and the claims it follows."""

    title: str
    do: str
    tools: str
    check: str
    sources: str


@cache
def _said() -> Mapping[str, Any]:
    from kambin.files import load_yaml

    found: Mapping[str, Any] = load_yaml(files("kambin.report").joinpath("data/steps.yaml"))
    return found


def _chosen(plan: Plan, decision: str) -> Mapping[str, str]:
    """Labels of what a decision answers, by id."""
    found = plan.decision(decision)
    if found is None or found["outcome"]["kind"] == "undetermined":
        return {}
    labels = {option["id"]: option["label"] for option in found["options"]}
    return {name: labels[name] for name in found["outcome"]["options"]}


def _mm(value: float) -> str:
    return f"{number(round(value, 1))}{NARROW}mm"


def _of_decisions(plan: Plan) -> dict[str, str]:
    setting, prevention = _chosen(plan, "setting"), _chosen(plan, "recurrence_prevention")
    said = _said()

    def either(table: str, option: str) -> str:
        """What a table of words says where the option was chosen, or where it was not."""
        return str(said[table]["chosen" if option in prevention else "otherwise"])

    kinds = [setting[name] for name in _ANAESTHESIA if name in setting]
    kinds[1:] = [kind[:1].lower() + kind[1:] for kind in kinds[1:]]
    stay = joined([setting[name] for name in _STAY if name in setting], "or")
    return {
        "anaesthesia": joined(kinds, "or") or "Anaesthesia not settled",
        "stay": f"{capital(stay)}." if stay else "",
        "annulus": either("annulus", "annular_repair"),
        "defect": either("defect", "record_annular_defect"),
    }


def _of_corridor(item: Mapping[str, Any], best: Mapping[str, Any], view: CorridorView) -> dict[str, str]:
    rows = dict(view.rows)
    entry = next(text for name, text in view.rows if name.startswith("Entry"))
    bone, reach, hand = best["foraminoplasty"], best["reach"], best["tolerance"]
    nerves = [one for one in best["clearances"] if one["kind"] == "nerve"]
    angles = [f"{name} {rows[name]}".lower() for name in rows if name.endswith("angle")]
    return {
        "level": item["level"],
        "side": item["side"],
        "position": lying(item),
        "entry": entry,
        "direction": capital("; ".join(angles)),
        "depth": f"depth {rows['Depth']}",
        "nerves": "; ".join(f"{one['structure']} {_mm(one['clearance_mm'])}" for one in nerves),
        "hand": f"The hand may err by {_mm(hand['shift_mm'])} or {number(round(hand['tilt_deg'], 1))}°.",
        "reamers": f"{' → '.join(number(size) for size in bone['reamers_mm'])}{NARROW}mm",
        "share": percent(bone["sap_fraction"]),
        "before": _mm(bone["opening_before_mm"]),
        "after": _mm(bone["opening_after_mm"]),
        "cannula": _mm(best["corridor"]["diameter_mm"]),
        "landmarks": joined([one["structure"] for one in nerves]) or "not known",
        "reached": "" if reach is None else percent(reach["reached"]),
        "seen": "" if reach is None else percent(reach["seen"]),
        "rest": "" if reach is None else percent(1 - reach["reached"]),
    }


def operation_steps(
    item: Mapping[str, Any], best: Mapping[str, Any] | None, view: CorridorView | None, plan: Plan
) -> tuple[StepView, ...]:
    """The steps of one approach with its recommended corridor.

    Parameters
    ----------
    item : mapping
        Plain form of an `AccessPlan`.
    best : mapping or None
        Plain form of its recommended `Proposal`; without one there are no steps.
    view : CorridorView or None
        The same in words.
    plan : Plan
        For what the decisions say of anaesthesia, stay and annulus.

    Returns
    -------
    tuple of StepView
    """
    if best is None or view is None:
        return ()
    problem = (plan.diagnosis or {}).get("problem") or {}
    values = {**_of_decisions(plan), **_of_corridor(item, best, view)}
    values["root"] = str(problem.get("root") or "compressed")
    way = "lamina" if item["approach"] == "interlaminar" else "foramen"
    held = {"reamers": bool(best["foraminoplasty"]["reamers_mm"]), "reach": best["reach"] is not None}
    return tuple(
        StepView(
            title=step["title"],
            do=step["do"].format(**values).strip(),
            tools=step.get("with", "").format(**values),
            check=step.get("check", "").format(**values).strip(),
            sources=", ".join(step["source"]),
        )
        for step in _said()["steps"]
        if step.get("for", way) == way and held.get(step.get("needs", ""), True)
    )
