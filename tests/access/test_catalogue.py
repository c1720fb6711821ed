"""The data files of the room: every number has a reference, and what rests on memory refuses nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from kambin.access import catalogue
from kambin.access.catalogue import APPROACHES, instruments, references, rules_of, setting
from kambin.case.words import LEVELS
from kambin.errors import InputError, IntegrityError

FOLDER = Path(catalogue.__file__).parent


def numbers(node: Any, where: str) -> list[tuple[str, dict[str, Any]]]:
    """Every entry that carries a reference."""
    if isinstance(node, dict):
        own = [(where, node)] if "ref" in node else []
        return own + [hit for key, value in node.items() for hit in numbers(value, f"{where}.{key}")]
    if isinstance(node, list):
        return [hit for index, value in enumerate(node) for hit in numbers(value, f"{where}[{index}]")]
    return []


def entries() -> list[tuple[str, dict[str, Any]]]:
    files = [*FOLDER.glob("approaches/*.yaml"), FOLDER / "instruments.yaml"]
    found = [hit for path in files for hit in numbers(yaml.safe_load(path.read_text("utf-8")), path.name)]
    return found + numbers(
        yaml.safe_load((FOLDER / "settings.yaml").read_text("utf-8"))["planning"], "settings"
    )


def test_every_number_names_a_known_reference_and_memory_is_never_called_verified() -> None:
    assert len(entries()) > 60
    for where, entry in entries():
        assert entry["ref"] in references(), where
        assert isinstance(entry["verified"], bool), where
        assert entry["verified"] is (entry["ref"] != "memory"), where
        if entry["ref"] == "house":
            assert entry.get("why"), f"{where}: our own choice says why"


def test_every_reference_is_used() -> None:
    used = {entry["ref"] for _, entry in entries()}
    told = " ".join(str(entry.get("why", "")) for _, entry in entries())
    assert [name for name in references() if name not in used and name not in told] == []


def test_references_of_the_evidence_base_are_the_same(shared_dir: Path) -> None:
    known = yaml.safe_load((shared_dir / "evidence/access.yaml").read_text("utf-8"))["refs"]
    for name, entry in references().items():
        if name in known and "doi" in entry:
            assert known[name].get("doi") == entry["doi"], name


@pytest.mark.parametrize("approach", APPROACHES)
def test_rules_cover_every_level_with_ranges_in_order(approach: Any) -> None:
    rules = rules_of(approach)
    assert set(rules.levels) == set(rules.entry_mm) == set(LEVELS)
    assert set(rules.cranial_deg) == set(LEVELS)
    pairs = [*rules.axial_deg.values(), *rules.cranial_deg.values(), *rules.entry_mm.values()]
    assert all(low < high for low, high in pairs)
    assert [low == high for low, high in rules.tip_mm.values()].count(True) == 1, "the tip goes to a plane"
    assert set(rules.tip_mm) == {"outwards", "behind", "above"}
    assert "dural sac" in rules.nerves


def test_the_two_ways_through_the_foramen_meet_and_the_third_lies_apart() -> None:
    for level in LEVELS:
        a, b, c = (rules_of(name).axial_deg[level] for name in APPROACHES)
        assert a[0] < b[0] <= a[1] + 6 and a[1] < b[1]
        assert c[1] < a[0]


def test_default_cannulas_do_not_rest_on_memory_and_named_ones_say_so() -> None:
    usual = instruments()
    assert all(cannula.verified for cannula in usual.cannulas)
    assert [cannula.outer_mm for cannula in usual.cannulas] == sorted(c.outer_mm for c in usual.cannulas)
    assert "cannula-7.5" in instruments(("cannula-7.5",)).from_memory
    assert "rod-lens-30: field of view" in usual.from_memory


def test_unknown_names_are_refused() -> None:
    with pytest.raises(InputError):
        instruments(("cannula-99",))
    with pytest.raises(InputError):
        instruments(None, "telescope")
    with pytest.raises(InputError):
        rules_of("transoral")  # type: ignore[arg-type]


def test_a_number_without_reference_is_an_error() -> None:
    with pytest.raises(IntegrityError):
        catalogue.sourced({"value": 1, "ref": "somebody", "verified": True}, "here")
    with pytest.raises(IntegrityError):
        catalogue.sourced({"value": 1, "ref": "house"}, "here")


def test_the_limits_of_bone_stand_in_order() -> None:
    warn, most, refuse = (setting(f"sap_{name}").value for name in ("warn", "default_most", "refuse"))
    assert 0 < warn < most < refuse < 1
    budgets = setting("sap_budgets").value
    assert budgets == sorted(budgets) and budgets[0] == 0 and budgets[-1] == most
