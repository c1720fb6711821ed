"""What `kambin plan --out` leaves in its folder: plan, report, patient aid, and each picture as a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from kambin.files import write_file

if TYPE_CHECKING:
    from kambin.pathway import Walk
    from kambin.report.pictures.studio import Studio

__all__ = ["write_documents"]


def write_documents(
    folder: Path, walked: Walk, studio: Studio | None, progress: Callable[[str], None], *, pdf: bool = False
) -> tuple[Path, ...]:
    """Write everything, each file whole or not at all.

    Parameters
    ----------
    folder : Path
        Is there already.
    walked : Walk
    studio : Studio or None
        Where the pictures are drawn; it has been shown the walk's spine.
    progress : callable
        Called with one line before each step.
    pdf : bool
        Also report and patient aid as tagged PDF.

    Raises
    ------
    PdfUnavailable
        A PDF can not be made here; everything else is written by then.

    Returns
    -------
    tuple of Path
        What people open first comes first.
    """
    from kambin.report import render_report
    from kambin.report.aid import LANGUAGES, aid_file_name, render_aid

    galleries = {} if studio is None else studio.galleries(walked.corridors, progress)
    if galleries:
        from kambin.report.pictures import write_figures

        progress("writing the pictures")
        for section, gallery in galleries.items():
            if not gallery.pictures:
                continue
            write_figures(gallery, folder / "pictures" / section)
    progress("writing the report and the patient aid")
    made = {"report.html": render_report(walked.plan, galleries)}
    made |= {aid_file_name(language): render_aid(walked.plan, language) for language in LANGUAGES}
    made |= {"plan.json": walked.plan.to_json()}
    for name, text in made.items():
        write_file(folder / name, text)
    return (*(folder / name for name in made), *(_pdfs(folder, made, progress) if pdf else ()))


def _pdfs(folder: Path, made: Mapping[str, str], progress: Callable[[str], None]) -> tuple[Path, ...]:
    from kambin.report.pdf import render_pdf

    written = []
    for name, text in made.items():
        if name.endswith(".html"):
            path = folder / f"{name.removesuffix('.html')}.pdf"
            progress(f"writing {path.name}")
            write_file(path, render_pdf(text))
            written.append(path)
    return tuple(written)
