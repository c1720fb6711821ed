"""What the scan measured, as it is printed, and what it changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kambin.plan import Plan
from kambin.report.lexicon import Lexicon
from kambin.report.words import capital, decision_name, humanise, number, value_words, words

__all__ = [
    "Disagreement",
    "EffectView",
    "MeasuredGroup",
    "MeasuredRow",
    "ScanView",
    "first_screen_warnings",
    "scan_view",
]

NOT_MEASURED = "not measured"


@dataclass(frozen=True, slots=True)
class MeasuredRow:
    """One measured value: of what, value with its uncertainty, and the structures used."""

    what: str
    value: str
    structures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MeasuredGroup:
    """Values of one quantity that were measured in the same way."""

    quantity: str
    method: str
    rows: tuple[MeasuredRow, ...]


@dataclass(frozen=True, slots=True)
class EffectView:
    """A decision that the scan changed."""

    name: str
    before: str
    after: str
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A value that was written and measured differently."""

    label: str
    stated: str
    measured: str
    method: str


@dataclass(frozen=True, slots=True)
class ScanView:
    """The section on the scan.

    Attributes
    ----------
    levels : str
        Bones that were found, in words.
    convention : str
        How the labels were read.
    groups : tuple of MeasuredGroup
    warnings, missing : tuple of str
    """

    levels: str
    convention: str
    groups: tuple[MeasuredGroup, ...]
    warnings: tuple[str, ...]
    missing: tuple[str, ...]
    effects: tuple[EffectView, ...]
    disagreements: tuple[Disagreement, ...]


def _with_uncertainty(name: str, value: Any, unit: str, uncertainty: float | None) -> str:
    if value is None:
        return NOT_MEASURED
    text = value_words(name, round(value, 1) if isinstance(value, float) else value, unit)
    return text if uncertainty is None else f"{text} ± {number(round(uncertainty, 1))}"


def _where(side: str | None, level: str | None) -> str:
    parts = [part for part in (level, f"patient's {side}" if side else None) if part]
    return capital(", ".join(parts)) or "Whole spine"


def _structure(name: str) -> str:
    return str(words()["structures"].get(name, humanise(name)))


def _caution(item: Mapping[str, Any]) -> str:
    """A caution with its structures in words."""
    text = str(item["text"])
    for name in item["structures"]:
        text = text.replace(str(name), _structure(str(name))) if "_" in str(name) else text
    return text


def first_screen_warnings(plan: Plan) -> tuple[str, ...]:
    """What a reader must not miss: without remarks that only concern how the label map was read.

    Parameters
    ----------
    plan : Plan

    Returns
    -------
    tuple of str
    """
    cautions = (plan.anatomy or {}).get("warnings", ())
    minor = {item["text"] for item in cautions if item["code"] in words()["reading_cautions"]}
    return tuple(text for text in plan.warnings if text not in minor)


def _groups(measurements: Sequence[Mapping[str, Any]]) -> tuple[MeasuredGroup, ...]:
    grouped: dict[tuple[str, str], list[MeasuredRow]] = {}
    for item in measurements:
        if item["name"] == "present":
            continue  # said in one line above the table
        row = MeasuredRow(
            _where(item.get("side"), item.get("level")),
            _with_uncertainty(item["name"], item["value"], item["unit"], item["uncertainty"]),
            tuple(_structure(str(name)) for name in item["structures"]),
        )
        grouped.setdefault((item["name"], item["method"]), []).append(row)
    names = words()["quantities"]
    return tuple(
        MeasuredGroup(capital(str(names.get(name, humanise(name)))), capital(method), tuple(rows))
        for (name, method), rows in grouped.items()
    )


def _missing_words(name: str, lexicon: Lexicon) -> str:
    return capital(lexicon.label(name))


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
    return ScanView(
        levels=", ".join(found.get("levels", ())),
        convention=f"{found['convention']} ({how})" if how else str(found.get("convention", "")),
        groups=_groups(found.get("measurements", ())),
        warnings=tuple(_caution(item) for item in found.get("warnings", ())),
        missing=tuple(_missing_words(str(name), lexicon) for name in found.get("missing", ())),
        effects=tuple(
            EffectView(
                decision_name(item.decision),
                item.before,
                item.after,
                tuple(lexicon.label(name) for name in item.facts),
            )
            for item in plan.scan_effects
        ),
        disagreements=tuple(
            Disagreement(
                capital(lexicon.label(item.fact)),
                value_words(item.fact, item.stated, item.unit),
                _with_uncertainty(item.fact, item.measured, item.unit, item.uncertainty),
                item.method,
            )
            for item in plan.disagreements
        ),
    )
