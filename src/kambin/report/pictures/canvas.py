"""A sheet to draw one picture on: raster, lines, names, letters, scale and key, always in the same way.

The same input gives the same bytes: own settings instead of the user's, fixed salt of the identifiers, no
date, letters as outlines. Sizes are millimetres of the patient inside the frame and inches outside of it.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kambin.report.pictures.looks import Line, Look, pattern
from kambin.report.pictures.naming import Box, place_names, size_of
from kambin.report.pictures.picture import Media, Picture

__all__ = ["Canvas", "Name"]

Floats = NDArray[np.float64]
Project = Callable[[Floats], Floats]

DPI = 100
WIDTH_IN = 6.4
HEAD_IN, ROW_IN, FOOT_IN, SIDE_IN = 0.50, 0.21, 0.10, 0.10
MAX_HEIGHT_IN = 7.2
TITLE_PT, TITLE_LETTERS = 11.0, 60  # as many letters of that size fit
BUSY_SHARE = 100  # points of a line that a name should not cover, over the width of the frame
KEY_COLUMNS, KEY_DPI = 3, 150
SWATCH, SWATCH_EDGE = (20, 48), (70, 80, 95)  # rows and columns of the key's raster; its frame
INK, PAPER, EDGE, NIGHT = "#1b2430", "#ffffff", "#46505f", "#16181c"
CLEARANCE = 0.030  # between two names at the side, share of the frame's height
SETTINGS = {
    "svg.hashsalt": "kambin",
    "svg.fonttype": "path",
    "svg.image_inline": True,
    "font.family": ["DejaVu Sans"],
    "font.size": 9.0,
    "path.simplify": True,
    "agg.path.chunksize": 0,
    "text.usetex": False,
    "hatch.linewidth": 0.6,
}


@dataclass(frozen=True, slots=True)
class Name:
    """A word beside something: its place in the frame, and where it stands (left, right, near or here)."""

    text: str
    x: float
    y: float
    edge: str
    strong: bool = False


class Canvas:
    """One picture in the making.

    Parameters
    ----------
    name, title : str
    extent : tuple of float
        Left, right, bottom, top of the frame; y grows downwards.
    project : callable
        From LPS points, shape (n, 3), to places in the frame, shape (n, 2) or more columns.
    subtitle : str
        From where it is seen.
    """

    def __init__(
        self,
        name: str,
        title: str,
        extent: tuple[float, float, float, float],
        project: Project,
        subtitle: str = "",
    ) -> None:
        self.name, self.title, self.subtitle = name, title, subtitle
        self.extent = extent
        self.project = project
        self._layers: list[Callable[[Any], None]] = []
        self._names: list[Name] = []
        self._key: dict[str, Line | Look] = {}
        self._dark = False
        self._busy: list[Floats] = []

    # --------------------------------------------------------------------------- what is drawn

    def raster(
        self, pixels: NDArray[Any], *, dark: bool = False, extent: tuple[float, ...] | None = None
    ) -> None:
        """Pixels over the whole frame, or over `extent`; `dark` where letters must be light."""
        self._dark |= dark
        place = self.extent if extent is None else extent
        self._layers.append(
            lambda axes: axes.imshow(
                pixels, extent=place, interpolation="none", aspect="equal", cmap="gray", zorder=1
            )
        )

    def key(self, item: Line | Look) -> None:
        """Add a kind of line or a class to the key; twice is once, and so is the same word for both."""
        if all(item.say != other.say for other in self._key.values()):
            self._key.setdefault(item.name, item)

    def path(self, places: Floats, look: Line, *, closed: bool = False, key: bool = True) -> None:
        """A line through places of the frame, shape (n, 2)."""
        if len(places) < 2 or not np.isfinite(places[:, :2]).all():
            return
        points = np.concatenate([places[:, :2], places[:1, :2]]) if closed else places[:, :2]
        points = np.round(points, 3)
        self._busy.append(_along(points, (self.extent[1] - self.extent[0]) / BUSY_SHARE))
        style = {"linestyle": (0, look.dash) if look.dash else "solid", "dash_capstyle": "butt"}

        halo = 0.7 if look.dash else 1.6  # a wide one would fill the gaps of a dashed line

        def draw(axes: Any) -> None:
            """The line on its halo."""
            beside, colour = (NIGHT, lighter(look.colour)) if self._dark else (PAPER, look.colour)
            axes.plot(*points.T, color=beside, linewidth=look.width + halo, alpha=0.8, zorder=3)
            axes.plot(*points.T, color=colour, linewidth=look.width, zorder=4, **style)

        self._layers.append(draw)
        if key:
            self.key(look)

    def line(self, points_lps: Floats, look: Line, *, closed: bool = False) -> None:
        """A line through points of the patient, shape (n, 3), as they project into the picture."""
        self.path(self.project(np.asarray(points_lps, dtype=np.float64)), look, closed=closed)

    def level(self, field: Floats, look: Line, *, axes_mm: tuple[Floats, Floats]) -> bool:
        """The lines on which a field, shape (rows, columns), is zero; false where it has none."""
        from contourpy import contour_generator

        box = _around_inside(field)
        if box is None:
            return False
        rows, columns = box
        found = contour_generator(axes_mm[0][columns], axes_mm[1][rows], field[box]).lines(0.0)
        for places in found:
            self.path(np.asarray(places, dtype=np.float64), look)
        return bool(found)

    def fill(self, places: Floats, colour: str, alpha: float) -> None:
        """A filled area, places of the frame, shape (n, 2)."""
        points = np.round(places[:, :2], 3)
        self._layers.append(
            lambda axes: axes.fill(*points.T, facecolor=colour, alpha=alpha, edgecolor="none", zorder=2)
        )

    def dot(self, point_lps: Floats, mark: str = "o", size: float = 5.0) -> None:
        """A mark at a point of the patient."""
        x, y = np.round(self.project(np.asarray(point_lps, dtype=np.float64)[None])[0][:2], 3)
        self._layers.append(
            lambda axes: axes.plot(
                [x],
                [y],
                mark,
                markersize=size,
                markerfacecolor=PAPER,
                markeredgecolor=INK,
                markeredgewidth=1.3,
                zorder=6,
            )
        )

    def write(self, text: str, point_lps: Floats, edge: str = "here", *, strong: bool = False) -> None:
        """A word for a point of the patient: on it, or at an edge with a thin line to it."""
        x, y = self.project(np.asarray(point_lps, dtype=np.float64)[None])[0][:2]
        self.write_at(text, float(x), float(y), edge, strong=strong)

    def write_at(self, text: str, x: float, y: float, edge: str = "here", *, strong: bool = False) -> None:
        """The same for a place in the frame; what lies outside of the frame is not named."""
        left, right, bottom, top = self.extent
        if left <= x <= right and top <= y <= bottom:
            self._names.append(Name(text, round(x, 3), round(y, 3), edge, strong))

    def letters(self, letters: dict[str, str]) -> None:
        """The letters of the body's directions at the edges, see `planes.edge_letters`."""
        self._layers.append(lambda axes: _draw_letters(axes, self.extent, letters))

    def scale(self, length_mm: int) -> None:
        """A bar of a length in the frame's own millimetres, at the lower left."""
        self._layers.append(lambda axes: _draw_scale(axes, self.extent, length_mm))

    # --------------------------------------------------------------------------- the sheet

    def finish(self, caption: str, alt: str, media: Media = "svg") -> Picture:
        """Draw the sheet.

        Parameters
        ----------
        caption, alt : str
            See `Picture`.
        media : str
            ``svg`` or ``png``.

        Returns
        -------
        Picture
        """
        import matplotlib
        from matplotlib.figure import Figure

        left, right, bottom, top = self.extent
        ratio = (bottom - top) / (right - left)
        wide = min(WIDTH_IN - 2 * SIDE_IN, MAX_HEIGHT_IN / ratio)
        tall = wide * ratio
        rows = -(-len(self._key) // KEY_COLUMNS)
        height = HEAD_IN + tall + FOOT_IN + rows * ROW_IN + (FOOT_IN if rows else 0.0)
        defaults: dict[Any, Any] = dict(matplotlib.rcParamsDefault)
        defaults.pop("backend", None)
        settings: Any = {**defaults, **SETTINGS, "svg.hashsalt": f"kambin-{self.name}"}
        with matplotlib.rc_context(settings):
            figure = Figure(figsize=(WIDTH_IN, round(height, 2)), dpi=DPI, facecolor=PAPER)
            frame = ((WIDTH_IN - wide) / 2 / WIDTH_IN, 1 - (HEAD_IN + tall) / height, wide / WIDTH_IN)
            axes = figure.add_axes((frame[0], frame[1], frame[2], tall / height))
            axes.set_axis_off()
            for layer in self._layers:
                layer(axes)
            axes.set_xlim(left, right)
            axes.set_ylim(bottom, top)
            axes.set_aspect("auto")
            _draw_border(axes, self.extent)
            busy = np.concatenate([np.zeros((0, 2)), *self._busy])
            _draw_names(axes, self.extent, self._names, (right - left) / wide, busy)
            head: dict[str, Any] = {"size": _fitting(self.title), "weight": "bold", "color": INK}
            figure.text(SIDE_IN / WIDTH_IN, 1 - 0.19 / height, self.title, **head)
            figure.text(SIDE_IN / WIDTH_IN, 1 - 0.40 / height, self.subtitle, size=8.5, color=EDGE)
            _draw_key(figure, list(self._key.values()), height, self._dark)
            data = _saved(figure, self.title, alt, media)
        return Picture(
            self.name,
            self.title,
            caption,
            alt,
            media,
            data,
            round(WIDTH_IN * DPI),
            round(round(height, 2) * DPI),
        )


def _around_inside(field: Floats) -> tuple[slice, slice] | None:
    """Rows and columns of what is not positive, with its neighbours: contours lie nowhere else."""
    inside = field <= 0
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    if not rows.size:
        return None
    return slice(max(rows[0] - 1, 0), rows[-1] + 2), slice(max(columns[0] - 1, 0), columns[-1] + 2)


def _along(points: Floats, step: float) -> Floats:
    """Points of a line at most a step apart."""
    gaps = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    at = np.linspace(0.0, gaps[-1], int(gaps[-1] / step) + 2)
    return np.stack([np.interp(at, gaps, points[:, axis]) for axis in range(2)], axis=1)


def _fitting(title: str) -> float:
    """Size of a title's letters, points, at which it does not run out of the sheet."""
    return min(TITLE_PT, round(TITLE_PT * TITLE_LETTERS / max(len(title), 1), 1))


def _draw_border(axes: Any, extent: tuple[float, float, float, float]) -> None:
    left, right, bottom, top = extent
    axes.plot(
        [left, right, right, left, left],
        [top, top, bottom, bottom, top],
        color=EDGE,
        linewidth=1.0,
        zorder=9,
        clip_on=False,
    )


def _boxed(size: float = 8.5, pad: float = 0.18) -> dict[str, Any]:
    box = {"boxstyle": f"round,pad={pad}", "facecolor": PAPER, "edgecolor": "none", "alpha": 0.86}
    return {"size": size, "color": INK, "bbox": box, "zorder": 10}


def _draw_letters(axes: Any, extent: tuple[float, float, float, float], letters: dict[str, str]) -> None:
    left, right, bottom, top = extent
    across, along = (right - left) * 0.008, (bottom - top) * 0.008
    middle_x, middle_y = (left + right) / 2, (top + bottom) / 2
    style = {**_boxed(13), "weight": "bold"}
    places = {
        "left": (left + across, middle_y, "left", "center"),
        "right": (right - across, middle_y, "right", "center"),
        "top": (middle_x, top + along, "center", "top"),
        "bottom": (middle_x, bottom - along, "center", "bottom"),
    }
    for edge, (x, y, across_to, along_to) in places.items():
        if edge in letters:
            axes.text(x, y, letters[edge], ha=across_to, va=along_to, **style)
    if "near" in letters:
        text = f"{letters['near']} towards you, {letters['far']} away"
        axes.text(
            right - across, bottom - along, text, ha="right", va="bottom", **{**_boxed(9), "weight": "bold"}
        )


def _draw_scale(axes: Any, extent: tuple[float, float, float, float], length_mm: int) -> None:
    left, right, bottom, top = extent
    x, y = left + 0.03 * (right - left), bottom - 0.035 * (bottom - top)
    for colour, width in ((PAPER, 5.0), (INK, 2.2)):
        axes.plot([x, x + length_mm], [y, y], color=colour, linewidth=width, solid_capstyle="butt", zorder=8)
    style = {**_boxed(8), "ha": "left", "va": "bottom"}
    axes.text(x, y - 0.012 * (bottom - top), f"{length_mm} mm", **style)


def _draw_names(
    axes: Any,
    extent: tuple[float, float, float, float],
    names: Sequence[Name],
    unit: float,
    busy: Floats,
) -> None:
    """Names on their places, at the edges, and near what they name; `unit` is an inch in the frame."""
    left, right = extent[:2]
    taken = _letter_boxes(extent, unit)
    for name in names:
        if name.edge == "here":
            style = {**_boxed(), "weight": "bold" if name.strong else "normal"}
            axes.text(name.x, name.y, name.text, ha="center", va="center", **style)
            taken.append(Box(name.x, name.y, *size_of(name.text, unit)))
    for edge, column, side in (
        ("left", left + 0.055 * (right - left), "left"),
        ("right", right - 0.055 * (right - left), "right"),
    ):
        ours = [name for name in names if name.edge == edge]
        for name, y in zip(_sorted(ours), _apart(ours, extent), strict=True):
            style = {**_boxed(8), "weight": "bold" if name.strong else "normal"}
            for colour, width in ((PAPER, 2.2), (INK, 0.7)):
                axes.plot([column, name.x], [y, name.y], color=colour, linewidth=width, zorder=5)
            axes.text(column, y, name.text, ha=side, va="center", **style)
            half = size_of(name.text, unit)
            taken.append(Box(column + half[0] if side == "left" else column - half[0], y, *half))
    near = [name for name in names if name.edge == "near"]
    spots = place_names([(name.text, name.x, name.y) for name in near], extent, unit, taken, busy)
    for name, spot in zip(near, spots, strict=True):
        for colour, width in ((PAPER, 2.2), (INK, 0.7)):
            axes.plot([spot.end[0], name.x], [spot.end[1], name.y], color=colour, linewidth=width, zorder=5)
        style = {**_boxed(8), "weight": "bold" if name.strong else "normal"}
        axes.text(spot.box.x, spot.box.y, name.text, ha="center", va="center", **style)


def _letter_boxes(extent: tuple[float, float, float, float], unit: float) -> list[Box]:
    """Where the letters of the body's directions stand."""
    left, right, bottom, top = extent
    x, y, half = (left + right) / 2, (top + bottom) / 2, 0.16 * unit
    ends = ((left + half, y), (right - half, y), (x, top + half), (x, bottom - half))
    return [Box(*end, half, half) for end in ends]


def _sorted(names: Sequence[Name]) -> list[Name]:
    """Names of one edge from the top down."""
    return sorted(names, key=lambda name: (name.y, name.text))


def _apart(names: Sequence[Name], extent: tuple[float, float, float, float]) -> list[float]:
    """Heights of the names of one edge, pushed apart so that none covers another, kept in the frame."""
    _, _, bottom, top = extent
    step = (bottom - top) * CLEARANCE * 1.35
    free = (top + step, bottom - 2.2 * step)
    heights: list[float] = []
    for name in _sorted(names):
        least = heights[-1] + step if heights else free[0]
        heights.append(max(name.y, least))
    limit = free[1]
    for index in range(len(heights) - 1, -1, -1):
        heights[index] = min(heights[index], limit)
        limit = heights[index] - step
    return heights


def _draw_key(figure: Any, items: Sequence[Line | Look], height: float, dark: bool) -> None:
    from matplotlib.lines import Line2D

    rows = -(-len(items) // KEY_COLUMNS)
    if not rows:
        return
    # one raster for all swatches, laid over the foot of the sheet
    raster = np.full(
        (round((FOOT_IN + rows * ROW_IN) * KEY_DPI), round(WIDTH_IN * KEY_DPI), 3), 255, np.uint8
    )
    for index, item in enumerate(items):
        row, column = index % rows, index // rows
        x = SIDE_IN + column * (WIDTH_IN - 2 * SIDE_IN) / KEY_COLUMNS
        y = FOOT_IN + (rows - row - 0.5) * ROW_IN
        if isinstance(item, Line):
            places = ([x / WIDTH_IN, (x + 0.32) / WIDTH_IN], [y / height, y / height])
            if dark:
                figure.add_artist(Line2D(*places, color=NIGHT, linewidth=8.0, solid_capstyle="butt"))
            style: Any = (0, item.dash) if item.dash else "solid"
            colour = lighter(item.colour) if dark else item.colour
            figure.add_artist(Line2D(*places, color=colour, linewidth=item.width, linestyle=style))
        else:
            _paint_swatch(raster, item, (round(x * KEY_DPI), raster.shape[0] - round(y * KEY_DPI)))
        figure.text((x + 0.38) / WIDTH_IN, y / height, item.say, size=8, va="center", color=INK)
    if any(isinstance(item, Look) for item in items):
        axes = figure.add_axes((0.0, 0.0, 1.0, raster.shape[0] / KEY_DPI / height), zorder=-1)
        axes.set_axis_off()
        axes.imshow(raster, interpolation="none", aspect="auto")


def _paint_swatch(raster: NDArray[np.uint8], look: Look, place: tuple[int, int]) -> None:
    """A sample of a structure's colour and pattern, framed; `place` is the middle of its left edge."""
    column, row = place
    swatch = np.empty((*SWATCH, 3), dtype=np.uint8)
    swatch[:] = look.colour
    swatch[pattern(look.pattern, SWATCH)] = [round(0.7 * part) for part in look.colour]
    for edge in (0, -1):
        swatch[edge], swatch[:, edge] = SWATCH_EDGE, SWATCH_EDGE
    top = row - SWATCH[0] // 2
    raster[top : top + SWATCH[0], column : column + SWATCH[1]] = swatch


def lighter(colour: str) -> str:
    """A colour of a line as it is drawn on a dark image."""
    values = bytes.fromhex(colour[1:])
    share = 0.62 if max(values) > 60 else 0.93  # what is nearly black becomes nearly white
    parts = (round(value + (255 - value) * share) for value in values)
    return "#" + "".join(f"{part:02x}" for part in parts)


def _saved(figure: Any, title: str, alt: str, media: Media) -> bytes:
    target = io.BytesIO()
    if media == "png":
        from matplotlib.backends.backend_agg import FigureCanvasAgg

        agg: Any = FigureCanvasAgg(figure)
        agg.print_png(target, metadata={"Software": None})
        return target.getvalue()
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    nothing = {"Date": None, "Creator": None, "Format": None, "Type": None}
    svg: Any = FigureCanvasSVG(figure)
    svg.print_svg(target, metadata=nothing)
    text = target.getvalue().decode("utf-8")
    # groups carry names such as figure_1 that would occur twice in a page with several pictures
    text = re.sub(r' id="[a-zA-Z]+[0-9a-zA-Z.]*_\d+"', "", text)
    words = f"<title>{escape(title, quote=False)}</title>\n <desc>{escape(alt, quote=False)}</desc>\n "
    head = re.search(r"<svg [^>]*>", text)
    if head is None:
        raise ValueError("no svg element was written")
    opened = head.group(0).replace("<svg ", '<svg role="img" ', 1)
    return (text[: head.start()] + opened + "\n " + words + text[head.end() :].lstrip()).encode("utf-8")
