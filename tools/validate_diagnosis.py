"""Measure how well the diagnosis finds a planted problem disc on real multi-level imaging; prints JSON.

    python tools/validate_diagnosis.py [--shared DIR] [--repeats N] [--seed N]

The imaging is real: which of the five lumbar discs bulge and which are herniated in each of the 218
patients of the SPIDER gradings. The rest has to be drawn, because the gradings tell neither side nor zone
nor any sign: side and zone at random, one place as the cause, and symptoms and signs from the published and
assumed ratios.

Two questions are asked.
`planted_among_herniations`: the cause is one of the patient's herniations. How often is it found?
`planted_by_the_model`: the cause, or that there is none, is drawn from what the model believes after the scan
alone. Do the probabilities then mean what they say?

Each is answered for signs that are independent given the cause and for signs that overlap (weakness,
numbness and reflex of one leg share their luck), by the model as it is and with every finding counted in
full. What this can not show: whether the ratios themselves are right. The signs are drawn from them.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import os
import random
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kambin.case import Case
from kambin.case.words import LEVELS
from kambin.diagnosis import Diagnosis, Figures, figures, locate
from kambin.diagnosis.figures import Outcome, Question
from kambin.diagnosis.places import PLACES, Place

ROOT = Path(__file__).resolve().parents[1]
GRADINGS = Path("data/spider_gradings/radiological_gradings.csv")
KNOWN = 0.7  # share of the signs that somebody wrote down
SHARED_LUCK = 0.5  # how often an overlapping sign follows the luck of its leg
ZONES = {"subarticular": 0.6, "central": 0.2, "foraminal": 0.15, "extraforaminal": 0.05}
BIN = 0.1


@dataclass(frozen=True)
class Imaging:
    """One patient's discs: which bulge, which are herniated."""

    patient: str
    bulging: tuple[str, ...]
    herniated: tuple[str, ...]


def read_gradings(path: Path) -> list[Imaging]:
    """Read the patients; disc 1 is L5-S1, counted upwards, and discs above L1-L2 are left out."""
    found: dict[str, tuple[list[str], list[str]]] = {}
    with path.open(encoding="utf-8-sig", newline="") as stream:
        for row in csv.DictReader(stream):
            bulging, herniated = found.setdefault(row["Patient"], ([], []))
            disc = int(row["IVD label"])
            if disc > len(LEVELS):
                continue
            level = str(LEVELS[-disc])
            if float(row["Disc herniation"] or 0) > 0:
                herniated.append(level)
            elif float(row["Disc bulging"] or 0) > 0:
                bulging.append(level)
    return [
        Imaging(name, tuple(b), tuple(h)) for name, (b, h) in sorted(found.items(), key=lambda x: int(x[0]))
    ]


def draw_records(imaging: Imaging, luck: random.Random) -> list[dict[str, str]]:
    """The discs as records of a case: side and zone are drawn."""
    records = [{"level": level, "type": "bulge"} for level in imaging.bulging]
    for level in imaging.herniated:
        zone = luck.choices(list(ZONES), list(ZONES.values()))[0]
        side = "midline" if zone == "central" else luck.choice(("left", "right"))
        kind = luck.choices(("protrusion", "extrusion", "sequestration"), (0.7, 0.2, 0.1))[0]
        records.append({"level": level, "side": side, "zone": zone, "type": kind})
    return records


def places_of(records: Sequence[Mapping[str, str]], figures_: Figures) -> list[Place]:
    """The places that the drawn herniations lie at."""
    found = []
    for record in records:
        if record["type"] == "bulge":
            continue
        course = figures_.zones[record["zone"]]
        sides = ("both", "left", "right") if record["side"] == "midline" else (record["side"],)
        found.append(
            [p for p in PLACES if p.level == record["level"] and p.course == course and p.side in sides]
        )
    return [place for group in found for place in group]


