"""Every cannula at every bone budget, with as few searches as prove them all.

With more bone allowed, or a thinner cannula, the best corridor can only be better. So the widest budget comes
first: where its best corridor takes no more bone than a smaller budget allows, it is the best of that too;
and where nothing is found with the widest budget, smaller ones need no search.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from kambin.access.catalogue import Cannula, Instruments, setting
from kambin.access.region import LONGEST_MM
from kambin.access.result import Limits, Ray, SearchResult
from kambin.access.scene_of import Way
from kambin.access.search import search

__all__ = ["Found", "limits", "sweep"]

# A search that is cut short tells its gap; beyond this many cells more of them hardly close it.
MOST_CELLS = 60000
# Less bone than this share is not worth a search of its own.
WORTH_SPARING = 0.03


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """The best corridor of one cannula within one budget.

    Attributes
    ----------
    cannula : Cannula
    budget : float
        The smallest one that was asked for and within which it stays.
    result : SearchResult
    """

    cannula: Cannula
    budget: float
    result: SearchResult

    @property
    def share(self) -> float:
        """Share of the removable bone that the cannula's cylinder takes."""
        return max(self.result.removed.values(), default=0.0)


def limits() -> Limits:
    """What every search of a plan is held to."""
    tolerance = float(setting("certificate_mm").value)
    return replace(Limits.standard(LONGEST_MM), tolerance_mm=tolerance, max_cells=MOST_CELLS)


def sweep(
    way: Way, tools: Instruments, progress: Callable[[str], None] = lambda _: None
) -> tuple[tuple[Found, ...], tuple[Found, ...]]:
    """All distinct best corridors, and the searches that found none.

    Parameters
    ----------
    way : Way
    tools : Instruments
    progress : callable

    Returns
    -------
    (found, none) : tuples of Found
        `none` holds, for each cannula that passes with no budget, the search with the widest.
    """
    budgets = sorted((float(share) for share in setting("sap_budgets").value), reverse=True)
    if not way.scene.removable:
        budgets = [0.0]
    found: list[Found] = []
    none: list[Found] = []
    for cannula in tools.cannulas:
        if any(one.result.status == "none" for one in none):
            # a thinner one already found no way; it would have to fit inside the room of a thicker one
            break
        progress(f"{way.rules.approach}: cannula of {cannula.outer_mm:g} mm")
        _one_cannula(way, cannula, budgets, found, none)
    return tuple(found), tuple(none)


def _one_cannula(
    way: Way, cannula: Cannula, budgets: list[float], found: list[Found], none: list[Found]
) -> None:
    warm = [one.result.ray for one in found]
    left = list(budgets)
    while left:
        result = _search(way, left[0], cannula, warm)
        if result.status != "found":
            if left[0] == budgets[0]:
                none.append(Found(cannula, left[0], result))
            return
        share = max(result.removed.values(), default=0.0)
        within = next((budget for budget in reversed(left) if budget >= share), left[0])
        found.append(Found(cannula, within, result))
        warm.append(result.ray)
        # a budget that spares next to nothing against what was found is not asked for
        left = [budget for budget in left if budget < min(share - WORTH_SPARING, within)]


def _search(way: Way, budget: float, cannula: Cannula, warm: list[Ray]) -> SearchResult:
    return search(way.with_budget(budget), way.patch, way.cone, cannula.outer_mm / 2, limits(), warm[-6:])
