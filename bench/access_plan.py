"""T1: from a measured label map to certified plans of all three approaches at one level and side."""

from __future__ import annotations

import time
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from bench.row import AnswersDiffer, Row, at_most
from bench.timing import percentile, seconds_of

if TYPE_CHECKING:
    from kambin.access import AccessPlan, Target
    from kambin.anatomy import Spine

__all__ = ["rows"]

LEVEL = "L4-L5"
VOXELS = 20_000_000
STRUCTURES = 12
TARGET_S = 2.0
CERTIFICATE_MM = 0.1


@cache
def _scene() -> tuple[Spine, Target, float, int, int]:
    """A phantom's map of 0.8 mm, cut to 20 million voxels, measured; with seconds, voxels, structures."""
    from kambin.access import target_of
    from kambin.anatomy import label_map_of, measure_spine
    from kambin.anatomy.phantom import Herniation, Phantom
    from kambin.anatomy.volume import Volume
    from kambin.case.words import Side

    phantom = Phantom(3, herniations=(Herniation(level=LEVEL, side="left"),))
    whole = phantom.scan(voxel_mm=0.8, view="spine").labels
    # cut evenly in width: the spine stays, the flanks go
    width = round(VOXELS / (whole.array.shape[1] * whole.array.shape[2]))
    start = max((whole.array.shape[0] - width) // 2, 0)
    affine = np.array(whole.lps_from_voxel)
    affine[:3, 3] += affine[:3, 0] * start
    volume = Volume(np.asfortranarray(whole.array[start : start + width]), affine)
    began = time.perf_counter()
    labels = label_map_of(volume, "kambin")
    spine = measure_spine(labels)
    seconds = time.perf_counter() - began
    if spine.model is None:
        raise AnswersDiffer("the phantom was not measured")
    target = target_of(spine.model, LEVEL, Side.LEFT, zone="subarticular")
    return spine, target, seconds, volume.array.size, len(labels.boxes)


def _check(plans: tuple[AccessPlan, ...], structures: int) -> None:
    if structures < STRUCTURES:
        raise AnswersDiffer(f"the map holds {structures} structures only")
    if plans[0].recommended is None:
        raise AnswersDiffer(f"no posterolateral corridor in the phantom: {plans[0].why}")
    for plan in plans:
        for item in plan.proposals:
            sd = max(gap.uncertainty_mm for gap in item.clearances if gap.kind == "nerve") / 1.96
            if item.certificate.gap * sd > CERTIFICATE_MM:
                raise AnswersDiffer(f"{plan.approach}: a gap of {item.certificate.gap * sd:.3f} mm is open")


def rows(quick: bool) -> list[Row]:
    """Median of several plans; the first, which compiles or loads what is compiled, is left out and told."""
    from kambin.access import plan_approaches

    spine, target, measuring, voxels, structures = _scene()
    first = seconds_of(lambda: _check(plan_approaches(spine, target), structures))
    processor = time.process_time()
    times = [seconds_of(lambda: plan_approaches(spine, target)) for _ in range(1 if quick else 7)]
    processor = (time.process_time() - processor) / len(times)
    what = (
        f"plans of all three approaches, {LEVEL} left, from a map of {voxels / 1e6:.0f} million voxels "
        f"and {structures} structures, distance fields included: median"
    )
    note = (
        f"best {min(times):.2f} s, 95 % {percentile(times, 0.95):.2f} s, {processor:.2f} s of processor on "
        f"two threads; the first in its process {first:.2f} s; measuring the map before it {measuring:.2f} s"
    )
    return [at_most("T1", what, percentile(times, 0.5), TARGET_S, "s", note)]
