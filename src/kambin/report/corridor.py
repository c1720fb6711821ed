"""One corridor in words: where to enter, which way, how deep, how near to what, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kambin.report.measured import SIDES
from kambin.report.words import NARROW, capital, humanise, number, percent, words

__all__ = ["ClearanceView", "CorridorView", "corridor_view", "lying", "of_bone", "sides_of"]

LEVEL_WITH = 0.5  # mm; less is told as level
STRAIGHT = 0.5  # degrees; less is told as straight


@dataclass(frozen=True, slots=True)
class ClearanceView:
    """Gap between the wall of the cannula and one structure."""

    structure: str
    clearance: str
    worst: str
    demanded: str
    known: str


@dataclass(frozen=True, slots=True)
class CorridorView:
    """The recommended corridor; `rows` are pairs of what and value."""

    rows: tuple[tuple[str, str], ...]
    clearances: tuple[ClearanceView, ...]


def _mm(value: float, digits: int = 1) -> str:
    return f"{number(round(value, digits))}{NARROW}mm"


def of_bone(share: float) -> str:
    """Share of the superior articular process that goes, in words."""
    return "no bone" if share <= 0 else percent(share)


def sides_of(structure: str, side: str | None) -> str:
    """A structure with the patient's side, where it has one."""
    return f"{structure}, patient's {side}" if side in SIDES else structure


def _other(side: str) -> str:
    return SIDES[1 - SIDES.index(side)] if side in SIDES else "other side"


def _above(value: float, what: str) -> str:
    if abs(value) < LEVEL_WITH:
        return f"level with {what}"
    return f"{_mm(abs(value))} {'above' if value > 0 else 'below'} {what}"


def _entry(entry: Mapping[str, Any], side: str) -> str:
    away = entry["from_midline_mm"]
    towards = side if away >= 0 else _other(side)
    parts = [f"{_mm(abs(away))} from the midline towards the patient's {towards}"]
    if entry["above_spinous_mm"] is not None and entry["spinous_of"] is not None:
        tip = f"the tip of the spinous process of {entry['spinous_of']}"
        parts.append(_above(entry["above_spinous_mm"], tip))
    if entry["above_crest_mm"] is not None:
        crest = f"the top of the iliac crest on the patient's {side}"
        parts.append(_above(entry["above_crest_mm"], crest))
    return f"{'; '.join(parts)}."


def _tilt(degrees: float, start: str, positive: str, negative: str) -> str:
    if abs(degrees) < STRAIGHT:
        return start
    return f"{number(round(abs(degrees)))}° from {start} towards {positive if degrees > 0 else negative}"


def _direction(angles: Mapping[str, float], plan: Mapping[str, Any]) -> list[tuple[str, str]]:
    side = plan["side"]
    to_side, away = f"the patient's {side}", f"the patient's {_other(side)}"
    rows = [("Axial angle", _tilt(angles["axial_deg"], "straight behind", to_side, away))]
    if plan["approach"] != "interlaminar":  # nearly straight from behind: the coronal angle says nothing
        rows.append(
            ("Coronal angle", _tilt(angles["coronal_deg"], "straight sideways", "the head", "the feet"))
        )
    rows.append(("Sagittal angle", _tilt(angles["sagittal_deg"], "straight behind", "the head", "the feet")))
    return rows


def lying(plan: Mapping[str, Any]) -> str:
    """How the patient lies; on the side, the side of the entry is up, or the table would be in the way.

    Parameters
    ----------
    plan : mapping
        Plain form of an `AccessPlan`.

    Returns
    -------
    str
    """
    how = str(words()["positions"].get(plan["position"], humanise(plan["position"])))
    return f"{how}, the patient's {plan['side']} up" if plan["position"] == "lateral" else how