def likelihoods(question: Question, cause: Place | None) -> list[tuple[str, float]]:
    """Probability of each answer, given the cause."""
    rows = []
    for outcome in question.outcomes.values():
        log = sum(_log(outcome, cause))
        rows.append((outcome.name, outcome.background * math.exp(log)))
    total = sum(value for _, value in rows)
    return [(name, value / total) for name, value in rows]


def _log(outcome: Outcome, cause: Place | None) -> Iterator[float]:
    for component in outcome.components:
        for index, share in component.places:
            if cause is not None and index == cause.index:
                yield share * component.ratio.log


def draw_signs(cause: Place | None, used: Figures, overlap: bool, luck: random.Random) -> dict[str, Any]:
    """Symptoms and signs, as the sections of a case."""
    shared = {side: luck.random() for side in ("left", "right")}
    case: dict[str, Any] = {"symptoms": {}, "signs": {"left": {}, "right": {}}}
    leg = "none"
    for question in used.questions:
        follows = overlap and question.side is not None and luck.random() < SHARED_LUCK
        point = shared[question.side] if follows and question.side else luck.random()
        known, level = luck.random() < KNOWN, 0.0
        name = ""
        for answer, share in likelihoods(question, cause):
            name, level = answer, level + share
            if point < level:
                break
        if question.reads == "leg":
            leg = name
        if not known:
            continue
        if question.reads in ("leg", "radicular"):
            case["symptoms"][question.field] = name if question.reads == "leg" else name == "yes"
        elif question.reads == "area":
            if leg in (question.side, "both"):
                case["symptoms"][question.field] = name
        else:
            case["signs"][question.side][question.field] = _value(question, name)
    return case


def _value(question: Question, name: str) -> Any:
    if question.reads == "yes_no":
        return name == "positive"
    if question.reads == "power":
        return {"marked": 2, "mild": 4, "normal": 5}[name]
    return name


@dataclass
class Tally:
    """Counts of one run."""

    patients: int = 0
    top_place: int = 0
    named: int = 0
    named_level: int = 0
    named_wrong_side: int = 0
    log_loss: float = 0.0
    brier: float = 0.0
    bins: dict[int, list[float]] = field(default_factory=dict)

    def add(self, found: Diagnosis, cause: Place | None) -> None:
        self.patients += 1
        self.log_loss -= math.log(max(_probability(found, cause), 1e-12))
        top = found.candidates[0]
        if top.probability >= found.unexplained:
            right = cause is not None and (top.level, top.side, top.course) == (
                cause.level,
                cause.side,
                cause.course,
            )
            claimed = top.probability
        else:
            right, claimed = cause is None, found.unexplained
        self.top_place += right
        if found.problem is not None:
            self.named += 1
            if cause is not None and found.problem.level == cause.level:
                self.named_level += 1
                self.named_wrong_side += {found.problem.side, cause.side} == {"left", "right"}
        self._calibrate(claimed, right)

    def _calibrate(self, claimed: float, right: bool) -> None:
        self.brier += (claimed - right) ** 2
        row = self.bins.setdefault(min(int(claimed / BIN), round(1 / BIN) - 1), [0.0, 0.0, 0.0])
        row[0] += 1
        row[1] += claimed
        row[2] += right

    def report(self) -> dict[str, Any]:
        reliability = [
            {
                "from": round(index * BIN, 1),
                "patients": int(count),
                "claimed": round(claimed / count, 3),
                "right": round(right / count, 3),
            }
            for index, (count, claimed, right) in sorted(self.bins.items())
        ]
        error = sum(abs(claimed - right) for _, claimed, right in self.bins.values()) / max(self.patients, 1)
        return {
            "patients": self.patients,
            "top_place_right": _share(self.top_place, self.patients),
            "disc_named": _share(self.named, self.patients),
            "named_disc_right": _share(self.named_level, self.named),
            "named_on_the_other_side": _share(self.named_wrong_side, self.named),
            "log_loss": round(self.log_loss / max(self.patients, 1), 3),
            "brier_of_top": round(self.brier / max(self.patients, 1), 4),
            "calibration_error": round(error, 4),
            "reliability": reliability,
        }


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _probability(found: Diagnosis, cause: Place | None) -> float:
    if cause is None:
        return found.unexplained
    return next(
        item.probability
        for item in found.candidates
        if (item.level, item.side, item.course) == (cause.level, cause.side, cause.course)
    )


