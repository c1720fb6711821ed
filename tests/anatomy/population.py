"""The population: patients of the phantom at four voxel sizes, measured, beside what is true of them.

``python -m tests.anatomy.population [--patients 200] [--minutes 25]`` goes on where it was left and writes
``build/anatomy.json`` from all patients that are done with the code as it is.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import astuple
from pathlib import Path
from typing import Any

import numpy as np

from kambin.anatomy.phantom import Phantom
from tests.anatomy.records import gathered
from tests.anatomy.trials import SOFT, Error, measured, placed_scan, shape_errors, value_errors

__all__ = ["ELSEWHERE", "VOXELS_MM", "errors_at", "patient", "population", "table"]

VOXELS_MM = (0.5, 0.8, 1.0, 1.25)
FINEST_WITH_HIPS_MM = 0.8
RECORDS, OUT = Path("build/population.jsonl"), Path("build/anatomy.json")
# of this file's rooms: what A foramen, sac, root or herniation measures is tried beside its own modules
ELSEWHERE = (
    "foramen_height",
    "foramen_width",
    "foramen_area",
    "sac_area",
    "sac_depth",
    "triangle_area",
    "triangle_circle",
)
# the targets: 95 % of all errors within
TARGETS = {"normal": 1.0, "frame": 1.5, "size": 0.05}


def errors_at(phantom: Phantom, seed: int, voxel_mm: float) -> list[Error]:
    """All errors of one patient at one voxel size."""
    # at half a millimetre the hips alone would take a quarter of a thousand million voxels
    hips = voxel_mm >= FINEST_WITH_HIPS_MM
    scan = placed_scan(phantom, seed, voxel_mm, SOFT if hips else (*SOFT, "hips"))
    spine = measured(scan)
    skip = ELSEWHERE if hips else (*ELSEWHERE, "crest_above_l45", "crest_above_l5_pedicle")
    return [*shape_errors(spine, scan), *value_errors(spine, scan, skip)]


def patient(seed: int) -> dict[str, Any]:
    """One patient at every voxel size, as plain values; what is true is computed once for all four."""
    phantom = Phantom(seed)
    return {
        "errors": {
            f"{voxel_mm:g}": [list(astuple(error)) for error in errors_at(phantom, seed, voxel_mm)]
            for voxel_mm in VOXELS_MM
        }
    }


def table(voxel_mm: float, errors: Sequence[Error]) -> list[dict[str, Any]]:
    """One row for each measurement at one voxel size."""
    rows = []
    for kind, name in dict.fromkeys((error.kind, error.name) for error in errors):
        own = [error for error in errors if error.name == name]
        known = [error for error in own if error.error is not None]
        if not known:
            rows.append({"name": name, "kind": kind, "voxel_mm": voxel_mm, "n": 0, "of": len(own)})
            continue
        sizes = np.abs([error.error for error in known])
        inside = [
            abs(error.error) * (error.truth if kind == "size" else 1.0) <= error.uncertainty
            for error in known
            if error.uncertainty is not None
        ]
        p95 = float(np.percentile(sizes, 95))
        target = 0.5 * voxel_mm if kind == "length" else TARGETS.get(kind)
        rows.append(
            {
                "name": name,
                "kind": kind,
                "voxel_mm": voxel_mm,
                "n": len(known),
                "of": len(own),
                "bias": float(np.mean([error.error for error in known])),
                "p50": float(np.median(sizes)),
                "p95": p95,
                "p95_voxels": p95 / voxel_mm if kind == "length" else None,
                "target": target,
                "met": None if target is None else bool(p95 <= target),
                "inside_uncertainty": float(np.mean(inside)) if inside else None,
            }
        )
    return rows


def population(patients: int, minutes: float | None = None) -> list[dict[str, Any]]:
    """Rows of the table over the first patients, written to `build/anatomy.json` too."""
    found = gathered(RECORDS, patient, range(patients), minutes)
    rows = [row for voxel_mm in VOXELS_MM for row in table(voxel_mm, _errors(found, voxel_mm))]
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps({"patients": len(found), "rows": rows}, indent=1) + "\n", encoding="utf-8")
    return rows


def _errors(found: Mapping[int, dict[str, Any]], voxel_mm: float) -> list[Error]:
    return [Error(*values) for one in found.values() for values in one["errors"][f"{voxel_mm:g}"]]


def main() -> None:
    """Run the population from the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.anatomy.population", description=__doc__)
    parser.add_argument("--patients", type=int, default=200)
    parser.add_argument("--minutes", type=float, help="begin no patient after this time")
    given = parser.parse_args()
    population(given.patients, given.minutes)
    print(f"{json.loads(OUT.read_text(encoding='utf-8'))['patients']} patients in {OUT}")


if __name__ == "__main__":
    main()
