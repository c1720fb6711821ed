"""The commands. Each imports what it needs when it runs, so that ``kambin --help`` is quick."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from kambin.cli.outlook import outlook_app

__all__ = ["app"]

CaseFile = Annotated[Path, typer.Argument(help="Case file, YAML or JSON; `-` reads from stdin.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Profile = Annotated[str, typer.Option(help="`current`, or `source`: documents F and R as written.")]
Overlay = Annotated[
    list[Path], typer.Option(help="A hospital's own knowledge file; it may only tighten. Repeatable.")
]

app = typer.Typer(
    name="kambin",
    help="From symptoms, signs and scans to an explained plan for a lumbar disc herniation.\n\n"
    "Decision support for clinicians; not a certified medical device.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
case_app = typer.Typer(help="Write and check case files.", no_args_is_help=True, rich_markup_mode=None)
guideline_app = typer.Typer(
    help="Look into the knowledge, test it and prove it.", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(case_app, name="case")
app.add_typer(guideline_app, name="guideline")
app.add_typer(outlook_app, name="outlook")


def _version(show: bool) -> None:
    if show:
        from kambin import __version__

        typer.echo(f"kambin {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    debug: Annotated[bool, typer.Option("--debug", help="Show a traceback when something fails.")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Options that hold for every command; `main` reads ``--debug`` itself."""


@app.command()
def plan(
    case: CaseFile,
    scan: Annotated[
        Path | None, typer.Option(help="Label map of the lumbar spine (NIfTI, NRRD, DICOM SEG).")
    ] = None,
    image: Annotated[
        Path | None, typer.Option(help="The CT or MR behind the label map (NIfTI, NRRD, DICOM folder).")
    ] = None,
    labels: Annotated[
        str | None, typer.Option(help="Label convention of the scan, where the file does not tell.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder for plan.json, the report, the patient aid and the pictures.")
    ] = None,
    pdf: Annotated[bool, typer.Option("--pdf", help="With --out: report and aid as PDF too.")] = False,
    handover: Annotated[
        bool,
        typer.Option(
            "--handover",
            help="With --out: the recommended corridors for 3D Slicer, DICOM and printing too, "
            "as `kambin access` writes them.",
        ),
    ] = False,
    trust_scan: Annotated[
        bool,
        typer.Option("--trust-scan", help="Where a measurement contradicts the case, use the measurement."),
    ] = False,
    card: Annotated[
        Path | None, typer.Option(help="Accepted model card of local results, for the chance of recurrence.")
    ] = None,
    profile: Profile = "current",
    overlay: Overlay = [],  # noqa: B006  typer copies it
    as_json: Json = False,
) -> None:
    """Walk one patient through the house: the whole plan, with report and patient aid."""
    from kambin.cli.patient import Wanted, run_plan

    settings = {
        "image": image,
        "labels": labels,
        "trust_scan": trust_scan,
        "card": card,
        "profile": profile,
        "overlays": overlay,
    }
    raise typer.Exit(run_plan(case, scan, Wanted(out, pdf, handover), as_json, settings))


@app.command()
def decide(
    case: CaseFile,
    profile: Profile = "current",
    overlay: Overlay = [],  # noqa: B006
    only: Annotated[list[str], typer.Option(help="Only this decision. Repeatable.")] = [],  # noqa: B006
    as_json: Json = False,
) -> None:
    """Every decision of the guideline for one patient, with reasons and sources."""
    from kambin.cli.patient import run_decide

    raise typer.Exit(run_decide(case, profile, overlay, only, as_json))


@app.command()
def locate(case: CaseFile, as_json: Json = False) -> None:
    """Which disc causes the symptoms, with rivals and what would tell them apart."""
    from kambin.cli.patient import run_locate

    raise typer.Exit(run_locate(case, as_json))


@app.command()
def ask(
    case: CaseFile,
    profile: Profile = "current",
    overlay: Overlay = [],  # noqa: B006
    dialogue: Annotated[bool, typer.Option("--dialogue", help="Go on asking in the terminal.")] = False,
    save: Annotated[Path | None, typer.Option(help="With --dialogue: write the completed case here.")] = None,
    as_json: Json = False,
) -> None:
    """The next best question: safety first, then what tells most for the least cost."""
    from kambin.cli.asking import run_ask

    raise typer.Exit(run_ask(case, profile, overlay, dialogue, save, as_json))


