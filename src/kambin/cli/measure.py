"""`kambin measure`: the measured spine of a label map, as a table, as JSON and as pictures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kambin.cli import ANSWERED, OPEN
from kambin.cli.console import emit_json, note, progress_reporter

if TYPE_CHECKING:
    from kambin.anatomy.model import Spine
    from kambin.report.pictures import Gallery

__all__ = ["attention", "run_measure"]

# the bones without which a result is incomplete; a sixth lumbar vertebra is not missed
EXPECTED = ("L1", "L2", "L3", "L4", "L5")
SACRAL = ("S1", "sacrum")


def run_measure(
    scan: Path, labels: str | None, image: Path | None, figures: Path | None, as_json: bool
) -> int:
    """Measure, print, draw; the exit code says whether something needs attention."""
    from kambin import anatomy

    progress = progress_reporter()
    progress("reading and measuring")
    spine = anatomy.read_spine(scan, labels=labels, image=image)
    gallery = None
    if figures is not None:
        from kambin.report.pictures import measure_figures, write_figures

        gallery = measure_figures(spine, progress=progress)
        progress("writing the pictures")
        for path in write_figures(gallery, figures):
            note(f"picture: {path}")
        for why in gallery.skipped:
            note(f"kambin: {why}")
    marked = attention(spine)
    if as_json:
        emit_json(_document(spine, marked, gallery))
    else:
        from kambin.cli.render_measure import print_spine

        print_spine(spine, marked)
    return OPEN if marked else ANSWERED


def attention(spine: Spine) -> tuple[str, ...]:
    """What a person has to look at before the measurements are used, in sentences.

    Parameters
    ----------
    spine : Spine

    Returns
    -------
    tuple of str
        Missing bones, and every caution but those on how the map was read or what it does not label.
    """
    from kambin.report.words import words

    minor = {*words()["reading_cautions"], *words()["absence_cautions"]}
    absent = [name for name in EXPECTED if name not in spine.levels]
    if not any(name in spine.levels for name in SACRAL):
        absent.append("sacrum")
    found = [f"Not in the map: {', '.join(absent)}."] if absent else []
    return (*found, *(item.text for item in spine.warnings if item.code not in minor))


def _document(spine: Spine, marked: Sequence[str], gallery: Gallery | None) -> dict[str, Any]:
    from kambin.plan import INTENDED_USE

    document: dict[str, Any] = {
        "kambin_spine": 1,
        "intended_use": INTENDED_USE,
        "frame": "LPS, millimetres; left and right are the patient's",
        "attention": list(marked),
        **spine.to_dict(),
    }
    if gallery is not None:
        document["figures"] = [
            {"file": item.file_name, "title": item.title, "caption": item.caption, "alt": item.alt}
            for item in gallery.pictures
        ]
        document["figures_skipped"] = list(gallery.skipped)
    return document
