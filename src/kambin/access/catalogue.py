"""What this room is told by its data files: approaches, instruments, thresholds, each with its reference.

A *sourced* value carries the id of its reference and whether it was seen there. What rests on memory is
marked, refuses nothing, and is named on every plan that uses it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from kambin.access.model import Approach
from kambin.anatomy.model import Caution
from kambin.errors import InputError, IntegrityError

__all__ = [
    "APPROACHES",
    "Cannula",
    "Endoscope",
    "Instruments",
    "Rules",
    "Sourced",
    "instruments",
    "references",
    "rules_of",
    "setting",
]

APPROACHES: tuple[Approach, ...] = ("posterolateral", "far-lateral", "interlaminar")


@dataclass(frozen=True, slots=True)
class Sourced:
    """A value and what it rests on.

    Attributes
    ----------
    value : object
    ref : str
        Id in `references.yaml`.
    verified : bool
        False where it rests on memory.
    why : str
    """

    value: Any
    ref: str
    verified: bool
    why: str = ""


@dataclass(frozen=True, slots=True)
class Cannula:
    """One working cannula; `outer_mm` is its outer diameter."""

    id: str
    outer_mm: float
    ref: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Endoscope:
    """One optic: its lengths in mm, its tilt and its field of view in degrees."""

    id: str
    outer_mm: Sourced
    channel_mm: Sourced
    working_length_mm: Sourced
    view_angle_deg: Sourced
    field_deg: Sourced


@dataclass(frozen=True, slots=True)
class Instruments:
    """What an access is planned with.

    Attributes
    ----------
    cannulas : tuple of Cannula
        From thin to thick.
    endoscope : Endoscope
    reamers_mm : tuple of float
        Outer diameters, from thin to thick.
    forceps_reach_mm, lever_deg : float
        How far forceps go beyond the tip, and how far the cannula can be levered.
    from_memory : tuple of str
        What of all this rests on memory.
    """

    cannulas: tuple[Cannula, ...]
    endoscope: Endoscope
    reamers_mm: tuple[float, ...]
    forceps_reach_mm: float
    lever_deg: float
    from_memory: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rules:
    """One approach, as its data file says it.

    Attributes
    ----------
    approach : Approach
    label : str
    document : str
        Its letter in document F.
    levels : tuple of str
    positions : tuple of str
    axial_deg : mapping
        Level → allowed directions from target to entry; see `Angles`.
    cranial_deg : mapping
        Level → allowed tilt out of the disc's plane, towards the head positive.
    usual_axial_deg : tuple of float or None
        Published, told and not enforced.
    entry_mm : mapping
        Level → nearest and farthest skin entry from the midline.
    window : str
        ``foramen`` or ``laminae``.
    tip_mm : mapping
        ``outwards``, ``behind``, ``above`` → range in which the tip may stand.
    budgeted, nerves, hard, forbidden : tuple of str
        Structures by their role.
    cautions : mapping
        Level → what is published about this way there.
    """

    approach: Approach
    label: str
    document: str
    levels: tuple[str, ...]
    positions: tuple[str, ...]
    axial_deg: Mapping[str, tuple[float, float]]
    cranial_deg: Mapping[str, tuple[float, float]]
    usual_axial_deg: tuple[float, float] | None
    entry_mm: Mapping[str, tuple[float, float]]
    window: str
    tip_mm: Mapping[str, tuple[float, float]]
    budgeted: tuple[str, ...]
    nerves: tuple[str, ...]
    hard: tuple[str, ...]
    forbidden: tuple[str, ...]
    cautions: Mapping[str, tuple[Caution, ...]]


@cache
def _file(name: str) -> dict[str, Any]:
    from kambin.files import load_yaml

    loaded: dict[str, Any] = load_yaml(resources.files("kambin.access").joinpath(name))
    return loaded


def references() -> Mapping[str, Mapping[str, Any]]:
    """What the numbers rest on: id → name, year, where, and how far it was seen."""
    return _file("references.yaml")


def sourced(entry: Mapping[str, Any], where: str) -> Sourced:
    """A value of a data file.

    Raises
    ------
    IntegrityError
        Its reference is not in `references.yaml`, or it says neither yes nor no to having been seen.
    """
    ref = entry.get("ref")
    if ref not in references() or not isinstance(entry.get("verified"), bool):
        raise IntegrityError("a number without a known reference", where=where)
    return Sourced(entry["value"], str(ref), bool(entry["verified"]), str(entry.get("why", "")))


@cache
def setting(name: str) -> Sourced:
    """A threshold of `settings.yaml`, section `planning`."""
    return sourced(_file("settings.yaml")["planning"][name], f"settings.yaml: {name}")


@cache
def rules_of(approach: Approach) -> Rules:
    """The data file of an approach.

    Raises
    ------
    InputError
        No such approach.
    """
    if approach not in APPROACHES:
        raise InputError("no such approach", value=approach, expected=" or ".join(APPROACHES))
    file = f"approaches/{approach}.yaml"
    data = _file(file)

    def pair(entry: Mapping[str, Any], name: str) -> tuple[float, float]:
        """Least and greatest of one entry, in its unit."""
        low, high = sourced(entry, f"{file}: {name}").value
        return float(low), float(high)

    def by_level(entries: Mapping[str, Any], name: str) -> dict[str, tuple[float, float]]:
        """The same for each level."""
        return {level: pair(entry, f"{name} {level}") for level, entry in entries.items()}

    usual = data["axial_deg"].get("usual")
    return Rules(
        approach=approach,
        label=data["label"],
        document=data["document"]["letter"],
        levels=tuple(data["levels"]),
        positions=tuple(data["positions"]),
        axial_deg=by_level(data["axial_deg"]["range"], "axial_deg"),
        cranial_deg=by_level(data["cranial_deg"]["range"], "cranial_deg"),
        usual_axial_deg=pair(usual, "axial_deg, usual") if usual and usual["verified"] else None,
        entry_mm=by_level(data["entry_mm"], "entry_mm"),
        window=data["window"],
        tip_mm={axis: pair(entry, f"tip_mm {axis}") for axis, entry in data["tip_mm"].items()},
        budgeted=tuple(data["budgeted"]),
        nerves=tuple(data["nerves"]),
        hard=tuple(data["hard"]),
        forbidden=tuple(data["forbidden"]),
        cautions={level: _cautions(data, level) for level in data["levels"]},
    )


def instruments(cannulas: tuple[str, ...] | None = None, endoscope: str | None = None) -> Instruments:
    """Instruments of the catalogue.

    Parameters
    ----------
    cannulas : tuple of str, optional
        Their ids; without them, those that do not rest on memory.
    endoscope : str, optional
        Its id; without it the first.

    Returns
    -------
    Instruments

    Raises
    ------
    InputError
        An id that the catalogue does not hold.
    """
    data = _file("instruments.yaml")
    known = {item["id"]: _cannula(item) for item in data["cannulas"]}
    scopes = {item["id"]: item for item in data["endoscopes"]}
    for name in cannulas or ():
        if name not in known:
            raise InputError("no such cannula", value=name, expected=", ".join(known))
    scope = endoscope or next(iter(scopes))
    if scope not in scopes:
        raise InputError("no such endoscope", value=scope, expected=", ".join(scopes))
    wanted = [known[name] for name in cannulas] if cannulas else [c for c in known.values() if c.verified]
    optic = _endoscope(scopes[scope])
    ladder = [(float(item["outer_mm"]), bool(item["verified"])) for item in data["reamers"]]
    reach, lever = (sourced(data["forceps"][name], f"forceps: {name}") for name in ("reach_mm", "lever_deg"))
    memory = [c.id for c in wanted if not c.verified]
    memory += [f"reamer {mm:g} mm" for mm, verified in ladder if not verified]
    lengths = {"working length": optic.working_length_mm, "field of view": optic.field_deg}
    memory += [f"{optic.id}: {name}" for name, item in lengths.items() if not item.verified]
    memory += [
        name for name, item in {"reach of forceps": reach, "lever": lever}.items() if not item.verified
    ]
    return Instruments(
        cannulas=tuple(sorted(wanted, key=lambda c: c.outer_mm)),
        endoscope=optic,
        reamers_mm=tuple(sorted(mm for mm, _ in ladder)),
        forceps_reach_mm=float(reach.value),
        lever_deg=float(lever.value),
        from_memory=tuple(memory),
    )


def _cautions(data: Mapping[str, Any], level: str) -> tuple[Caution, ...]:
    told = [item for item in data.get("cautions", ()) if level in item["levels"] and item["verified"]]
    return tuple(Caution(item["code"], item["say"]) for item in told)


def _cannula(item: Mapping[str, Any]) -> Cannula:
    outer = sourced({**item, "value": item["outer_mm"]}, f"instruments.yaml: {item['id']}")
    return Cannula(item["id"], float(outer.value), outer.ref, outer.verified)


def _endoscope(item: Mapping[str, Any]) -> Endoscope:
    names = ("outer_mm", "channel_mm", "working_length_mm", "view_angle_deg", "field_deg")
    return Endoscope(item["id"], *(sourced(item[name], f"{item['id']}: {name}") for name in names))
