"""From a plan to the patient aid: one self-contained HTML page that needs neither network nor script."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from kambin import evidence
from kambin.plan import Plan
from kambin.report.aid import story
from kambin.report.aid.catalogue import Catalogue, catalogue, data_file
from kambin.report.aid.chances import Choice, Line, compare, names_of, natural_course
from kambin.report.aid.options import OptionView, option_views
from kambin.report.aid.quality import quality_words
from kambin.report.aid.reading import reading
from kambin.report.framing import environment, page_label
from kambin.report.sources import Link
from kambin.report.words import capital

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["aid_file_name", "render_aid"]

_AFTER_STOP = re.compile(r"(?<=[。！？；：，]) +")  # a full-width stop brings its own space
WORKUP = "red_flag_workup"


def aid_file_name(language: str) -> str:
    """Name of the file for the aid in a language, for example ``aid.en.html``."""
    return f"aid.{catalogue(language).language}.html"


@cache
def _environment() -> Environment:
    return environment()


@cache
def _newest_year() -> int:
    return max(item.year for item in evidence.references() if item.year is not None)


def _frame(t: Catalogue, plan: Plan) -> dict[str, Any]:
    """What every page of the aid holds."""
    return {
        "t": t,
        "plan": plan,
        "label": page_label(plan),
        "edition": data_file("edition")["text"].isoformat(),
        "year": _newest_year(),
        "hash": plan.software.evidence_hash[:12],
    }


def _emergency(t: Catalogue, plan: Plan) -> dict[str, Any]:
    fired = plan.decision("urgency")
    kind = WORKUP if fired is not None and fired["outcome"]["options"] == [WORKUP] else "emergency"
    return {"kind": kind}


def _choices(lines: tuple[Line, ...]) -> list[Choice]:
    return [choice for line in lines for choice in line.choices]


@dataclass(frozen=True, slots=True)
class Cited:
    """A source of the numbers that are shown: its id, the publications behind it, and how good it is."""

    id: str
    links: tuple[Link, ...]
    quality: str


def _cited(t: Catalogue, plan: Plan, lines: tuple[Line, ...]) -> tuple[Cited, ...]:
    names = {name for choice in _choices(lines) for name in choice.shown}
    for risk in (plan.outlook or {}).get("recurrence", ()):
        names |= set(risk.get("baseline_sources", ()))
    known = sorted(name for name in names if evidence.exists(name) and evidence.kind_of(name) == "statement")
    return tuple(
        Cited(
            name,
            tuple(
                Link(evidence.cite(key), evidence.reference(key).link) for key in evidence.references_of(name)
            ),
            quality_words(t, evidence.statement(name).strength),
        )
        for name in known
    )


def _choice(t: Catalogue, plan: Plan) -> dict[str, Any]:
    """What the page with the options holds."""
    outlook = plan.outlook
    lines = compare(t, outlook) if outlook is not None else ()
    natural = natural_course(t, outlook) if outlook is not None else ()
    options = option_views(t, plan)
    return {
        "disc": story.disc_words(t, plan),
        "summary": story.summary(t, plan),
        "you": story.you_view(t, plan),
        "chosen": story.chosen_view(t, plan),
        "options": options,
        "risks": _grouped(t, options),
        "natural": natural,
        "lines": tuple(line for line in lines if line.fixed_time),
        "other_lines": tuple(line for line in lines if not line.fixed_time),
        "keyhole": story.keyhole_view(t, plan),
        "again": story.again_view(t, plan),
        "unknown": story.unknown_view(t, plan),
        "sources": _cited(t, plan, (*natural, *lines)),
    }


def _grouped(t: Catalogue, options: tuple[OptionView, ...]) -> list[tuple[str, OptionView]]:
    """Options with a chance of recurrence; those with the same one share a picture."""
    groups: dict[Any, list[OptionView]] = {}
    for item in options:
        if item.again is not None:
            groups.setdefault((item.again, item.again_words), []).append(item)
    return [
        (capital(t.joined(names_of(t, [item.id for item in group]))), group[0]) for group in groups.values()
    ]


def render_aid(plan: Plan, language: str = "en") -> str:
    """The patient aid of a plan.

    Parameters
    ----------
    plan : Plan
    language : {'en', 'zh-Hans'}

    Returns
    -------
    str
        Same plan, same text. A plan that stopped at a red flag gives one page without any choice: care now.

    Raises
    ------
    InputError
        When there is no catalogue for the language.
    """
    t = catalogue(language)
    context = _frame(t, plan) | (_emergency(t, plan) if plan.red_flag else _choice(t, plan))
    template = _environment().get_template("aid_emergency.html" if plan.red_flag else "aid.html")
    draft = _AFTER_STOP.sub("", template.render(context | {"grade": ""}))
    grade = f"{reading(draft, language).grade:.1f}"
    return _AFTER_STOP.sub("", template.render(context | {"grade": grade}))
