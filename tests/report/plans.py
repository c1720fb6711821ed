"""Plans made by hand: small, but with one of everything that a report has to say."""

from __future__ import annotations

from typing import Any

from kambin.guideline.explaining import (
    ArgumentDoc,
    ChangeDoc,
    DecisionDoc,
    OptionDoc,
    QuestionDoc,
)
from kambin.plan import (
    ConflictNote,
    FactNote,
    Inputs,
    Plan,
    ProfileDifference,
    ScanEffect,
    Software,
    Stage,
)

WEIGHTS = {"strong": 20, "moderate": 10, "weak": 5, "expert": 2}


def argument(name: str, role: str, truth: bool | None, **more: Any) -> ArgumentDoc:
    """One argument; what is not named has a plain value."""
    strength = more.get("strength", "moderate")
    made: ArgumentDoc = {
        "id": name,
        "role": role,
        "truth": truth,
        "say": f"Sentence of {name}.",
        "when": "slr_positive",
        "values": {"slr_positive": truth},
        "source": ["F-ind-slr"],
        "cite": ["X02"],
        "strength": strength,
        "weight": WEIGHTS[strength] if role in ("for", "against") else 0,
        "conflicts": [],
        "because": "",
    }
    made.update(more)  # type: ignore[typeddict-item]
    return made


def option(name: str, status: str, arguments: list[ArgumentDoc], **more: Any) -> OptionDoc:
    """One option with its arguments."""
    made: OptionDoc = {
        "id": name,
        "label": f"Label of {name}",
        "say": f"What {name} means.",
        "rung": "",
        "addition": False,
        "status": status,
        "support": [0, 0],
        "pending": [],
        "arguments": arguments,
    }
    made.update(more)  # type: ignore[typeddict-item]
    return made


def change(fact: str, was: Any, would_be: Any, kind: str, options: list[str]) -> ChangeDoc:
    """One single-fact change."""
    return {"fact": fact, "was": was, "would_be": would_be, "kind": kind, "options": options}


def decision(
    name: str, policy: str, kind: str, answer: list[str], options: list[OptionDoc], **more: Any
) -> DecisionDoc:
    """One decision with its answer."""
    made: DecisionDoc = {
        "decision": name,
        "version": "1.0.0",
        "question": f"Question of {name}?",
        "policy": policy,
        "outcome": {
            "kind": kind,
            "options": answer,
            "provisional": more.pop("provisional", False),
            "additions": more.pop("additions", []),
            "sentence": more.pop("sentence", f"Sentence of {name}."),
        },
        "options": options,
        "missing": more.pop("missing", []),
        "changes": more.pop("changes", []),
    }
    assert not more
    return made


def question(fact: str, *decisions: str, safety: bool = False, cost: int = 1, unit: str = "") -> QuestionDoc:
    """One open question."""
    return {
        "fact": fact,
        "question": f"Question about {fact.replace('_', ' ')}?",
        "unit": unit,
        "cost": cost,
        "safety": safety,
        "decisions": list(decisions),
    }


def finding(say: str, ratio: float, **more: Any) -> dict[str, Any]:
    """One finding of the diagnosis."""
    return {
        "path": "signs.left.slr_positive",
        "value": True,
        "say": say,
        "ratio": ratio,
        "low": ratio / 2,
        "high": ratio * 2,
        "weight": 0.6,
        "source": ["X02", "test_accuracy/SLR"],
        "mapping": ["root_examination/S1"],
        "strength": "Cochrane review, level 1-2",
        "assumed": "nothing",
        **more,
    }


def candidate(level: str, side: str, root: str, course: str, share: float, **more: Any) -> dict[str, Any]:
    """The problem disc or a rival."""
    return {
        "level": level,
        "side": side,
        "root": root,
        "course": course,
        "probability": share,
        "low": share / 2,
        "high": min(1.0, share * 1.5),
        "for": [finding(f"straight leg raise positive, {side}", 1.28)],
        "against": [finding(f"crossed straight leg raise negative, {side}", 0.8, assumed="interval")],
        "disc": None,
        **more,
    }


