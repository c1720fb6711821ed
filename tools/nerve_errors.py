"""Measure foramina, triangles, sac and derived roots of phantoms against their truth.

``python tools/nerve_errors.py [PATIENTS [MINUTES]]`` writes ``build/nerves.json``. Each patient is another
phantom in another pose, at voxels of 0.8 mm; all but the roots is measured with the nerves in the map.
Patients that the same code has measured before are taken from ``build/nerves.jsonl``; only the first are
begun after so many minutes.
"""

from __future__ import annotations

import json
import sys
from dataclasses import astuple
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from kambin.anatomy.phantom import Phantom  # noqa: E402
from tests.anatomy.nerve_scenes import scan_of, turned  # noqa: E402
from tests.anatomy.population import ELSEWHERE, table  # noqa: E402
from tests.anatomy.records import gathered  # noqa: E402
from tests.anatomy.test_neural import inside_share  # noqa: E402
from tests.anatomy.trials import Error, measured, value_errors  # noqa: E402

OUT = ROOT / "build" / "nerves.json"
VOXEL_MM = 0.8
PATIENTS = 10
TARGET_INSIDE = 0.9


def patient(seed: int) -> dict[str, Any]:
    """Errors with the nerves in the map; derived roots: points whose truth lies in their region, and all."""
    phantom = Phantom(seed)
    return {
        "errors": [list(astuple(error)) for error in errors_of(phantom, seed)],
        "held": held_of(phantom, seed),
    }


def errors_of(phantom: Phantom, seed: int) -> list[Error]:
    """Errors of what this tool measures, of one patient whose nerves are in the map."""
    scan = scan_of(phantom, VOXEL_MM, (), turned(seed))
    return [error for error in value_errors(measured(scan), scan) if error.name in ELSEWHERE]


def held_of(phantom: Phantom, seed: int) -> tuple[int, int]:
    """Points of derived roots whose truth lies in their 95 % region, and all."""
    scan = scan_of(phantom, VOXEL_MM, ("roots", "sac"), turned(seed))
    model = measured(scan).model
    assert model is not None
    shares = [inside_share(root, scan.truth.root(root.name, root.side)) for root in model.roots]
    return sum(inside for inside, _ in shares), sum(met for _, met in shares)


def main(patients: int, minutes: float | None = None) -> None:
    """Measure so many patients and write the table."""
    found = list(gathered(OUT.with_suffix(".jsonl"), patient, range(patients), minutes).values())
    rows = table(VOXEL_MM, [Error(*values) for one in found for values in one["errors"]])
    held = [one["held"] for one in found]
    inside = sum(one for one, _ in held) / sum(all_ for _, all_ in held)
    roots = {"inside": inside, "least": min(one / all_ for one, all_ in held), "target": TARGET_INSIDE}
    document = {"patients": len(found), "voxel_mm": VOXEL_MM, "rows": rows, "roots": roots}
    OUT.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    print(OUT.relative_to(ROOT))


if __name__ == "__main__":
    asked = sys.argv[1:]
    main(int(asked[0]) if asked else PATIENTS, float(asked[1]) if len(asked) > 1 else None)
