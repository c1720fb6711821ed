from __future__ import annotations

from pathlib import Path

import pytest

from kambin.errors import InputError, IntegrityError
from kambin.guideline.documents import read_document
from kambin.guideline.loading import load_knowledge
from kambin.guideline.obligations import check_sources, load_obligations
from tests.guideline.conftest import ARGUE, FIRST, PROFILE, THEOREMS, Tiny

LOCAL = """
profile: st-elsewhere
version: 3.1.0
kind: local
changes:
  - because: addition
    say: We do not operate on diabetics awake.
    add: {decision: treatment, option: operate, role: exclude}
    argument: {id: H-X, when: diabetes, say: House rule., cite: [G09], strength: expert}
"""


def _overlay(folder: Path, text: str, name: str = "house.yaml") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def test_profiles_differ_item_by_item(tiny: Tiny) -> None:
    tiny()
    source, current = load_knowledge("source"), load_knowledge("current")
    age = {
        k.profile: next(a for a in k.decisions["treatment"].arguments if a.id == "O-A")
        for k in (source, current)
    }
    assert age["source"].when == "age_years > 80"
    assert (age["current"].when, age["current"].because, age["current"].cite) == (
        "age_years > 80 AND asa_class >= 3",
        "K05",
        ("C02",),
    )
    assert source.content_hash != current.content_hash
    assert [change.because for change in current.changes] == ["K05"]
    assert source.changes == ()


def test_hash_covers_answers_and_nothing_else(tiny: Tiny) -> None:
    tiny()
    before = load_knowledge("source").content_hash
    tiny(urgency="# a remark\n" + FIRST.replace("name: saddle", "name: saddle alone"))
    assert load_knowledge("source").content_hash == before
    tiny(urgency=FIRST.replace("Operate now.", "Operate at once."))
    assert load_knowledge("source").content_hash != before


def test_overlay_tightens_and_is_named(tiny: Tiny) -> None:
    folder = tiny()
    knowledge = load_knowledge("current", (_overlay(folder, LOCAL),))
    assert knowledge.profile == "current+st-elsewhere"
    assert "st-elsewhere-3.1.0" in knowledge.version
    assert knowledge.content_hash != load_knowledge("current").content_hash
    assert next(a for a in knowledge.decisions["treatment"].arguments if a.id == "H-X").role == "exclude"


LOOSENING = {
    "remove": "remove: {decision: treatment, option: wait, argument: W-X}",
    "change": "change: {decision: treatment, option: wait, argument: W-X}\n    set: {when: fever}",
    "define": "define: {decision: urgency, name: retention, as: fever}",
    "set_policy": "set_policy: {decision: treatment, margin: 0}",
    "add for": (
        "add: {decision: treatment, option: wait, role: for}\n"
        "    argument: {id: H-F, when: fever, say: x, cite: [G09], strength: weak}"
    ),
    "add any": (
        "add: {decision: urgency, option: emergency, role: any}\n"
        "    argument: {id: H-Y, when: fever, say: x, cite: [G09], strength: weak}"
    ),
    "add_option": "add_option: {decision: treatment, id: pray}\n    option: {label: Pray, say: Pray.}",
}


@pytest.mark.parametrize("name", LOOSENING)
def test_overlay_can_not_loosen(tiny: Tiny, name: str) -> None:
    folder = tiny()
    text = f"profile: x\nkind: local\nchanges:\n  - because: addition\n    say: x\n    {LOOSENING[name]}\n"
    with pytest.raises(IntegrityError, match="only tighten"):
        load_knowledge("current", (_overlay(folder, text),))


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ("crest_height_mm < sap_resection_percent", "units differ"),
        ("crest_above_l45_left_mm < crest_above_l45_right_mm", "compares the decimals"),
        ("diabetes OR NOT crest_height_mm * 0.1 + 2 >= crest_above_l45_left_mm", "compares the decimals"),
        ("leg_pain_nrs > back_pain_nrs", ""),
        ("crest_height_mm * 0.1 + 2 >= 2.3", ""),
    ],
)
def test_a_rule_compares_no_decimals_with_each_other(tiny: Tiny, when: str, said: str) -> None:
    """The solver counts exactly, the evaluator with floats: there a proof could be of another rule."""
    folder = tiny()
    files = (_overlay(folder, LOCAL.replace("when: diabetes", f"when: {when}")),)
    if not said:
        assert load_knowledge("current", files).overlays
        return
    with pytest.raises(IntegrityError, match=said) as caught:
        load_knowledge("current", files)
    assert "H-X" in str(caught.value) and "house.yaml" in str(caught.value)


def test_overlay_must_say_local(tiny: Tiny) -> None:
    folder = tiny()
    with pytest.raises(IntegrityError, match="kind: local"):
        load_knowledge("current", (_overlay(folder, PROFILE),))


def test_profile_operations(tiny: Tiny) -> None:
    tiny(
        profile="""
profile: current
changes:
  - {because: K05, say: x, remove: {decision: treatment, option: operate, argument: O-A}}
  - {because: K09, say: x, define: {decision: urgency, name: retention, as: urinary_retention}}
  - {because: K09, say: x, set_policy: {decision: treatment, margin: 5}}
  - because: K03
    say: x
    add_option: {decision: treatment, id: inject}
    option: {label: Inject, say: Inject., for: [{id: I-F, when: fever, say: x, cite: [G30], strength: weak}]}
  - {because: K10, say: x, change: {decision: treatment, option: wait, argument: W-F}, set: {role: require}}
"""
    )
    knowledge = load_knowledge("current")
    treatment = knowledge.decisions["treatment"]
    assert "O-A" not in treatment.argument_index
    assert treatment.margin == 5
    assert treatment.option("inject").arguments[0].because == "K03"
    assert next(a for a in treatment.arguments if a.id == "W-F").role == "require"
    retention = next(a for a in knowledge.decisions["urgency"].arguments if a.id == "U-RETENTION")
    assert "bowel" not in str(retention.condition)


