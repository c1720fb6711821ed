"""A corridor in the formats of other programs.

`write_handover` fills a folder: 3D Slicer markups, STL and GLB, NIfTI labels, DICOM segmentation, measurement
report and encapsulated surfaces. `send_plan` speaks OpenIGTLink. A name is loaded when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kambin.access.handover.sending import address_of, messages_of, send_plan
    from kambin.access.handover.writing import write_handover

__all__ = ["address_of", "messages_of", "send_plan", "write_handover"]

_HOME = {
    **dict.fromkeys(("address_of", "messages_of", "send_plan"), "sending"),
    "write_handover": "writing",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
