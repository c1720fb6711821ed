"""What is told about this patient: the disc, what is known, and the answers to the three questions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from kambin.guideline.explaining import ArgumentDoc, OptionDoc
from kambin.plan import Plan
from kambin.report.aid.catalogue import Catalogue
from kambin.report.aid.chances import names_of
from kambin.report.words import capital, number

__all__ = [
    "Keyhole",
    "Prevention",
    "again_view",
    "chosen_view",
    "disc_words",
    "keyhole_view",
    "summary",
    "unknown_view",
    "you_view",
]

KEYHOLE = "minimally_invasive"
NUMBERS = ("leg_pain_nrs", "back_pain_nrs", "symptom_weeks", "conservative_weeks")
COSTS = {0: "ask", 1: "examine", 3: "image", 5: "invasive"}
NO_NUMBER = "No number is given: "


def facts_of(plan: Plan) -> Mapping[str, Any]:
    """Known facts by name."""
    return {item.name: item.value for item in plan.facts}


def disc_words(t: Catalogue, plan: Plan) -> tuple[str, ...]:
    """The problem disc: a sentence, what kind of herniation, and how sure; empty where it is not known."""
    problem = (plan.diagnosis or {}).get("problem")
    if not problem:
        return ()
    upper, _, lower = str(problem["level"]).partition("-")
    if not (t.has("problem", "levels", upper) and t.has("problem", "levels", lower)):
        return ()
    side, root = problem.get("side"), problem.get("root")
    disc = t(
        "problem",
        "disc",
        upper=t("problem", "levels", upper),
        lower=t("problem", "levels", lower),
        side=t("problem", side) if side in ("left", "right", "both") else "",
    )
    told = [t("short", "where", disc=disc, root=t("problem", "root", root=root) if root else "").strip()]
    kind = facts_of(plan).get("disc_type")
    if kind is not None and t.has("problem", "types", str(kind)):
        told.append(t("problem", "types", str(kind)))
    low, high = (round(100 * problem[name]) for name in ("low", "high"))
    told.append(t("problem", "sure", range=f"{low}–{high}" if low != high else f"{low}"))
    return tuple(told)


def you_view(t: Catalogue, plan: Plan) -> tuple[str, ...]:
    """What is known about the patient, sentence by sentence."""
    known = facts_of(plan)
    told = [t("you", name, value=number(known[name])) for name in NUMBERS if known.get(name) is not None]
    for name, value in known.items():
        if isinstance(value, bool) and t.has("you", name, "is"):
            told.append(t("you", name, "is" if value else "isnt"))
    return tuple(sentence for sentence in told if sentence)


def _names(t: Catalogue, options: Iterable[str], last: str = "or") -> str:
    return t.joined(names_of(t, options), last)


def _outcome(plan: Plan, decision: str) -> tuple[str, list[str]]:
    found = plan.decision(decision)
    return ("undetermined", []) if found is None else (found["outcome"]["kind"], found["outcome"]["options"])


def summary(t: Catalogue, plan: Plan) -> tuple[str, ...]:
    """What has to be decided and where the plan stands."""
    kind, options = _outcome(plan, "treatment")
    told = list(_choice(t, plan))
    named = {"recommended": "one", "equipoise": "several"}.get(kind, "none" if kind == "none" else "open")
    told.append(t("short", named, options=_names(t, options)))
    treatment = plan.decision("treatment")
    if treatment is not None and treatment["outcome"]["provisional"]:
        told.append(t("short", "provisional"))
    return tuple(told)


def _choice(t: Catalogue, plan: Plan) -> tuple[str, ...]:
    """How soon, and what is to be decided; what is not known is neither urgent nor safe to wait with."""
    settled = {
        name: _outcome(plan, name)[1]
        for name in ("urgency", "indication")
        if _outcome(plan, name)[0] == "fired"
    }
    if ["urgent_surgery"] in settled.values():
        return t("short", "urgent"), t("short", "urgent_decide")
    if "urgency" not in settled:
        return t("short", "urgency_open"), t("short", "urgency_open_decide")
    if settled.get("indication") == ["conservative_first"]:
        return (t("short", "no_decide"),)
    return (t("short", "decide"),)


def chosen_view(t: Catalogue, plan: Plan) -> tuple[tuple[str, str], ...]:
    """The steps of the choice, each with its answer for this patient."""
    steps = []
    for step, decision in (
        ("urgency", "urgency"),
        ("first", "recurrence_or_new"),
        ("indication", "indication"),
    ):
        kind, options = _outcome(plan, decision)
        answer = options[0] if kind == "fired" and options else "open"
        steps.append((t("chosen", step, "title"), t.find("chosen", step, answer, other="open")))
    kind, options = _outcome(plan, "treatment")
    known = kind if t.has("chosen", "treatment", kind) else "undetermined"
    steps.append(
        (t("chosen", "treatment", "title"), t("chosen", "treatment", known, options=_names(t, options)))
    )
    return tuple(steps)


@dataclass(frozen=True, slots=True)
class Keyhole:
    """Why this patient can, or can not, have the minimally invasive way.

    Attributes
    ----------
    answer : tuple of str
    closed : tuple of (str, tuple of str)
        Plain names of options that are closed, and why.
    """

    answer: tuple[str, ...]
    closed: tuple[tuple[str, tuple[str, ...]], ...]


def keyhole_view(t: Catalogue, plan: Plan) -> Keyhole:
    """Answer of the second question."""
    treatment = plan.decision("treatment")
    options = [item for item in treatment["options"] if item["rung"] == KEYHOLE] if treatment else []
    by = {
        status: [item["id"] for item in options if item["status"] == status]
        for status in ("eligible", "undetermined")
    }
    answer = []
    if _outcome(plan, "indication") == ("fired", ["conservative_first"]):
        answer.append(t("keyhole", "no_surgery"))
    elif not by["eligible"] and not by["undetermined"]:
        answer.append(t("keyhole", "shut"))
    for status, key in (("eligible", "open"), ("undetermined", "maybe")):
        if by[status]:
            answer.append(t("keyhole", key, options=_names(t, by[status], "and")))
    if any(item["pending"] for item in options if item["status"] == "eligible"):
        answer.append(t("keyhole", "pending"))
    closed: dict[tuple[str, ...], list[str]] = {}
    for item in options:
        if item["status"] in ("excluded", "not_indicated"):
            closed.setdefault(_reasons(t, plan, item), []).append(item["id"])
    told = tuple((capital(_names(t, names, "and")), reasons) for reasons, names in closed.items())
    return Keyhole(tuple(answer), told)


def _reasons(t: Catalogue, plan: Plan, option: OptionDoc) -> tuple[str, ...]:
    found = [item for item in option["arguments"] if speaks_against(item)]
    if any(reason_key(item["id"]) == "ELIGIBLE" for item in found):
        decision = plan.decision("endoscopy_eligibility")
        deeper = [
            a for o in (decision["options"] if decision else ()) for a in o["arguments"] if speaks_against(a)
        ]
        found = (
            [*(item for item in found if reason_key(item["id"]) != "ELIGIBLE"), *deeper] if deeper else found
        )
    told = dict.fromkeys(t.find("reasons", reason_key(item["id"]), other="other") for item in found)
    return tuple(told) or (t("reasons", "other"),)


def speaks_against(argument: ArgumentDoc) -> bool:
    """Whether an argument closes its option."""
    role, truth = argument["role"], argument["truth"]
    return (role in ("exclude", "veto") and truth is True) or (role == "require" and truth is False)


def reason_key(argument: str) -> str:
    """Key of a plain reason: the argument's id without decision and option (``TR-CN-X-SCAR``: ``X-SCAR``)."""
    parts = argument.split("-")
    return "-".join(parts[1:] if parts[0] == "EE" else parts[2:])


