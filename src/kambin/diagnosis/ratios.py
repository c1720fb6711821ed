"""Reads ``data/ratios.json`` into the figures of the diagnosis.

Published figures are named by a row of the evidence tables and read from there; what is assumed says so. An
id that the evidence base does not hold, or that was only recalled, is refused at load.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from kambin import evidence
from kambin.case.words import SIDES
from kambin.diagnosis.figures import Z95, Component, Figures, Outcome, Overlap, Question, Ratio
from kambin.diagnosis.places import pattern
from kambin.errors import IntegrityError

__all__ = ["build", "figures"]

_FILE = "diagnosis/data/ratios.json"


def _read() -> bytes:
    return resources.files("kambin.diagnosis").joinpath("data/ratios.json").read_bytes()


@cache
def figures() -> Figures:
    """The figures as published and assumed.

    Raises
    ------
    IntegrityError
        The file contradicts itself or rests on evidence that must not drive anything.
    EvidenceMissing
        It names an evidence id that does not exist.
    """
    raw = _read()
    data = json.loads(raw)
    digest = hashlib.sha256(raw + evidence.content_hash().encode()).hexdigest()[:16]
    return build(data, f"{data['name']} {data['version']}, content {digest}")


def build(data: Mapping[str, Any], method: str) -> Figures:
    """Make the figures from the contents of ``ratios.json``.

    Parameters
    ----------
    data : mapping
    method : str
        What `Figures.method` says.

    Raises
    ------
    IntegrityError, EvidenceMissing
        As :func:`figures`.
    """
    scan = data["scan"]
    cause = data["prior"]["cause_is_a_disc"]
    odds = {end: cause[end] / (1 - cause[end]) for end in ("low", "high")}
    middle = math.sqrt(odds["low"] * odds["high"])
    return Figures(
        prior=_ratio(
            {"ratio": middle, **odds, "source": cause["source"], "assumed": "nothing", "strength": ""}
        ),
        overlap=_overlap(data["overlap"]),
        questions=(*_signs(data), *_pain(data["pain"])),
        types={name: _ratio(item, scan) for name, item in scan["types"].items()},
        type_backgrounds={name: item["background"] for name, item in scan["types"].items()},
        compressed={name: _ratio(item, scan) for name, item in scan["root_compressed"].items()},
        compressed_backgrounds={name: item["background"] for name, item in scan["root_compressed"].items()},
        beside=_ratio(scan["beside_a_herniation"], scan),
        reach=_ratio(scan["migrated_up_reaches_exiting"], scan),
        reach_grades=frozenset(scan["migrated_up_reaches_exiting"]["grades"]),
        central_share=scan["central_with_side_reaches_both"],
        marked_weakness_at_most=data["classes"]["power"]["marked_at_most"],
        zones={name: item["course"] for name, item in scan["zones"].items()},
        zone_sources={name: _checked(item["source"]) for name, item in scan["zones"].items()},
        neighbours=scan["numbering_in_doubt"]["neighbours"],
        decision={name: value for name, value in data["decision"].items() if isinstance(value, (int, float))},
        method=method,
    )


def _checked(ids: list[str] | tuple[str, ...]) -> tuple[str, ...]:
    for name in ids:
        if not evidence.may_drive(name):
            raise IntegrityError(f"{name} was only recalled and must not drive a ratio", where=_FILE)
    return tuple(ids)


def _make(value: float, log_sd: float | None, item: Mapping[str, Any], ends: tuple[float, float]) -> Ratio:
    low, high = ends
    if not 0 < low <= value <= high or (log_sd is None and not low < high):
        raise IntegrityError(
            f"a likelihood ratio of {value} does not lie in its interval {low} to {high}",
            where=_FILE,
        )
    source = _checked(item.get("source", ()))
    if not source and item["assumed"] != "ratio":
        raise IntegrityError(f"the ratio {value} has no source and is not marked as assumed", where=_FILE)
    sd = (math.log(high) - math.log(low)) / (2 * Z95) if log_sd is None else log_sd
    return Ratio(value, low, high, source, item["strength"], item["assumed"], math.log(value), sd)


def _ratio(item: Mapping[str, Any], defaults: Mapping[str, Any] | None = None) -> Ratio:
    """A ratio that is written in the file, or that names a row of the evidence tables."""
    item = {**{key: (defaults or {}).get(key) for key in ("source", "strength", "assumed")}, **item}
    item["source"] = () if item["assumed"] == "ratio" else item["source"] or ()
    if "row" not in item:
        return _make(item["ratio"], None, item, (item["low"], item["high"]))
    row = _row(item["row"])
    low, high = row["lr_ci"]
    return _make(row["lr_pos"], None, {**item, "source": (*item["source"], item["row"])}, (low, high))


def _row(name: str) -> Mapping[str, Any]:
    _checked((name,))
    table, _, row = name.partition("/")
    return evidence.table(table).row(row).values


def _from_accuracy(
    item: Mapping[str, Any], positive: bool, defaults: Mapping[str, Any]
) -> tuple[Ratio, float]:
    """Ratio and background of a positive or negative test, from sensitivity and specificity."""
    row = _row(item["row"])
    hit, miss = row["sensitivity"], row["specificity"]
    hit_ends, miss_ends = row["sens_ci"], row["spec_ci"]
    if positive:
        miss, miss_ends = 1 - miss, [1 - end for end in reversed(miss_ends)]
    else:
        hit, hit_ends = 1 - hit, [1 - end for end in reversed(hit_ends)]
    spread = math.hypot(*(math.log(ends[1] / ends[0]) / (2 * Z95) for ends in (hit_ends, miss_ends)))
    value = hit / miss
    ends = (value * math.exp(-Z95 * spread), value * math.exp(Z95 * spread))
    merged = {**defaults, "source": (*defaults["source"], item["row"])}
    return _make(value, spread, merged, ends), miss


def _overlap(data: Mapping[str, Any]) -> Overlap:
    """The power that makes two findings of ratio `single` tell what their pair was published to tell."""
    _checked(data["source"])
    pair = _row(data["pair_row"])["lr_pos"]
    exponent = math.log(pair) / (2 * math.log(data["single"]))
    if not 0 < exponent <= 1 or not 0 <= data["same_place"] <= 1:
        raise IntegrityError("overlapping findings must not count more than in full", where=_FILE)
    return Overlap(exponent, data["same_place"])


def _signs(data: Mapping[str, Any]) -> list[Question]:
    return [_sign(sign, data["classes"][sign["class"]], side) for side in SIDES for sign in data["signs"]]


def _sign(sign: Mapping[str, Any], kind: Mapping[str, Any], side: str) -> Question:
    field, path = sign["field"], f"signs.{side}.{sign['field']}"
    places = pattern(side, tuple(sign["roots"].items()))
    mapping = _checked(sign["mapping"])
    outcomes = {}
    for name, item in kind["outcomes"].items():
        if "row" in item and "background" not in item:
            ratio, background = _from_accuracy(item, name == "positive", kind)
        else:
            ratio, background = _ratio(item, kind), item["background"]
        say = item["say"].replace("{label}", sign["label"]).replace("{side}", side)
        rank = f"{field}:{name}"
        component = Component(f"{path}:{name}", rank, path, places, ratio, mapping, say)
        outcomes[name] = Outcome(name, background, (component,))
    return Question(path, f"side_{field}", field, side, kind["reads"], outcomes)


def _pain(data: Mapping[str, Any]) -> list[Question]:
    areas = [_area(data, side) for side in SIDES]
    return [_leg(data), *areas, _radicular(data)]


def _leg(data: Mapping[str, Any]) -> Question:
    path = "symptoms.leg_pain_side"
    part: dict[tuple[str, str], tuple[Component, float]] = {}
    for side in SIDES:
        for name, item in data["leg"].items():
            ratio, rank = _ratio(item, data), f"leg_pain:{name}"
            say = item["say"].replace("{side}", side)
            component = Component(f"{rank}:{side}", rank, path, pattern(side), ratio, (), say)
            part[side, name] = component, item["background"]
    outcomes = {}
    for name, here in (("left", ("left",)), ("right", ("right",)), ("both", SIDES), ("none", ())):
        chosen = [part[side, "present" if side in here else "absent"] for side in SIDES]
        outcomes[name] = Outcome(
            name, math.prod(item[1] for item in chosen), tuple(item[0] for item in chosen)
        )
    return Question(path, "leg_pain_side", "leg_pain_side", None, "leg", outcomes)


def _area(data: Mapping[str, Any], side: str) -> Question:
    area, field = data["area"], f"pain_area_{side}"
    path = f"symptoms.{field}"
    outcomes = {}
    for name, item in area["values"].items():
        say, mapping = item["say"].replace("{side}", side), _checked(item["mapping"])
        shares = tuple(item["roots"].items())
        parts = (
            [("inside", pattern(side, shares)), ("outside", pattern(side, shares, outside=True))]
            if shares
            else [("no_root", pattern(side))]
        )
        components = tuple(
            Component(f"{path}:{name}:{part}", f"area:{name}:{part}", path, places, ratio, mapping, say)
            for part, places in parts
            for ratio in (_ratio(area[part], data),)
        )
        outcomes[name] = Outcome(name, item["background"], components)
    return Question(path, field, field, side, "area", outcomes)


def _radicular(data: Mapping[str, Any]) -> Question:
    path, outcomes = "symptoms.radicular_pain", {}
    for name, item in data["radicular"].items():
        rank = f"radicular:{name}"
        component = Component(rank, rank, path, pattern(None), _ratio(item, data), (), item["say"])
        outcomes[name] = Outcome(name, item["background"], (component,))
    return Question(path, "radicular_pain", "radicular_pain", None, "radicular", outcomes)