def _case(records: Sequence[Mapping[str, str]], signs: Mapping[str, Any]) -> Case:
    imaging = {"mri_done": True, "discs_complete": True, "discs": list(records)}
    return Case.model_validate({**signs, "imaging": imaging})


def run(patients: Sequence[Imaging], repeats: int, seed: int) -> dict[str, Any]:
    """All four runs, each with the model as it is and with every finding counted in full."""
    used = figures()
    models = {"as_it_is": None, "every_finding_in_full": used.independent()}
    result: dict[str, Any] = {}
    for planted in ("planted_among_herniations", "planted_by_the_model"):
        for overlap in (False, True):
            luck = random.Random(f"{seed} {planted} {overlap}")
            tallies = {name: Tally() for name in models}
            several = Tally()
            for _ in range(repeats):
                for imaging in patients:
                    drawn = _one(imaging, planted, overlap, used, luck)
                    if drawn is None:
                        continue
                    case, cause, discs = drawn
                    for name, model in models.items():
                        found = locate(case, model)
                        tallies[name].add(found, cause)
                        if name == "as_it_is" and discs > 1:
                            several.add(found, cause)
            key = "signs_overlap" if overlap else "signs_independent"
            rows = {name: tally.report() for name, tally in tallies.items()}
            rows["as_it_is_several_abnormal_discs"] = several.report()
            result.setdefault(planted, {})[key] = rows
    return result


def _one(
    imaging: Imaging, planted: str, overlap: bool, used: Figures, luck: random.Random
) -> tuple[Case, Place | None, int] | None:
    """One drawn patient: case, cause, number of abnormal discs."""
    records = draw_records(imaging, luck)
    cause: Place | None
    if planted == "planted_among_herniations":
        if not imaging.herniated:
            return None
        cause = luck.choice(places_of(records, used))
    else:
        believed = locate(_case(records, {}))
        weights = [_probability(believed, place) for place in PLACES]
        cause = luck.choices([*PLACES, None], [*weights, believed.unexplained])[0]
    return _case(records, draw_signs(cause, used, overlap, luck)), cause, len(records)


def speed(patients: Sequence[Imaging], seed: int) -> dict[str, float]:
    """Milliseconds per patient, warm."""
    used, luck = figures(), random.Random(f"{seed} speed")
    cases = []
    for imaging in patients:
        drawn = _one(imaging, "planted_by_the_model", True, used, luck)
        if drawn is not None:
            cases.append(drawn[0])
    times = []
    for case in cases * 3:
        start = time.perf_counter()
        locate(case)
        times.append((time.perf_counter() - start) * 1000)
    times.sort()
    return {"median_ms": round(times[len(times) // 2], 3), "p99_ms": round(times[int(len(times) * 0.99)], 3)}


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description="Measure the diagnosis on planted problem discs; prints JSON."
    )
    parser.add_argument(
        "--shared", type=Path, default=Path(os.environ.get("KAMBIN_SHARED", ROOT.parent / "shared"))
    )
    parser.add_argument("--repeats", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    path = given.shared / GRADINGS
    if not path.is_file():
        print(
            f"no gradings at {path}; name the shared folder with --shared or KAMBIN_SHARED", file=sys.stderr
        )
        return 2
    patients = read_gradings(path)
    document = {
        "method": figures().method,
        "patients": len(patients),
        "with_a_herniation": sum(bool(item.herniated) for item in patients),
        "with_several_abnormal_discs": sum(len(item.herniated) + len(item.bulging) > 1 for item in patients),
        "repeats": given.repeats,
        "seed": given.seed,
        "speed": speed(patients, given.seed),
        **run(patients, given.repeats, given.seed),
    }
    json.dump(document, sys.stdout, indent=1)
    print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
