"""What is advised: conditions, decisions, evaluation, explanation, proof.

The façade is :func:`decide`; the knowledge itself lies in ``knowledge/`` (documents F and R as written),
``profiles/`` (what later evidence changes) and ``theorems/`` (what is proved of both).
"""

from __future__ import annotations

from kambin.guideline.deciding import (
    DecisionResult,
    Decisions,
    OptionResult,
    Outcome,
    Status,
    decide,
    evaluate,
)
from kambin.guideline.knowledge import Argument, Decision, Knowledge, Option
from kambin.guideline.loading import CHAIN, PROFILES, load_knowledge

__all__ = [
    "CHAIN",
    "PROFILES",
    "Argument",
    "Decision",
    "DecisionResult",
    "Decisions",
    "Knowledge",
    "Option",
    "OptionResult",
    "Outcome",
    "Status",
    "decide",
    "evaluate",
    "load_knowledge",
]
