"""Measured phantoms that several files plan on; made once."""

from __future__ import annotations

from functools import cache

import numpy as np

from kambin.access import AccessPlan, Target, instruments, plan_approaches, target_of
from kambin.anatomy import Spine, label_map_of, measure_spine
from kambin.anatomy.phantom import Herniation, Phantom
from kambin.anatomy.volume import Volume
from kambin.case.words import Side

LEVEL = "L4-L5"


@cache
def phantom() -> Phantom:
    return Phantom(3, herniations=(Herniation(level=LEVEL, side="left"),))


@cache
def labels() -> Volume:
    """A map of 1.6 mm with skin, nerves and the herniation in it."""
    return phantom().scan(voxel_mm=1.6, view="spine").labels


def measured(volume: Volume) -> Spine:
    return measure_spine(label_map_of(volume, "kambin"))


@cache
def spine() -> Spine:
    return measured(labels())


@cache
def bare_spine() -> Spine:
    """The same patient with bones alone: nerves are derived, skin and organs are not known."""
    missing = ("sac", "roots", "skin", "herniations", "discs")
    return measured(phantom().scan(voxel_mm=1.6, view="spine", missing=missing).labels)


def target(of: Spine, side: Side = Side.LEFT, level: str = LEVEL) -> Target:
    assert of.model is not None
    return target_of(of.model, level, side, zone="subarticular")


@cache
def plans() -> tuple[AccessPlan, ...]:
    return plan_approaches(spine(), target(spine()), tools=instruments(("cannula-6", "cannula-8")))


def moved(volume: Volume, turn: np.ndarray) -> Volume:
    """The same voxels in another pose of the patient."""
    pose = np.eye(4)
    pose[:3, :3] = turn
    return Volume(volume.array, pose @ volume.lps_from_voxel)


@cache
def mirrored_spine() -> Spine:
    """The mirror patient, painted anew: left is right."""
    return measured(phantom().mirrored().scan(voxel_mm=1.6, view="spine").labels)
