"""What the endoscope will show at three stages: at the foramen, after foraminoplasty, at the fragment."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from kambin.access.endoscope import FIELD_DEG, TILT_DEG, Cube, Endoscope, View, endoscope_view
from kambin.access.model import AccessPlan, Proposal
from kambin.anatomy.geometry import Part, Root, SpineModel
from kambin.case.words import Side
from kambin.report.pictures.base import structure_words
from kambin.report.pictures.canvas import Canvas
from kambin.report.pictures.corridor import ends
from kambin.report.pictures.looks import Look, class_of, paint, part
from kambin.report.pictures.picture import Media, Picture
from kambin.report.pictures.planes import edge_letters, towards
from kambin.report.pictures.scene import Scene, drawn_as_tubes

__all__ = ["build_cube", "endoscope_pictures", "stages"]

Floats = NDArray[np.float64]

# structures of these classes are seen; muscle, bowel and the like lie outside of what is cleared
SEEN = ("herniation", "root", "sac", "canal", "disc", "sacrum", "vertebra", "hip", "artery", "vein")
TITLES = {
    "foramen": "Endoscope at the foramen",
    "opened": "Endoscope after foraminoplasty",
    "fragment": "Endoscope at the target",
}
DISC_WITHIN_MM = 30.0  # of the target: the next disc lies farther away
BEFORE_FORAMEN_MM = 9.0  # from the first bone or nerve ahead, at the foramen
BACK_MM = 4.0  # from the target, at the fragment
NAMED_SHARE = 0.012  # of the field: what fills less is not named
BLACK = (16, 18, 22)
FULL_LIGHT_MM = 26.0  # distance at which the light has fallen to half
WINDOW = "Endoscope before the interlaminar window"
BONE = ("vertebra", "sacrum", "hip", "bone")
FACES = {"L": "left", "R": "right", "A": "front", "P": "back", "H": "head", "F": "feet"}


def _roots(plan: AccessPlan, root: Root) -> str:
    if root.side is not plan.side:
        return f"{root.name} root, other side"
    kind = "exiting root" if root.exits_at == plan.level else "root"
    lower = plan.level.split("-")[1]
    kind = "traversing root" if root.name == lower else kind
    return f"{kind} {root.name}"


def build_cube(scene: Scene, plan: AccessPlan, centre_lps: Floats) -> Cube:
    """Everything that can be seen about a point: labels, and nerves that were derived.

    Parameters
    ----------
    scene : Scene
    plan : AccessPlan
        For the words: exiting and traversing root, superior articular process of the lower vertebra.
    centre_lps : ndarray, shape (3,)

    Returns
    -------
    Cube
    """
    cube = Cube(centre_lps)
    volume = scene.labels.volume
    model = scene.model
    tubes = drawn_as_tubes(scene)
    for name in scene.labels.voxels:
        look = class_of(name).name
        if look not in SEEN or look in tubes:
            continue
        box = scene.labels.boxes[name]
        mask = volume.array[box] == scene.labels.value_of(name)
        cube.add_mask(name, mask, _start(box), volume.lps_from_voxel)
    if model is None:
        return cube
    lower = plan.level.split("-")[1]
    parts = model.parts.get(lower)
    if parts is not None:
        wanted = Part.SUPERIOR_ARTICULAR_LEFT if plan.side is Side.LEFT else Part.SUPERIOR_ARTICULAR_RIGHT
        cube.add_mask("articular", parts.codes == wanted, _start(parts.box), volume.lps_from_voxel)
    _add_discs(cube, model)
    if model.sac is not None and model.sac.how == "derived":
        size = np.sqrt(model.sac.half_width_mm * model.sac.half_depth_mm)
        cube.add_tube("sac", model.sac.points_lps, size)
    for root in model.roots:
        cube.add_tube(_roots(plan, root), root.points_lps, root.radius_mm)
    return cube


def _add_discs(cube: Cube, model: SpineModel) -> None:
    """Discs that the map does not give: the space between the endplates, within their outline."""
    for level, disc in model.discs.items():
        upper, lower = (model.shapes.get(name) for name in level.split("-"))
        near = float(np.linalg.norm(disc.centre_lps - cube.centre_lps)) < DISC_WITHIN_MM
        if not near or disc.region is not None or upper is None or lower is None:
            continue
        if upper.inferior is None or lower.superior is None:
            continue
        planes = np.array(
            [[plate.centre_lps, plate.normal_lps] for plate in (upper.inferior, lower.superior)]
        )
        half = (disc.width_mm / 2, disc.depth_mm / 2)
        cube.add_wafer(f"disc_{level}", disc.centre_lps, disc.frame, half, planes)


def _start(box: tuple[slice, slice, slice]) -> tuple[int, int, int]:
    return int(box[0].start), int(box[1].start), int(box[2].start)


def _look(name: str, plan: AccessPlan) -> Look:
    """Colour, pattern and words of what is seen."""
    if name in ("articular", "reamed", "sac"):
        return part(name)
    for prefix in ("exiting", "traversing"):
        if name.startswith(prefix):
            return replace(part(prefix), say=name)
    look = class_of(name)
    if look.name == "vertebra":
        short = name.removeprefix("vertebrae_")
        look = part("lower") if short == plan.level.split("-")[1] else look
        return replace(look, name=name, say=f"vertebra {short}")
    return replace(look, name=name, say=structure_words(name)) if look.name == "root" else look


def stages(cube: Cube, proposal: Proposal) -> tuple[tuple[str, Floats, bool], ...]:
    """Name, place of the tip and whether the bone is already reamed, for each stage.

    The first stands where the first bone or nerve is still ahead of the whole cannula; the stage after
    foraminoplasty is left out where no bone has to go.
    """
    entry, target = ends(proposal.corridor)
    outward = (entry - target) / np.linalg.norm(entry - target)
    first = _first_contact(cube, proposal)
    outside = target + (first + BEFORE_FORAMEN_MM) * outward
    made: list[tuple[str, Floats, bool]] = [("foramen", outside, False)]
    if proposal.foraminoplasty.reamers_mm:
        made.append(("opened", outside, True))
    made.append(("fragment", target + BACK_MM * outward, True))
    return tuple(made)


def _first_contact(cube: Cube, proposal: Proposal) -> float:
    """Distance from the target, along the corridor, at which the cannula first meets bone; 12 mm without."""
    entry, target = ends(proposal.corridor)
    outward = (entry - target) / np.linalg.norm(entry - target)
    radius = proposal.corridor.diameter_mm / 2
    at = np.arange(0.0, 32.0, 0.5)
    touching = at[cube.level_at(target + at[:, None] * outward) < radius]
    return float(touching.max()) if touching.size else 12.0


def endoscope_pictures(
    scene: Scene,
    plan: AccessPlan,
    proposal: Proposal,
    media: Media = "svg",
    *,
    tilt_deg: float = TILT_DEG,
    field_deg: float = FIELD_DEG,
) -> tuple[Picture, ...]:
    """The expected view at each stage.

    Parameters
    ----------
    scene : Scene
    plan : AccessPlan
    proposal : Proposal
    media : str
    tilt_deg, field_deg : float
        Of the optic, from the instrument.

    Returns
    -------
    tuple of Picture
    """
    entry, target = ends(proposal.corridor)
    outward = (entry - target) / np.linalg.norm(entry - target)
    found = scene.disc_lps(plan.level)
    frame = scene.frame if found is None else found[1]
    radius = proposal.corridor.diameter_mm / 2
    made = []
    intact = build_cube(scene, plan, target)
    opened = intact.copy()
    widest = max((radius * 2, *proposal.foraminoplasty.reamers_mm)) / 2
    bone = tuple(name for name in opened.names if name == "articular" or class_of(name).name in BONE)
    opened.clear(entry, target, widest, "reamed", bone)
    for name, tip, reamed in stages(intact, proposal):
        cube = opened if reamed else intact
        scope = Endoscope(
            tip, -outward, _towards(scene, plan, tip, frame), _up(outward, frame), tilt_deg, field_deg
        )
        view = endoscope_view(cube, scope)
        made.append(_picture(scene, plan, proposal, (name, scope, view), media))
    return tuple(made)


def _up(outward: Floats, frame: Floats) -> Floats:
    """Up in the picture: the back, which faces the surgeon; the head where the shaft comes from behind."""
    back: Floats = frame[1] if abs(float(outward @ frame[1])) < 0.85 else frame[2]
    return back


def _towards(scene: Scene, plan: AccessPlan, tip: Floats, frame: Floats) -> Floats:
    """Where the optic is turned: to the fragment, else to the sac or the canal, else towards the back."""
    model = scene.model
    if model is not None:
        for item in model.herniations:
            if item.level == plan.level:
                return item.centre_lps - tip
        line = model.sac.points_lps if model.sac is not None else None
        line = model.canal.points_lps if line is None and model.canal is not None else line
        if line is not None:
            toward: Floats = line[int(np.argmin(np.linalg.norm(line - tip, axis=1)))] - tip
            return toward
    back: Floats = frame[1]
    return back


def _picture(
    scene: Scene,
    plan: AccessPlan,
    proposal: Proposal,
    seen: tuple[str, Endoscope, View],
    media: Media,
) -> Picture:
    name, scope, view = seen
    right, down, look = scope.axes()
    stage = WINDOW if name == "foramen" and plan.approach == "interlaminar" else TITLES[name]
    title = f"{stage}: {plan.level}, the patient's {plan.side}, {plan.approach}"
    subtitle = (
        f"{scope.tilt_deg:.0f}° optic, field {scope.field_deg:.0f}°; looking to the patient's "
        f"{FACES[towards(look)]}"
    )
    canvas = Canvas(f"endoscope-{name}", title, (-1.02, 1.02, 1.02, -1.02), scope.place, subtitle)
    looks = tuple(_look(item, plan) for item in view.names)
    canvas.raster(_shaded(view, looks), dark=True, extent=(-1.0, 1.0, 1.0, -1.0))
    letters = edge_letters(right, down)
    canvas.letters(letters)
    shown = sorted((share, item) for item, share in view.shares.items() if share >= NAMED_SHARE)[::-1]
    for _, item in shown:
        canvas.key(_look(item, plan))
        column, row = _spot(view, 1 + view.names.index(item))
        pixels = view.codes.shape[0]
        canvas.write_at(_look(item, plan).say, column / pixels * 2 - 1, row / pixels * 2 - 1)
    words = [f"{title}, {subtitle}."]
    said = ", ".join(f"{_look(item, plan).say} {100 * share:.0f} %" for share, item in shown)
    words.append(f"It fills the field with: {said}." if shown else "Nothing that is known is in the field.")
    words.append(
        "Towards the edges: "
        + ", ".join(f"{edge} {FACES[letters[edge]]}" for edge in ("top", "right", "bottom", "left"))
        + "."
    )
    caption = "Computed from labels and derived nerves; muscle, fat and ligament are left out."
    if scene.model is None or not scene.model.roots:
        caption += " No nerve root is known here, so none is drawn."
    elif any(root.how == "derived" for root in scene.model.roots):
        caption += " Nerve roots were derived from bone and may lie elsewhere."
    return canvas.finish(caption, " ".join(words), media)


def _shaded(view: View, looks: tuple[Look, ...]) -> NDArray[np.uint8]:
    painted = paint(view.codes, looks)[..., :3].astype(np.float64)
    depth = np.nan_to_num(view.depth_mm.astype(np.float64), nan=1e3)
    light = (0.30 + 0.70 * view.facing.astype(np.float64) ** 0.8) / (1.0 + (depth / FULL_LIGHT_MM) ** 2)
    pixels = painted * np.clip(1.15 * light, 0.0, 1.0)[..., None]
    pixels[view.codes == 0] = BLACK
    pixels[~view.round] = 255.0
    shaded: NDArray[np.uint8] = pixels.round().astype(np.uint8)
    return shaded


def _spot(view: View, code: int) -> tuple[float, float]:
    """Column and row deepest inside the largest area of a structure, for its name."""
    from scipy import ndimage

    inside = np.pad(view.codes == code, 1)
    deep = ndimage.distance_transform_edt(inside)[1:-1, 1:-1]
    row, column = np.unravel_index(int(deep.argmax()), deep.shape)
    return float(column), float(row)