@dataclass(frozen=True, slots=True)
class Prevention:
    """Answer of the third question, without the chances.

    Attributes
    ----------
    outside : tuple of str
        Why no number is given; empty where there is one or none is needed.
    lowers, plan : tuple of str
        What lowers the chance; what belongs to the plan afterwards.
    local : bool
        Whether local results were used.
    """

    outside: tuple[str, ...]
    lowers: tuple[str, ...]
    plan: tuple[str, ...]
    local: bool


def again_view(t: Catalogue, plan: Plan) -> Prevention:
    """How recurrence is prevented for this patient."""
    risks = (plan.outlook or {}).get("recurrence", ())
    outside: dict[str, None] = {}
    lowers: dict[str, None] = {}
    for risk in risks:
        if risk["kind"] == "none" and risk["out_of_scope"]:
            for part in str(risk["reason"]).removeprefix(NO_NUMBER).rstrip(".").split("; "):
                outside[t.find("again", "outside", part, other="other")] = None
        for item in risk["lowers"]:
            lowers[t.find("again", "lower", (item["rules"] or ["other"])[0], other="other")] = None
    decision = plan.decision("recurrence_prevention")
    steps = [
        t("again", "prevention", item["id"])
        for item in (decision["options"] if decision else ())
        if item["status"] == "eligible" and t.has("again", "prevention", item["id"])
    ]
    return Prevention(
        tuple(outside), tuple(lowers), tuple(steps), any(risk.get("calibrated") for risk in risks)
    )


def unknown_view(t: Catalogue, plan: Plan) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """What is not known yet, by how it will be found out."""
    from kambin.case import facts

    found: dict[str, dict[str, None]] = {key: {} for key in COSTS.values()}
    for item in plan.questions:
        fact = facts().get(item["fact"])
        section = fact.path.split(".")[0] if fact is not None and fact.path else "diagnosis"
        cost = COSTS.get(item["cost"], "ask")
        found[cost][t.find("unknown", "groups", section, other="diagnosis")] = None
    return tuple((t("unknown", key), tuple(groups)) for key, groups in found.items() if groups)
