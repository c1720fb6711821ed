"""What a search tells: rays, margins, what blocks, and the proof."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from kambin.access.scene import Obstacle
from kambin.access.settings import search_settings
from kambin.case.words import Side

__all__ = ["Blocking", "Limits", "Margin", "Ray", "SearchResult"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Ray:
    """One corridor's axis.

    Attributes
    ----------
    tip_lps, direction_lps : ndarray, shape (3,)
        Unit direction from tip to entry.
    length_mm : float
    on_skin : bool
        False where it ends at the edge of what is known.
    """

    tip_lps: Floats
    direction_lps: Floats
    length_mm: float
    on_skin: bool

    @property
    def entry_lps(self) -> Floats:
        """Where it enters the body, or leaves what is known."""
        found: Floats = self.tip_lps + self.length_mm * self.direction_lps
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Margin:
    """Clearance of one structure from the cannula's wall on one ray, in its field.

    Attributes
    ----------
    obstacle : Obstacle
    clearance_mm : float
        Proved; negative is penetration.
    robust_mm : float
        Under the scene's pose error; proved.
    spare_mm : float
        `robust_mm` less what is demanded.
    at_lps : ndarray, shape (3,)
        Point of the axis where it is least.
    at_mm : float
        From the tip.
    """

    obstacle: Obstacle
    clearance_mm: float
    robust_mm: float
    spare_mm: float
    at_lps: Floats
    at_mm: float


@dataclass(frozen=True, slots=True)
class Blocking:
    """What closes every corridor.

    Attributes
    ----------
    structure : str
    kind : str
    side : Side or None
    by_mm : float
        How far it is enough for it to give way, or what the nearest corridor lacks; 0 for removable bone.
    alone : bool
        Whether its giving way alone frees a corridor.
    share : float
        Of removable bone: how much more of it would have to go than may.
    """

    structure: str
    kind: str
    side: Side | None
    by_mm: float
    alone: bool
    share: float = 0.0


@dataclass(frozen=True, slots=True)
class Limits:
    """What this search is held to.

    Attributes
    ----------
    tolerance_mm : float
        How far the best may stay below the bound.
    hard_tolerance_mm : float
        Corridors that keep a limit by less than this are not looked for.
    most_length_mm : float
        From tip to skin.
    max_cells : int
    incidence_deg : float
        Least angle between the axis and the skin; 0 asks nothing. Counts only where there is a skin.
    """

    tolerance_mm: float
    hard_tolerance_mm: float
    most_length_mm: float
    max_cells: int
    incidence_deg: float = 0.0

    @classmethod
    def standard(cls, most_length_mm: float = 250.0, incidence_deg: float = 0.0) -> Limits:
        """As the settings say."""
        given = search_settings()
        return cls(
            given.tolerance_mm, given.hard_tolerance_mm, most_length_mm, given.max_cells, incidence_deg
        )


@dataclass(frozen=True, slots=True, eq=False)
class SearchResult:
    """The answer for one cannula and one bone budget.

    Attributes
    ----------
    status : str
        ``found``; ``none`` (proved: no corridor keeps every limit by more than the hard tolerance);
        ``undecided`` (nothing found that keeps every limit, and the search was cut short).
    ray : Ray
        The best; where none was found, the one that comes nearest.
    achieved, upper_bound, gap : float
        Of the smallest (robust clearance − demanded) / sd over nerves. Without a corridor: of the smaller of
        that and the worst limit in mm.
    gap_mm : float
        The gap in mm of the least certain nerve.
    margins : tuple of Margin
        Of every structure, the limits first.
    removed : mapping
        Name of each removable bone → the share that the cannula's cylinder takes.
    tolerance_mm : float
    rays, cells : int
        Rays that were judged, and cells.
    """

    status: Literal["found", "none", "undecided"]
    ray: Ray
    achieved: float
    upper_bound: float
    gap: float
    gap_mm: float
    tolerance_mm: float
    margins: tuple[Margin, ...]
    removed: Mapping[str, float]
    rays: int
    cells: int
