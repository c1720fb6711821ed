"""`kambin phantom`: a parametric lumbar spine with exact truth."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kambin.case.words import Side
from kambin.cli import ANSWERED
from kambin.cli.console import progress_reporter
from kambin.errors import InputError

if TYPE_CHECKING:
    from kambin.anatomy.phantom.imaging import Modality

__all__ = ["run_phantom"]

# what `--set` may name, and whether it is said of a level, of a level and side, or of the patient
BY_LEVEL = ("slip_mm", "disc_height_mm", "wedge_deg", "pfirrmann")
GRADED = ("canal_stenosis", "recess_stenosis", "facet_arthrosis")
WHOLE = ("crest_left_mm", "crest_right_mm", "lordosis", "scoliosis_deg", "obliquity_deg", "lumbar_count")


def run_phantom(out: Path, options: Mapping[str, Any]) -> int:
    """Make a phantom and write it into a new folder.

    Parameters
    ----------
    out : Path
        Must not exist.
    options : mapping
        As the command line gives them; see `app.phantom`.

    Returns
    -------
    int
        Exit code.
    """
    if out.exists():
        raise InputError("exists already", where=str(out), expected="a folder that does not exist yet")
    knobs = _settings(options["settings"])
    herniation = _herniation(options)
    if herniation is not None:
        knobs["herniations"] = (herniation,)
    if options["sacralised"] != "none":
        knobs["sacralised"] = options["sacralised"]
    place = _pose(options["pose"])
    spacing = _numbers(options["voxel"], "--voxel", (1, 3))

    from kambin.anatomy.phantom import Phantom, write_scan

    progress = progress_reporter()
    progress("building the patient")
    phantom = Phantom(options["seed"], mirrored=options["mirrored"], **knobs)
    progress("painting the label map")
    scan = phantom.scan(
        spacing[0] if len(spacing) == 1 else spacing,
        lps_from_phantom=place,
        view=options["view"],
        labels=options["labels"],
        missing=options["missing"],
        dice=options["dice"],
    )
    images: tuple[Modality, ...] = ("ct", "t2") if options["images"] else ()
    folder = write_scan(scan, out, images=images, progress=progress)
    size = " x ".join(str(count) for count in scan.labels.array.shape)
    print(f"{folder}: {size} voxels, {len(scan.truth.measurements)} true measurements in truth.json")
    return ANSWERED


def _herniation(options: Mapping[str, Any]) -> Any:
    from kambin.anatomy.phantom import Herniation

    if options["herniation"] is None:
        return None
    migrated = float(options["migration"])
    return Herniation(
        level=options["level"],
        side=options["side"],
        type=options["herniation"],
        zone=options["zone"],
        migration="none" if migrated == 0 else "up" if migrated > 0 else "down",
        migration_mm=abs(migrated),
        size_mm=options["size"],
        calcified=options["calcified"],
    )


def _settings(pairs: list[str]) -> dict[str, Any]:
    """`slip_mm@L4-L5=4`, `foraminal_stenosis@L4-L5:left=severe`, `scoliosis_deg=15`."""
    knobs: dict[str, Any] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        name, _, where = name.partition("@")
        if not equals:
            raise InputError("no value", where=f"--set {pair}", expected="name=value or name@level=value")
        if name in WHOLE and not where:
            number = _number(value, f"--set {name}")
            knobs[name] = int(number) if name == "lumbar_count" else number
        elif name in BY_LEVEL and where:
            number = _number(value, f"--set {name}")
            knobs.setdefault(name, {})[where] = int(number) if name == "pfirrmann" else number
        elif name in GRADED and where:
            knobs.setdefault(name, {})[where] = value
        elif name == "foraminal_stenosis" and where:
            level, _, side = where.partition(":")
            if side not in ("left", "right"):
                raise InputError("no side", where=f"--set {pair}", expected=f"{name}@{level}:left or :right")
            knobs.setdefault(name, {})[level, Side(side)] = value
        else:
            known = ", ".join(
                (*WHOLE, *(f"{one}@LEVEL" for one in (*BY_LEVEL, *GRADED)), "foraminal_stenosis@LEVEL:SIDE")
            )
            raise InputError(f"{pair!r} is not known", where="--set", expected=known)
    return knobs


def _number(text: str, where: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise InputError(f"{text!r} is no number", where=where) from None


def _numbers(text: str, where: str, counts: tuple[int, ...]) -> list[float]:
    found = [_number(part, where) for part in text.split(",")]
    if len(found) not in counts:
        expected = " or ".join(str(count) for count in counts)
        raise InputError(f"{len(found)} numbers", where=where, expected=f"{expected}, with commas between")
    return found


def _pose(text: str | None) -> Any:
    """Pitch, roll, yaw in degrees, and the place of the L4-L5 disc in LPS mm."""
    if text is None:
        return None
    import numpy as np
    from scipy.spatial.transform import Rotation

    numbers = _numbers(text, "--pose", (3, 6))
    pose = np.eye(4)
    pose[:3, :3] = Rotation.from_euler("xyz", numbers[:3], degrees=True).as_matrix()
    pose[:3, 3] = numbers[3:] or [0.0, 0.0, 0.0]
    return pose