def _in_the_room(angles: Mapping[str, float], plan: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Lying on the side, what a hand and a C-arm have for a reference: the floor, no longer the back.

    Lying on the front the axial angle is that from the vertical already.
    """
    if plan["position"] != "lateral":
        return []
    lean = 90.0 - angles["axial_deg"]
    way = "straight down" if abs(lean) < STRAIGHT else _tilt(lean, "the vertical", "the back", "the belly")
    how = f"{lying(plan)}, square to the table: axially {way}. The AP picture needs a level beam."
    return [("In the room", how)]


def _bone(bone: Mapping[str, Any]) -> str:
    before, after = (_mm(bone[f"opening_{when}_mm"]) for when in ("before", "after"))
    if not bone["reamers_mm"]:
        return f"No bone has to go; the opening is {before} wide."
    reamers = " → ".join(number(item) for item in bone["reamers_mm"])
    return (
        f"Reamers {reamers}{NARROW}mm; {number(round(bone['volume_mm3']))}{NARROW}mm³, "
        f"{of_bone(bone['sap_fraction'])} of the superior articular process; "
        f"the opening grows from {before} to {after}."
    )


def _source(name: str) -> str:
    """Reference of the room of access, as it is cited."""
    from kambin.access import references

    found = references().get(name)
    if found is None:
        return humanise(name)
    return ", ".join(str(found[key]) for key in ("name", "year") if key in found)


def _hand(hand: Mapping[str, Any]) -> str:
    freedom = f"{_mm(hand['shift_mm'])} or {number(round(hand['tilt_deg'], 1))}°"
    return (
        f"May err by {freedom} before the clearance to "
        f"nerve is used up. With the published error of execution ({_source(hand['source'])}) and nerves as "
        f"uncertain as they are here, a nerve would be touched in {percent(hand['touch_probability'])}."
    )


def _certificate(found: Mapping[str, Any]) -> str:
    unit = words()["certificate_units"].get(found["unit"], found["unit"])
    return (
        f"Least clearance to nerve beyond what is demanded: {number(found['achieved'])} {unit} achieved; no "
        f"corridor of this cannula and bone budget can have more than {number(found['upper_bound'])} "
        f"(gap {number(found['gap'])}, tolerated {number(found['tolerance'])}; {found['rays']:,} directions, "
        f"{found['cells']:,} cells)."
    )


def _clearance(item: Mapping[str, Any]) -> ClearanceView:
    return ClearanceView(
        structure=capital(sides_of(item["structure"], item["side"])),
        clearance=f"{_mm(item['clearance_mm'])} ±{NARROW}{number(round(item['uncertainty_mm'], 1))}",
        worst=_mm(item["robust_mm"]),
        demanded=_mm(item["demanded_mm"]),
        known=str(words()["known_from"].get(item["how"], item["how"])),
    )


def corridor_view(item: Mapping[str, Any], plan: Mapping[str, Any]) -> CorridorView:
    """One corridor in words.

    Parameters
    ----------
    item : mapping
        Plain form of a `Proposal`.
    plan : mapping
        Plain form of its `AccessPlan`.

    Returns
    -------
    CorridorView
    """
    corridor, reach = item["corridor"], item["reach"]
    on_skin = item["entry"]["on_skin"]
    start = "from the skin" if on_skin else "from the edge of what the map shows, not from the skin"
    fragment = "Not known where the fragment lies."
    if reach is not None:
        fragment = f"{percent(reach['reached'])} reached by the forceps, {percent(reach['seen'])} seen."
    rows = [
        ("Entry" if on_skin else "Entry at the edge of the map", _entry(item["entry"], plan["side"])),
        *_direction(item["angles"], plan),
        *_in_the_room(item["angles"], plan),
        ("Depth", f"{number(round(corridor['depth_mm']))}{NARROW}mm {start}"),
        ("Cannula", f"{number(corridor['diameter_mm'])}{NARROW}mm outer diameter"),
        ("Bone to remove", _bone(item["foraminoplasty"])),
        ("Fragment", fragment),
        ("The hand", _hand(item["tolerance"])),
        ("Certificate", _certificate(item["certificate"])),
    ]
    return CorridorView(
        tuple((name, capital(text)) for name, text in rows),
        tuple(_clearance(one) for one in sorted(item["clearances"], key=lambda one: one["clearance_mm"])),
    )
