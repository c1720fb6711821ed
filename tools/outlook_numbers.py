"""The numbers of docs/outlook.md: ranges of a few patients, and what registries with known truth teach.

``python tools/outlook_numbers.py patients`` or ``… learning``; prints Markdown, for ``tools/build_docs.py``.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from kambin.outcome import RecurrenceRisk, recurrence_risk  # noqa: E402

TECHNIQUES = {
    "open_microdiscectomy": "open",
    "microendoscopic_discectomy": "microendoscopic",
    "transforaminal_endoscopy": "transforaminal",
    "interlaminar_endoscopy": "interlaminar",
}
NOTHING: dict[str, Any] = {
    "age_years": 42,
    "smoker": False,
    "diabetes": False,
    "bmi_kg_m2": 22.0,
    "disc_modic": 0,
    "disc_annular_defect_mm": 2.0,
    "operator_endoscopic_cases": 500,
    "disc_level": "L4-L5",
    "disc_type": "extrusion",
}
PATIENTS: dict[str, dict[str, Any]] = {
    "42 years, none of the factors": NOTHING,
    "the same, smokes": NOTHING | {"smoker": True},
    "the same, has diabetes and is overweight": NOTHING | {"diabetes": True, "bmi_kg_m2": 31.0},
    "the same, 75 years": NOTHING | {"age_years": 75},
    "the same, smokes, Modic change of type 2": NOTHING | {"smoker": True, "disc_modic": 2},
    "smokes, defect of the annulus not known": {
        name: value for name, value in NOTHING.items() if name != "disc_annular_defect_mm"
    }
    | {"smoker": True},
    "nothing is known": {},
    "unstable segment": NOTHING | {"unstable": True},
}
SIZES = (50, 200, 800)
TRUTH = (0.7, 1.0)
REGISTRIES = 60


def patients() -> None:
    print("| patient | " + " | ".join(TECHNIQUES.values()) + " |")
    print("|---" * (len(TECHNIQUES) + 1) + "|")
    for name, facts in PATIENTS.items():
        cells = []
        for option in TECHNIQUES:
            found = recurrence_risk(option, facts)
            shown = f"{found.low} to {found.high}" if isinstance(found, RecurrenceRisk) else "no number"
            cells.append(shown)
        print(f"| {name} | " + " | ".join(cells) + " |")


def learning() -> None:
    from kambin.outcome.calibrate import prior_of, propose
    from kambin.outcome.riskdata import risk_model
    from tests.outcome.simulated import registry, truth

    head = ("patients", "recurrences", "published", "observed", "recalibrated (90 % interval)", "shift")
    print(f"| {' | '.join(head)} |")
    print("|---|---|---|---|---|---|")
    for size in SIZES:
        card = propose(registry(5, size, *TRUTH), "")
        risk, after = card["average_risk_percent"], card["posterior"]
        low, high = risk["local_interval"]
        first, last = after["shift_interval"]
        cells = (
            str(size),
            str(card["data"]["events"]),
            f"{risk['published']:.1f} %",
            f"{risk['observed']:.1f} %",
            f"{risk['local']:.1f} % ({low:.1f} to {high:.1f})",
            f"{after['shift']:.2f} ({first:.2f} to {last:.2f})",
        )
        print(f"| {' | '.join(cells)} |")
    spread = prior_of(risk_model(), ["open_microdiscectomy", "transforaminal_endoscopy"]).shift_sd
    hits = [0, 0]
    for seed in range(REGISTRIES):
        shift, slope = truth(seed, spread)
        after = propose(registry(seed, 300, shift, slope), "")["posterior"]
        hits[0] += after["shift_interval"][0] <= shift <= after["shift_interval"][1]
        hits[1] += after["slope_interval"][0] <= slope <= after["slope_interval"][1]
    print()
    print(
        f"The true shift of this table is {TRUTH[0]}. In {REGISTRIES} further registries of 300 patients, "
        f"each with its own truth, the 90 % interval held the true shift {hits[0]} times and the true slope "
        f"{hits[1]} times."
    )


if __name__ == "__main__":
    {"patients": patients, "learning": learning}[sys.argv[1]]()
