"""The bundled label map is the phantom that the tool makes, and measures what the demonstration says."""

from __future__ import annotations

import gzip
from pathlib import Path

from kambin.anatomy.spine import read_spine
from kambin.case.words import Side
from tools.make_demo_scan import demo_phantom


def scan(root: Path) -> Path:
    return root / "examples" / "scans" / "demo_labels.nii.gz"


def test_the_bundled_file_is_what_the_tool_makes(root: Path, tmp_path: Path) -> None:
    demo_phantom().write(tmp_path / "made.nii")
    assert gzip.decompress(scan(root).read_bytes()) == (tmp_path / "made.nii").read_bytes()
    assert scan(root).stat().st_size < 200_000


def test_the_demonstration_has_a_high_crest_on_both_sides(root: Path) -> None:
    spine, truth = read_spine(scan(root)), demo_phantom().truth
    assert spine.levels == ("L1", "L2", "L3", "L4", "L5", "S1", "sacrum")
    assert spine.warnings == () and spine.missing == ()
    assert spine.convention_how == "named by the label table in the file"
    assert set(spine.crest) == set(Side)
    for side, found in spine.crest.items():
        assert 18 < found.height_mm < 22
        assert abs(found.height_mm - truth.crest_mm[side]) < 0.8
