"""The façade: from the measured spine and a target to plans with certificates.

All approaches stand on one ground: its distance fields are made once. For each, cannulas and bone budgets are
swept, what nothing beats is kept, and the knee is recommended. Where there is no corridor, what closes it is
named. A corridor that can not be bounded is not shown.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from kambin.access.catalogue import APPROACHES, Instruments, Rules, instruments, rules_of, setting
from kambin.access.crest_closing import crest_caution
from kambin.access.ground import THREADS, Ground, ground_of
from kambin.access.model import AccessPlan, Approach, Position, Proposal
from kambin.access.obstructing import blocks_of, not_certain
from kambin.access.pareto import Score, knee, pareto
from kambin.access.proposing import propose
from kambin.access.scene_of import Way, way_of
from kambin.access.sweep import Found, sweep
from kambin.access.target import Target
from kambin.anatomy.model import Caution, Spine
from kambin.errors import InputError

__all__ = ["plan_access", "plan_approaches"]

Progress = Callable[[str], None]


def plan_access(
    spine: Spine,
    target: Target,
    approach: Approach,
    tools: Instruments | None = None,
    *,
    position: Position = "prone",
    progress: Progress = lambda _: None,
) -> AccessPlan:
    """Plan one approach.

    Parameters
    ----------
    spine : Spine
        With its model.
    target : Target
        See `target_of`.
    approach : {'posterolateral', 'far-lateral', 'interlaminar'}
    tools : Instruments, optional
        Those of the catalogue that do not rest on memory, when left out.
    position : {'prone', 'lateral'}
    progress : callable
        Called with a line before each step.

    Returns
    -------
    AccessPlan

    Raises
    ------
    InputError
        No geometry in the spine, no such approach or position.
    """
    return plan_approaches(spine, target, (approach,), tools, position=position, progress=progress)[0]


def plan_approaches(
    spine: Spine,
    target: Target,
    approaches: Sequence[Approach] | None = None,
    tools: Instruments | None = None,
    *,
    position: Position = "prone",
    progress: Progress = lambda _: None,
) -> tuple[AccessPlan, ...]:
    """Plan several approaches, all of them when `approaches` is left out; otherwise as `plan_access`."""
    if spine.model is None:
        raise InputError("the spine has no geometry to plan in", field="spine.model")
    rules = [rules_of(name) for name in approaches or APPROACHES]
    for one in rules:
        if position not in one.positions:
            raise InputError("no such position", value=position, expected=" or ".join(one.positions))
    tools = instruments() if tools is None else tools
    ground = ground_of(spine.model, target, rules, progress)
    if isinstance(ground, tuple):
        return tuple(_undetermined(one, target, position, ground, spine) for one in rules)
    with ThreadPoolExecutor(THREADS) as pool:
        jobs = [pool.submit(_planned, ground, one, spine, tools, position, progress) for one in rules]
        return tuple(job.result() for job in jobs)


def _planned(
    ground: Ground, rules: Rules, spine: Spine, tools: Instruments, position: Position, progress: Progress
) -> AccessPlan:
    way = way_of(ground, rules)
    if isinstance(way, tuple):
        return _undetermined(rules, ground.target, position, way, spine)
    found, none = sweep(way, tools, progress)
    if not found:
        return _blocked(ground, way, none, spine, tools, position, progress)
    progress(f"{rules.approach}: {len(found)} corridors")
    made = [propose(ground, way, one, spine, tools) for one in found]
    kept = [made[index] for index in pareto([_score(one) for one in made])]
    best = _recommended(kept)
    return AccessPlan(
        level=ground.target.level,
        side=ground.target.side,
        approach=rules.approach,
        position=position,
        proposals=tuple(kept),
        recommended=best,
        why=_why(kept, best),
        blocks=(),
        cautions=_cautions(ground, way, spine, tools),
        missing=_missing(ground, way),
    )


def _score(item: Proposal) -> Score:
    return Score(item.certificate.achieved, item.foraminoplasty.sap_fraction, item.corridor.diameter_mm)


def _recommended(items: Sequence[Proposal]) -> int:
    """The knee of those that cover the fragment and stay within the bone that may go, where there are any."""
    refuse, least = float(setting("sap_refuse").value), float(setting("fragment_share").value)
    fit = [index for index, item in enumerate(items) if item.foraminoplasty.sap_fraction <= refuse]
    covering = [
        index
        for index in fit
        if (reach := items[index].reach) is not None and min(reach.reached, reach.seen) >= least
    ]
    chosen = covering or fit or list(range(len(items)))
    scores = [_score(items[index]) for index in chosen]
    touches = [items[index].tolerance.touch_probability for index in chosen]
    most, width = float(setting("sap_default_most").value), float(setting("knee_width").value)
    return chosen[knee(scores, touches, most, width)]


def _why(items: Sequence[Proposal], best: int) -> str:
    item = items[best]
    nerves = [one for one in item.clearances if one.kind == "nerve"]
    nerve = min(nerves, key=lambda one: one.clearance_mm, default=None)
    said = f"A cannula of {item.corridor.diameter_mm:g} mm passes"
    if nerve is not None:
        said += f" with {nerve.clearance_mm:.1f} mm to the {nerve.structure}"
    share = item.foraminoplasty.sap_fraction
    said += f", taking {share:.0%} of the superior articular process." if share > 0 else ", and no bone goes."
    own = item.certificate.achieved
    safer = [other for other in items if other.certificate.achieved > own]
    if safer:
        other = max(safer, key=lambda one: one.certificate.achieved)
        more = f"{other.certificate.achieved:.2f} instead of {own:.2f} standard deviations"
        share = other.foraminoplasty.sap_fraction
        bone = f"takes {share:.0%} of the superior articular process" if share > 0 else "takes no bone"
        said += f" A cannula of {other.corridor.diameter_mm:g} mm that {bone} keeps more clearance to nerve"
        said += f" ({more})."
    return said


def _blocked(
    ground: Ground,
    way: Way,
    none: Sequence[Found],
    spine: Spine,
    tools: Instruments,
    position: Position,
    progress: Progress,
) -> AccessPlan:
    closest = none[0]
    decided = closest.result.status == "none"
    progress(f"{way.rules.approach}: what is in the way")
    blocks = blocks_of(ground, way, closest) if decided else ()
    cautions = list(_cautions(ground, way, spine, tools))
    unsure = not_certain(ground, way, closest, blocks) if decided else None
    if unsure is not None:
        cautions.insert(0, unsure)
    if decided and blocks:
        cannula = f"{closest.cannula.outer_mm:g} mm"
        why = f"No corridor for a cannula of {cannula}: {blocks[0].structure} is in the way."
    elif decided:
        why = f"No corridor for a cannula of {closest.cannula.outer_mm:g} mm."
    else:
        why = (
            "Not decided: no corridor was found, and that there is none could not be proved "
            f"(the nearest lacks {max(-closest.result.achieved, 0.0):.1f})."
        )
        cautions.insert(0, Caution("undecided", why))
    return AccessPlan(
        level=ground.target.level,
        side=ground.target.side,
        approach=way.rules.approach,
        position=position,
        proposals=(),
        recommended=None,
        why=why,
        blocks=blocks,
        cautions=tuple(cautions),
        missing=_missing(ground, way),
    )


def _undetermined(
    rules: Rules, target: Target, position: Position, missing: Sequence[str], spine: Spine
) -> AccessPlan:
    return AccessPlan(
        level=target.level,
        side=target.side,
        approach=rules.approach,
        position=position,
        proposals=(),
        recommended=None,
        why=f"Not planned: without {' and '.join(missing)} no corridor can be bounded.",
        blocks=(),
        cautions=tuple(spine.warnings),
        missing=tuple(missing),
    )


def _missing(ground: Ground, way: Way) -> tuple[str, ...]:
    return (*way.missing, *(() if ground.on_skin else ("skin",)))


def _cautions(ground: Ground, way: Way, spine: Spine, tools: Instruments) -> tuple[Caution, ...]:
    crest = crest_caution(way, tools.cannulas[0].outer_mm / 2)
    found = [*([crest] if crest is not None else []), *way.rules.cautions[ground.target.level]]
    organs = [name for name in way.missing if not name.startswith(("travers", "superior"))]
    if organs:
        text = f"The map does not show {', '.join(organs)}: clearance to them is not known."
        code = "organs_not_shown" if way.rules.approach == "far-lateral" else "organs_not_checked"
        found.append(Caution(code, text, tuple(organs)))
    absent = tuple(name for name in way.missing if name.startswith("travers"))
    if absent:
        text = f"The {absent[0]} is neither shown nor derived: clearance to it is not known."
        found.append(Caution("nerve_not_shown", text, absent))
    if not ground.on_skin:
        text = "The map shows no skin: entry and depth end where the map ends to name what is there."
        found.append(Caution("entry_not_on_skin", text, ("skin",)))
    if ground.target.fragment is not None and ground.target.fragment.how == "assumed":
        text = f"The fragment was not seen: an ellipsoid in the {ground.target.zone} zone stands for it."
        found.append(Caution("fragment_assumed", text))
    if tools.from_memory:
        text = f"Not looked up, from memory: {', '.join(tools.from_memory)}."
        found.append(Caution("instruments_from_memory", text))
    return (*found, *spine.warnings)
