"""Pictures of a measured spine and of a planned corridor, and their words.

`measure_figures` makes those of a spine, `access_figures` those of a plan. Each is a `Picture`: bytes that
are the same on every run, a caption, and the same in words for those who do not see it. The patient's sides
are written on every picture; colour is never the only difference between two things.

The libraries behind this are heavy, so a name is loaded when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kambin.report.pictures.figures import Gallery, access_figures, measure_figures, write_figures
    from kambin.report.pictures.picture import Picture
    from kambin.report.pictures.scene import Scene, scene_of

__all__ = [
    "Gallery",
    "Picture",
    "Scene",
    "access_figures",
    "measure_figures",
    "scene_of",
    "write_figures",
]

_HOME = {
    "Gallery": "figures",
    "Picture": "picture",
    "Scene": "scene",
    "access_figures": "figures",
    "measure_figures": "figures",
    "scene_of": "scene",
    "write_figures": "figures",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
