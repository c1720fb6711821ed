"""Rows T2 to T7: rays, fields, certificates, planted and blocked scenes, bone; peers run in between.

Scenes come from the tests' generators, so that what is timed is what is proved right there.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.access_peers import STEP_MM, scipy_minima, vtk_minima
from bench.row import AnswersDiffer, Row, at_least, at_most

__all__ = ["bone", "certificates", "clearance_error", "rays", "scan_size", "scenes"]

Floats = NDArray[np.float64]
RADIUS_MM = 3.75


def _interleaved(calls: list[Callable[[], Any]], rounds: int) -> list[float]:
    """The best wall-clock seconds of each call over interleaved rounds."""
    best = [math.inf] * len(calls)
    for _ in range(rounds):
        for n, call in enumerate(calls):
            began = time.perf_counter()
            call()
            best[n] = min(best[n], time.perf_counter() - began)
    return best


def _nerves() -> tuple[Any, list[Any], list[tuple[Floats, Floats]]]:
    """Region, nerve obstacles, and the tubes they were made from."""
    from kambin.access.fields import tube_field
    from kambin.access.grid import Roi
    from kambin.access.scene import Obstacle

    roi = Roi(np.array([-20.0, -45.0, -45.0]), np.array([70.0, 60.0, 45.0]))
    lines = [
        ([[0, 0, 20], [8, -2, 12], [20, -6, 2], [45, -18, -20]], [2.0, 2.6, 3.0, 2.2]),
        ([[-6, 6, 45], [-6, 5, 0], [-6, 7, -45]], [7.0, 7.0, 6.5]),
        ([[0, 4, 12], [7, 0, -12], [14, -6, -40]], [1.8, 2.0, 2.0]),
        ([[-12, 0, 20], [-30, -8, 0], [-45, -18, -20]], [2.0, 3.0, 2.2]),
    ]
    tubes = [(np.array(p, dtype=np.float64), np.array(r, dtype=np.float64)) for p, r in lines]
    fields = [tube_field(p, r, roi, cap_mm=14.0) for p, r in tubes]
    return roi, [Obstacle(f"nerve {n}", "nerve", None, one) for n, one in enumerate(fields)], tubes


def _rays(count: int, seed: int = 0) -> Floats:
    """Rays of a posterolateral access: tips in a patch at the disc, 20 to 80 degrees outwards.

    Tip by tip and angle by angle, as any search goes through them.
    """
    tips_count = max(count // 2500, 1)
    rng = np.random.default_rng(seed)
    side = math.ceil(math.sqrt(count / tips_count))
    axial, tilt = np.radians(np.linspace(20, 80, side)), np.radians(np.linspace(-20, 40, side))
    a, t = (grid.ravel() for grid in np.meshgrid(axial, tilt, indexing="ij"))
    way = np.stack([np.sin(a) * np.cos(t), np.cos(a) * np.cos(t), np.sin(t)], axis=1)
    tips = np.array([12.0, -2.0, -3.0]) + rng.uniform(-3, 3, (tips_count, 3))
    pairs = np.concatenate([np.repeat(tips, len(way), axis=0), np.tile(way, (tips_count, 1))], axis=1)
    return np.concatenate([pairs, np.full((len(pairs), 1), 45.0)], axis=1)[:count]


def rays(quick: bool) -> list[Row]:
    """T2: certified minima and feasibility checks each second, against scipy and VTK on the same rays."""
    from kambin.access.march import certified_minima, feasible, margin_pack
    from kambin.access.scene import fused

    roi, obstacles, tubes = _nerves()
    margins = fused(obstacles, roi, RADIUS_MM, spacing_mm=0.8)
    pack = margin_pack(margins)
    many = _rays(50_000 if quick else 400_000)
    few, handful = many[:1500], many[:60]
    vtk = vtk_minima(tubes, handful)
    certified_minima(pack, many[:10]), feasible(pack, many[:10])
    ours, theirs, exact = certified_minima(pack, few)[:, 1], scipy_minima(margins, few), vtk() - RADIUS_MM
    if np.abs(ours - theirs).max() > 0.06:
        raise AnswersDiffer(f"scipy finds another least margin, by {np.abs(ours - theirs).max():.3f} mm")
    outside = exact > -RADIUS_MM + 0.3
    if np.abs(np.minimum(exact, 14 - RADIUS_MM) - ours[:60])[outside & (ours[:60] > -2.5)].max() > 0.25:
        raise AnswersDiffer("VTK finds another clearance")
    seconds = _interleaved(
        [
            lambda: certified_minima(pack, many, step_mm=STEP_MM),
            lambda: feasible(pack, many),
            lambda: scipy_minima(margins, few),
            vtk,
        ],
        3 if quick else 7,
    )
    each = [t / n for t, n in zip(seconds, (len(many), len(many), 1500, 60), strict=True)]
    return _rates(each, *_spent(pack, many))


def _spent(pack: Any, lines: Floats) -> tuple[float, float]:
    """Nanoseconds of one processor for a feasibility check and for a certified minimum."""
    from kambin.access.march import certified_minima, feasible

    began = time.process_time()
    feasible(pack, lines, threads=1)
    middle = time.process_time()
    certified_minima(pack, lines, step_mm=STEP_MM, threads=1)
    return 1e9 * (middle - began) / len(lines), 1e9 * (time.process_time() - middle) / len(lines)


def _rates(each: list[float], sieve: float, proof: float) -> list[Row]:
    """Rows of the seconds for one ray: ours proved, ours sieved, scipy, VTK."""
    proved = (
        f"four nerves in one field of 0.8 mm, proved to {STEP_MM} mm; {proof:.0f} ns of one processor each"
    )
    left = f"left where the margin ends; {sieve:.0f} ns of one processor each"
    scipy = "same rays, same answers to 0.06 mm"
    return [
        at_least("T2", "certified minimum clearances, 2 threads", 1 / each[0], 1e6, "/s", proved),
        at_least("T2", "feasibility checks of a cannula of 7.5 mm", 1 / each[1], 2e7, "/s", left),
        at_least("T2", "certified minima: times scipy map_coordinates", each[2] / each[0], 10, "×", scipy),
        at_least("T2", "certified minima: times a VTK locator", each[3] / each[0], 50, "×", "closest points"),
    ]


def _errors(kinds: tuple[str, ...], poses: int) -> Floats:
    from tests.access.shapes import clearance_errors, random_shape

    found = [
        clearance_errors(random_shape(kind, np.random.default_rng(1000 + n)), n)
        for kind in kinds
        for n in range(poses)
    ]
    return np.concatenate(found)


def clearance_error(quick: bool) -> list[Row]:
    """T3: distances in fields of masks of 0.8 mm against analytic shapes."""
    from tests.access.shapes import KINDS, SHARP

    poses = 4 if quick else 40
    errors, sharp = _errors(KINDS, poses), _errors((SHARP,), poses)
    note = f"{', '.join(KINDS)} in {poses} random poses each, points 0 to 12 mm outside"
    edges = f"bias {sharp.mean():+.3f}, most {sharp.max():.2f} mm: edges sharper than a voxel can not be seen"
    return [
        at_most(
            "T3",
            "clearance error at 0.8 mm, 95th percentile",
            float(np.percentile(np.abs(errors), 95)),
            0.16,
            "mm",
            note,
        ),
        at_most(
            "T3",
            "clearance bias",
            float(abs(errors.mean())),
            0.06,
            "mm",
            f"{errors.mean():+.3f}: too small, never too large on average",
        ),
        at_most("T3", "largest over-estimate", float(errors.max()), 0.35, "mm", note),
        at_most(
            "T3",
            "the same 95th percentile for boxes with sharp edges",
            float(np.percentile(np.abs(sharp), 95)),
            None,
            "mm",
            edges,
        ),
    ]


def _grid(planted: Any, ways: Floats, sides: int) -> Floats:
    """Rays from a grid of tips in the patch into all of some directions, to just below the skin."""
    x, y = (grid.ravel() for grid in np.meshgrid(*[np.linspace(-1, 1, sides)] * 2, indexing="ij"))
    axes = planted.patch.axes()
    tips = planted.patch.centre_lps + x[:, None] * axes[0] + y[:, None] * axes[1]
    pairs = np.concatenate([np.repeat(tips, len(ways), axis=0), np.tile(ways, (len(tips), 1))], axis=1)
    return np.concatenate([pairs, np.full((len(pairs), 1), 58.0)], axis=1)


def _directions(cone: Any, axial_deg: tuple[float, float], up_deg: tuple[float, float], side: int) -> Floats:
    spans = (np.radians(np.linspace(*span, side)) for span in (axial_deg, up_deg))
    a, u = (grid.ravel() for grid in np.meshgrid(*spans, indexing="ij"))
    ways: Floats = np.stack([np.sin(a) * np.cos(u), np.cos(a) * np.cos(u), np.sin(u)], axis=1) @ cone.frame
    return ways


def _left_over(planted: Any, lines: Floats, radius: float, least: float) -> Floats:
    """Rays that keep every limit and `least` mm to every nerve, as far as the quick check can tell.

    Structure by structure, each in its own field; the check only refuses what it has seen to fail.
    """
    from kambin.access.grid import Field
    from kambin.access.march import feasible, margin_pack

    for one in planted.scene.obstacles:
        demanded = np.float32(radius + one.demanded_mm + (least if one.is_objective else 0.0))
        field = Field(
            one.field.origin_lps, one.field.spacing_mm, one.field.values - demanded, one.field.cap_mm
        )
        if len(lines):
            lines = lines[feasible(margin_pack(field), lines)]
    return lines


def _sampled(planted: Any, lines: Floats, radius: float) -> Floats:
    """Worth of some rays by another library's interpolation, every 0.1 mm; −∞ where a limit is broken."""
    from scipy.ndimage import map_coordinates

    s = np.arange(0.0, 58.05, 0.1)
    worth = np.full(len(lines), np.inf)
    for one in planted.scene.obstacles:
        points = lines[:, None, :3] + s[None, :, None] * lines[:, None, 3:6]
        index = ((points - one.field.origin_lps) / one.field.spacing_mm).reshape(-1, 3).T
        found = map_coordinates(one.field.values, index, order=1, mode="nearest").reshape(len(lines), len(s))
        margin = found.min(axis=1) - radius - one.demanded_mm
        if one.is_objective:
            worth = np.minimum(worth, margin / one.sd_mm)
        else:
            # limits are kept by the hard tolerance of the search
            worth[margin < 0.05] = -np.inf
    return worth


