"""The roots of a spine: those that the map gives, checked for side and level, and the derived others."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from kambin.anatomy.geometry import Root, Sac
from kambin.anatomy.model import Caution
from kambin.anatomy.pedicles import outward_frame
from kambin.anatomy.reading import LabelMap
from kambin.anatomy.refusal import Reason, ScanRefused
from kambin.anatomy.regions import region
from kambin.anatomy.root_clearing import Closed, Solid, kept_free
from kambin.anatomy.root_course import derive_root, derive_s1_root
from kambin.anatomy.root_line import root_of_label
from kambin.anatomy.segments import Segment
from kambin.anatomy.settings import SIDE_MARGIN_MM
from kambin.case.words import SIDES, Side

__all__ = ["find_roots"]

Floats = NDArray[np.float64]

# A derived root that bone or disc moved farther than this is named: it is about two published spreads.
FAR_MM = 5.0


def find_roots(
    labels: LabelMap,
    segments: Mapping[str, Segment],
    sac: Sac | None,
    roofs: Mapping[tuple[str, Side], Floats] | None = None,
) -> tuple[list[Root], list[Caution], list[str]]:
    """Every root that the map gives or bone and sac allow to derive.

    Parameters
    ----------
    labels : LabelMap
    segments : mapping
        Level → `Segment`.
    sac : Sac or None
    roofs : mapping, optional
        (level, side) → roof of the foramen, LPS mm, where it was measured.

    Returns
    -------
    roots : list of Root
        From the head down, left before right.
    cautions : list of Caution
    missing : list of str
        Roots that could not be had, as ``root L4 left``.

    Raises
    ------
    ScanRefused
        A root labelled left lies on the right, or the other way round.
    """
    roots: list[Root] = []
    cautions: list[Caution] = []
    missing: list[str] = []
    far: list[str] = []
    bare: list[str] = []
    for level, segment in segments.items():
        solid: Solid | None = None
        names = [segment.level.split("-")[0]]
        names += ["S1"] if level.endswith("S1") else []
        for name in names:
            for side in SIDES:
                root = _given(labels, segment, name, side, cautions)
                if root is None:
                    root = _derived(segment, name, side, sac, (roofs or {}).get((level, side)))
                    if root is None:
                        bare.append(f"root {name} {side}")
                    else:
                        solid = solid or segment.solid()
                        root = _free(root, segment, solid, cautions, far)
                if root is None:
                    missing.append(f"root {name} {side}")
                else:
                    roots.append(root)
    cautions += _told(roots, bare, far)
    return roots, cautions, missing


def _told(roots: list[Root], bare: list[str], far: list[str]) -> list[Caution]:
    """What is said of roots that were not derived, of those that were, and of those moved far."""
    told: list[Caution] = []
    if bare:
        text = (
            "Not derived, because pedicle, endplates or sac are not known there, or the pedicle's lower edge "
            f"was found no higher than the disc: {', '.join(bare)}."
        )
        told.append(Caution("root_not_derived", text, tuple(bare)))
    derived = [f"{root.name} {root.side}" for root in roots if root.how == "derived"]
    if derived:
        text = (
            "Not in the map and derived from bone after published numbers, with the stated uncertainty: "
            f"roots {', '.join(derived)}."
        )
        if far:
            text += f" Where that course met bone or disc the likeliest free one was taken: {', '.join(far)}."
        told.append(Caution("roots_derived", text, tuple(f"root {name}" for name in derived)))
    return told


def _given(labels: LabelMap, segment: Segment, name: str, side: Side, cautions: list[Caution]) -> Root | None:
    found = region(labels, f"root_{name}_{side}")
    if found is None:
        return None
    own = segment.lower if name == segment.level.split("-")[1] else segment.upper
    exits = segment.level if own is segment.upper else "S1-S2"
    midline = np.stack([own.origin_lps, own.frame[0]])
    root = root_of_label(name, side, exits, found, midline)
    if root is None:
        cautions.append(
            Caution("speck", f"Too small to be the root {name} {side}.", (f"root {name} {side}",))
        )
        return None
    _check_side(root, segment)
    if own is segment.upper and not _in_own_foramen(root, segment):
        text = (
            f"The label of root {name} {side} does not pass between the pedicles of {segment.level}; "
            "it was not used."
        )
        cautions.append(Caution("root_level", text, (f"root {name} {side}",)))
        return None
    return root


def _derived(
    segment: Segment, name: str, side: Side, sac: Sac | None, roof_lps: Floats | None
) -> Root | None:
    if name == "S1":
        return derive_s1_root(side, segment.root_bed(side, sac, sacral=True))
    return derive_root(name, side, segment.level, segment.root_bed(side, sac, roof_lps=roof_lps))


def _free(root: Root, segment: Segment, solid: Solid, cautions: list[Caution], far: list[str]) -> Root | None:
    """The root outside bone and disc; None, and a caution, where there is no way. `far` is added to."""
    found = kept_free(root, solid, outward_frame(segment.disc.frame, root.side))
    name = f"root {root.name} {root.side}"
    if isinstance(found, Closed):
        height = float((found.at_lps - segment.disc.centre_lps) @ segment.disc.frame[2])
        where = f"{abs(height):.0f} mm {'above' if height >= 0 else 'below'} the middle of {segment.level}"
        text = (
            f"The {name} was not derived: {where} the published course enters what the map shows as bone or "
            "disc, and no way goes round it within reach. Labels may run together there."
        )
        cautions.append(Caution("root_no_way", text, (name,)))
        return None
    if found.by_mm > FAR_MM:
        far.append(f"{root.name} {root.side} by up to {found.by_mm:.0f} mm")
    return found.root


def _check_side(root: Root, segment: Segment) -> None:
    """Refuse a map whose root lies on the other side of the midline."""
    aside = (root.points_lps - segment.disc.centre_lps) @ segment.disc.frame[0]
    sign = 1.0 if root.side is Side.LEFT else -1.0
    farthest = float(aside[int(np.abs(aside).argmax())]) * sign
    if farthest < -SIDE_MARGIN_MM:
        raise ScanRefused(
            Reason.SIDES_SWAPPED,
            f"the root labelled {root.name} {root.side} lies {-farthest:.0f} mm on the other side",
            expected="a nerve root on its own side",
            now="check the orientation with which the label map was written; nothing of it was used",
        )


def _in_own_foramen(root: Root, segment: Segment) -> bool:
    """Whether the root passes below its own pedicle and above the next where it leaves the canal."""
    frame = segment.disc.frame
    upper = segment.pedicles.get(("upper", root.side))
    if upper is None:
        return True
    sign = 1.0 if root.side is Side.LEFT else -1.0
    points = (root.points_lps - segment.disc.centre_lps) @ frame.T
    above = (upper.centre_lps() - segment.disc.centre_lps) @ frame.T
    lower = segment.pedicles.get(("lower", root.side))
    out = sign * points[:, 0]
    crossed = np.flatnonzero((out[:-1] < sign * above[0]) & (out[1:] >= sign * above[0]))
    if len(crossed) == 0:  # it ends inside the canal or the foramen: its lower end stands for it
        crossed = np.array([int(points[:, 2].argmin())])
    height = float(points[int(crossed[-1]), 2])
    floor = -np.inf if lower is None else float((lower.centre_lps() - segment.disc.centre_lps) @ frame[2])
    return floor < height < float(above[2])