def diagnosis(**more: Any) -> dict[str, Any]:
    """Plain form of a diagnosis with a problem disc on the left and a rival."""
    disc = {"level": "L5-S1", "side": "left", "type": "extrusion", "zone": "subarticular"}
    return {
        "problem": candidate("L5-S1", "left", "S1", "traversing", 0.6, disc=disc),
        "reason": "",
        "probability": 0.66,
        "low": 0.4,
        "high": 0.995,
        "signs_match_scan": True,
        "level_doubtful": True,
        "warnings": [],
        "rivals": [candidate("L4-L5", "left", "L5", "traversing", 0.2)],
        "unexplained": 0.004,
        "next_finding": {
            "paths": ["signs.left.mrc_great_toe_extension"],
            "question": "Power of great toe extension, MRC 0 to 5?",
            "cost": 1,
            "gain_bits": 0.3,
            "between": ["L5-S1 left, traversing root S1", "L4-L5 left, traversing root L5"],
        },
        "candidates": [],
        "method": "diagnosis 1, content 0123456789abcdef",
        **more,
    }


def figure(outcome: str, **more: Any) -> dict[str, Any]:
    """One published figure."""
    return {
        "outcome": outcome,
        "time": "1 year",
        "low": 10.0,
        "high": 20.0,
        "unit": "%",
        "denominator": "patients treated",
        "source_ids": ["O05"],
        "level": "RCT, level 1",
        "population": "sciatica of 6 to 12 weeks",
        "note": "",
        "value": 15.0,
        "interval": "95 % CI",
        "conflicts": [],
        "parts": [],
        **more,
    }


def outcome(key: str, label: str) -> dict[str, Any]:
    """One thing that is counted."""
    return {
        "key": key,
        "label": label,
        "unit": "%",
        "better": "lower",
        "denominator": "patients treated",
        "means": f"meaning of {key}",
    }


def outlook() -> dict[str, Any]:
    """Figures of two options and of conservative care, which comes last here."""
    part = figure("recurrence", value=None, interval="", low=3.0, high=3.0)
    return {
        "rows": [
            {
                "option": "alpha",
                "rung": "open",
                "notes": ["A remark on it. [O05, K13]"],
                "figures": [
                    figure(
                        "recurrence",
                        value=None,
                        low=3.4,
                        high=11.2,
                        interval="range of 2 figures",
                        parts=[part],
                    ),
                    figure(
                        "blood_loss", unit="mL", value=None, low=None, high=20.0, interval="given as under"
                    ),
                ],
            },
            {
                "option": "structured_conservative_care",
                "rung": "conservative",
                "notes": [],
                "figures": [
                    figure("recurrence", value=0.0, low=0.0, high=0.0, interval="", conflicts=["K13"])
                ],
            },
            {"option": "beta", "rung": "open", "notes": ["No source here [sic]"], "figures": []},
        ],
        "outcomes": [outcome("recurrence", "Recurrence"), outcome("blood_loss", "Blood loss")],
        "missing_facts": ["disc_type"],
        "notes": ["Figures of groups."],
    }


def measured(name: str, value: Any, unit: str, **more: Any) -> dict[str, Any]:
    """One measurement on a scan."""
    return {
        "name": name,
        "value": value,
        "unit": unit,
        "method": f"method of {name}",
        "uncertainty": None,
        "structures": [],
        "side": None,
        "level": "L4",
        **more,
    }


def anatomy() -> dict[str, Any]:
    """Plain form of a measured spine, as far as a report reads it."""
    loose = "Left out, because loose: hip_left 0.01 ml."
    crest = {"uncertainty": 4.1, "structures": ["hip_left", "L4"], "side": "left", "level": "L4-L5"}
    return {
        "convention": "total",
        "convention_how": "named by the caller",
        "levels": ["L1", "L2", "L3", "L4", "L5", "sacrum"],
        "measurements": [
            measured("present", True, "1"),
            measured("volume", 60.04, "mL", uncertainty=0.21, structures=["L4"]),
            measured("crest_above_l45", 21.66, "mm", **crest),
            measured("crest_above_l45", None, "mm", side="right", level=None),
            measured("lordosis", 40.0, "deg", level=None),
        ],
        "warnings": [
            {"code": "stray_voxels", "text": loose, "structures": ["hip_left"]},
            {"code": "numbering", "text": "The numbering is in doubt.", "structures": ["L5"]},
        ],
        "missing": ["crest_above_l45_right_mm"],
    }


