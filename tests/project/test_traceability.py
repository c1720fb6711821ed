"""Every claim of the documents is found in the product, and what the page names exists."""

from __future__ import annotations

from pathlib import Path

from kambin import evidence
from tools.traceability import others, page

STATES = {"here", "partly", "later"}


def test_every_claim_is_on_the_page(root: Path) -> None:
    text = page()
    written = (root / "docs" / "traceability.md").read_text(encoding="utf-8")
    for claim in evidence.claims():
        assert f"| {claim.id} |" in text, claim.id
        assert f"| {claim.id} |" in written, f"{claim.id}: run `make docs`"


def test_claims_that_are_no_rules_have_a_state_and_files_that_exist(root: Path) -> None:
    assert set(others()) == {claim.id for claim in evidence.claims() if claim.kind != "rule"}
    for name, entry in others().items():
        assert entry["state"] in STATES, name
        assert all((root / path).exists() for path in (*entry["where"], *entry["tests"])), name
        assert bool(entry["where"]) == (entry["state"] != "later"), name


def test_no_promise_of_one_minute(root: Path) -> None:
    """K02: `one minute` is never displayed."""
    folders = ("src/kambin/guideline", "src/kambin/report", "src/kambin/outcome")
    for path in (file for folder in folders for file in (root / folder).rglob("*")):
        if path.suffix in (".yaml", ".html", ".json"):
            for line in path.read_text(encoding="utf-8").splitlines():
                assert "one minute" not in line.lower() or "K02" in line or line.strip().startswith("#"), path
