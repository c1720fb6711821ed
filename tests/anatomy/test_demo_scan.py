"""The bundled label map is the phantom that the tool makes, and measures what the demonstration says."""

from __future__ import annotations

import gzip
from functools import cache
from pathlib import Path

import pytest

from kambin.anatomy.phantom import PhantomScan, write_labels
from kambin.anatomy.spine import read_spine
from kambin.case.words import Side
from tools.make_demo_scan import HERNIATION, demo_scan


@cache
def made() -> PhantomScan:
    return demo_scan()


def scan(root: Path) -> Path:
    return root / "examples" / "scans" / "demo_labels.nii.gz"


def test_the_bundled_file_is_what_the_tool_makes(root: Path, tmp_path: Path) -> None:
    write_labels(made(), tmp_path / "made.nii")
    assert gzip.decompress(scan(root).read_bytes()) == (tmp_path / "made.nii").read_bytes()
    assert scan(root).stat().st_size < 400_000


def test_the_demonstration_has_a_high_crest_on_both_sides(root: Path) -> None:
    spine, truth = read_spine(scan(root)), made().truth
    assert spine.levels == ("L1", "L2", "L3", "L4", "L5", "S1", "sacrum")
    assert spine.convention_how == "named by the label table in the file"
    assert not {"transitional", "numbering_unchecked", "vertebra_missing"} & {w.code for w in spine.warnings}
    assert set(spine.crest) == set(Side)
    for side, found in spine.crest.items():
        assert 18 < found.height_mm < 22
        assert abs(found.height_mm - truth.crest_mm[side]) < found.uncertainty_mm
    assert spine.model is not None
    assert [(one.level, one.side) for one in spine.model.herniations] == [(HERNIATION.level, HERNIATION.side)]
    for name in ("L1", "L5"):
        volume = spine.vertebrae[name].volume_ml
        assert volume == pytest.approx(truth.volumes_ml[name], rel=0.03)
