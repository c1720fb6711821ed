"""The benchmark runs, tells misses as misses, and refuses figures of answers that differ."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench import __main__ as bench
from bench import delegated, patients, rate, timing, zen_race
from bench.row import AnswersDiffer, Row, at_least, at_most, not_measured
from kambin.guideline import Decision, evaluate, load_knowledge
from kambin.guideline.conditions import facts_of
from kambin.guideline.knowledge import Argument


@pytest.fixture
def trivial(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(quick: bool) -> list[Row]:
        raise AnswersDiffer("one said yes, the other no")

    measures = {
        "good": lambda quick: [at_most("good", "it is quick", 1.0 if quick else 2.0, 1, "s")],
        "missed": lambda quick: [at_least("missed", "it is not", 4.0, 5, "×", "by far")],
        "wrong": wrong,
    }
    monkeypatch.setattr(bench, "MEASURES", measures)


def test_misses_are_told_and_are_no_failure(
    trivial: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "build" / "bench.json"
    assert bench.main(["--quick", "--row", "good", "--row", "missed", "--out", str(out)]) == 0
    document = json.loads(out.read_text(encoding="utf-8"))
    assert document["quick"] is True
    assert document["machine"]["cores"] >= 1
    assert [(row["id"], row["met"], row["value"]) for row in document["rows"]] == [
        ("good", True, 1.0),
        ("missed", False, 4.0),
    ]
    assert all(set(row) == set(Row.__annotations__) for row in document["rows"])
    printed = capsys.readouterr().out
    assert "MISSED" in printed and "by far" in printed and "≥ 5 ×" in printed


def test_answers_that_differ_fail_the_run(trivial: None, tmp_path: Path) -> None:
    out = tmp_path / "bench.json"
    assert bench.main(["--row", "wrong", "--row", "good", "--out", str(out)]) == 1
    good, wrong = json.loads(out.read_text(encoding="utf-8"))["rows"]
    assert (wrong["met"], wrong["value"], wrong["note"]) == (False, None, "one said yes, the other no")
    assert (good["met"], good["value"]) == (False, 2.0)


def test_what_was_not_repeated_is_kept(trivial: None, tmp_path: Path) -> None:
    out = tmp_path / "bench.json"
    assert bench.main(["--row", "missed", "--out", str(out)]) == 0
    assert bench.main(["--row", "good", "--quick", "--out", str(out)]) == 0
    document = json.loads(out.read_text(encoding="utf-8"))
    assert [(row["id"], row["value"]) for row in document["rows"]] == [("good", 1.0), ("missed", 4.0)]
    assert document["quick"] is True and [run["quick"] for run in document["runs"].values()] == [True, False]
    assert bench.main(["--out", str(out)]) == 1  # all rows anew, a wrong one among them
    document = json.loads(out.read_text(encoding="utf-8"))
    assert document["quick"] is False and len(document["rows"]) == len(bench.MEASURES)


def test_a_pace_is_a_rate_of_this_machine() -> None:
    assert 0.1 < bench.pace() < 10_000


def test_rows_at_their_limits() -> None:
    assert at_most("a", "", 5.0, 5, "s")["met"] is True
    assert at_most("a", "", 5.01, 5, "s")["met"] is False
    assert at_least("a", "", 5.0, 5, "s")["met"] is True
    assert at_least("a", "", 4.99, 5, "s")["met"] is False
    assert at_least("a", "", 4.99, None, "s")["met"] is None
    assert not_measured("a", "", "≤ 1 s", "why")["value"] is None


def test_percentiles_are_values_that_were_measured() -> None:
    values = [float(i) for i in range(1, 201)]
    assert timing.percentile(values, 0.99) == 198
    assert timing.percentile(values, 0.5) == 100
    assert timing.percentile([7.0], 0.99) == 7


def test_the_race_gives_every_runner_its_own_inputs() -> None:
    seen: dict[str, list[int]] = {"a": [], "b": []}
    times = timing.race([(seen["a"].append, [1, 2]), (seen["b"].append, [3])], rounds=2)
    assert seen == {"a": [1, 2, 1, 2], "b": [3, 3]}
    seen["a"].clear()
    timing.race([(seen["a"].append, [1, 2, 3])], rounds=2, chunk=2)
    assert seen["a"] == [1, 2, 1, 2, 3, 3]
    assert all(seconds > 0 for seconds in times)


def test_patients_are_complete_reproducible_and_various() -> None:
    knowledge = load_knowledge("current")
    rows = patients.complete_rows(knowledge, 60)
    assert rows == patients.complete_rows(knowledge, 60)
    assert all(value is not None for row in rows for value in row.values())
    decision = knowledge.decisions["treatment"]
    statuses = {str(item.status) for row in rows for item in evaluate(decision, row).options}
    assert statuses == {"eligible", "not_indicated", "excluded"}


def test_rates_are_of_the_same_answers() -> None:
    assert [row["id"] for row in rate.rows(True)] == ["rate", "rate-fast"]


def test_coverage_is_read_as_the_tests_left_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delegated, "ROOT", tmp_path)
    assert delegated.coverage(True)[0]["met"] is None
    summary = {"covered_lines": 90, "covered_branches": 4, "num_statements": 95, "num_branches": 5}
    files = {f"src/kambin/{room}/x.py": {"summary": summary} for room in delegated.ROOMS}
    files["src/kambin/anatomy/x.py"] = {"summary": dict.fromkeys(summary, 0)}
    (tmp_path / "build").mkdir()
    (tmp_path / "build" / "coverage.json").write_text(json.dumps({"files": files}), encoding="utf-8")
    assert [(row["value"], row["met"]) for row in delegated.coverage(True)] == [(94.0, False)] * 3


@pytest.fixture(scope="module")
def zen() -> Any:
    pytest.importorskip("zen", reason="zen-engine is not installed: only the benchmark needs it")
    return zen_race.Zen


@pytest.mark.parametrize("profile", ["current", "source"])
def test_zen_gives_our_answers(zen: Any, profile: str) -> None:
    knowledge = load_knowledge(profile)
    rows = patients.complete_rows(knowledge, 200)
    for name in ("urgency", "treatment", "setting"):
        decision = knowledge.decisions[name]
        zen_race.check(decision, zen(decision), rows)


def test_another_answer_of_zen_is_noticed(zen: Any) -> None:
    knowledge = load_knowledge("current")
    decision = knowledge.decisions["treatment"]
    rows = patients.complete_rows(knowledge, 200)
    with pytest.raises(AnswersDiffer):
        zen_race.check(decision, zen(_without_one_reason(decision)), rows)


def _without_one_reason(decision: Decision) -> Decision:
    option = decision.options[0]
    kept: tuple[Argument, ...] = tuple(item for item in option.arguments if item.role != "exclude")
    assert kept != option.arguments and any(facts_of(item.condition) for item in kept)
    return replace(decision, options=(replace(option, arguments=kept), *decision.options[1:]))
