"""The guideline itself is proved; taking a safety rule out of it is noticed, with a patient who shows it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from kambin.errors import IntegrityError
from kambin.guideline import PROFILES, decide, load_knowledge
from kambin.guideline.compiling import compile_truth
from kambin.guideline.knowledge import Argument, Knowledge
from kambin.guideline.obligations import Obligations, load_axioms, load_obligations
from kambin.guideline.proving import Patient, ProofReport, ProofResult, differing_patient, prove
from kambin.guideline.proving.setting import Setting
from kambin.guideline.proving.theorems import prove_theorems
from kambin.guideline.proving.tightening import prove_tightening
from tests.guideline.conftest import FIRST, Tiny


@pytest.fixture(scope="module", params=PROFILES)
def report(request: pytest.FixtureRequest) -> ProofReport:
    knowledge = load_knowledge(request.param)
    return prove(knowledge, load_obligations(knowledge))


def test_every_obligation_of_the_guideline_is_proved(report: ProofReport) -> None:
    assert report.ok, report.render()


def test_every_kind_of_obligation_was_looked_at(report: ProofReport) -> None:
    kinds = {result.kind for result in report.results}
    wanted = {"sources", "fires", "eligible", "served", "invariant", "theorem", "unknown_exclude", "robust"}
    assert kinds == wanted | ({"claim"} if report.profile == "source" else set())
    assert len(report.results) > 800


def test_a_report_counts_what_it_proved(report: ProofReport) -> None:
    text = report.render()
    assert f"{len(report.results)} of {len(report.results)} proved" in text
    assert "FAILED" not in text
    plain = report.to_dict()
    assert plain["ok"] is True
    assert len(plain["results"]) == len(report.results)


def test_what_fails_is_shown_with_its_patient() -> None:
    patient = Patient(
        {"age_years": 81, "fever": True},
        {"age_years": "Age?", "fever": "Fever?", "smoker": "Smoker?"},
        ("smoker",),
        False,
        "urgency: fired",
    )
    result = ProofResult(
        "X-1", "invariant", "always: something", False, 0.1, patient, "file.yaml:3", "a note"
    )
    lines = ProofReport("current", "0" * 64, (result,), 0.1).render().splitlines()
    assert "  FAILED     0 of    1  safety invariants, unknown facts included" in lines
    assert "FAILED invariant X-1  file.yaml:3" in lines
    assert lines[-8:-1] == [
        "  a note",
        "  counterexample:",
        "    Age? 81  [age_years]",
        "    Fever? yes  [fever]",
        "    Smoker? unknown  [smoker]",
        "    everything else: unknown",
        "    the guideline says: urgency: fired",
    ]
    assert lines[-1] == "0 of 1 proved in 0.1 s"


def without(knowledge: Knowledge, drop: Callable[[Argument], bool]) -> Knowledge:
    """The knowledge without some arguments."""
    decisions = {}
    for name, decision in knowledge.decisions.items():
        options = tuple(
            replace(option, arguments=tuple(x for x in option.arguments if not drop(x)))
            for option in decision.options
        )
        decisions[name] = replace(decision, options=options)
    return replace(knowledge, decisions=decisions)


def failures(knowledge: Knowledge, obligations: Obligations) -> list[ProofResult]:
    return [result for result in prove_theorems(Setting(knowledge, obligations)) if not result.ok]


def invariants(knowledge: Knowledge, decision: str = "urgency") -> Obligations:
    found = load_obligations(knowledge)
    chosen = tuple(x for x in found.theorems if x.kind == "invariant" and x.decision == decision)
    return replace(found, theorems=chosen)


@pytest.mark.parametrize("profile", PROFILES)
def test_no_emergency_without_its_first_sign(profile: str) -> None:
    """Saddle anaesthesia is taken out of the urgency table: the proof shows a patient with nothing else."""
    knowledge = load_knowledge(profile)
    broken = without(knowledge, lambda item: item.id == "UR-E-SADDLE")
    found = failures(broken, invariants(knowledge))
    assert found
    patients = [result.counterexample for result in found if result.counterexample is not None]
    assert any(patient.facts == {"saddle_anaesthesia": True} for patient in patients)
    text = "\n".join(found[0].lines())
    assert "Is feeling around the anus" in text
    assert "everything else: unknown" in text


def test_conservative_care_in_an_emergency_is_noticed() -> None:
    knowledge = load_knowledge("current")
    broken = without(knowledge, lambda item: item.id == "TR-SC-X-EMERGENCY")
    found = failures(broken, invariants(knowledge, "treatment"))
    assert any("structured_conservative_care" in result.statement for result in found)
    for result in found:
        assert result.counterexample is not None
        row = {**dict.fromkeys(knowledge.facts), **result.counterexample.facts}
        assert decide(row, broken).row["urgency"] == "emergency"


def test_a_counterexample_says_what_was_asked_and_stays_unknown() -> None:
    """Fever is no longer asked for: whoever was never asked about it is called elective."""
    knowledge = load_knowledge("current")
    broken = without(knowledge, lambda item: item.id == "UR-R-FEVER")
    found = [item for item in failures(broken, invariants(knowledge)) if item.id == "INV-UR-RED-FLAG-UNKNOWN"]
    assert len(found) == 1
    assert found[0].counterexample is not None
    assert "fever" in found[0].counterexample.unknown


@pytest.mark.parametrize("profile", PROFILES)
def test_a_rule_that_can_never_fire_is_named_with_its_axiom(profile: str) -> None:
    from kambin.guideline.parsing import parse
    from kambin.guideline.proving.firing import prove_firing

    knowledge = load_knowledge(profile)
    decision = knowledge.decisions["urgency"]
    option = decision.options[0]
    dead = parse("severe_weakness AND NOT motor_deficit", knowledge.facts)
    argument = replace(option.arguments[0], condition=dead, when="severe_weakness AND NOT motor_deficit")
    options = (replace(option, arguments=(argument, *option.arguments[1:])), *decision.options[1:])
    broken = replace(knowledge, decisions={"urgency": replace(decision, options=options)})
    found = [x for x in prove_firing(Setting(broken, Obligations(load_axioms(), (), ()))) if not x.ok]
    assert [(result.id, result.kind) for result in found] == [(argument.id, "fires")]
    assert "AX-WEAK" in found[0].note


def test_an_evaluator_that_differs_from_the_solver_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    from kambin.guideline.proving import setting

    knowledge = load_knowledge("current")
    broken = without(knowledge, lambda item: item.id == "UR-E-SADDLE")
    monkeypatch.setattr(setting, "decide", lambda row, _: decide(row, knowledge))
    with pytest.raises(IntegrityError, match="solver and evaluator differ"):
        failures(broken, invariants(knowledge))


# ------------------------------------------------------------------------------------- overlays

TIGHT = """
profile: ward
kind: local
changes:
  - because: addition
    say: No operation above 90 here.
    add: {decision: treatment, option: operate, role: exclude}
    argument: {id: WARD-1, when: age_years > 90, say: Too old., cite: [C02], strength: strong}