def urgency(kind: str = "fired", answer: str = "elective") -> DecisionDoc:
    """The first decision: an emergency row above an elective one."""
    red = kind == "fired" and answer == "emergency"
    grounds = [
        argument("UR-SADDLE", "any", red, values={"saddle_anaesthesia": red}, cite=["G23"], source=[]),
        argument("UR-RETENTION", "any", False, values={"urinary_retention": False}, cite=["G23"], source=[]),
    ]
    return decision(
        "urgency",
        "first",
        kind,
        [answer],
        [
            option("emergency", "eligible" if red else "not_indicated", grounds, say="Decompress at once."),
            option("elective", "eligible", []),
        ],
        changes=[] if red else [change("saddle_anaesthesia", False, True, "fired", ["emergency"])],
    )


def treatment() -> DecisionDoc:
    """A decision with every role, every truth, every status and an addition."""
    alpha = [
        argument("TR-A-VETO", "veto", None, values={"corridor_posterolateral_clear": None}),
        argument("TR-A-NEED", "require", True, values={"urgency": "elective"}),
        argument("TR-A-GROUND", "any", True),
        argument("TR-A-OTHER", "any", False),
        *(argument(f"TR-A-FOR{n}", "for", True, strength=s) for n, s in enumerate(WEIGHTS)),
        argument("TR-A-AGAINST", "against", None, strength="weak", because="K11", conflicts=["K11"]),
        argument("TR-A-NOT", "against", False, because="addition", source=[]),
        argument(
            "TR-A-LOCAL", "exclude", False, because="the ward's own rule", cite=["Z99", "table:test_accuracy"]
        ),
    ]
    beta = [argument("TR-B-FOR", "for", True, strength="strong"), argument("TR-B-X", "exclude", None)]
    return decision(
        "treatment",
        "argue",
        "equipoise",
        ["alpha", "beta"],
        [
            option(
                "alpha", "eligible", alpha, support=[17, 37], pending=["TR-A-VETO"], rung="minimally_invasive"
            ),
            option("beta", "undetermined", beta, support=[20, 20], rung="open"),
            option(
                "gamma", "excluded", [argument("TR-C-X", "exclude", True), argument("TR-C-V", "veto", True)]
            ),
            option("delta", "not_indicated", [argument("TR-D-NEED", "require", False)], support=[-5, 0]),
            option("epsilon", "not_indicated", [argument("TR-E-ONLY", "any", False)]),
            option("fusion_addition", "eligible", [], addition=True, rung="addition"),
        ],
        provisional=True,
        additions=["fusion_addition"],
        sentence="The evidence does not decide between Label of alpha and Label of beta.",
        missing=["corridor_posterolateral_clear", "endoscopy_approach__far_lateral"],
        changes=[
            change("slr_positive", True, False, "recommended", ["beta"]),
            change("symptom_weeks", 11.0, 5.9, "undetermined", ["alpha", "beta"]),
            change("leg_pain_nrs", 8, 3, "none", []),
            change("disc_type", "extrusion", "bulge", "recommended", ["beta"]),
            change("urgency", "elective", "none", "equipoise", ["beta", "delta"]),
        ],
    )


def programme() -> DecisionDoc:
    """A list of what applies, with one item still open."""
    return decision(
        "conservative_programme",
        "collect",
        "collected",
        ["walking", "nsaid"],
        [
            option("walking", "eligible", [argument("CP-W", "require", True)]),
            option("nsaid", "eligible", []),
            option("opioid", "undetermined", [argument("CP-O", "require", None)]),
        ],
        missing=["pain_controlled"],
        changes=[
            change("age_years", 43, 80, "collected", ["walking", "opioid"]),
            change("pregnant", False, True, "collected", ["walking", "nsaid"]),
        ],
    )


