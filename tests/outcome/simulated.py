"""Registries with known truth: who has which factors, who has a recurrence, who is lost."""

from __future__ import annotations

from typing import Any

import numpy as np

from kambin.outcome.registryfile import Result
from kambin.outcome.riskdata import risk_model
from kambin.outcome.riskmath import baseline, central_effect

HORIZON = 24.0


def truth(seed: int, shift_sd: float, slope_sd: float = 0.5) -> tuple[float, float]:
    """A true shift and slope, drawn from the prior; the slope's is cut at 0."""
    chance = np.random.default_rng([seed, 1])
    slope = -1.0
    while slope < 0:
        slope = float(chance.normal(1.0, slope_sd))
    return float(chance.normal(0.0, shift_sd)), slope


def facts_of(chance: Any) -> dict[str, Any]:
    """One patient; some things are not known."""
    found = {
        "age_years": int(chance.integers(20, 75)),
        "smoker": bool(chance.random() < 0.3),
        "diabetes": bool(chance.random() < 0.15),
        "bmi_kg_m2": round(float(chance.normal(26, 4)), 1),
        "disc_modic": int(chance.choice([0, 0, 0, 1, 2])),
        "disc_level": str(chance.choice(["L3-L4", "L4-L5", "L5-S1"])),
        "disc_type": str(chance.choice(["protrusion", "extrusion"])),
    }
    return {name: value for name, value in found.items() if chance.random() > 0.1}


def registry(
    seed: int, count: int, shift: float, slope: float, lost: float = 0.0, option: str | None = None
) -> list[Result]:
    """A registry in which the model's form holds, with the given truth.

    The time to recurrence is exponential with the risk at the horizon that the truth gives; `lost` is the
    share that is lost at a random time before the horizon.
    """
    chance = np.random.default_rng([seed, 2])
    model = risk_model()
    made = []
    for _ in range(count):
        name = option or str(chance.choice(["transforaminal_endoscopy", "open_microdiscectomy"]))
        technique, facts = model.techniques[name], facts_of(chance)
        odds = (
            baseline(technique, model.interval).centre
            + shift
            + slope * central_effect(model, technique, facts)
        )
        share = 1 / (1 + np.exp(-odds))
        time = float(chance.exponential(-HORIZON / np.log1p(-share)))
        end = float(chance.uniform(0, HORIZON)) if chance.random() < lost else HORIZON + 1
        made.append(Result(name, time <= end, min(time, end), facts))
    return made


def write(results: list[Result], file: Any) -> None:
    """Write a registry as a file that `read_registry` reads."""
    names = sorted({name for result in results for name in result.facts})
    lines = [",".join(["option", "recurrence", "months", *names])]
    for each in results:
        cells = [each.option, str(int(each.recurrence)), repr(each.months)]
        for name in names:
            value = each.facts.get(name, "")
            cells.append(str(int(value)) if isinstance(value, bool) else str(value))
        lines.append(",".join(cells))
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
