"""Plans and pages that the tests of the report share: made by hand, and of example cases."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from kambin.case import load
from kambin.pathway import plan
from kambin.plan import Plan
from kambin.report import render_report
from tests.report.page_tree import Node, parse
from tests.report.plans import bare, emergency, everything

ROOT = Path(__file__).resolve().parents[2]
CASES = ROOT / "examples" / "cases"
SCAN = ROOT / "examples" / "scans" / "demo_labels.nii.gz"
BY_HAND = {"everything": everything, "bare": bare, "emergency": emergency}
REAL = [  # a scan, an emergency, a suspected infection, next to nothing known, no problem disc, a recurrence
    *("demo with its scan", "cauda-equina", "infection", "incomplete"),
    *("signs-and-scan-disagree", "recurrence-l4-l5"),
]
NAMES = [*BY_HAND, *REAL]


@cache
def plan_named(name: str) -> Plan:
    """A plan by its name."""
    if name in BY_HAND:
        return BY_HAND[name]()
    case, scan = (name.split()[0], SCAN) if " " in name else (name, None)
    return plan(load(CASES / f"{case}.yaml"), scan)


@cache
def page_of(name: str) -> Node:
    """The page of a plan as a tree."""
    return parse(render_report(plan_named(name)))


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


@pytest.fixture
def made(name: str) -> Plan:
    return plan_named(name)


@pytest.fixture
def page(name: str) -> Node:
    return page_of(name)
