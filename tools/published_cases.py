"""Answer the published cases of the evidence base and compare with the targets proposed there.

``python tools/published_cases.py`` prints the table that ``docs/validation.md`` shows; ``--json`` prints the
answers. The cases, what is assumed of them and the reason of each disagreement stand in the YAML beside it.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from kambin import evidence
from kambin.case import Case, loads
from kambin.guideline import Status, load_knowledge
from kambin.pathway import Answer, answer

ROOT = Path(__file__).resolve().parent.parent
FILE = Path(__file__).with_suffix(".yaml")

OPERATIONS = (
    "microendoscopic_discectomy",
    "transforaminal_endoscopy",
    "interlaminar_endoscopy",
    "fenestration",
    "hemilaminectomy",
    "laminectomy",
)
OPEN = ("fenestration", "hemilaminectomy", "laminectomy")
ENDOSCOPIC = ("transforaminal_endoscopy", "interlaminar_endoscopy")

Truth = bool | None


class Line(NamedTuple):
    """One target of one case."""

    case: str
    target: str
    wanted: Any
    published: Truth
    completed: Truth
    reason: str


def any_of(values: Iterator[Truth] | list[Truth]) -> Truth:
    known = list(values)
    return True if True in known else None if None in known else False


def negated(value: Truth) -> Truth:
    return None if value is None else not value


def offered(found: Answer, *options: str, decision: str = "treatment") -> Truth:
    truth = {Status.ELIGIBLE: True, Status.UNDETERMINED: None}
    return any_of(
        [truth.get(found.decisions.results[decision].option(name).status, False) for name in options]
    )


def fired(found: Answer, decision: str, *rows: str) -> Truth:
    value = found.decisions.row[decision]
    return None if value is None else value in rows


def chosen(found: Answer, decision: str, *options: str) -> Truth:
    outcome = found.decisions.results[decision].outcome
    return (
        None
        if outcome.kind == "undetermined"
        else bool(outcome.options) and set(outcome.options) <= set(options)
    )


def argued(found: Answer, decision: str, *ids: str) -> Truth:
    results = found.decisions.results[decision]
    truths = {item.argument.id: item.truth for option in results.options for item in option.arguments}
    return any_of([truths[name] for name in ids])


def excluded_by_age(found: Answer) -> Truth:
    gates = [
        item.truth
        for item in found.decisions.results["endoscopy_eligibility"].option("endoscopy").arguments
        if item.argument.role in ("exclude", "require") and "age_years" in item.values
    ]
    return any_of(gates)


def one_recommended(found: Answer) -> Truth:
    kind = found.decisions.results["treatment"].outcome.kind
    return None if kind == "undetermined" else kind == "recommended"


def laser_only_if_small(found: Answer) -> Truth:
    """Whether the laser is open, and shut as soon as the herniation is not contained or not small."""
    if offered(found, "percutaneous_laser") is not True:
        return offered(found, "percutaneous_laser")
    from kambin.guideline import decide

    row, knowledge = dict(found.decisions.row), found.decisions.knowledge
    for change in (
        {"disc_type": "sequestration", "disc_contained": False},
        {"disc_canal_compromise_percent": 40.0},
    ):
        option = decide({**row, **change}, knowledge).results["treatment"].option("percutaneous_laser")
        if option.status is not Status.EXCLUDED:
            return False
    return True


def fusion_discussed(found: Answer) -> Truth:
    return any_of(
        [
            offered(found, "fusion_addition"),
            offered(found, "fusion_discussion", decision="recurrence_prevention"),
        ]
    )


def no_surgery_alone(found: Answer) -> Truth:
    """Whether fusion stays an addition that is discussed and is never the answer itself."""
    return "fusion_addition" not in found.decisions.results["treatment"].outcome.options


CHECKS: dict[str, Callable[[Answer], Truth]] = {
    "surgery_option_offered": lambda a: offered(a, *OPERATIONS),
    "conservative_option_offered": lambda a: offered(a, "structured_conservative_care"),
    "emergency": lambda a: fired(a, "urgency", "emergency"),
    "fusion": lambda a: offered(a, "fusion_addition"),
    "shared_decision": lambda a: negated(one_recommended(a)),
    "message": lambda a: argued(a, "treatment", "TR-SC-CONTINUE"),
    "peld_offered": lambda a: offered(a, *ENDOSCOPIC),
    "micro_offered": lambda a: offered(a, "fenestration"),
    "one_recommended": one_recommended,
    "pldd_only_if_contained_and_small": laser_only_if_small,
    "reoperation_warning": lambda a: argued(a, "treatment", "TR-PL-REOPERATION"),
    "oral_steroid_not_routine": lambda a: negated(
        offered(a, "oral_steroid", decision="conservative_programme")
    ),
    "emergency_surgery": lambda a: fired(a, "indication", "emergency_surgery"),
    "approach_choice_note": lambda a: argued(a, "endoscopy_approach", "EA-IL-F-GIANT", "EA-PL-X-GIANT"),
    "surgery_urgent": lambda a: fired(a, "indication", "urgent_surgery"),
    "urgent": lambda a: fired(a, "urgency", "urgent_surgery"),
    "approach: transforaminal": lambda a: chosen(a, "endoscopy_approach", "posterolateral", "far_lateral"),
    "approach: interlaminar": lambda a: chosen(a, "endoscopy_approach", "interlaminar"),
    "interlaminar_preferred_at_L4_S1": lambda a: chosen(a, "endoscopy_approach", "interlaminar"),
    "open_alternative": lambda a: offered(a, *OPEN),
    "calcification_not_contraindication": lambda a: offered(a, "endoscopy", decision="endoscopy_eligibility"),
    "conservative_first": lambda a: fired(a, "indication", "conservative_first"),
    "age_not_contraindicated": lambda a: negated(excluded_by_age(a)),
    "age_contraindication": excluded_by_age,
    "local_anaesthesia": lambda a: offered(a, "local_anaesthesia", decision="setting"),
    "conflict_with_central_rule": lambda a: argued(a, "endoscopy_approach", "EA-IL-F-GIANT"),
    "either_allowed": lambda a: any_of([offered(a, *ENDOSCOPIC)]) and offered(a, *OPEN),
    "fusion_not_default": lambda a: negated(offered(a, "fusion_addition")),
    "prognosis_note": lambda a: argued(a, "treatment", "TR-SC-WEAK"),
    "fusion_discussed": fusion_discussed,
    "not_automatic": no_surgery_alone,
    "reimage_if_symptoms_change_before_surgery": lambda a: offered(
        a, "reimage_before_surgery", decision="recurrence_prevention"
    ),
}


def merged(base: Any, over: Any) -> Any:
    """`over` laid on `base`: mappings and records are merged, what is null or unknown gives way."""
    if isinstance(over, dict) and set(over) == {"unknown"}:
        return base
    if isinstance(base, dict) and isinstance(over, dict):
        return {
            key: merged(base.get(key), over[key]) if key in over else base[key]
            for key in (*base, *(over.keys() - base))
        }
    if isinstance(base, list) and isinstance(over, list) and base and over and isinstance(base[0], dict):
        return [merged(base[0], item) for item in over]
    return base if over is None else over


def cases() -> Iterator[tuple[str, Case, Case, dict[str, Any]]]:
    """Each published case: id, as published, completed, and its entry."""
    document = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    for key, entry in document["cases"].items():
        text = (ROOT / "examples" / "cases" / f"{entry['file']}.yaml").read_text(encoding="utf-8")
        published = loads(text, "yaml")
        plain = yaml.safe_load(text)
        plain.pop("assessed_on", None)
        assumed = document["typical"]
        for part in (
            *(document["patterns"][name] for name in entry.get("patterns", ())),
            entry.get("complete", {}),
        ):
            assumed = merged(assumed, part)
        yield key, published, loads(json.dumps(merged(assumed, plain)), "json"), entry


def lines() -> list[Line]:
    """Every target of every case, answered twice."""
    knowledge = load_knowledge("current")
    targets = {case.id: case.validation_target for case in evidence.benchmark_cases()}
    found = []
    for key, published, completed, entry in cases():
        answers = [answer(case, knowledge) for case in (published, completed)]
        for name, wanted in targets[key].items():
            check = CHECKS.get(f"{name}: {wanted}") or CHECKS[name]
            truths = [check(item) for item in answers]
            found.append(Line(key, name, wanted, *truths, entry.get("because", {}).get(name, "")))
    return found


def agrees(line: Line) -> bool:
    """Whether the completed answer is what the target wants."""
    wanted = line.wanted if isinstance(line.wanted, bool) else True
    return line.completed is wanted


def _word(value: Truth) -> str:
    return "not enough information" if value is None else "yes" if value else "no"


def table() -> str:
    """The comparison as Markdown."""
    rows = ["| case | target | wanted | as published | completed | |", "|---|---|---|---|---|---|"]
    found = lines()
    for line in found:
        wanted = _word(line.wanted) if isinstance(line.wanted, bool) else str(line.wanted)
        mark = "agrees" if agrees(line) else f"**differs**: {line.reason}"
        name = line.target.replace("_", " ")
        rows.append(
            "| "
            + " | ".join([line.case, name, wanted, _word(line.published), _word(line.completed), mark])
            + " |"
        )
    rows.append("")
    same = sum(agrees(line) for line in found)
    rows.append(
        f"{same} of {len(found)} targets agree when the case is completed; {len(found) - same} differ."
    )
    return "\n".join(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print the answers as JSON")
    if parser.parse_args().json:
        print(json.dumps([line._asdict() for line in lines()], indent=1))
    else:
        print(table())


if __name__ == "__main__":
    main()
