"""Which disc: signs and imaging together, as a probability over level, side and root.

`locate` reads a case and returns a `Diagnosis`: the problem disc or why none is named, its rivals, the
finding that would tell them apart, and whether signs and scan match.
"""

from __future__ import annotations

from kambin.diagnosis.figures import Figures
from kambin.diagnosis.locate import locate, problem_disc
from kambin.diagnosis.ratios import figures
from kambin.diagnosis.result import Candidate, Diagnosis, Finding, NextFinding

__all__ = [
    "Candidate",
    "Diagnosis",
    "Figures",
    "Finding",
    "NextFinding",
    "figures",
    "locate",
    "problem_disc",
]