BROKEN = {
    "unknown key": (
        {"urgency": FIRST.replace("say: Take time.", "say: Take time.\n    colour: red")},
        "elective.colour",
    ),
    "bad condition": ({"urgency": FIRST.replace("when: saddle_anaesthesia", "when: sadle")}, "U-SADDLE"),
    "bad role word": ({"treatment": ARGUE.replace("strength: moderate", "strength: enormous")}, "strength"),
    "twice the same id": ({"treatment": ARGUE.replace("id: E-R", "id: O-F")}, "stands twice"),
    "twice the same key": (
        {"urgency": FIRST.replace("version: 1.2.0", "version: 1.2.0\nversion: 2")},
        "stands twice",
    ),
    "no source": (
        {"treatment": ARGUE.replace("source: [R-open], strength: moderate", "strength: moderate")},
        "neither",
    ),
    "wrong decision": ({"urgency": FIRST.replace("decision: urgency", "decision: hurry")}, "hurry"),
    "uses what comes later": (
        {"urgency": FIRST.replace("policy: first", "policy: first\nuses: [treatment]")},
        "before",
    ),
    "fact redefined": ({"urgency": FIRST.replace("  retention:", "  fever:")}, "can not be defined"),
    "unused result": ({"treatment": ARGUE.replace("uses: [urgency]", "uses: []")}, "W-X"),
    "null test in a rule": (
        {"urgency": FIRST.replace("when: saddle_anaesthesia", "when: fever IS NULL")},
        "not allowed here",
    ),
    "no such option": ({"profile": PROFILE.replace("option: operate", "option: pray")}, "no option"),
    "no such argument": ({"profile": PROFILE.replace("argument: O-A", "argument: O-Z")}, "no argument"),
    "no such decision": (
        {"profile": PROFILE.replace("decision: treatment", "decision: fate")},
        "no decision",
    ),
    "two operations": (
        {"profile": PROFILE.replace("    change:", "    define: {decision: urgency}\n    change:")},
        "exactly one",
    ),
    "set the id": ({"profile": PROFILE.replace("set: {when:", "set: {id: Q, when:")}, "can not be set"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_errors_name_file_and_line(tiny: Tiny, name: str) -> None:
    files, part = BROKEN[name]
    tiny(**files)
    with pytest.raises(IntegrityError) as caught:
        load_knowledge("current")
    text = str(caught.value)
    assert part in text
    assert ".yaml" in text


def test_theorem_of_no_decision(tiny: Tiny) -> None:
    tiny(theorems=THEOREMS.replace("    claim:", "    decision: fate\n    claim:"))
    with pytest.raises(IntegrityError, match="no decision"):
        load_obligations(load_knowledge("source"))


def test_obligations_follow_the_profile(tiny: Tiny) -> None:
    tiny(theorems=THEOREMS.replace("    claim:", "    profiles: [source]\n    claim:"))
    ids = {p: {t.id for t in load_obligations(load_knowledge(p)).theorems} for p in ("source", "current")}
    assert ids == {"source": {"INV-U", "TH-WAIT"}, "current": {"INV-U"}}


@pytest.mark.parametrize(
    ("old", "new", "part"),
    [
        ("source: [R-ladder]", "source: [R-leiter]", "R-leiter"),
        ("cite: [G37]", "cite: [G06]", "not verified"),
        ("cite: [G37]", "cite: [Q99]", "Q99"),
        ("cite: [G37]", "cite: ['table:nowhere']", "nowhere"),
        ("conflicts: [K05]", "conflicts: [K99]", "K99"),
    ],
)
def test_sources_are_checked(tiny: Tiny, old: str, new: str, part: str) -> None:
    tiny()
    check_sources(load_knowledge("current"))
    tiny(treatment=ARGUE.replace(old, new))
    with pytest.raises(IntegrityError) as caught:
        check_sources(load_knowledge("current"))
    assert part in str(caught.value)
    assert "treatment.yaml:" in str(caught.value)


def test_unknown_profile() -> None:
    with pytest.raises(IntegrityError, match="no profile"):
        load_knowledge("future")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"- a\n",
        b"a: [\n",
        b"\xff\xfe\x00",
        b"a: !!python/object:os.system x\n",
        b"x: &a [1]\n" + b"y: *b\n",
    ],
    ids=["empty", "list", "half", "binary", "python", "dangling alias"],
)
def test_bad_files(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "x.yaml"
    file.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_document(file)
    assert "x.yaml" in str(caught.value)


def test_alias_bomb_and_size(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 9)]
    bomb = tmp_path / "bomb.yaml"
    bomb.write_text("\n".join(lines))
    with pytest.raises(IntegrityError, match="too many nodes"):
        read_document(bomb)
    big = tmp_path / "big.yaml"
    big.write_text("a: " + "x" * 2_000_001)
    with pytest.raises(InputError, match="too large"):
        read_document(big)
    with pytest.raises(InputError, match="can not read"):
        read_document(tmp_path / "nowhere.yaml")
