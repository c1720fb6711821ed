"""The walk as a whole, on the example cases, the phantom scan and a real one."""

from __future__ import annotations

from pathlib import Path

import pytest

from kambin.case import Case, MeasuredFact, load
from kambin.errors import OutOfScope
from kambin.guideline import PROFILES, load_knowledge
from kambin.pathway import STOPS, answer, headline, plan
from kambin.plan import Plan, plan_schema
from tests.case.mirroring import mirrored

ROOT = Path(__file__).resolve().parents[2]
CASES = sorted((ROOT / "examples" / "cases").glob("*.yaml"))
DEMO = ROOT / "examples" / "cases" / "demo.yaml"
SCAN = ROOT / "examples" / "scans" / "demo_labels.nii.gz"
NAMES = [path.stem for path in CASES]

SIDES = {"left": "right", "right": "left"}
RANK = {"emergency": 3, "red_flag_workup": 2, "urgent_surgery": 1, "elective": 0}


@pytest.fixture(scope="module")
def demo() -> Plan:
    return plan(load(DEMO), SCAN)


def _outcomes(made: Plan) -> dict[str, tuple[str, tuple[str, ...]]]:
    return {
        item["decision"]: (item["outcome"]["kind"], tuple(item["outcome"]["options"]))
        for item in made.decisions
    }


def test_high_crest_on_the_scan_changes_the_approach(demo: Plan) -> None:
    effect = next(item for item in demo.scan_effects if item.decision == "endoscopy_approach")
    assert {"crest_high", "crest_blocks_l5s1"} <= set(effect.facts)
    without = _outcomes(plan(load(DEMO)))["endoscopy_approach"]
    assert without != _outcomes(demo)["endoscopy_approach"] == ("recommended", ("interlaminar",))
    crest = next(note for note in demo.facts if note.name == "crest_above_l45_left_mm")
    assert crest.origin == "measured"
    assert demo.anatomy is not None
    assert {stage.name: stage.state for stage in demo.stages}["anatomy"] == "done"


def test_what_was_measured_beside_a_word_that_stands_changed_nothing(demo: Plan) -> None:
    stated = {note.name for note in demo.facts if note.origin == "stated"}
    assert demo.scan_effects and stated
    for effect in demo.scan_effects:
        assert effect.facts and not stated.intersection(effect.facts)


@pytest.mark.parametrize("crest_mm", [-60.0, -20.0, 0.0, 20.0, 40.0])
def test_crest_moves_support_one_way(crest_mm: float) -> None:
    """A higher crest never speaks more for the posterolateral way to L5-S1."""
    support = []
    for height in (crest_mm, crest_mm + 15):
        measured = [
            MeasuredFact(name=f"crest_above_l45_{side}_mm", value=height, unit="mm") for side in SIDES
        ]
        found = answer(load(DEMO).with_measured(measured), load_knowledge("current"))
        support.append(found.decisions.results["endoscopy_approach"].option("posterolateral").high)
    assert support[1] <= support[0]


def test_same_input_same_bytes(demo: Plan) -> None:
    again = plan(load(DEMO), SCAN)
    assert again.to_json() == demo.to_json()
    assert again.sha256() == demo.sha256()


def test_document_follows_its_schema(demo: Plan) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.validate(demo.model_dump(mode="json"), plan_schema())
    assert Plan.model_validate_json(demo.to_json()).to_json() == demo.to_json()


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("name", NAMES)
def test_every_example_walks_through(name: str, profile: str) -> None:
    made = plan(load(ROOT / "examples" / "cases" / f"{name}.yaml"), profile=profile)
    assert made.headline
    assert made.red_flag == any(stage.state == "stopped" for stage in made.stages)
    if not made.answered:
        assert made.questions
    assert bool(made.profile_differences) <= (profile == "current")