# What the brute force has to come near the answer, so that it is seen to find it, mm; rays judged at once.
NEAR_MM, AT_ONCE = 0.15, 400


def _brute(planted: Any, result: Any, radius: float, quick: bool) -> tuple[float, int]:
    """The best of all rays of two grids, one over all that is allowed and one around the answer; how many.

    The quick check drops rays that are seen to be worse than the answer by `NEAR_MM`; what is left is judged
    by scipy.
    """
    cone = planted.cone
    side = 40 if quick else 146
    axial, up = cone.angles_deg(result.ray.direction_lps)
    around = ((axial - 3, axial + 3), (up - 3, up + 3))
    near = [(max(a, low), min(b, high)) for (a, b), (low, high) in zip(
        around, (cone.axial_deg, cone.cranial_deg), strict=True)]  # fmt: skip
    best, judged = -math.inf, 0
    for spans in ((cone.axial_deg, cone.cranial_deg), near):
        lines = _grid(planted, _directions(cone, *spans, side), 7)
        judged += len(lines)
        left = _left_over(planted, lines, radius, result.achieved - NEAR_MM)
        for start in range(0, len(left), AT_ONCE):
            best = max(best, float(_sampled(planted, left[start : start + AT_ONCE], radius).max()))
    return best, judged


def certificates(quick: bool) -> list[Row]:
    """T4: the gap of every scene, and a brute force that must not be better."""
    from kambin.access.search import search
    from tests.access.planted import CANNULAS_MM, plant

    gaps, gains, shares, near = [], [], [], 0
    radius = CANNULAS_MM[0]
    for seed in range(500, 502 if quick else 520):
        planted = plant(seed)
        result = search(planted.scene, planted.patch, planted.cone, radius)
        best, judged = _brute(planted, result, radius, quick)
        gaps.append(result.gap_mm)
        gains.append(best - result.achieved)
        near += math.isfinite(best)
        # of the grid over all that is allowed; the one around the answer already knows it
        shares.append(100 * result.rays / (judged / 2))
        if best > result.upper_bound + 0.01:
            raise AnswersDiffer(f"brute force beats the bound by {best - result.upper_bound:.3f} mm")
    count = f"{len(gaps)} planted scenes"
    how = (
        f"{judged / 2:,.0f} rays a scene over all that is allowed and as many within 3° of the answer; "
        f"it came within {NEAR_MM} mm of the answer in {near} of {len(gaps)}; at best {max(gains):+.3f} mm"
    )
    return [
        at_most("T4", "certificate: largest gap", max(gaps), 0.10, "mm", count),
        at_most("T4", "brute force better than the answer by at most", max(*gains, 0.0), 0.10, "mm", how),
        at_most(
            "T4",
            "rays that the search judges, of the brute force's",
            max(shares),
            2.0,
            "%",
            "every ray that was looked at against the grid over all that is allowed",
        ),
    ]


