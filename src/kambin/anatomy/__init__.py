"""Where things are: from a scan's label map to a measured lumbar spine.

`read_spine` reads a label map and measures it, `facts` gives what of it enters the case. Everything is in LPS
millimetres (see `frames`); what can not be trusted is refused (see `refusal`).

The array libraries behind this room are heavy, so a name is loaded when it is first used: importing this
package costs nothing, and a plan without a scan never loads them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kambin.anatomy.model import Caution, CrestHeight, Interspace, Measurement, Spine, Vertebra
    from kambin.anatomy.motion import Motion, SegmentMotion, compare_spines, instability_thresholds
    from kambin.anatomy.phantom import Phantom, PhantomScan, PhantomTruth
    from kambin.anatomy.reading import LabelMap, label_map_of, read_image, read_label_map
    from kambin.anatomy.refusal import Reason, ScanRefused
    from kambin.anatomy.spine import facts, measure_spine, read_spine
    from kambin.anatomy.volume import Volume

__all__ = [
    "Caution",
    "CrestHeight",
    "Interspace",
    "LabelMap",
    "Measurement",
    "Motion",
    "Phantom",
    "PhantomScan",
    "PhantomTruth",
    "Reason",
    "ScanRefused",
    "SegmentMotion",
    "Spine",
    "Vertebra",
    "Volume",
    "compare_spines",
    "facts",
    "instability_thresholds",
    "label_map_of",
    "measure_spine",
    "read_image",
    "read_label_map",
    "read_spine",
]

_HOME = {
    "Caution": "model",
    "CrestHeight": "model",
    "Interspace": "model",
    "LabelMap": "reading",
    "Measurement": "model",
    "Motion": "motion",
    "Phantom": "phantom",
    "PhantomScan": "phantom",
    "PhantomTruth": "phantom",
    "Reason": "refusal",
    "ScanRefused": "refusal",
    "SegmentMotion": "motion",
    "Spine": "model",
    "Vertebra": "model",
    "Volume": "volume",
    "compare_spines": "motion",
    "facts": "spine",
    "instability_thresholds": "motion",
    "label_map_of": "reading",
    "measure_spine": "spine",
    "read_image": "reading",
    "read_label_map": "reading",
    "read_spine": "spine",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
