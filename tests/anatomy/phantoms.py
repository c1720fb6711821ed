"""Phantoms that several test files share; a scene is built once."""

from __future__ import annotations

from functools import cache

from kambin.anatomy.phantom import Herniation, Phantom, PhantomScan

EXTRUSION = Herniation(type="extrusion", migration="down", migration_mm=5.0)


@cache
def drawn(seed: int | None = 3) -> Phantom:
    return Phantom(seed, herniations=(EXTRUSION,), slip_mm={"L3-L4": 4.0})


@cache
def scanned(voxel: float = 1.5) -> PhantomScan:
    return drawn().scan(voxel)