def _planted(seed: int) -> tuple[bool, float, float]:
    from kambin.access.search import search
    from tests.access.planted import CANNULAS_MM, plant

    planted = plant(seed)
    results = [search(planted.scene, planted.patch, planted.cone, r) for r in CANNULAS_MM]
    fits = [one.status == "found" for one in results] == [r <= planted.hole_mm for r in CANNULAS_MM]
    ray = results[0].ray
    angle = float(np.degrees(np.arccos(min(1.0, float(ray.direction_lps @ planted.direction)))))
    return fits, float(np.linalg.norm(ray.entry_lps - planted.entry)), angle


def _refused(seed: int) -> bool:
    from kambin.access.search import blocking, search
    from tests.access.planted import CANNULAS_MM, plant

    planted = plant(seed, blocked=("gap", "crest", "bowel")[seed % 3])
    given = planted.scene, planted.patch, planted.cone, CANNULAS_MM[0]
    result = search(*given)
    if result.status != "none" or result.upper_bound >= 0:
        return False
    return blocking(result, *given)[0].structure == planted.blocked_by


def scenes(quick: bool) -> list[Row]:
    """T5 and T6: corridors that were planted, and scenes that have none."""
    count = 6 if quick else 200
    with ThreadPoolExecutor(2) as pool:
        planted = list(pool.map(_planted, range(count)))
        refused = list(pool.map(_refused, range(count)))
    right = sum(fits and away <= 1.5 and turn <= 1.0 for fits, away, turn in planted)
    entry, angle = max(one[1] for one in planted), max(one[2] for one in planted)
    worst = f"entry off by at most {entry:.2f} mm, direction by {angle:.2f}°"
    return [
        at_least(
            "T5",
            f"planted corridors found, of {count}, with the largest cannula that fits",
            right,
            count,
            "",
            worst,
        ),
        at_least(
            "T6",
            f"scenes without a corridor refused, of {count}, with the right structure named",
            sum(refused),
            count,
            "",
            "narrow gap, crest, bowel",
        ),
    ]


