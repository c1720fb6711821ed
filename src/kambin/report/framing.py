"""What every page of this room shares: how templates are read, and what may label a page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kambin.case.fact import LABEL_PATTERN
from kambin.plan import Plan

if TYPE_CHECKING:
    from jinja2 import Environment

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
    )


def page_label(plan: Plan) -> str:
    """The case's own label, where it is one; a plan that was not made from a case may hold any text."""
    return plan.case_id if plan.case_id and re.fullmatch(LABEL_PATTERN, plan.case_id) else ""
