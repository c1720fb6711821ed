"""What this room hands on: plain frozen types without arrays.

Points are three floats, LPS millimetres. A *clearance* is the gap from the cannula's wall to a structure;
negative is penetration. A *corridor* is entry, target and diameter. `Side` is the patient's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kambin.anatomy.model import Caution, Point
from kambin.case.words import Side

__all__ = [
    "AccessPlan",
    "Angles",
    "Approach",
    "Block",
    "Certificate",
    "Clearance",
    "Corridor",
    "Entry",
    "Foraminoplasty",
    "Position",
    "Proposal",
    "Reach",
    "Tolerance",
]

Approach = Literal["posterolateral", "far-lateral", "interlaminar"]
Position = Literal["prone", "lateral"]


@dataclass(frozen=True, slots=True)
class Corridor:
    """The working corridor: a cylinder from the skin to the target."""

    entry_lps: Point
    target_lps: Point
    diameter_mm: float
    depth_mm: float


@dataclass(frozen=True, slots=True)
class Angles:
    """Direction from target to entry, in the patient's terms at the target's level.

    Attributes
    ----------
    axial_deg : float
        In the disc's axial plane, from straight back (0, dorsal) towards the side of the approach (90).
    coronal_deg : float
        In the coronal plane, from straight sideways (0) towards the head (positive) or the feet (negative).
    sagittal_deg : float
        In the sagittal plane, from straight back (0) towards the head (positive) or the feet (negative).
    """

    axial_deg: float
    coronal_deg: float
    sagittal_deg: float


@dataclass(frozen=True, slots=True)
class Entry:
    """Where the skin is entered, in terms a hand can measure.

    Attributes
    ----------
    from_midline_mm : float
        Along the skin's transverse direction, from the line of the spinous processes.
    above_spinous_mm : float or None
        Above (+) or below (−) the tip of the named vertebra's spinous process.
    spinous_of : str or None
    above_crest_mm : float or None
        Above (+) or below (−) the top of the iliac crest of that side.
    on_skin : bool
        False where the map shows no skin, so that the entry lies at the edge of what is known.
    """

    from_midline_mm: float
    above_spinous_mm: float | None
    spinous_of: str | None
    above_crest_mm: float | None
    on_skin: bool


@dataclass(frozen=True, slots=True)
class Clearance:
    """Gap from the cannula's wall to one structure.

    Attributes
    ----------
    structure : str
        For example ``exiting root L4``, ``dural sac``, ``iliac bone``.
    side : Side or None
    kind : str
        ``nerve``, ``bone``, ``viscera`` …
    clearance_mm : float
    uncertainty_mm : float
        Half width of the 95 % interval: position of a derived structure and the map's own boundary.
    robust_mm : float
        Under the settings' worst pose error; the certified quantity for nerves.
    demanded_mm : float
        What the settings demand of `robust_mm`.
    how : str
        ``given``, ``separated`` or ``derived``.
    at_lps : tuple of float
        Where on the axis it is least.
    """

    structure: str
    side: Side | None
    kind: str
    clearance_mm: float
    uncertainty_mm: float
    robust_mm: float
    demanded_mm: float
    how: str
    at_lps: Point


@dataclass(frozen=True, slots=True)
class Certificate:
    """Proof that no better corridor exists within the tolerance.

    Attributes
    ----------
    achieved, upper_bound, gap : float
        Of the objective: the smallest (robust clearance − demanded) / sd over nerves, in units of sd, where
        `unit` is ``sd``, or in mm.
    unit : str
    tolerance : float
    rays : int
        Directions evaluated.
    cells : int
        Cells of the search.
    """

    achieved: float
    upper_bound: float
    gap: float
    unit: str
    tolerance: float
    rays: int
    cells: int


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far the hand may err before the clearance to nerve is used up.

    Attributes
    ----------
    shift_mm, tilt_deg : float
    touch_probability : float
        Of touching a nerve under the published execution error.
    source : str
        Evidence id of the execution error.
    """

    shift_mm: float
    tilt_deg: float
    touch_probability: float
    source: str


@dataclass(frozen=True, slots=True)
class Foraminoplasty:
    """What bone must go.

    Attributes
    ----------
    reamers_mm : tuple of float
        Outer diameters, in the order of use; empty where no bone must go.
    volume_mm3 : float
    sap_fraction : float
        Share of the superior articular process that is removed.
    opening_before_mm, opening_after_mm : float
        Diameter of the largest cylinder along the axis that passes between nerve and bone.
    """

    reamers_mm: tuple[float, ...]
    volume_mm3: float
    sap_fraction: float
    opening_before_mm: float
    opening_after_mm: float


@dataclass(frozen=True, slots=True)
class Reach:
    """How much of the fragment the instrument reaches and the optic sees, 0 to 1."""

    reached: float
    seen: float


@dataclass(frozen=True, slots=True)
class Proposal:
    """One point of the Pareto set."""

    cannula: str
    sap_budget: float
    corridor: Corridor
    angles: Angles
    entry: Entry
    clearances: tuple[Clearance, ...]
    certificate: Certificate
    tolerance: Tolerance
    foraminoplasty: Foraminoplasty
    reach: Reach | None
    cautions: tuple[Caution, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """What closes every corridor.

    Attributes
    ----------
    structure : str
    side : Side or None
    by_mm : float
        How much is lacking with the best corridor.
    change : str
        The smallest change that would free it, in a sentence.
    sap_fraction : float or None
        Share of the superior articular process that would free it, where that alone does.
    """

    structure: str
    side: Side | None
    by_mm: float
    change: str
    sap_fraction: float | None = None


@dataclass(frozen=True, slots=True)
class AccessPlan:
    """The answer for one level, side and approach.

    Attributes
    ----------
    proposals : tuple of Proposal
        The Pareto set over cannula and bone budget; empty where every corridor is blocked or none can be
        certified.
    recommended : int or None
        Index of the knee.
    why : str
        Why that one, or why none.
    blocks : tuple of Block
        Where there is none: the structures in the way, the worst first.
    cautions : tuple of Caution
    missing : tuple of str
        Structures that the plan lacks (skin, dura, a root …).
    """

    level: str
    side: Side
    approach: Approach
    position: Position
    proposals: tuple[Proposal, ...]
    recommended: int | None
    why: str
    blocks: tuple[Block, ...]
    cautions: tuple[Caution, ...]
    missing: tuple[str, ...]
