"""Measure foramina, triangles, sac and derived roots of phantoms against their truth.

``python tools/nerve_errors.py [PATIENTS]`` writes ``build/nerves.json``. Each patient is another phantom in
another pose, at voxels of 0.8 mm; all but the roots is measured with the nerves in the map.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from kambin.anatomy.phantom import Phantom  # noqa: E402
from tests.anatomy.nerve_scenes import scan_of, turned  # noqa: E402
from tests.anatomy.population import ELSEWHERE, table  # noqa: E402
from tests.anatomy.test_neural import inside_share  # noqa: E402
from tests.anatomy.trials import Error, measured, value_errors  # noqa: E402

OUT = ROOT / "build" / "nerves.json"
VOXEL_MM = 0.8
PATIENTS = 10
TARGET_INSIDE = 0.9


def errors_of(seed: int) -> list[Error]:
    """Errors of what this tool measures, of one patient whose nerves are in the map."""
    scan = scan_of(Phantom(seed), VOXEL_MM, (), turned(seed))
    return [error for error in value_errors(measured(scan), scan) if error.name in ELSEWHERE]


def held_of(seed: int) -> tuple[int, int]:
    """Points of derived roots whose truth lies in their 95 % region, and all."""
    scan = scan_of(Phantom(seed), VOXEL_MM, ("roots", "sac"), turned(seed))
    model = measured(scan).model
    assert model is not None
    shares = [inside_share(root, scan.truth.root(root.name, root.side)) for root in model.roots]
    return sum(inside for inside, _ in shares), sum(met for _, met in shares)


def main(patients: int) -> None:
    rows = table(VOXEL_MM, [error for seed in range(patients) for error in errors_of(seed)])
    held = [held_of(seed) for seed in range(patients)]
    inside = sum(one for one, _ in held) / sum(all_ for _, all_ in held)
    roots = {"inside": inside, "least": min(one / all_ for one, all_ in held), "target": TARGET_INSIDE}
    OUT.parent.mkdir(exist_ok=True)
    document = {"patients": patients, "voxel_mm": VOXEL_MM, "rows": rows, "roots": roots}
    OUT.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    print(OUT.relative_to(ROOT))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else PATIENTS)
