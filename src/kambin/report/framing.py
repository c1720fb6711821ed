"""What every page of this room shares: how templates are read, and what may label a page."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from kambin.case.fact import LABEL_PATTERN
from kambin.plan import Plan

if TYPE_CHECKING:
    from jinja2 import Environment, FileSystemBytecodeCache

__all__ = ["environment", "page_label"]


def environment() -> Environment:
    """A new environment for this room's templates: everything is escaped, nothing undefined passes."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("kambin.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        bytecode_cache=_compiled_beside(Path(__file__).parent / "templates"),
    )


def _compiled_beside(templates: Path) -> FileSystemBytecodeCache | None:
    """Where compiled templates are kept, as Python keeps compiled modules; None where nothing may be written.

    Compiling them takes half a second, which is a third of a plan without a scan. A template that has changed
    since is compiled anew.
    """
    from jinja2 import FileSystemBytecodeCache

    folder = templates / "__pycache__"
    try:
        folder.mkdir(exist_ok=True)
    except OSError:
        return None
    return FileSystemBytecodeCache(str(folder)) if os.access(folder, os.W_OK) else None


def page_label(plan: Plan) -> str:
    """The case's own label, where it is one; a plan that was not made from a case may hold any text."""
    return plan.case_id if plan.case_id and re.fullmatch(LABEL_PATTERN, plan.case_id) else ""