@app.command()
def measure(
    scan: Annotated[Path, typer.Argument(metavar="LABELS", help="Label map of the lumbar spine.")],
    labels: Annotated[
        str | None, typer.Option(help="Label convention of the map, where the file does not tell.")
    ] = None,
    image: Annotated[
        Path | None, typer.Option(help="CT or MR of the same patient, in the same frame.")
    ] = None,
    as_json: Json = False,
    figure: Annotated[Path | None, typer.Option(help="Folder for pictures to check by eye.")] = None,
) -> None:
    """Measure the lumbar spine in a label map, with uncertainty and method of each value."""
    from kambin.cli.measure import run_measure

    raise typer.Exit(run_measure(scan, labels, image, figure, as_json))


@app.command()
def access(
    labels: Annotated[Path, typer.Argument(help="Label map of the lumbar spine.")],
    level: Annotated[str, typer.Option(help="Disc, for example L4-L5.")],
    side: Annotated[str, typer.Option(help="The patient's side: left or right.")],
    approach: Annotated[str, typer.Option(help="posterolateral, far-lateral, interlaminar, or all.")] = "all",
    target: Annotated[
        str | None,
        typer.Option(help="Zone of the herniation: central, subarticular, foraminal or extraforaminal."),
    ] = None,
    migration: Annotated[str, typer.Option(help="Of the herniation: none, up or down.")] = "none",
    herniation: Annotated[Path | None, typer.Option(help="Mask of the herniation, on any grid.")] = None,
    image: Annotated[Path | None, typer.Option(help="CT or MR of the same patient.")] = None,
    convention: Annotated[
        str | None, typer.Option("--labels", help="Label convention, where the file does not tell.")
    ] = None,
    position: Annotated[str, typer.Option(help="prone or lateral.")] = "prone",
    cannula: Annotated[
        list[str], typer.Option(help="A cannula of the catalogue instead of the usual ones. Repeatable.")
    ] = [],  # noqa: B006
    out: Annotated[
        Path | None,
        typer.Option(help="Folder for access.json and handover/: markups, surfaces, labels, DICOM."),
    ] = None,
    send: Annotated[
        str | None, typer.Option(metavar="HOST:PORT", help="Send the corridor to an OpenIGTLink server.")
    ] = None,
    dated: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Content date of the DICOM files.")
    ] = None,
    as_json: Json = False,
) -> None:
    """The safest working corridor to one disc, with its certificate, or what stands in the way."""
    from kambin.cli.access import Asked, run_access

    asked = Asked(
        labels,
        level,
        side,
        approach,
        target,
        migration,
        herniation,
        image,
        convention,
        position,
        cannula,
        send,
        dated,
    )
    raise typer.Exit(run_access(asked, out, as_json))


@app.command()
def doctor(as_json: Json = False) -> None:
    """Check this installation: versions, knowledge, evidence, extras."""
    from kambin.cli.doctor import run_doctor

    raise typer.Exit(run_doctor(as_json))


@case_app.command("schema")
def case_schema() -> None:
    """Print the JSON Schema of a case file."""
    from kambin.cli.case import print_schema

    print_schema()


@case_app.command("new")
def case_new(
    file: Annotated[Path | None, typer.Argument(help="Where to write it; stdout without.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over an existing file.")] = False,
) -> None:
    """Write a commented case template, everything unknown."""
    from kambin.cli.case import write_template

    write_template(file, force)


@case_app.command("check")
def case_check(case: CaseFile, as_json: Json = False) -> None:
    """List every problem of a case file at once."""
    from kambin.cli.case import run_check

    raise typer.Exit(run_check(case, as_json))


@case_app.command("facts")
def case_facts(as_json: Json = False) -> None:
    """Print the registry of facts as a table."""
    from kambin.cli.case import print_facts

    print_facts(as_json)


@guideline_app.command("show")
def guideline_show(
    decision: Annotated[str | None, typer.Argument(help="A decision; all of them without.")] = None,
    profile: Profile = "current",
    overlay: Overlay = [],  # noqa: B006
    as_json: Json = False,
) -> None:
    """A decision as a table that a surgeon can review."""
    from kambin.cli.guideline import run_show

    raise typer.Exit(run_show(decision, profile, overlay, as_json))