def facts() -> list[FactNote]:
    """One fact of each kind and origin."""
    rows: list[tuple[str, Any, str, str]] = [
        ("age_years", 43, "a", "stated"),
        ("leg_pain_side", "left", "", "stated"),
        ("saddle_anaesthesia", False, "", "searched"),
        ("anal_tone_reduced", False, "", "searched"),
        ("crest_above_l45_left_mm", 21.7, "mm", "measured"),
        ("slr_positive", True, "", "derived"),
        ("problem_disc_probability", 0.66, "", "diagnosis"),
    ]
    return [
        FactNote(name=name, value=value, unit=unit, question=f"Asked for {name}?", origin=origin)  # type: ignore[arg-type]
        for name, value, unit, origin in rows
    ]


def disagreement() -> ConflictNote:
    """A crest that was written lower than it was measured."""
    return ConflictNote(
        fact="crest_above_l45_left_mm",
        stated=5.0,
        measured=21.66,
        unit="mm",
        uncertainty=4.1,
        method="highest point of the hip bone",
    )


def everything(**more: Any) -> Plan:
    """A plan with one of everything; `more` replaces fields."""
    fields: dict[str, Any] = {
        "case_id": "by-hand",
        "title": "A patient made by hand",
        "assessed_on": "2026-01-31",
        "headline": "L5-S1, patient's left, S1 root — an operation may be offered.",
        "answered": True,
        "red_flag": False,
        "stages": [
            Stage(name="case", state="done"),
            Stage(name="anatomy", state="failed", note="the file is no label map"),
            Stage(name="access", state="skipped"),
        ],
        "warnings": [
            "Both legs hurt.",
            "Left out, because loose: hip_left 0.01 ml.",
            "The numbering is in doubt.",
        ],
        "facts": facts(),
        "disagreements": [disagreement()],
        "questions": [
            question("pregnant", "treatment", safety=True, cost=0),
            question("crest_height_mm", "treatment", unit="mm", cost=3),
            question("severe_weakness", "treatment", "urgency"),
        ],
        "diagnosis": diagnosis(),
        "decisions": [urgency(), treatment(), programme()],
        "anatomy": anatomy(),
        "scan_effects": [
            ScanEffect(
                decision="treatment",
                before="Before the scan.",
                after="After the scan.",
                facts=["slr_positive"],
            ),
            ScanEffect(decision="setting", before="Lying.", after="Sitting.", facts=[]),
        ],
        "outlook": outlook(),
        "profile_differences": [
            ProfileDifference(
                decision="treatment", used="Used here.", source="As written.", because=["K11", "K99"]
            ),
            ProfileDifference(decision="setting", used="Prone.", source="On the side.", because=[]),
        ],
        "knowledge": {
            "profile": "current",
            "version": "1.2.3",
            "content_hash": "c0ffee" * 10,
            "overlays": ["ward.yaml"],
        },
        "software": Software(version="0.1.0", evidence_hash="e" * 64),
        "inputs": Inputs(case_sha256="a" * 64, scan_sha256="b" * 64),
    }
    return Plan(**{**fields, **more})


def bare(**more: Any) -> Plan:
    """A plan in which nothing is known."""
    empty: dict[str, Any] = {
        **dict.fromkeys(("case_id", "title", "assessed_on", "diagnosis", "anatomy", "outlook")),
        **{
            name: []
            for name in (
                *("warnings", "facts", "disagreements", "questions", "decisions", "scan_effects"),
                *("profile_differences", "stages"),
            )
        },
        "headline": "Not enough information.",
        "answered": False,
        "inputs": Inputs(case_sha256="a" * 64),
        "knowledge": {"profile": "source", "version": "1", "content_hash": "0" * 64, "overlays": []},
    }
    return everything(**{**empty, **more})


def emergency(**more: Any) -> Plan:
    """A plan that stops at a red flag."""
    indication = decision(
        "indication",
        "first",
        "fired",
        ["emergency_surgery"],
        [option("emergency_surgery", "eligible", [argument("IN-E", "require", True)])],
    )
    fields: dict[str, Any] = {
        "headline": "Label of emergency. Decompress at once.",
        "red_flag": True,
        "decisions": [urgency(answer="emergency"), indication],
        "outlook": None,
        **more,
    }
    return everything(**fields)
