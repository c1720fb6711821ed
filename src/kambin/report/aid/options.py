"""The options of this patient, each told in the same rows: no option gets more words than another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kambin.guideline.explaining import DecisionDoc, OptionDoc
from kambin.plan import Plan
from kambin.report.aid.catalogue import Catalogue
from kambin.report.aid.chances import Chance, chance

__all__ = ["CONTINUING", "OptionView", "option_views", "shown_options"]

CONTINUING = "structured_conservative_care"
OPEN = ("eligible", "undetermined")


@dataclass(frozen=True, slots=True)
class OptionView:
    """One option in plain words.

    Attributes
    ----------
    id, name, term, what, like, fit : str
        `term` is what a doctor calls it.
    good, bad : tuple of str
        As many of the one as of the other.
    again : Chance or None
        This patient's chance of recurrence.
    again_words : str
        The chance beside the published one, or why there is none.
    extra : bool
        Whether it only comes on top of an operation.
    """

    id: str
    name: str
    term: str
    what: str
    like: str
    fit: str
    good: tuple[str, ...]
    bad: tuple[str, ...]
    again: Chance | None
    again_words: str
    extra: bool


def shown_options(treatment: DecisionDoc) -> tuple[OptionDoc, ...]:
    """Options that are open or may be; continuing without an operation is always the first of them."""
    found = [
        item
        for item in treatment["options"]
        if item["status"] in OPEN and not _idle(item, treatment["options"])
    ]
    first = [item for item in treatment["options"] if item["id"] == CONTINUING]
    others = [item for item in found if item["id"] != CONTINUING]
    return (*first, *(o for o in others if not o["addition"]), *(o for o in others if o["addition"]))


def _idle(option: OptionDoc, options: list[OptionDoc]) -> bool:
    """An addition that is only undetermined because the operation itself still is."""
    excluded = any(item["role"] == "exclude" and item["truth"] for item in option["arguments"])
    return option["addition"] and (excluded or not any(o["rung"] != "conservative" for o in options))


def option_views(t: Catalogue, plan: Plan) -> tuple[OptionView, ...]:
    """Every option of the plan that is open, in plain words.

    Parameters
    ----------
    t : Catalogue
    plan : Plan

    Returns
    -------
    tuple of OptionView
        Empty when the walk stopped before the treatment.
    """
    treatment = plan.decision("treatment")
    if treatment is None or plan.red_flag:
        return ()
    risks = {item["option"]: item for item in (plan.outlook or {}).get("recurrence", ())}
    return tuple(
        _view(t, item, treatment, risks.get(item["id"]))
        for item in shown_options(treatment)
        if t.has("options", item["id"], "name")
    )


def _view(
    t: Catalogue, item: OptionDoc, treatment: DecisionDoc, risk: Mapping[str, Any] | None
) -> OptionView:
    name = item["id"]
    again, words = recurrence(t, risk)
    return OptionView(
        id=name,
        name=t("options", name, "name"),
        term=t("options", name, "term"),
        what=t("options", name, "what"),
        like=t("options", name, "like"),
        fit=t("status", _fit(item, treatment)),
        good=t.items("options", name, "good"),
        bad=t.items("options", name, "bad"),
        again=again,
        again_words=words,
        extra=item["addition"],
    )


def _fit(item: OptionDoc, treatment: DecisionDoc) -> str:
    outcome = treatment["outcome"]
    if item["status"] not in OPEN:
        return "against"
    if item["id"] in outcome["options"] and outcome["kind"] == "recommended":
        return "recommended"
    if item["id"] in outcome["options"] and outcome["kind"] == "equipoise":
        return "equal"
    return item["status"]


def recurrence(t: Catalogue, risk: Mapping[str, Any] | None) -> tuple[Chance | None, str]:
    """A patient's chance of recurrence after one option, or why there is none."""
    if risk is None or risk["kind"] == "none":
        outside = risk is not None and risk["out_of_scope"]
        return None, t("rows", "again_out" if outside else "again_none")
    return chance(t, risk["low"], risk["high"]), t("again", "words", _word(risk["word"]))


def _word(text: str) -> str:
    """Key of the word that the outlook gives: one or two of lower, about, higher."""
    said = {"lower than": "lower", "about as high as": "about", "higher than": "higher"}
    found = sorted((text.index(words), key) for words, key in said.items() if words in text)
    return "_".join(key for _, key in found) or "too_wide"
