"""From a plan to one self-contained HTML page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from kambin.guideline.explaining import QuestionDoc
from kambin.plan import Plan
from kambin.report.access import access_view, advised_approach
from kambin.report.arguments import ArgumentView
from kambin.report.decisions import DecisionView, decision_view
from kambin.report.facts import fact_sections
from kambin.report.framing import environment, page_label
from kambin.report.galleries import Shelf, shelves
from kambin.report.lexicon import Lexicon
from kambin.report.outlook import outlook_view
from kambin.report.picture import spine_picture
from kambin.report.problem import problem_view
from kambin.report.recurring import recurrence_view
from kambin.report.scan import first_screen_warnings, scan_view
from kambin.report.sources import SourceBook
from kambin.report.words import capital, decision_name, humanise, unit_words, words

if TYPE_CHECKING:
    from jinja2 import Environment

    from kambin.report.pictures import Gallery

__all__ = ["RedFlagView", "render_report"]

RESTS_ON = ("urgency", "indication", "treatment")
AFTERWARDS = ("setting", "recurrence_prevention")
COSTS = {0: "to ask", 1: "to examine", 3: "on imaging", 5: "at an invasive procedure"}


@dataclass(frozen=True, slots=True)
class RedFlagView:
    """What the first screen says when a red flag stopped the walk.

    Attributes
    ----------
    name, order : str
        What it is; what to do.
    next_steps : tuple of str
        What the other decisions that were reached say to do.
    because : tuple of ArgumentView
        The findings that raised it.
    questions : tuple of QuestionDoc
        Safety questions that are still open.
    """

    name: str
    order: str
    next_steps: tuple[str, ...]
    because: tuple[ArgumentView, ...]
    questions: tuple[QuestionDoc, ...]


def _red_flag(plan: Plan, decisions: tuple[DecisionView, ...]) -> RedFlagView | None:
    if not plan.red_flag:
        return None
    name, order = plan.headline, ""
    because: tuple[ArgumentView, ...] = ()
    steps: list[str] = []
    for decision in decisions:
        for option in decision.chosen:
            if plan.headline == f"{option.label}. {option.say}":
                name, order = option.label, option.say
                because = tuple(item for item in option.reasons.decisive if item.mark == "✓")
            elif option.say:
                steps.append(f"{option.label}: {option.say}")
    questions = tuple(item for item in plan.questions if item["safety"])
    return RedFlagView(name, order, tuple(steps), because, questions)


def _shelves(plan: Plan, galleries: Mapping[str, Gallery] | None) -> Mapping[str, Shelf]:
    """The pictures that find room, those of the problem disc and of the advised approach first."""
    problem = (plan.diagnosis or {}).get("problem") or {}
    return shelves(
        galleries, advised_approach(plan), str(problem.get("level", "")), str(problem.get("side", ""))
    )


def _context(plan: Plan, galleries: Mapping[str, Gallery] | None) -> dict[str, Any]:
    shelved = _shelves(plan, galleries)
    book = SourceBook.of(plan)
    lexicon = Lexicon.of(plan.decisions)
    decisions = tuple(decision_view(item, plan.questions, lexicon, book) for item in plan.decisions)
    return {
        "plan": plan,
        "language": "en-GB",
        "page_label": page_label(plan),
        "red_flag": _red_flag(plan, decisions),
        "decisions": decisions,
        "main": tuple(item for item in decisions if item.id in RESTS_ON),
        "further": tuple(item for item in decisions if item.id not in RESTS_ON),
        "picture": spine_picture(plan.diagnosis),
        "problem": problem_view(plan.diagnosis, book),
        "safety_questions": tuple(item for item in plan.questions if item["safety"]),
        "other_questions": tuple(item for item in plan.questions if not item["safety"]),
        "costs": COSTS,
        "warnings": first_screen_warnings(plan),
        "scan": scan_view(plan, lexicon),
        "scan_shelf": shelved.get(words()["gallery"]["spine"], Shelf()),
        "access": access_view(plan, shelved),
        "outlook": outlook_view(plan.outlook, lexicon, book),
        "recurrence": recurrence_view(plan.outlook, lexicon, book),
        "afterwards": tuple(item for item in decisions if item.id in AFTERWARDS),
        "differences": tuple(
            (decision_name(item.decision), item.used, item.source, book.disputed(item.because))
            for item in plan.profile_differences
        ),
        "book": book,
        "facts": fact_sections(plan.facts),
        "stages": tuple(item for item in plan.stages if item.state != "done"),
        "stage_names": words()["stages"],
    }


@cache
def _environment() -> Environment:
    made = environment()
    made.filters |= {"decision_name": decision_name, "humanise": humanise, "capital": capital}
    made.globals["unit"] = unit_words
    return made


def render_report(plan: Plan, galleries: Mapping[str, Gallery] | None = None) -> str:
    """The clinician report of a plan: one HTML page that needs neither network nor script.

    Parameters
    ----------
    plan : Plan
    galleries : mapping of str to Gallery, optional
        Pictures of the spine under ``anatomy``, of each corridor under the name of its approach. Those that
        matter most for this patient come into the page, as many as keep it easy to send.

    Returns
    -------
    str
        Same plan and pictures, same text.
    """
    return _environment().get_template("report.html").render(_context(plan, galleries))