@guideline_app.command("test")
def guideline_test(
    profile: Annotated[str | None, typer.Option(help="`current` or `source`; both without.")] = None,
    overlay: Overlay = [],  # noqa: B006
    as_json: Json = False,
) -> None:
    """Run the cases that lie beside the knowledge."""
    from kambin.cli.guideline import run_test

    raise typer.Exit(run_test(profile, overlay, as_json))


@guideline_app.command("prove")
def guideline_prove(
    profile: Annotated[str | None, typer.Option(help="`current` or `source`; both without.")] = None,
    overlay: Overlay = [],  # noqa: B006
    as_json: Json = False,
) -> None:
    """Prove what the knowledge owes: invariants, theorems, robustness; a failure prints a patient."""
    from kambin.cli.guideline import run_prove

    raise typer.Exit(run_prove(profile, overlay, as_json))


@guideline_app.command("trace")
def guideline_trace(as_json: Json = False) -> None:
    """The matrix claim → rule → theorem → test; fails on a gap."""
    from kambin.cli.guideline import run_trace

    raise typer.Exit(run_trace(as_json))


@guideline_app.command("diff")
def guideline_diff(
    a: Annotated[str, typer.Argument(metavar="A", help="A profile, or an overlay file on top of `current`.")],
    b: Annotated[str, typer.Argument(metavar="B", help="A profile, or an overlay file on top of `current`.")],
    as_json: Json = False,
) -> None:
    """What changes between two versions, with one patient for each changed answer."""
    from kambin.cli.guideline import run_diff

    raise typer.Exit(run_diff(a, b, as_json))


@guideline_app.command("mutate")
def guideline_mutate(
    profile: Profile = "current",
    sample: Annotated[
        int | None, typer.Option(min=1, help="Only so many mutants, chosen by a fixed seed.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Flip operators, thresholds and polarities, and see whether tests and proofs notice."""
    from kambin.cli.guideline import run_mutate

    raise typer.Exit(run_mutate(profile, sample, as_json))


@app.command()
def phantom(
    out: Annotated[Path, typer.Argument(help="Folder to make; it must not exist.")],
    seed: Annotated[
        int | None, typer.Option(min=0, help="Draws the sizes; the published means without.")
    ] = None,
    herniation: Annotated[
        str | None, typer.Option(help="bulge, protrusion, extrusion or sequestration; none without.")
    ] = None,
    level: Annotated[str, typer.Option(help="Level of the herniation.")] = "L4-L5",
    side: Annotated[str, typer.Option(help="left, right or midline: the patient's.")] = "left",
    zone: Annotated[
        str, typer.Option(help="central, subarticular, foraminal, extraforaminal.")
    ] = "subarticular",
    size: Annotated[float, typer.Option(help="Projection beyond the disc, mm.")] = 6.0,
    migration: Annotated[float, typer.Option(help="Beyond the endplate, mm; negative is down.")] = 0.0,
    calcified: Annotated[bool, typer.Option("--calcified", help="The herniation is hard.")] = False,
    settings: Annotated[
        list[str], typer.Option("--set", help="Another knob: slip_mm@L4-L5=4, scoliosis_deg=15. Repeatable.")
    ] = [],  # noqa: B006
    sacralised: Annotated[str, typer.Option(help="none, left, right or both.")] = "none",
    mirrored: Annotated[bool, typer.Option("--mirrored", help="The mirror patient.")] = False,
    voxel: Annotated[str, typer.Option(help="Voxel spacing, mm: one number, or three with commas.")] = "0.8",
    pose: Annotated[
        str | None, typer.Option(help="Pitch,roll,yaw in degrees, and x,y,z of the L4-L5 disc in LPS mm.")
    ] = None,
    view: Annotated[str, typer.Option(help="bones, spine or trunk.")] = "spine",
    labels: Annotated[str, typer.Option(help="Label convention of the map.")] = "kambin",
    missing: Annotated[
        list[str], typer.Option(help="Leave out: discs, sac, roots, skin, hips, or a structure. Repeatable.")
    ] = [],  # noqa: B006
    dice: Annotated[float | None, typer.Option(help="Errors at the borders, to this mean Dice.")] = None,
    images: Annotated[bool, typer.Option("--images/--no-images", help="CT-like and T2-like images.")] = True,
) -> None:
    """A lumbar spine made of formulas: label map, images, and its exact truth."""
    from kambin.cli.phantom import run_phantom

    options = {name: value for name, value in locals().items() if name not in ("out", "run_phantom")}
    raise typer.Exit(run_phantom(out, options))