@pytest.mark.parametrize("name", NAMES)
def test_mirrored_patient_has_the_mirrored_plan(name: str) -> None:
    case = load(ROOT / "examples" / "cases" / f"{name}.yaml")
    one, two = plan(case), plan(mirrored(case))
    assert _outcomes(one) == _outcomes(two)
    assert two.headline == _swapped(one.headline)
    assert [item["fact"] for item in one.questions] == [item["fact"] for item in two.questions]
    ours, theirs = one.diagnosis, two.diagnosis
    assert ours is not None and theirs is not None
    if ours["problem"] is not None:
        assert theirs["problem"]["side"] == SIDES.get(ours["problem"]["side"], ours["problem"]["side"])
        assert theirs["problem"]["level"] == ours["problem"]["level"]
        assert theirs["probability"] == pytest.approx(ours["probability"])


def _swapped(text: str) -> str:
    return text.replace("left", "\0").replace("right", "left").replace("\0", "right")


@pytest.mark.parametrize("name", NAMES)
def test_order_of_findings_does_not_matter(name: str) -> None:
    case = load(ROOT / "examples" / "cases" / f"{name}.yaml")
    turned = case.model_copy(
        update={
            "imaging": case.imaging.model_copy(update={"discs": case.imaging.discs[::-1]}),
            "care": case.care.model_copy(update={"tried": case.care.tried[::-1]}),
            "history": case.history.model_copy(update={"operations": case.history.operations[::-1]}),
        }
    )
    assert _outcomes(plan(turned)) == _outcomes(plan(case))


FLAGS = (
    "saddle_anaesthesia",
    "urinary_retention",
    "bowel_dysfunction",
    "fever",
    "spinal_infection_suspected",
)


@pytest.mark.parametrize("flag", FLAGS)
@pytest.mark.parametrize("name", NAMES)
def test_a_red_flag_is_never_less_urgent(name: str, flag: str) -> None:
    case = load(ROOT / "examples" / "cases" / f"{name}.yaml")
    flagged = case.model_copy(update={"red_flags": case.red_flags.model_copy(update={flag: True})})
    knowledge = load_knowledge("current")
    before, after = (answer(item, knowledge).decisions.row["urgency"] for item in (case, flagged))
    if before is not None and after is not None:
        assert RANK[str(after)] >= RANK[str(before)]
    if flag in ("saddle_anaesthesia", "urinary_retention", "bowel_dysfunction"):
        assert after == "emergency"


def test_red_flag_stops_the_walk_and_stands_first() -> None:
    made = plan(load(ROOT / "examples" / "cases" / "cauda-equina.yaml"), SCAN)
    assert made.red_flag
    assert made.headline.startswith("Emergency")
    assert [item["decision"] for item in made.decisions] == list(STOPS["emergency"])
    assert {stage.name: stage.state for stage in made.stages}["anatomy"] == "stopped"
    assert made.outlook is None
    assert made.inputs.scan_sha256 is None


def test_clinicians_word_stands_before_the_scan() -> None:
    case = load(DEMO)
    low = case.imaging.model_copy(update={"crest_above_l45_left_mm": -30.0})
    made = plan(case.model_copy(update={"imaging": low}), SCAN)
    conflict = next(item for item in made.disagreements if item.fact == "crest_above_l45_left_mm")
    assert conflict.stated == -30.0
    assert isinstance(conflict.measured, float) and conflict.measured > 10
    note = next(item for item in made.facts if item.name == "crest_above_l45_left_mm")
    assert (note.value, note.origin) == (-30.0, "stated")


def test_unknown_patient_gets_a_question_not_a_recommendation() -> None:
    made = plan(Case())
    assert not made.answered
    assert made.headline.startswith("Not enough information")
    assert made.questions[0]["safety"]
    assert all(
        item["outcome"]["kind"] not in ("recommended", "equipoise", "fired") for item in made.decisions
    )


def test_out_of_scope() -> None:
    with pytest.raises(OutOfScope):
        plan(Case.model_validate({"patient": {"age_years": 5}}))


def test_headline_names_level_and_side(demo: Plan) -> None:
    assert demo.headline.startswith("L5-S1, patient's left, S1 root")
    assert headline(answer(load(DEMO), load_knowledge("current"))).startswith("L5-S1, patient's left")


def test_where_the_documents_answer_otherwise_is_said() -> None:
    made = plan(load(ROOT / "examples" / "cases" / "b21-very-old-l3-l4.yaml"))
    for item in made.profile_differences:
        assert item.used != item.source
        assert item.because
    assert plan(load(DEMO), profile="source").profile_differences == []
