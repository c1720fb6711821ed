"""An access plan as text for a surgeon: what is recommended, how sure it is, what stands in the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kambin.cli.console import out
from kambin.cli.render import table_of

if TYPE_CHECKING:
    from kambin.access.model import AccessPlan, Proposal
    from kambin.case.measured import MeasuredFact

__all__ = ["print_access", "print_corridors"]


def print_access(plans: Sequence[AccessPlan], found: Sequence[MeasuredFact]) -> None:
    """Every plan, then the facts that go back to the guideline."""
    for plan in plans:
        _print_plan(plan)
    console = out()
    console.print("[bold]For the guideline[/bold]")
    if not found:
        console.print("  nothing is known for certain")
    for fact in found:
        value = _yes_or_no(fact.value) if isinstance(fact.value, bool) else f"{fact.value} {fact.unit}"
        console.print(f"  {fact.name}: {value}")


def print_corridors(plans: Sequence[Mapping[str, Any]]) -> None:
    """What each approach comes to, in a line: the recommended corridor with its proof, or what is in the way.

    Parameters
    ----------
    plans : sequence of mapping
        The access plans of a Plan document, all to one disc.
    """
    from rich.markup import escape

    if not plans:
        return
    console = out()
    first = plans[0]
    console.print(f"\n[bold]Corridors to {first['level']}, patient's {first['side']}[/bold]")
    table = table_of("approach", "corridor", "proof: nothing beats")
    for plan in plans:
        table.add_row(f"{_mark(plan)} {plan['approach']}", escape(_said(plan)), _proof(plan))
    console.print(table)


def _mark(plan: Mapping[str, Any]) -> str:
    if plan["recommended"] is not None:
        return "✓"
    return "✗" if plan["blocks"] else "?"


def _said(plan: Mapping[str, Any]) -> str:
    """Why, and what would free the way of the first thing that blocks it."""
    if plan["recommended"] is not None or not plan["blocks"]:
        return str(plan["why"])
    block = plan["blocks"][0]
    return f"{plan['why']} What would free it: {block['change']}."


def _proof(plan: Mapping[str, Any]) -> str:
    """The bound that the certificate gives for the recommended corridor, and what was reached."""
    if plan["recommended"] is None:
        return ""
    found = plan["proposals"][plan["recommended"]]["certificate"]
    return f"{found['upper_bound']:.2f} {found['unit']}; reached {found['achieved']:.2f}"


def _print_plan(plan: AccessPlan) -> None:
    from kambin.access.catalogue import rules_of

    console = out()
    rules = rules_of(plan.approach)
    head = f"{rules.label} ({rules.document}) · {plan.level} · patient's {plan.side} · {plan.position}"
    console.rule(f"[bold]{head}[/bold]", align="left")
    mark = "?" if not plan.blocks else "✗"
    console.print(f"{'✓' if plan.recommended is not None else mark} {plan.why}")
    if plan.proposals:
        _print_set(plan)
    if plan.recommended is not None:
        _print_proposal(plan.proposals[plan.recommended], plan)
    if plan.blocks:
        table = table_of("in the way", "lacking", "what would free it")
        for block in plan.blocks:
            table.add_row(block.structure, f"{block.by_mm:.1f} mm", block.change)
        console.print(table)
    for caution in plan.cautions:
        console.print(f"  ! {caution.text}")
    if plan.missing:
        console.print(f"  The map does not show: {', '.join(plan.missing)}.")
    console.print()


def _print_set(plan: AccessPlan) -> None:
    unit = plan.proposals[0].certificate.unit
    table = table_of("", "cannula", "bone of the SAP", f"nerve ({unit})", "at best", "touch", "fragment")
    for index, item in enumerate(plan.proposals):
        reach = "–" if item.reach is None else f"{item.reach.reached:.0%} / {item.reach.seen:.0%}"
        table.add_row(
            "→" if index == plan.recommended else "",
            f"{item.corridor.diameter_mm:g} mm",
            f"{item.foraminoplasty.sap_fraction:.0%}",
            f"{item.certificate.achieved:.2f}",
            f"≤ {item.certificate.upper_bound:.2f}",
            f"{item.tolerance.touch_probability:.0%}",
            reach,
        )
    out().print(table)


def _print_proposal(item: Proposal, plan: AccessPlan) -> None:
    console = out()
    entry, angles, bone = item.entry, item.angles, item.foraminoplasty
    where = "skin" if entry.on_skin else "edge of what the map shows"
    places = [f"{entry.from_midline_mm:.0f} mm from the midline, towards the patient's {plan.side}"]
    if entry.spinous_of is not None and entry.above_spinous_mm is not None:
        places.append(f"{_above(entry.above_spinous_mm)} the spinous process of {entry.spinous_of}")
    if entry.above_crest_mm is not None:
        places.append(f"{_above(entry.above_crest_mm)} the iliac crest")
    console.print(f"  Entry ({where}): {'; '.join(places)}; {item.corridor.depth_mm:.0f} mm deep")
    from_side = "" if plan.approach == "interlaminar" else f"coronal {angles.coronal_deg:+.0f}°, "
    console.print(
        f"  Direction: axial {angles.axial_deg:.0f}° from straight back, {from_side}"
        f"sagittal {angles.sagittal_deg:+.0f}° (+ towards the head)"
    )
    if plan.position == "lateral":
        lean = 90 - angles.axial_deg
        console.print(
            f"  On the side, the patient's {plan.side} up: axially {abs(lean):.0f}° from the vertical, "
            f"towards the {'back' if lean >= 0 else 'belly'}"
        )
    reamers = " → ".join(f"{mm:g}" for mm in bone.reamers_mm)
    opening = f"opening {bone.opening_before_mm:.1f} → {bone.opening_after_mm:.1f} mm"
    console.print(
        f"  Foraminoplasty: {f'reamers {reamers} mm, ' if reamers else 'none, '}"
        f"{bone.volume_mm3:.0f} mm³ = {bone.sap_fraction:.0%} of the SAP; {opening}"
    )
    hand = item.tolerance
    freedom = f"{hand.shift_mm:.1f} mm or {hand.tilt_deg:.1f}°"
    console.print(
        f"  The hand may err {freedom} before a nerve is touched. With the published execution error "
        f"({hand.source}), and the nerves as uncertain as they are, one is touched in "
        f"{hand.touch_probability:.0%}."
    )
    table = table_of("structure", "clearance", "±", "demanded", "known by")
    for gap in item.clearances:
        table.add_row(
            gap.structure,
            f"{gap.clearance_mm:.1f} mm",
            f"{gap.uncertainty_mm:.1f}",
            f"{gap.demanded_mm:.1f}",
            gap.how,
        )
    console.print(table)
    for caution in item.cautions:
        console.print(f"  ! {caution.text}")


def _yes_or_no(value: bool) -> str:
    return "yes" if value else "no"


def _above(millimetres: float) -> str:
    return f"{abs(millimetres):.0f} mm {'above' if millimetres >= 0 else 'below'}"
