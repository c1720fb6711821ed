"""What to find out next: the finding expected to tell the leading candidates apart best, for what it costs.

The measure is the expected fall of the entropy over the leading candidates, divided by one plus the cost of
the fact (0 asked, 1 examined, 3 imaged). An examination that meets both candidates' root alike tells
nothing about them; then only the scan can, and the measure finds that by itself.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import cache
from operator import mul
from typing import NamedTuple

from kambin.case import DiscFinding, facts
from kambin.case.words import LEVELS
from kambin.diagnosis.figures import Figures
from kambin.diagnosis.observe import Observation
from kambin.diagnosis.overlap import increment
from kambin.diagnosis.places import PLACES
from kambin.diagnosis.posterior import NOTHING, Posterior
from kambin.diagnosis.result import NextFinding
from kambin.diagnosis.scan import Scan

__all__ = ["Asked", "leading", "next_finding"]

COST_OF_A_SCAN = 3
NAMED_AT_MOST = 8
_ALIKE = 12
"""Decimals to which gains are compared: what differs beyond them is rounding."""


class Asked(NamedTuple):
    """A question with, for each answer, how often it is given otherwise and the log ratio for each place.

    Attributes
    ----------
    path, question : str
    cost : int
    answers : tuple of (background, log ratio by place index)
        What is not named has the log ratio 0.
    """

    path: str
    question: str
    cost: int
    answers: tuple[tuple[float, dict[int, float]], ...]


def leading(posterior: Posterior, figures: Figures) -> tuple[int, ...]:
    """Indices of the candidates worth telling apart, 'no disc' among them.

    They lie within a share of the most probable; where the number is limited, equals stay together.
    """
    p = posterior.probabilities
    limit = max(p) * figures.decision["rival_share"]
    order = sorted((index for index in range(len(p)) if p[index] >= limit), key=lambda index: -p[index])
    most = int(figures.decision["rivals_most"]) + 1
    if len(order) > most:
        last = p[order[most - 1]]
        order = [index for index in order if p[index] > last or math.isclose(p[index], last, rel_tol=1e-12)]
    return tuple(sorted(order))


def next_finding(
    seen: Observation,
    strongest: dict[int, float],
    scan: Scan,
    posterior: Posterior,
    figures: Figures,
) -> NextFinding | None:
    """The finding that is worth most, or None when none tells noticeably more.

    Parameters
    ----------
    seen : Observation
    strongest : dict
        Log ratio of the strongest finding of each group, from :func:`kambin.diagnosis.overlap.weigh`.
    scan : Scan
    posterior : Posterior
    figures : Figures

    Returns
    -------
    NextFinding or None
    """
    apart = leading(posterior, figures)
    if len(apart) < 2:
        return None
    total = math.fsum(posterior.probabilities[index] for index in apart)
    weights = {index: posterior.probabilities[index] / total for index in apart}
    found = []
    for asked in (*_signs(seen, strongest, weights, figures), *_scans(scan, weights, figures)):
        gain = _gain(asked, weights)
        if gain >= figures.decision["ask_gain_bits"]:
            found.append(
                (
                    round(-gain / (1 + asked.cost), _ALIKE),
                    asked.cost,
                    _sideless(asked.path),
                    asked.path,
                    gain,
                    asked,
                )
            )
    if not found:
        return None
    found.sort(key=lambda item: item[:4])
    best = found[0]
    twins = [item for item in found if item[:3] == best[:3]]
    return NextFinding(
        tuple(item[3] for item in twins),
        _both([item[5].question for item in twins]),
        best[1],
        best[4],
        _names(apart),
    )


def _both(questions: Sequence[str]) -> str:
    """One wording for a question about the left and the right."""
    if len(questions) > 1 and all(question.endswith(" leg)") for question in questions):
        return f"{questions[0].rpartition(' (')[0]} (each leg)"
    return " ".join(questions)


def _names(apart: Sequence[int]) -> tuple[str, ...]:
    if len(apart) > NAMED_AT_MOST:
        return (f"{len(apart)} candidates that are about as probable",)
    return tuple(_name(index) for index in apart)


def _name(index: int) -> str:
    return "no lumbar disc" if index == NOTHING else PLACES[index].name


def _sideless(path: str) -> str:
    return path.replace("left", "side").replace("right", "side")


def _gain(asked: Asked, weights: dict[int, float]) -> float:
    """Mutual information of answer and candidate, in bits; candidates that answer alike count as one."""
    alike: dict[tuple[float, ...], list[float]] = {}
    answers = [logs for _, logs in asked.answers]
    touched = set().union(*answers)
    untouched = (0.0,) * len(answers)
    for index, weight in weights.items():
        logs = tuple([logs.get(index, 0.0) for logs in answers]) if index in touched else untouched
        alike.setdefault(logs, []).append(weight)
    if len(alike) < 2:
        return 0.0
    backgrounds = [background for background, _ in asked.answers]
    shares = list(map(math.fsum, alike.values()))
    likelihoods = []
    for told in alike:
        row = list(map(mul, backgrounds, map(math.exp, told)))
        total = math.fsum(row)
        likelihoods.append([value / total for value in row])
    gain: list[float] = []
    for column in zip(*likelihoods, strict=True):  # one answer, as likely as each of the candidates makes it
        parts = list(map(mul, shares, column))
        mean = math.fsum(parts)
        gain += [part * math.log2(value / mean) for part, value in zip(parts, column, strict=True)]
    return math.fsum(gain)


@cache
def _wording(name: str, side: str | None) -> tuple[str, int]:
    """Question and cost; the question about pain names its leg by itself."""
    fact = facts()[name]
    return f"{fact.question} ({side} leg)" if side and fact.scope == "side" else fact.question, fact.cost


def _signs(
    seen: Observation, strongest: dict[int, float], weights: dict[int, float], figures: Figures
) -> Iterator[Asked]:
    touched: dict[int, list[tuple[int, float]]] = {}  # for each group of findings, the candidates it tells of
    for question in figures.questions:
        if question.path in seen.answered:
            continue
        answers = []
        for outcome in question.outcomes.values():
            logs: dict[int, float] = {}
            for component in outcome.components:
                group, shares = component.group, component.shares
                if group not in touched:
                    touched[group] = [(index, shares[index]) for index in weights if index in shares]
                if touched[group]:
                    more = increment(component, strongest, figures.overlap)
                    for index, share in touched[group]:
                        logs[index] = logs.get(index, 0.0) + more * share
            answers.append((outcome.background, logs))
        if any(logs for _, logs in answers):
            yield Asked(question.path, *_wording(question.fact, question.side), tuple(answers))


def _scans(scan: Scan, weights: dict[int, float], figures: Figures) -> Iterator[Asked]:
    unread = [index for index in weights if index != NOTHING and scan.spots[index].reading == "unread"]
    if scan.silent:
        yield _reading(
            "imaging.discs", "Which discs does an MRI of the lumbar spine show herniated?", unread, figures
        )
        return
    unread = [index for index in unread if PLACES[index].level not in scan.described]
    levels = [str(level) for level in LEVELS if any(PLACES[index].level == level for index in unread)]
    if levels:
        # the reader of a scan reads it in one go
        path = f"imaging.discs[{levels[0]}]" if len(levels) == 1 else "imaging.discs"
        yield _reading(path, _unread_question(levels), unread, figures)
    records: list[DiscFinding] = []
    for index in weights:
        disc = None if index == NOTHING else scan.spots[index].disc
        if disc is not None and disc not in records:
            records.append(disc)
    for disc in records:
        yield from _about_record(disc, scan, weights, figures)


def _unread_question(levels: Sequence[str]) -> str:
    if len(levels) == len(LEVELS):
        return "What does the scan show at each of the five lumbar discs?"
    named = " or ".join(part for part in (", ".join(levels[:-1]), levels[-1]) if part)
    return f"Does the scan show a herniation at {named}, and where?"


def _reading(path: str, question: str, indices: Sequence[int], figures: Figures) -> Asked:
    """A herniation at exactly one of the places, or at none."""
    shown, clear = figures.types["protrusion"].log, figures.types["none"].log
    often = math.fsum(figures.type_backgrounds[name] for name in ("protrusion", "extrusion", "sequestration"))
    answers = [(often, {other: shown if other == index else clear for other in indices}) for index in indices]
    none = (
        figures.type_backgrounds["none"] + figures.type_backgrounds["bulge"],
        dict.fromkeys(indices, clear),
    )
    return Asked(path, question, COST_OF_A_SCAN, (*answers, none))


def _about_record(
    disc: DiscFinding, scan: Scan, weights: dict[int, float], figures: Figures
) -> Iterator[Asked]:
    """What a record leaves open: whether the root is compressed, the zone, the side."""
    at = [index for index in weights if index != NOTHING and scan.spots[index].disc is disc]
    where = f"{disc.level} {disc.side}" if disc.side else disc.level
    path = f"imaging.discs[{where}]"
    registry = facts()
    if disc.root_compressed is None:
        answers = tuple(
            (figures.compressed_backgrounds[word], dict.fromkeys(at, figures.compressed[word].log))
            for word in ("yes", "no")
        )
        yield Asked(
            f"{path}.root_compressed",
            _at(registry["disc_root_compressed"].question, where),
            COST_OF_A_SCAN,
            answers,
        )
    if disc.type is None or disc.type == "bulge":
        return
    more = figures.types[disc.type].log
    if disc.zone is None and disc.side != "midline":
        answers = tuple(
            (0.5, {index: more for index in at if PLACES[index].course == course})
            for course in ("traversing", "exiting")
        )
        yield Asked(f"{path}.zone", _at(registry["disc_zone"].question, where), COST_OF_A_SCAN, answers)
    if disc.side is None:
        answers = tuple(
            (0.5, {index: more for index in at if PLACES[index].on(side)}) for side in ("left", "right")
        )
        yield Asked(f"{path}.side", _at(registry["disc_side"].question, where), COST_OF_A_SCAN, answers)


def _at(question: str, where: str) -> str:
    return f"{question} ({where})"
