"""Make the bundled label map of the demonstration: ``python tools/make_demo_scan.py``.

It is the project's own phantom, no patient: a lumbar spine with discs, dural sac, roots, a herniated L5-S1
disc on the left, the organs in front and the skin; its crests rise about 20 mm above the L4-L5 disc, and it
lies a little askew in the scanner as patients do.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

from kambin.anatomy.phantom import Herniation, Phantom, PhantomScan, write_labels

TARGET = Path(__file__).resolve().parent.parent / "examples" / "scans" / "demo_labels.nii.gz"
SEED = 11
CREST_LEFT_MM, CREST_RIGHT_MM = 21.0, 19.5
HERNIATION = Herniation(level="L5-S1", side="left", type="extrusion", zone="subarticular", size_mm=7.0)
# lowest and highest corner of what is shown, in the phantom's frame: from the vessels to the skin of the
# back, from above L1 to below the sacrum
VIEW_MM = ((-150.0, -76.0, -146.0), (150.0, 104.0, 152.0))
VOXEL_MM = 1.25
# pitch, roll and yaw of the patient on the table, degrees, and where the L4-L5 disc lies, mm
ASKEW_DEG = (2.0, -1.5, 3.0)
PLACE_MM = (4.0, -120.0, 350.0)


def demo_scan() -> PhantomScan:
    """The phantom of the demonstration, painted."""
    pose = np.eye(4)
    pose[:3, :3] = Rotation.from_euler("xyz", ASKEW_DEG, degrees=True).as_matrix()
    pose[:3, 3] = PLACE_MM
    phantom = Phantom(
        SEED, crest_left_mm=CREST_LEFT_MM, crest_right_mm=CREST_RIGHT_MM, herniations=(HERNIATION,)
    )
    return phantom.scan(VOXEL_MM, lps_from_phantom=pose, view=VIEW_MM)


def main() -> int:
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    write_labels(demo_scan(), TARGET)
    print(f"{TARGET.name}: {TARGET.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