def bone(quick: bool) -> list[Row]:
    """T7: share of bone that a cylinder takes, against booleans of solids, and its price."""
    from kambin.access.reaming import bone_of
    from tests.access.shapes import random_shape, rotation
    from tests.access.test_reaming import cylinder_of, removable_of, solid_of

    errors = []
    for seed in range(3 if quick else 20):
        rng = np.random.default_rng(seed)
        shape = random_shape("rounded box", rng)
        laid, solid = bone_of(removable_of(shape)), solid_of(shape)
        whole = solid.volume()  # type: ignore[attr-defined]
        for _ in range(5):
            way = rotation(rng)[0]
            tip = shape.middle + rng.uniform(-4, 4, 3) - rng.choice([3.0, 20.0]) * way
            line, radius = np.array([*tip, *way, 40.0]), float(rng.uniform(2.5, 5.0))
            exact = (solid ^ cylinder_of(line, radius)).volume() / whole  # type: ignore[operator]
            errors.append(abs(float(laid.shares(line[None], radius)[0]) - exact))
    lines = _rays(4000)
    seconds = min(_interleaved([lambda: laid.shares(lines, 3.5)], 5))
    size = f"{laid.columns.shape[1]:,} points, {laid.volume_mm3 / 1000:.1f} ml"
    return [
        at_most(
            "T7",
            "reamed share against exact booleans, largest error",
            100 * max(errors),
            2.0,
            "%",
            f"of the bone's volume; {len(errors)} cylinders",
        ),
        at_most(
            "T7", "share of bone, one candidate, one thread", 1e6 * seconds / len(lines), 10.0, "µs", size
        ),
    ]


