"""How good the evidence is, in plain words, from the level that the evidence base gives."""

from __future__ import annotations

import re

from kambin.report.aid.catalogue import Catalogue

__all__ = ["grades", "quality_words"]

_LEVEL = re.compile(r"level (\d)(?:\s*[-–]\s*(\d))?")
_TRIAL = re.compile(r"\bRCT\b")


def grades(level: str) -> tuple[int, ...]:
    """Levels of evidence named in a text, 1 (best) to 5; empty where none is graded.

    Parameters
    ----------
    level : str
        As the evidence base words it, for example ``RCT, level 1-2; cohort, level 3``.

    Returns
    -------
    tuple of int
        Sorted. A trial that is named without a level was limited, and counts as 2.
    """
    found = {int(part) for match in _LEVEL.finditer(level) for part in match.groups() if part}
    for piece in level.split(";"):
        if _TRIAL.search(piece) and not _LEVEL.search(piece) and "summarised" not in piece:
            found.add(2)
    return tuple(sorted(found))


def quality_words(t: Catalogue, level: str) -> str:
    """Plain words for the quality of a study, or of the best and the worst of several."""
    found = grades(level)
    if not found:
        return t("quality", "0")
    best, worst = t("quality", str(found[0])), t("quality", str(found[-1]))
    return best if best == worst else t("quality", "range", best=best, worst=worst)
