"""Plans and aids of every example case, made once."""

from __future__ import annotations

from functools import cache

from kambin.plan import Plan
from kambin.report.aid import LANGUAGES, render_aid
from tests.report.conftest import BY_HAND, CASES, plan_named
from tests.report.page_tree import Node, parse

EXAMPLES = sorted(path.stem for path in CASES.glob("*.yaml"))
EVERY = [*BY_HAND, *EXAMPLES]
FLAGGED = ["b09-cauda-equina-endoscopic", "cancer-history", "cauda-equina", "emergency", "infection"]
CHOICES = [name for name in EXAMPLES if name not in FLAGGED]

__all__ = ["CHOICES", "EVERY", "EXAMPLES", "FLAGGED", "LANGUAGES", "html_of", "plan_of", "tree_of"]


def plan_of(name: str) -> Plan:
    """The plan of an example case, or one made by hand."""
    return plan_named(name)


@cache
def html_of(name: str, language: str) -> str:
    """Its aid."""
    return render_aid(plan_of(name), language)


@cache
def tree_of(name: str, language: str) -> Node:
    """Its aid as a tree."""
    return parse(html_of(name, language))