"""
LOOSE = """
profile: ward
kind: local
changes:
  - because: addition
    say: A night without a bed is no emergency here.
    add: {decision: urgency, option: emergency, role: exclude}
    argument: {id: WARD-2, when: age_years > 90, say: Wait., cite: [C02], strength: strong}
"""


def overlay(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "ward.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_an_overlay_that_tightens_is_proved(tiny: Tiny, tmp_path: Path) -> None:
    tiny()
    knowledge = load_knowledge("current", (overlay(tmp_path, TIGHT),))
    report = prove(knowledge, load_obligations(knowledge))
    tightened = [result for result in report.results if result.kind == "tightens"]
    assert len(tightened) == 6
    assert all(result.ok for result in tightened)
    assert not [result for result in report.failed if result.kind in ("invariant", "theorem", "robust")]


def test_an_overlay_that_loosens_something_else_is_refused(tiny: Tiny, tmp_path: Path) -> None:
    """An exclude in the first row lets the second fire, and what waits for an emergency comes back."""
    tiny()
    knowledge = load_knowledge("current", (overlay(tmp_path, LOOSE),))
    report = prove(knowledge, load_obligations(knowledge))
    failed = {(result.kind, result.id) for result in report.failed}
    assert ("invariant", "INV-U") in failed
    assert ("tightens", "treatment.wait") in failed
    (found,) = [result for result in report.failed if result.id == "treatment.wait"]
    assert found.counterexample is not None
    row = {**dict.fromkeys(knowledge.facts), **found.counterexample.facts}
    assert decide(row, knowledge).results["treatment"].option("wait").status == "eligible"
    assert decide(row, load_knowledge("current")).results["treatment"].option("wait").status != "eligible"
    assert "with the overlay" in found.counterexample.says


def test_the_same_knowledge_tightens_itself() -> None:
    found = list(prove_tightening(load_knowledge("source"), load_knowledge("source"), load_axioms()))
    assert len(found) > 50
    assert all(result.ok for result in found)


def test_an_option_that_is_new_is_not_tighter() -> None:
    knowledge = load_knowledge("source")
    decision = knowledge.decisions["urgency"]
    fewer = replace(decision, options=decision.options[:-1])
    base = replace(knowledge, decisions={"urgency": fewer})
    overlaid = replace(knowledge, decisions={"urgency": decision})
    found = [result.id for result in prove_tightening(overlaid, base, ()) if not result.ok]
    assert found == [f"urgency.{decision.options[-1].id}"]


# --------------------------------------------------------------------------------- two versions


@pytest.mark.parametrize("decision", ["urgency", "indication", "endoscopy_approach", "treatment"])
def test_a_patient_is_found_whom_the_two_profiles_answer_differently(decision: str) -> None:
    one, other = load_knowledge("source"), load_knowledge("current")
    found = differing_patient(one, other, decision)
    assert found is not None
    assert None not in found.row.values()
    assert all(compile_truth(axiom.holds)(found.row) for axiom in load_axioms())
    few = {**dict.fromkeys(found.row), **found.facts}
    for row in (found.row, few):
        answers = [decide(row, knowledge).results[decision].outcome for knowledge in (one, other)]
        assert answers[0][:2] == found.outcomes[0][:2]
        assert answers[1][:2] == found.outcomes[1][:2]
    assert found.outcomes[0][:2] != found.outcomes[1][:2] or found.outcomes[0][3] != found.outcomes[1][3]
    assert len(found.facts) < len(found.row) / 2
    assert found.before != found.after


def test_there_is_no_patient_whom_one_knowledge_answers_differently_from_itself() -> None:
    knowledge = load_knowledge("current")
    assert differing_patient(knowledge, knowledge, "treatment") is None


def test_decisions_that_are_not_in_both_can_not_be_compared() -> None:
    knowledge = load_knowledge("current")
    with pytest.raises(IntegrityError, match="not a decision of both"):
        differing_patient(knowledge, replace(knowledge, decisions={}), "treatment")


# ------------------------------------------------------------------------------ who is unserved


def test_an_exception_that_describes_nobody_is_stale(tiny: Tiny) -> None:
    root = tiny()
    (root / "may_be_none.yaml").write_text(
        "may_be_none:\n  - {decision: urgency, reason: A reason that is long enough to be one.}\n",
        encoding="utf-8",
    )
    knowledge = load_knowledge("current")
    report = prove(knowledge, load_obligations(knowledge))
    stale = [result for result in report.failed if result.kind == "served" and result.id == "urgency"]
    assert len(stale) == 1
    assert "take it out" in stale[0].note


def test_an_exception_exempts_those_whom_it_describes(tiny: Tiny) -> None:
    """Without its second row the table leaves everybody out who has no sign of an emergency."""
    text = FIRST[: FIRST.index("  elective:")] + FIRST[FIRST.index("invariants:") :]
    root = tiny(urgency=text)
    knowledge = load_knowledge("current")

    def unserved() -> list[ProofResult]:
        report = prove(knowledge, load_obligations(knowledge))
        return [result for result in report.failed if result.kind == "served" and result.id == "urgency"]

    (found,) = unserved()
    assert found.counterexample is not None
    assert found.counterexample.complete
    assert found.counterexample.facts == {
        "saddle_anaesthesia": False,
        "urinary_retention": False,
        "bowel_dysfunction": False,
    }
    reason = "reason: A reason that is long enough to be one."
    file = root / "may_be_none.yaml"
    file.write_text(f"may_be_none:\n  - {{decision: urgency, when: NOT fever, {reason}}}\n", encoding="utf-8")
    (found,) = unserved()
    assert found.counterexample is not None
    assert found.counterexample.facts["fever"] is True
    file.write_text(
        f"may_be_none:\n  - {{decision: urgency, when: NOT saddle_anaesthesia, {reason}}}\n", encoding="utf-8"
    )
    assert unserved() == []
    file.write_text(f"may_be_none:\n  - {{decision: nobody, {reason}}}\n", encoding="utf-8")
    with pytest.raises(IntegrityError, match="no decision 'nobody'"):
        unserved()


# -------------------------------------------------------------------------------------- loading


def test_the_solver_is_loaded_with_the_first_question_only() -> None:
    code = (
        "import sys\n"
        "import kambin.guideline.proving, kambin.guideline.asking, kambin.guideline.mutating\n"
        "import kambin.guideline.testing\n"
        "sys.exit('z3' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
