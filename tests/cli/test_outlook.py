"""`kambin outlook`: the forecast of a case, and the way from a registry to an accepted card."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.outcome.simulated import registry, write

ROOT = Path(__file__).resolve().parents[2]
CASES = ROOT / "examples" / "cases"
DEMO = CASES / "demo.yaml"


@pytest.fixture(scope="module")
def csv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("registry") / "registry.csv"
    write(registry(31, 150, 0.8, 1.0), file)
    return file


def test_a_case_is_shown_with_or_without_the_word_show(run: Run) -> None:
    short, long = run("outlook", DEMO), run("outlook", "show", DEMO)
    assert short.code == 0
    assert short.out == long.out
    for part in (
        "6 weeks",
        "12 months",
        "Structured conservative care",
        "of 100 within one",
        "[O09]",
        "R-recurrence-rate",
        "structure removed",
    ):
        assert part in short.out


def test_only_some_outcomes(run: Run) -> None:
    ran = run("outlook", DEMO, "--only", "leg_pain_difference", "--only", "risk")
    assert ran.code == 0
    assert "[O09]" in ran.out
    assert "of 100 within one" in ran.out
    assert "structure removed" not in ran.out
    assert "Good result" not in ran.out
    wrong = run("outlook", DEMO, "--only", "bliss")
    assert wrong.code == 3
    assert "later_operation" in wrong.err


def test_json_holds_every_live_option_with_its_label(run: Run) -> None:
    ran = run("outlook", DEMO, "--json")
    document = json.loads(ran.out)
    assert document["kambin_outlook"] == 1
    rows = [row["option"] for row in document["outlook"]["rows"]]
    assert rows[0] == "structured_conservative_care"
    assert set(document["options"]) == set(rows)
    assert [each["option"] for each in document["outlook"]["recurrence"]] == rows
    assert run("outlook", "--json", DEMO).out == ran.out
    assert run("outlook", "-", "--json", stdin=DEMO.read_text()).out == ran.out


def test_a_red_flag_is_said_instead(run: Run) -> None:
    ran = run("outlook", CASES / "cauda-equina.yaml")
    assert ran.code == 1
    assert ran.out.startswith("Emergency")
    assert "recurrence" not in ran.out
    assert json.loads(run("outlook", CASES / "cauda-equina.yaml", "--json").out)["outlook"] is None


def test_the_unstable_patient_gets_a_reason_and_no_number(run: Run) -> None:
    document = json.loads(run("outlook", CASES / "unstable-l4-l5.yaml", "--json").out)
    risks = document["outlook"]["recurrence"]
    assert {each["kind"] for each in risks} == {"none"}
    assert any("unstable" in each["reason"] for each in risks)


def test_from_a_registry_to_a_forecast(run: Run, csv: Path, tmp_path: Path) -> None:
    made = run("outlook", "calibrate", csv, "--out", tmp_path / "card")
    assert made.code == 0
    proposed = tmp_path / "card" / "model-card.json"
    assert "changes nothing" in made.err
    assert (tmp_path / "card" / "model-card.md").read_text().startswith("# Model card")

    refused = run("outlook", DEMO, "--card", proposed)
    assert refused.code == 3
    assert "proposed, not accepted" in refused.err

    accepted = run("outlook", "accept", proposed, "--by", "Dr A. Person", "--on", "2026-01-31")
    assert accepted.code == 0
    assert "accepted by Dr A. Person on 2026-01-31" in accepted.out
    assert run("outlook", "accept", proposed, "--by", "Somebody").code == 3, "what was signed is kept"

    card = tmp_path / "card" / "model-card.accepted.json"
    shown = run("outlook", DEMO, "--card", card)
    assert shown.code == 0
    assert "accepted by Dr A. Person" in " ".join(shown.out.split())
    plain = json.loads(run("outlook", DEMO, "--json").out)["outlook"]
    local = json.loads(run("outlook", DEMO, "--card", card, "--json").out)["outlook"]
    assert plain["card"] is None
    assert local["card"]["accepted_by"] == "Dr A. Person"
    assert plain["rows"] == local["rows"]
    assert plain["recurrence"] != local["recurrence"]


def test_the_card_is_printed_where_no_folder_is_named(run: Run, csv: Path) -> None:
    assert run("outlook", "calibrate", csv).out.startswith("# Model card")
    document = json.loads(run("outlook", "calibrate", csv, "--json").out)
    assert document["kambin_model_card"] == 1


def test_accept_writes_where_it_is_told(run: Run, csv: Path, tmp_path: Path) -> None:
    run("outlook", "calibrate", csv, "--out", tmp_path)
    target = tmp_path / "signed.json"
    assert run("outlook", "accept", tmp_path / "model-card.json", "--by", "A", "--out", target).code == 0
    assert json.loads(target.read_text())["accepted_by"] == "A"
    nowhere = tmp_path / "no" / "signed.json"
    assert run("outlook", "accept", tmp_path / "model-card.json", "--by", "A", "--out", nowhere).code == 3


@pytest.mark.parametrize("day", ["yesterday", "2026-13-01"])
def test_a_day_that_is_none(run: Run, tmp_path: Path, day: str) -> None:
    ran = run("outlook", "accept", tmp_path / "card.json", "--by", "A", "--on", day)
    assert ran.code == 3
    assert "--on" in ran.err


def test_bad_input_is_3_and_repeats_no_cell(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "registry.csv"
    file.write_text("option,recurrence,months\nZaphod,0,1\n")
    ran = run("outlook", "calibrate", file)
    assert ran.code == 3
    assert "line 2" in ran.err
    assert "Zaphod" not in ran.err + ran.out
    (tmp_path / "file").write_text("")
    file.write_text("option,recurrence,months\n" + "laminectomy,0,30\n" * 30)
    assert run("outlook", "calibrate", file, "--out", tmp_path / "file").code == 3
    assert run("outlook", "nothing.yaml").code == 3


def test_usage(run: Run) -> None:
    assert run("outlook").code == 2
    assert "calibrate" in run("outlook", "--help").out
    assert run("outlook", "accept", "x").code == 2
