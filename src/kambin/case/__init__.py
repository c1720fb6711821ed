"""What is known about one patient.

`load` reads a case file and `dump` writes one, `fact_row` turns a case into the facts that conditions read,
`facts` is the registry of all of them.
"""

from __future__ import annotations

from kambin.case.fact import Fact, FactRow, FactValue, Range
from kambin.case.measured import Disagreement, MeasuredFact
from kambin.case.model import Absence, Case
from kambin.case.reading import dump, load, loads
from kambin.case.registry import facts, facts_in_conditions
from kambin.case.rows import disagreements, fact_row
from kambin.case.sections.discs import DiscFinding
from kambin.case.words import Level, Root, Side

__all__ = [
    "Absence",
    "Case",
    "Disagreement",
    "DiscFinding",
    "Fact",
    "FactRow",
    "FactValue",
    "Level",
    "MeasuredFact",
    "Range",
    "Root",
    "Side",
    "disagreements",
    "dump",
    "fact_row",
    "facts",
    "facts_in_conditions",
    "load",
    "loads",
]
