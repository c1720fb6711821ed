"""`kambin outlook …`: what to expect of every option; learning from local results."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

__all__ = ["outlook_app"]


class _ShowByDefault(TyperGroup):
    """`kambin outlook CASE` is short for `kambin outlook show CASE`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """The arguments with the sub-command that was left out."""
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = ["show", *args]
        return super().parse_args(ctx, args)


outlook_app = typer.Typer(
    cls=_ShowByDefault,
    help="What to expect of every option: `kambin outlook CASE`. Learning from local results.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


@outlook_app.command("show")
def show(
    case: Annotated[Path, typer.Argument(help="Case file, YAML or JSON; `-` reads from stdin.")],
    card: Annotated[
        Path | None, typer.Option(help="An accepted model card of local results; without it, none is used.")
    ] = None,
    profile: Annotated[
        str, typer.Option(help="`current`, or `source`: documents F and R as written.")
    ] = "current",
    overlay: Annotated[list[Path], typer.Option(help="A hospital's own knowledge file. Repeatable.")] = [],  # noqa: B006
    only: Annotated[
        list[str], typer.Option(help="Only this outcome, or `risk` for the recurrence risk. Repeatable.")
    ] = [],  # noqa: B006
    as_json: Json = False,
) -> None:
    """Published figures of every live option side by side, and the recurrence risk of this patient."""
    from kambin.cli.render_outlook import run_show

    raise typer.Exit(run_show(case, card, profile, overlay, only, as_json))


@outlook_app.command("calibrate")
def calibrate(
    registry: Annotated[
        Path, typer.Argument(metavar="REGISTRY.csv", help="Local results, one patient a line.")
    ],
    out: Annotated[Path | None, typer.Option(help="Folder for model-card.json and model-card.md.")] = None,
    as_json: Json = False,
) -> None:
    """Propose a model card from local results; nothing changes until a person accepts it."""
    from kambin.cli.console import emit_json, note
    from kambin.files import make_folder, write_file
    from kambin.outcome.calibrate import calibrate as learn
    from kambin.outcome.cardtext import card_markdown

    made = learn(registry)
    if out is not None:
        import json

        make_folder(out)
        write_file(out / "model-card.json", json.dumps(made, ensure_ascii=False, indent=1) + "\n")
        write_file(out / "model-card.md", card_markdown(made))
        note(f"proposed card: {out / 'model-card.json'}, to read: {out / 'model-card.md'}")
        note("it changes nothing until a person accepts it: `kambin outlook accept CARD --by NAME`")
    if as_json:
        emit_json(made)
    elif out is None:
        print(card_markdown(made))


@outlook_app.command("accept")
def accept(
    card: Annotated[Path, typer.Argument(help="A proposed model card (JSON) that you have read.")],
    by: Annotated[str, typer.Option("--by", help="Name of the person who takes responsibility.")],
    on: Annotated[
        str | None, typer.Option("--on", metavar="YYYY-MM-DD", help="The day; today without.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="File for the accepted card; beside the proposed one without.")
    ] = None,
) -> None:
    """Sign a proposed model card off; the signature holds for this card and this version only."""
    import json

    from kambin.cli.console import note
    from kambin.errors import InputError
    from kambin.files import write_file
    from kambin.outcome.card import accept as sign
    from kambin.outcome.card import load_card, read_document

    try:
        day = date.today() if on is None else date.fromisoformat(on)
    except ValueError:
        raise InputError("this is no day", field="--on", expected="YYYY-MM-DD") from None
    signed = sign(read_document(card), by, day, card.name)
    target = out or card.with_suffix(".accepted.json")
    if target.exists():
        raise InputError("the file exists and is kept", where=str(target), now="name another one with --out")
    if not target.parent.is_dir():
        raise InputError("the folder does not exist", where=str(target.parent))
    write_file(target, json.dumps(signed, ensure_ascii=False, indent=1) + "\n")
    print(load_card(target).note.text)
    note(f"accepted card: {target}; use it with `kambin outlook CASE --card {target.name}`")
