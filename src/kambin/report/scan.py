"""What the scan measured, as it is printed, and what it changed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kambin.plan import Plan
from kambin.report.lexicon import Lexicon
from kambin.report.measured import (
    LevelGroup,
    MethodNote,
    level_groups,
    methods,
    place_words,
    quantity,
    with_uncertainty,
)
from kambin.report.measured import structure as structure_words
from kambin.report.words import capital, decision_name, joined, spaced, value_words, words

__all__ = [
    "Disagreement",
    "EffectView",
    "ScanView",
    "caution_words",
    "first_screen_warnings",
    "scan_view",
]


_BARE_SIDE = re.compile(r"\b([LS]\d(?:-[LS]\d)?) (left|right)\b")


@dataclass(frozen=True, slots=True)
class EffectView:
    """A decision that the scan changed."""

    name: str
    before: str
    after: str
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A value that was written and measured differently; `used` says which of them the plan rests on."""

    label: str
    stated: str
    measured: str
    used: str
    method: str


@dataclass(frozen=True, slots=True)
class ScanView:
    """The section on the scan.

    Attributes
    ----------
    levels : str
        Bones that were found, in words.
    others : str
        What else the label map holds.
    convention : str
        How the labels were read.
    near, far : tuple of LevelGroup
        Measured values of the problem disc and of the whole spine; of the other levels.
    methods : tuple of MethodNote
    warnings : tuple of str
    missing : tuple of str
        What is lacking and no warning tells.
    effects : tuple of EffectView
    disagreements : tuple of Disagreement
    """

    levels: str
    others: str
    convention: str
    near: tuple[LevelGroup, ...]
    far: tuple[LevelGroup, ...]
    methods: tuple[MethodNote, ...]
    warnings: tuple[str, ...]
    missing: tuple[str, ...]
    effects: tuple[EffectView, ...]
    disagreements: tuple[Disagreement, ...]


def caution_words(item: Mapping[str, Any]) -> str:
    """A caution with its structures in words.

    Parameters
    ----------
    item : mapping
        Plain form of a `Caution`.

    Returns
    -------
    str
    """
    text = str(item["text"])
    # longer names first: one may stand inside another
    for name in sorted((str(name) for name in item["structures"]), key=len, reverse=True):
        text = text.replace(name, _part(name)) if "_" in name else text
    return spaced(_BARE_SIDE.sub(r"\1 patient's \2", text))


def _part(name: str) -> str:
    """A structure, or a measurement and its place such as ``canal_depth L2-L3``, in words."""
    head, *place = name.split()
    if head not in words()["quantities"]:
        return structure_words(name)
    side = place.pop() if place and place[-1] in ("left", "right") else None
    where = place_words(side, " ".join(place) or None)
    return f"{quantity(head)} ({where})" if where else quantity(head)


def first_screen_warnings(plan: Plan) -> tuple[str, ...]:
    """What a reader must not miss: rooms that failed, and warnings that do not only concern the reading.

    Parameters
    ----------
    plan : Plan

    Returns
    -------
    tuple of str
    """
    cautions = (plan.anatomy or {}).get("warnings", ())
    absences: Mapping[str, str] = words()["absence_cautions"]
    minor = {
        item["text"]
        for item in cautions
        if item["code"] in words()["reading_cautions"] or item["code"] in absences
    }
    told = {item["code"] for item in cautions if item["text"] in plan.warnings}
    absent = [name for code, name in absences.items() if code in told]
    lacking = (f"Not labelled on the scan, so derived or not known: {joined(absent)}.",) if absent else ()
    worded = {item["text"]: caution_words(item) for item in cautions}
    failed = (
        f"{words()['stages'].get(item.name, item.name)} failed: {item.note or 'no reason given'}"
        for item in plan.stages
        if item.state == "failed"
    )
    return (*failed, *(worded.get(text, text) for text in plan.warnings if text not in minor), *lacking)


def _missing_words(name: str, lexicon: Lexicon) -> str:
    return capital(_part(name) if name.split()[0] in words()["quantities"] else lexicon.label(name))


def _disagreements(plan: Plan, lexicon: Lexicon) -> tuple[Disagreement, ...]:
    found = []
    for item in plan.disagreements:
        where = place_words(item.side, item.level)
        label = capital(lexicon.label(item.fact))
        found.append(
            Disagreement(
                f"{label} ({where})" if where else label,
                value_words(item.fact, item.stated, item.unit),
                with_uncertainty(item.fact, item.measured, item.unit, item.uncertainty),
                {"stated": "written", "measured": "measured"}[item.used],
                item.method,
            )
        )
    return tuple(found)


def scan_view(plan: Plan, lexicon: Lexicon) -> ScanView | None:
    """The section on the scan.

    Parameters
    ----------
    plan : Plan
    lexicon : Lexicon

    Returns
    -------
    ScanView or None
        None when there is nothing measured and nothing that differs.
    """
    spine = plan.anatomy
    if spine is None and not plan.disagreements and not plan.scan_effects:
        return None
    found: Mapping[str, Any] = spine or {}
    how = found.get("convention_how")
    levels = tuple(str(name) for name in found.get("levels", ()))
    measured = found.get("measurements", ())
    groups = level_groups(measured, levels)
    problem = (plan.diagnosis or {}).get("problem")
    where = "" if problem is None else str(problem["level"])
    near = tuple(group for group in groups if group.level in ("", where))
    others = dict.fromkeys(
        structure_words(str(name))
        for item in measured
        if item["name"] == "present" and item["value"]
        for name in item["structures"]
        if name not in levels
    )
    told = {str(name) for item in found.get("warnings", ()) for name in item["structures"]}
    missing = [str(name) for name in found.get("missing", ()) if str(name) not in told]
    return ScanView(
        levels=", ".join(levels),
        others="; ".join(others),
        convention=f"{found['convention']} ({how})" if how else str(found.get("convention", "")),
        near=near,
        far=tuple(group for group in groups if group not in near),
        methods=methods(measured),
        warnings=tuple(caution_words(item) for item in found.get("warnings", ())),
        missing=tuple(_missing_words(name, lexicon) for name in missing),
        effects=tuple(
            EffectView(
                decision_name(item.decision),
                item.before,
                item.after,
                tuple(lexicon.label(name) for name in item.facts),
            )
            for item in plan.scan_effects
        ),
        disagreements=_disagreements(plan, lexicon),
    )
