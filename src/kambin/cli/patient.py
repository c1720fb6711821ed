"""`kambin plan`, `decide` and `locate`: one patient's answers."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kambin.case import Case, load
from kambin.cli import ANSWERED, OPEN
from kambin.cli.console import emit_json, note, progress_reporter
from kambin.errors import InputError
from kambin.files import make_folder

if TYPE_CHECKING:
    from kambin.pathway import Walk
    from kambin.report.pictures.studio import Studio

__all__ = ["Wanted", "read_case", "run_decide", "run_locate", "run_plan"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a plan leaves on the disk.

    Attributes
    ----------
    folder : Path or None
        Where; nothing is written without.
    pdf : bool
        Report and patient aid as PDF too.
    handover : bool
        The recommended corridors for other programs too.
    """

    folder: Path | None = None
    pdf: bool = False
    handover: bool = False


def read_case(path: Path) -> Case:
    """Read a case file, or stdin for ``-``."""
    return load(path)


def run_plan(
    case: Path, scan: Path | None, wanted: Wanted, as_json: bool, settings: Mapping[str, Any]
) -> int:
    """Make the plan, write it where asked, print it, and say by the exit code whether it is settled."""
    from kambin.pathway import walk

    if settings.get("image") is not None and scan is None:
        raise InputError(
            "an image alone says nothing of where things are",
            field="--image",
            now="give the label map too, with --scan",
        )
    folder = None if wanted.folder is None else make_folder(wanted.folder)
    patient = read_case(case)
    progress = progress_reporter()
    written: tuple[Path, ...] = ()
    with _studio(folder is not None and scan is not None) as studio:
        begin = {} if studio is None else {"measured": studio.begin}
        walked = walk(patient, scan, **{"progress": progress, **begin, **settings})
        made = walked.plan
        if folder is not None:
            from kambin.cli.documents import write_documents

            written = write_documents(folder, walked, studio, progress, pdf=wanted.pdf)
            if wanted.handover:
                _hand_over(folder, walked, progress)
    if as_json:
        sys.stdout.write(made.to_json())
    else:
        from kambin.cli.render import print_plan

        print_plan(made)
        for path in written:
            note(f"written: {path}")
    failed = [stage for stage in made.stages if stage.state == "failed"]
    for stage in failed:
        note(f"kambin: {stage.name} failed: {stage.note}")
    if any(stage.name == "anatomy" for stage in failed):
        return InputError.exit_code
    return OPEN if made.red_flag or not made.answered or failed else ANSWERED


@contextmanager
def _studio(wanted: bool) -> Iterator[Studio | None]:
    """Where pictures are drawn, if there will be any; it is opened first, since it takes a while to open."""
    if not wanted:
        yield None
        return
    from kambin.report.pictures.studio import Studio

    with Studio() as studio:
        yield studio


def _hand_over(folder: Path, walked: Walk, progress: Callable[[str], None]) -> None:
    """Write the recommended corridors for other programs, and say why where there is none."""
    if walked.spine is None or not any(item.recommended is not None for item in walked.corridors):
        note("hand-over: nothing is written, because no corridor is recommended")
        return
    from kambin.cli import handover

    progress("writing the hand-over files")
    handover.write_files(folder, walked.spine, walked.corridors, None)


def run_decide(case: Path, profile: str, overlays: Sequence[Path], only: Sequence[str], as_json: bool) -> int:
    """Print the chain of decisions."""
    from kambin.guideline.explaining import explain_all, knowledge_doc, questions
    from kambin.guideline.loading import load_knowledge
    from kambin.pathway import RESTS_ON, STOPS, answer, headline, open_decisions
    from kambin.plan import INTENDED_USE

    patient = read_case(case)
    knowledge = load_knowledge(profile, overlays)
    for name in only:
        if name not in knowledge.decisions:
            raise InputError(
                f"no decision {name!r}", where="--only", expected=f"one of {', '.join(knowledge.decisions)}"
            )
    found = answer(patient, knowledge)
    names = list(only) or (list(STOPS[found.stop]) if found.stop else None)
    document = {
        "kambin_decisions": 1,
        "intended_use": INTENDED_USE,
        "case_id": patient.id,
        "headline": headline(found),
        "red_flag": found.stop is not None,
        "answered": not open_decisions(found, names),
        "knowledge": knowledge_doc(knowledge),
        "diagnosis": found.diagnosis.to_dict(),
        "decisions": explain_all(found.decisions, names),
        "questions": questions(found.decisions, names, first=RESTS_ON),
    }
    if as_json:
        emit_json(document)
    else:
        from kambin.cli.render import print_decisions

        print_decisions(document)
    return ANSWERED if document["answered"] and found.stop is None else OPEN


def run_locate(case: Path, as_json: bool) -> int:
    """Print the problem disc with its rivals."""
    from kambin.diagnosis import locate

    diagnosis = locate(read_case(case))
    if as_json:
        emit_json(diagnosis.to_dict())
    else:
        from kambin.cli.render import print_diagnosis

        print_diagnosis(diagnosis.to_dict())
    return ANSWERED if diagnosis.problem is not None else OPEN
