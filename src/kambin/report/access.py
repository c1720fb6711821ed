"""The way to the disc as printed: for each approach the corridor with its proof, or what is in the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kambin.plan import Plan
from kambin.report.answers import AnswerMark
from kambin.report.corridor import CorridorView, corridor_view, lying, of_bone, sides_of
from kambin.report.galleries import Shelf
from kambin.report.scan import caution_words
from kambin.report.steps import StepView, operation_steps
from kambin.report.words import NARROW, capital, humanise, number, percent, spaced, words

__all__ = ["AccessView", "ApproachView", "BlockView", "ChoiceView", "access_view", "advised_approach"]

DECISION = "endoscopy_approach"


@dataclass(frozen=True, slots=True)
class ChoiceView:
    """One corridor of those that nothing beats: what it asks for and what it gives."""

    cannula: str
    bone: str
    nerve: str
    bound: str
    touch: str
    fragment: str
    recommended: bool


@dataclass(frozen=True, slots=True)
class BlockView:
    """What is in the way, how much is lacking, and the smallest change that would free a corridor."""

    structure: str
    lacking: str
    change: str


@dataclass(frozen=True, slots=True)
class ApproachView:
    """One approach.

    Attributes
    ----------
    anchor, name : str
    mark : AnswerMark
    advised : bool
        Whether the decision on the approach names it.
    why : str
    where : str
        Level, the patient's side, position.
    corridor : CorridorView or None
        The recommended one.
    choices : tuple of ChoiceView
    unit : str
        Of the clearance to nerve in `choices`.
    blocks : tuple of BlockView
    cautions : tuple of str
    memory : str
        What of the instruments rests on memory.
    missing : tuple of str
        What the map lacks and no caution tells.
    touch : str
        Probability of touching a nerve with the recommended corridor.
    shelf : Shelf
    steps : tuple of StepView
        The operation along the recommended corridor.
    """

    anchor: str
    name: str
    mark: AnswerMark
    advised: bool
    why: str
    where: str
    corridor: CorridorView | None
    choices: tuple[ChoiceView, ...]
    unit: str
    blocks: tuple[BlockView, ...]
    cautions: tuple[str, ...]
    memory: str
    missing: tuple[str, ...]
    touch: str
    shelf: Shelf
    steps: tuple[StepView, ...]


@dataclass(frozen=True, slots=True)
class AccessView:
    """The section on the way to the disc; `failed` says why there is none."""

    approaches: tuple[ApproachView, ...]
    failed: str


def advised_approach(plan: Plan) -> str:
    """The approach that the guideline names first, by its name in the plan; empty where it names none.

    Without such an answer it is the first approach with a corridor.

    Parameters
    ----------
    plan : Plan

    Returns
    -------
    str
    """
    decision = plan.decision(DECISION)
    chosen = _named(decision)
    for item in plan.access:
        if item["recommended"] is not None and _option(item["approach"]) in chosen:
            return str(item["approach"])
    return next((str(item["approach"]) for item in plan.access if item["recommended"] is not None), "")


def _named(decision: Any) -> Sequence[str]:
    if decision is None or decision["outcome"]["kind"] == "undetermined":
        return ()
    return tuple(decision["outcome"]["options"])


def _option(approach: str) -> str:
    return str(words()["approaches"].get(approach, {}).get("option", approach.replace("-", "_")))


def _mark(item: Mapping[str, Any]) -> AnswerMark:
    """Whether there is a way; what rests on something uncertain is never a plain yes or no."""
    from kambin.access.answers import NOT_CERTAIN

    def certain(*cautions: Sequence[Mapping[str, Any]]) -> bool:
        """Whether none of the cautions takes the certainty away."""
        return all(one["code"] not in NOT_CERTAIN for several in cautions for one in several)

    if item["recommended"] is not None:
        if any(certain(item["cautions"], one["cautions"]) for one in item["proposals"]):
            return AnswerMark("✓", "good", "a corridor")
        return AnswerMark("?", "open", "a corridor, not certain")
    if not item["blocks"]:
        return AnswerMark("?", "open", "not decided")
    if certain(item["cautions"]):
        return AnswerMark("✗", "stop", "blocked")
    return AnswerMark("?", "open", "blocked, not certain")


def _choice(item: Mapping[str, Any], recommended: bool) -> ChoiceView:
    certificate, reach = item["certificate"], item["reach"]
    fragment = "–"
    if reach is not None:
        fragment = f"{percent(reach['reached'])} reached, {percent(reach['seen'])} seen"
    return ChoiceView(
        cannula=f"{number(item['corridor']['diameter_mm'])}{NARROW}mm",
        bone=of_bone(item["foraminoplasty"]["sap_fraction"]),
        nerve=number(certificate["achieved"]),
        bound=number(certificate["upper_bound"]),
        touch=percent(item["tolerance"]["touch_probability"]),
        fragment=fragment,
        recommended=recommended,
    )


def _block(item: Mapping[str, Any]) -> BlockView:
    return BlockView(
        capital(sides_of(item["structure"], item["side"])),
        f"{number(round(item['by_mm'], 1))}{NARROW}mm",
        capital(item["change"]),
    )


def _approach(item: Mapping[str, Any], plan: Plan, shelf: Shelf) -> ApproachView:
    layout = words()
    said = {one["text"] for one in (plan.anatomy or {}).get("warnings", ())}  # told with the scan
    best = None if item["recommended"] is None else item["proposals"][item["recommended"]]
    own = [*item["cautions"], *(best["cautions"] if best is not None else ())]
    told = [one for one in own if one["text"] not in said]
    memory = [one["text"] for one in told if one["code"] == layout["memory_caution"]]
    shown = {name for one in told for name in one["structures"]}
    units = layout["certificate_units"]
    name = layout["approaches"].get(item["approach"], {}).get("label", capital(humanise(item["approach"])))
    corridor = None if best is None else corridor_view(best, item)
    return ApproachView(
        anchor=f"way-{item['approach']}",
        name=str(name),
        mark=_mark(item),
        advised=_option(item["approach"]) in _named(plan.decision(DECISION)),
        why=spaced(item["why"]),
        where=f"{item['level']}, patient's {item['side']}, {lying(item)}",
        corridor=corridor,
        choices=tuple(_choice(one, one is best) for one in item["proposals"]),
        unit=units.get(best["certificate"]["unit"], "") if best is not None else "",
        blocks=tuple(_block(one) for one in item["blocks"]),
        cautions=tuple(
            dict.fromkeys(caution_words(one) for one in told if one["text"] not in (*memory, item["why"]))
        ),
        memory=" ".join(dict.fromkeys(memory)),
        missing=tuple(name for name in item["missing"] if name not in shown),
        touch="" if best is None else percent(best["tolerance"]["touch_probability"]),
        shelf=shelf,
        steps=operation_steps(item, best, corridor, plan),
    )


def access_view(plan: Plan, shelves: Mapping[str, Shelf]) -> AccessView | None:
    """The section on the way to the disc.

    Parameters
    ----------
    plan : Plan
    shelves : mapping of str to Shelf
        Pictures by approach.

    Returns
    -------
    AccessView or None
        None when no corridor was sought.
    """
    stage = next((item for item in plan.stages if item.name == "access" and item.state == "failed"), None)
    if not plan.access and stage is None:
        return None
    return AccessView(
        tuple(_approach(item, plan, shelves.get(item["approach"], Shelf())) for item in plan.access),
        "" if stage is None else stage.note or "no reason given",
    )