def _region(quick: bool) -> Row:
    """Distances in one region that is cut from scans of 5 to 80 Mvoxel."""
    from kambin.access.fields import distance_field
    from kambin.access.grid import Roi

    sizes = (170, 270) if quick else (170, 270, 430)
    roi, affine = Roi(np.full(3, 40.0), np.full(3, 100.0)), np.diag([0.8, 0.8, 0.8, 1.0])
    labels = []
    for n in sizes:
        mask = np.zeros((n, n, n), dtype=np.bool_)
        mask[60:120, 80:100, :] = True
        labels.append(mask)
    calls = [lambda mask=mask: distance_field(mask, affine, roi) for mask in labels]
    calls[0]()
    times = _interleaved(calls, 5)
    told = ", ".join(f"{n**3 / 1e6:.0f} Mvoxel {1000 * t:.0f} ms" for n, t in zip(sizes, times, strict=True))
    return at_most(
        "cost",
        "distance field of one region: largest scan over smallest",
        times[-1] / times[0],
        1.5,
        "×",
        told,
    )


def _around(volume: Any, voxels: int) -> Any:
    """The same map with empty space around it, so that it holds about so many voxels."""
    from kambin.anatomy.volume import Volume

    size = np.array(volume.array.shape)
    grow = (voxels / volume.array.size) ** (1 / 3)
    before = np.maximum(((grow - 1) * size / 2).astype(int), 0)
    array = np.zeros(tuple(size + 2 * before), dtype=volume.array.dtype, order="F")
    array[tuple(slice(b, b + n) for b, n in zip(before, size, strict=True))] = volume.array
    affine = np.array(volume.lps_from_voxel)
    affine[:3, 3] -= affine[:3, :3] @ before
    return Volume(array, affine)


def _whole_plan(quick: bool) -> Row:
    """Plans of all approaches for one patient in maps of 5 to 80 Mvoxel; the answer must be the same."""
    from kambin.access import plan_approaches
    from tests.access import planned

    calls, sizes, told = [], [], []
    for voxels in (5_000_000, 10_000_000) if quick else (5_000_000, 20_000_000, 80_000_000):
        volume = _around(planned.labels(), voxels)
        spine = planned.measured(volume)
        target = planned.target(spine)
        calls.append(lambda spine=spine, target=target: plan_approaches(spine, target))
        sizes.append(volume.array.size)
    answers = [
        [[round(item.certificate.achieved, 3) for item in plan.proposals] for plan in call()]
        for call in calls
    ]
    if any(one != answers[0] for one in answers):
        raise AnswersDiffer(f"empty space around the patient changes the plan: {answers}")
    times = _interleaved(calls, 1 if quick else 3)
    told = ", ".join(f"{n / 1e6:.0f} Mvoxel {t:.2f} s" for n, t in zip(sizes, times, strict=True))
    what = "plans of all approaches, one patient with empty space around: largest map over smallest"
    return at_most("cost", what, times[-1] / times[0], 1.5, "×", f"voxels of 1.6 mm: {told}")


def scan_size(quick: bool) -> list[Row]:
    """The price must be that of the region, not of the scan."""
    return [_region(quick), _whole_plan(quick)]
