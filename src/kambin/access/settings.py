"""Numbers of the search, read once from `settings.yaml`."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache
from importlib import resources

__all__ = ["SearchSettings", "search_settings"]


@dataclass(frozen=True, slots=True)
class SearchSettings:
    """Section `search` of `settings.yaml`, where each number's reason stands beside it."""

    blur_voxels: float
    match_rounds: int
    disc_voxels: float
    conservative_voxels: float
    spacing_mm: float
    coarse_spacing_mm: float
    nerve_cap_mm: float
    bone_cap_mm: float
    viscera_cap_mm: float
    skin_cap_mm: float
    tolerance_mm: float
    hard_tolerance_mm: float
    march_step_mm: float
    max_cells: int
    throat_mm: float


@cache
def search_settings() -> SearchSettings:
    """The settings of the search."""
    from kambin.files import load_yaml

    section = load_yaml(resources.files("kambin.access").joinpath("settings.yaml"))["search"]
    values = {name: entry["value"] for name, entry in section.items()}
    names = {part.name for part in fields(SearchSettings)}
    return SearchSettings(**{name: value for name, value in values.items() if name in names})
