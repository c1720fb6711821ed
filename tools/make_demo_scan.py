"""Make the bundled label map of the demonstration: ``python tools/make_demo_scan.py``.

It is the project's own phantom, no patient: a lumbar spine with sacrum and hip bones whose crests rise about
20 mm above the L4-L5 disc, lying a little askew in the scanner as patients do.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

from kambin.anatomy.phantom import LumbarPhantom

TARGET = Path(__file__).resolve().parent.parent / "examples" / "scans" / "demo_labels.nii.gz"
CREST_LEFT_MM, CREST_RIGHT_MM = 21.0, 19.5
VOXEL_MM = 1.25
# pitch, roll and yaw of the patient on the table, degrees, and where the L4-L5 disc lies, mm
ASKEW_DEG = (2.0, -1.5, 3.0)
PLACE_MM = (4.0, -120.0, 350.0)


def demo_phantom() -> LumbarPhantom:
    pose = np.eye(4)
    pose[:3, :3] = Rotation.from_euler("xyz", ASKEW_DEG, degrees=True).as_matrix()
    pose[:3, 3] = PLACE_MM
    return LumbarPhantom(
        crest_left_mm=CREST_LEFT_MM,
        crest_right_mm=CREST_RIGHT_MM,
        voxel_mm=(VOXEL_MM, VOXEL_MM, VOXEL_MM),
        lps_from_phantom=pose,
    )


def main() -> int:
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    demo_phantom().write(TARGET)
    print(f"{TARGET.name}: {TARGET.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
