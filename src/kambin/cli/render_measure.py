"""The measured spine in the terminal: cautions, a table for each kind of place, methods, what is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from kambin.cli.console import out
from kambin.report.words import capital, humanise, unit_words, words

if TYPE_CHECKING:
    from rich.console import Console

    from kambin.anatomy.model import Measurement, Spine

__all__ = ["print_spine", "value_text"]

Rows = Mapping[tuple[str, str | None], Mapping[str, "Measurement"]]

# decimals by unit: what the uncertainty of a usual scan leaves meaningful
DECIMALS = {"mm2": 0, "mL": 1, "mm": 1, "deg": 1, "%": 1, "1": 2}
NOT_MEASURED = "–"
OF_HERNIATION = ("herniation", "canal_compromise", "calcified")


def value_text(item: Measurement) -> str:
    """Value and, on a second line, the half width of its 95 % interval."""
    if item.value is None:
        return NOT_MEASURED
    if isinstance(item.value, bool):
        return "yes" if item.value else "no"
    decimals = DECIMALS.get(item.unit, 1)
    text = f"{item.value:.{decimals}f}".replace("-", "−")
    if float(text.replace("−", "-")) == 0:
        text = text.replace("−", "")
    return (
        text
        if item.uncertainty is None
        else f"{text}\n±{max(item.uncertainty, 0.5 * 10**-decimals):.{decimals}f}"
    )


def print_spine(spine: Spine, marked: Sequence[str]) -> None:
    """Everything that was measured, cautions first.

    Parameters
    ----------
    spine : Spine
    marked : sequence of str
        What needs attention, see `measure.attention`.
    """
    console = out()
    for text in marked:
        console.print(f"! {_said(text)}", style="bold", markup=False)
    for item in spine.warnings:
        if item.text not in marked:
            console.print(f"· {_said(item.text)}", markup=False)
    spacing = " × ".join(f"{step:.2g}" for step in spine.spacing_mm)
    console.print(
        f"\nFound: {', '.join(spine.levels)}. Labels read as {spine.convention} ({spine.convention_how}); "
        f"voxels of {spacing} mm.\nA second line in a cell is the half width of the 95 % interval; "
        f"{NOT_MEASURED} was not measured. Left and right are the patient's.",
        markup=False,
    )
    shown = [item for item in spine.measurements if item.name != "present"]
    herniated = [item for item in shown if item.name.startswith(OF_HERNIATION)]
    others = [item for item in shown if item not in herniated]
    _print_tables(console, spine, others)
    if herniated:
        _print_herniations(console, herniated)
    _print_methods(console, shown)
    if spine.missing:
        console.print("\nMissing", style="bold")
        console.print(", ".join(humanise(name) for name in spine.missing), markup=False)


def _said(text: str) -> str:
    """A caution with names of structures and measurements as words."""
    return text.replace("_", " ")


def _print_tables(console: Console, spine: Spine, items: Sequence[Measurement]) -> None:
    vertebrae = [item for item in items if item.level is not None and item.level in spine.levels]
    discs = [item for item in items if item.level is not None and "-" in item.level]
    rest = [item for item in items if item not in vertebrae and item not in discs]
    _matrix(console, "Vertebrae", vertebrae, list(spine.levels))
    _matrix(console, "Discs and foramina", discs, list(dict.fromkeys(str(item.level) for item in discs)))
    _matrix(console, "Whole spine", rest, [""])


def _row_name(name: str, side: str | None, unit: str) -> str:
    known = words()["quantities"]
    text = capital(str(known.get(name, humanise(name.removesuffix("_percent")))))
    where = f", {side}" if side else ""
    said = unit_words(unit).strip()
    return f"{text}{where}" + (f" ({said})" if said else "")


def _matrix(console: Console, title: str, items: Sequence[Measurement], columns: Sequence[str]) -> None:
    from rich import box
    from rich.table import Table

    if not items:
        return
    rows: dict[tuple[str, str | None, str], dict[str, Measurement]] = {}
    for item in items:
        rows.setdefault((item.name, item.side, item.unit), {})[item.level or ""] = item
    used = [name for name in columns if any(name in cells for cells in rows.values())]
    if not used:
        used = sorted({name for cells in rows.values() for name in cells})
    table = Table(
        box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), title=title, title_justify="left"
    )
    table.add_column("", overflow="fold", ratio=1)
    for name in used:
        table.add_column(name, justify="right", no_wrap=True)
    for (name, side, unit), cells in rows.items():
        values = [value_text(cells[place]) if place in cells else "" for place in used]
        table.add_row(_row_name(name, side, unit), *values)
    console.print()
    console.print(table)


def _print_herniations(console: Console, items: Sequence[Measurement]) -> None:
    from kambin.cli.render import table_of

    table = table_of("herniation", "where", "value", "±")
    for item in items:
        value, _, spread = value_text(item).partition("\n")
        where = " ".join(part for part in (item.level, item.side) if part)
        table.add_row(_row_name(item.name, None, item.unit), where, value, spread.removeprefix("±"))
    console.print()
    console.print(table)


def _print_methods(console: Console, items: Sequence[Measurement]) -> None:
    """Each way of measuring once, with what was measured so and the structures that were used."""
    methods: dict[str, dict[str, None]] = {}
    for item in items:
        methods.setdefault(item.method, {})[humanise(item.name)] = None
    console.print("\nHow it was measured", style="bold")
    for method, names in methods.items():
        console.print(f"• {', '.join(names)}: {method}", markup=False)
