"""Every command once as a person would use it, and every exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run

ROOT = Path(__file__).resolve().parents[2]
CASES = ROOT / "examples" / "cases"
DEMO = CASES / "demo.yaml"
SCAN = ROOT / "examples" / "scans" / "demo_labels.nii.gz"


def test_help_and_version(run: Run) -> None:
    ran = run("--help")
    assert ran.code == 0
    assert "not a certified medical device" in ran.out
    assert run("--version").out.startswith("kambin ")
    assert run("guideline", "--help").code == 0


@pytest.mark.parametrize("words", [["plan"], ["nonsense"], ["decide", "x", "--nonsense"], ["case"]])
def test_usage_errors_are_2(run: Run, words: list[str]) -> None:
    assert run(*words).code == 2


@pytest.mark.parametrize(
    ("content", "part"),
    [
        ("patient: {age_years: 300}\n", "patient.age_years"),
        ("patient: {age_yaers: 30}\n", "age_years"),
        ("a: [\n", ""),
        ("", ""),
    ],
)
@pytest.mark.parametrize("command", ["plan", "decide", "locate", "ask", "check"])
def test_bad_input_is_3_and_clear(run: Run, tmp_path: Path, command: str, content: str, part: str) -> None:
    file = tmp_path / "patient.yaml"
    file.write_text(content)
    words = ["case", "check", file] if command == "check" else [command, file]
    ran = run(*words)
    assert ran.code == 3
    assert ran.out == ""
    assert ran.err.startswith("kambin: ")
    assert part in ran.err
    assert "Traceback" not in ran.err


def test_missing_file_is_3(run: Run, tmp_path: Path) -> None:
    assert run("decide", tmp_path / "nobody.yaml").code == 3


def test_out_of_scope_is_4_but_an_emergency_is_said_first(run: Run) -> None:
    child = "patient: {age_years: 9}\n"
    ran = run("decide", "-", stdin=child)
    assert ran.code == 4
    assert "13 years" in ran.err
    ran = run("decide", "-", stdin=child + "red_flags: {saddle_anaesthesia: true}\n")
    assert ran.code == 1
    assert ran.out.startswith("RED FLAG")


def test_exit_codes_follow_the_answer(run: Run) -> None:
    assert run("decide", DEMO, "--json").code == 0
    assert run("decide", CASES / "incomplete.yaml", "--json").code == 1
    assert run("decide", CASES / "cauda-equina.yaml", "--json").code == 1
    assert run("locate", DEMO).code == 0
    assert run("locate", CASES / "incomplete.yaml").code == 1


def test_json_is_one_document_on_stdout(run: Run) -> None:
    for words in (
        ["decide", DEMO],
        ["locate", DEMO],
        ["plan", DEMO],
        ["ask", CASES / "incomplete.yaml"],
        ["case", "facts"],
    ):
        ran = run(*words, "--json")
        json.loads(ran.out)
        assert ran.err == ""


def test_decide_only_what_is_asked(run: Run) -> None:
    ran = run("decide", DEMO, "--only", "urgency", "--json")
    assert [item["decision"] for item in json.loads(ran.out)["decisions"]] == ["urgency"]
    assert run("decide", DEMO, "--only", "fate").code == 3


def test_red_flag_stands_first_and_the_walk_stops(run: Run) -> None:
    ran = run("decide", CASES / "cauda-equina.yaml")
    assert ran.out.startswith("RED FLAG Emergency")
    document = json.loads(run("decide", CASES / "cauda-equina.yaml", "--json").out)
    assert [item["decision"] for item in document["decisions"]] == ["urgency", "indication", "treatment"]


def test_profiles_and_overlay(run: Run, tmp_path: Path) -> None:
    source = json.loads(run("decide", DEMO, "--profile", "source", "--json").out)
    assert source["knowledge"]["profile"] == "source"
    overlay = tmp_path / "house.yaml"
    overlay.write_text(
        "profile: house\nkind: local\nchanges:\n  - because: addition\n    say: House rule.\n"
        "    add: {decision: treatment, option: transforaminal_endoscopy, role: exclude}\n"
        "    argument: {id: HOUSE-X, when: age_years > 40, say: House rule., cite: [G09], strength: expert}\n"
    )
    document = json.loads(run("decide", DEMO, "--overlay", overlay, "--json").out)
    treatment = next(item for item in document["decisions"] if item["decision"] == "treatment")
    status = {item["id"]: item["status"] for item in treatment["options"]}
    assert status["transforaminal_endoscopy"] == "excluded"
    assert document["knowledge"]["profile"] == "current+house"
    assert run("decide", DEMO, "--profile", "future").code == 3


def test_plan_writes_both_files_whole(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "made" / "here"
    ran = run("plan", DEMO, "--scan", SCAN, "--out", folder)
    assert ran.code == 0
    made = ["aid.en.html", "aid.zh-Hans.html", "pictures", "plan.json", "report.html"]
    assert sorted(path.name for path in folder.iterdir()) == made
    drawn = {path.parent.name for path in (folder / "pictures").rglob("*.svg")}
    assert drawn >= {"anatomy", "posterolateral", "interlaminar"}
    plan = json.loads((folder / "plan.json").read_text())
    assert plan["scan_effects"][0]["decision"] == "endoscopy_approach"
    assert plan["intended_use"] in ran.out.replace("\n", " ")
    assert str(folder / "report.html") in ran.err


def test_bad_scan_loses_nothing_and_is_3(run: Run, tmp_path: Path) -> None:
    scan = tmp_path / "scan.nii.gz"
    scan.write_bytes(b"not a scan")
    ran = run("plan", DEMO, "--scan", scan, "--out", tmp_path / "out")
    assert ran.code == 3
    assert "anatomy failed" in ran.err
    plan = json.loads((tmp_path / "out" / "plan.json").read_text())
    assert {stage["name"]: stage["state"] for stage in plan["stages"]}["anatomy"] == "failed"
    assert plan["answered"]


def test_out_that_can_not_be_made(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert run("plan", DEMO, "--out", tmp_path / "file" / "x").code == 3


def test_case_template_is_kept_and_loads(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "new.yaml"
    assert run("case", "new", file).code == 0
    assert run("case", "check", file).code == 0
    file.write_text("kambin_case: 1\n")
    ran = run("case", "new", file)
    assert ran.code == 3
    assert file.read_text() == "kambin_case: 1\n"
    assert run("case", "new", file, "--force").code == 0
    assert "kambin_case" in run("case", "new").out


def test_case_check_lists_all_problems_as_json(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.write_text("patient: {age_years: 300, fever: true}\n")
    ran = run("case", "check", file, "--json")
    assert ran.code == 3
    assert len(json.loads(ran.out)["problems"]) == 2


def test_facts_and_schema(run: Run) -> None:
    assert "saddle_anaesthesia" in run("case", "facts").out
    assert json.loads(run("case", "schema").out)["properties"]["patient"]


def test_doctor(run: Run) -> None:
    ran = run("doctor", "--json")
    assert ran.code == 0
    checks = {item["check"]: item["state"] for item in json.loads(ran.out)["checks"]}
    assert checks["knowledge current"] == checks["knowledge source"] == checks["evidence"] == "ok"
    assert run("doctor").code == 0


def test_guideline_show_and_trace(run: Run) -> None:
    ran = run("guideline", "show", "urgency")
    assert ran.code == 0
    assert "saddle_anaesthesia" in ran.out
    assert len(json.loads(run("guideline", "show", "--json").out)["decisions"]) == 10
    assert run("guideline", "show", "fate").code == 3
    trace = run("guideline", "trace")
    assert trace.code == 0, trace.out[-2000:]
    assert "0 gaps" in trace.out


def test_guideline_test(run: Run) -> None:
    ran = run("guideline", "test")
    assert ran.code == 0, ran.out
    assert ran.out.strip().endswith("0 failed")


def test_colour_is_never_needed(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    ran = run("decide", DEMO, "--only", "treatment")
    assert "\x1b[" not in ran.out
    assert "✗ excluded" in ran.out
    assert "✓ eligible" in ran.out


def test_defect_has_its_own_code_and_no_traceback(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    import kambin.cli.patient as patient

    def broken(*_: object) -> int:
        raise ZeroDivisionError("name of a patient")

    monkeypatch.setattr(patient, "run_decide", broken)
    ran = run("decide", DEMO)
    assert ran.code == 70
    assert "name of a patient" not in ran.err
    assert "defect" in ran.err


def test_guideline_prove_and_diff(run: Run) -> None:
    ran = run("guideline", "prove", "--profile", "source", "--json")
    assert ran.code == 0
    assert json.loads(ran.out)["ok"]
    document = json.loads(run("guideline", "diff", "source", "current", "--json").out)
    assert document["witnesses"]
    assert run("guideline", "diff", "source", "nowhere.yaml").code == 3


def test_a_failed_proof_prints_a_patient(run: Run, tmp_path: Path) -> None:
    """An overlay that shuts every open operation leaves an emergency without an answer."""
    options = ("fenestration", "hemilaminectomy", "laminectomy")
    changes = "".join(
        "  - because: addition\n    say: x\n"
        f"    add: {{decision: treatment, option: {name}, role: exclude}}\n"
        f"    argument: {{id: NO-{number}, when: urgency = 'emergency', "
        "say: x, cite: [G09], strength: expert}\n"
        for number, name in enumerate(options)
    )
    overlay = tmp_path / "house.yaml"
    overlay.write_text(f"profile: house\nkind: local\nchanges:\n{changes}")
    ran = run("guideline", "prove", "--profile", "current", "--overlay", overlay)
    assert ran.code == 3
    assert "treatment" in ran.out
    assert "saddle" in ran.out.lower() or "cauda" in ran.out.lower()
