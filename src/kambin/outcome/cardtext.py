"""A model card for people: Markdown made from the card and from nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kambin.outcome.card import card_hash

__all__ = ["card_markdown"]


def card_markdown(card: Mapping[str, Any]) -> str:
    """Return a proposed card as Markdown.

    Parameters
    ----------
    card : mapping
        As `kambin.outcome.calibrate.calibrate` returns it.
    """
    data, risk = card["data"], card["average_risk_percent"]
    before, after = card["prior"], card["posterior"]
    lines = [
        "# Model card: recurrence after local results",
        "",
        f"**Proposed.** {card['software']}; card `{card_hash(card)[:12]}`. "
        "It changes nothing until a person reads and accepts it.",
        "",
        f"- What: {card['outcome']} within {card['horizon_months']:g} months.",
        f"- From: {data['rows']} patients, {data['events']} recurrences in that time "
        f"({data['events_later']} later); lost before: {data['lost_before_horizon']}; "
        "left out, because they are outside the population of the published studies: "
        f"{data['outside_population']}.",
        f"- Average risk: published {risk['published']:.1f} %, observed {risk['observed']:.1f} %, "
        f"recalibrated {_with(risk['local'], risk['local_interval'], '%', 1)}.",
        "",
        *[f"> **Note.** {text}\n" for text in card["warnings"]],
        "## What would change",
        "",
        "| | before | after (90 % interval) |",
        "|---|---|---|",
        f"| shift of the log-odds | 0 ± {before['shift_sd']:.2f} "
        f"| {_with(after['shift'], after['shift_interval'])} |",
        f"| slope of the risk factors | {before['slope_mean']:g} ± {before['slope_sd']:.2f} "
        f"| {_with(after['slope'], after['slope_interval'])} |",
        "",
        "## How well the risks agree with what happened",
        "",
        "| | published | recalibrated |",
        "|---|---|---|",
        *_scores(card["scores"]),
        "",
        *_survival(card["survival"], card["horizon_months"]),
        *_curve(card["decision_curve"]),
        "## Patients",
        "",
        "| technique | patients | recurrences |",
        "|---|---|---|",
        *[f"| {name} | {each['rows']} | {each['events']} |" for name, each in data["options"].items()],
        "",
        "Not known, percent of the patients: "
        + ", ".join(f"{name} {share}" for name, share in data["unknown_percent"].items())
        + ".",
        "",
        "## Limits",
        "",
        *[f"- {text}" for text in card["limits"]],
        "",
    ]
    return "\n".join(lines)


def _with(value: float | None, interval: Sequence[float] | None, unit: str = "", digits: int = 2) -> str:
    if value is None or interval is None:
        return "not estimated"
    low, high = interval
    text = f"{value:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"
    return f"{text} {unit}".strip()


def _scores(both: Mapping[str, Mapping[str, Any]]) -> list[str]:
    published, local = both["published"], both["local"]
    return [
        f"| Brier score | {published['brier']:.4f} | {local['brier']:.4f} |",
        "| expected per observed | "
        + " | ".join(
            "no recurrence" if each is None else f"{each:.2f}"
            for each in (published["expected_per_observed"], local["expected_per_observed"])
        )
        + " |",
        *[
            f"| calibration {name} | {_with(published[name], published[f'{name}_interval'])} "
            f"| {_with(local[name], local[f'{name}_interval'])} |"
            for name in ("intercept", "slope")
        ],
    ]


def _survival(found: Mapping[str, Any], horizon: float) -> list[str]:
    low, high = found["observed_interval"]
    lines = [
        f"With everybody followed for as long as they were, {100 * found['observed']:.1f} % "
        f"({100 * low:.1f} to {100 * high:.1f}) had a recurrence within {horizon:g} months, where "
        f"{100 * found['expected']:.1f} % were expected: "
        f"shift {_with(found['shift'], found['shift_interval'])}, "
        f"slope of the risk factors {_with(found['slope'], found['slope_interval'])}.",
        "",
    ]
    return [*lines, f"> **Note.** {found['note']}.\n"] if found["note"] else lines


def _curve(points: Sequence[Mapping[str, Any]]) -> list[str]:
    return [
        "## Decision curve",
        "",
        "Net benefit per 1000 patients of acting on a risk above the threshold; acting for nobody is 0.",
        "",
        "| threshold | published | recalibrated | for all |",
        "|---|---|---|---|",
        *[
            f"| {point['threshold_percent']} % | "
            + " | ".join(f"{1000 * point[name]:.0f}" for name in ("published", "local", "act_for_all"))
            + " |"
            for point in points
        ],
        "",
    ]
