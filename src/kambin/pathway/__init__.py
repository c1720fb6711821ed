"""One patient through the house, from the case to the plan.

`plan` gives the document; `walk` keeps the geometry beside it for those who draw; `answer` is the part that
needs no scan.
"""

from __future__ import annotations

from kambin.pathway.answering import RESTS_ON, STOPS, Answer, answer, headline, open_decisions
from kambin.pathway.walking import Walk, plan, walk

__all__ = ["RESTS_ON", "STOPS", "Answer", "Walk", "answer", "headline", "open_decisions", "plan", "walk"]
