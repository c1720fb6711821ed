"""The gallery of the example cases: prints the Markdown of `docs/gallery.md` and writes its pictures.

``python tools/gallery.py`` walks every case of `examples`, those of `examples/scans.yaml` with their scan.
A scan that is not part of the project may be absent: then its entry stays as it is in the gallery, and that
is said on stderr. Names as arguments make only these anew.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from kambin.access.answers import NOT_CERTAIN
from kambin.case import Case, load
from kambin.pathway import Walk, walk
from kambin.plan import Plan
from kambin.report.answers import short_answer
from kambin.report.pictures import Gallery

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "examples"
SHARED = Path(os.environ.get("KAMBIN_SHARED", ROOT.parent / "shared"))
PAGE = ROOT / "docs" / "gallery.md"
PICTURES = ROOT / "docs" / "pictures"

PEOPLE = {"female": ("Girl", "Woman"), "male": ("Boy", "Man")}
ADULT = 18
DECISIONS = (("Urgency", "urgency"), ("Treatment", "treatment"), ("Approach", "endoscopy_approach"))
GROUPS = (
    ("With a scan", lambda name, scans: name in scans),
    ("Without a scan", lambda name, scans: name not in scans and not re.match(r"b\d\d-", name)),
    (
        "Modelled on published patients and trials",
        lambda name, scans: bool(re.match(r"b\d\d-", name)),
    ),
)


def cases() -> dict[str, Path]:
    """Every example case by its name, those on real anatomy after the others."""
    folders = (EXAMPLES / "cases", EXAMPLES / "real")
    return {path.stem: path for folder in folders for path in sorted(folder.glob("*.yaml"))}


def scan_of(entry: Mapping[str, Any]) -> Path:
    """Where the scan of a case lies."""
    return (SHARED if entry.get("shared") else EXAMPLES) / str(entry["scan"])


def person(case: Case) -> str:
    """Sex and age, as far as they are known."""
    age, sex = case.patient.age_years, case.patient.sex
    if age is None and sex is None:
        return "Age and sex not known"
    young, grown = PEOPLE.get(str(sex), ("Child", "Patient"))
    if age is None:
        return f"{grown}, age not known"
    return f"{young if age < ADULT else grown} of {age}"


def answers(plan: Plan) -> Iterator[tuple[str, str]]:
    """What the plan says, by name."""
    problem = (plan.diagnosis or {}).get("problem")
    if problem is not None:
        root = f", {problem['root']} root" if problem.get("root") else ""
        side = "midline" if problem["side"] == "midline" else f"patient's {problem['side']}"
        chance = (plan.diagnosis or {})["probability"]
        yield "Problem disc", f"{problem['level']}, {side}{root}; probability {chance:.2f}"
    else:
        yield "Problem disc", "not known"
    for label, name in DECISIONS:
        decision = plan.decision(name)
        if decision is None:
            yield label, "not asked: the red flag comes first"
            continue
        outcome = decision["outcome"]
        provisional = ", provisional" if outcome["provisional"] and outcome["kind"] != "equipoise" else ""
        yield label, short_answer(decision).rstrip(".") + provisional
    for way in plan.access:
        doubt = "" if certain(way) else " (not certain)"
        yield f"On the scan, {way['approach']}", way["why"].rstrip(".") + doubt
    yield "Missing", missing(plan)


def certain(way: Mapping[str, Any]) -> bool:
    """Whether corridor or block stands for everything that the scan leaves open."""
    best = way["recommended"]
    cautions = [*way["cautions"], *(way["proposals"][best]["cautions"] if best is not None else ())]
    return all(one["code"] not in NOT_CERTAIN for one in cautions)


def missing(plan: Plan) -> str:
    """What is not known and could change an answer."""
    count = len(plan.questions)
    if not count:
        return "nothing that could change an answer"
    facts = "1 fact" if count == 1 else f"{count} facts"
    return f"{facts}; ask first: {plan.questions[0]['question']}"


def drawing(walked: Walk, wanted: list[str]) -> Gallery:
    """One picture of a walk with a scan (section, what, of what), or why there is none."""
    from kambin.report.pictures import scene_of
    from kambin.report.pictures.figures import Desk, Job

    assert walked.spine is not None
    desk = Desk(scene_of(walked.spine, None, None), {item.approach: item for item in walked.corridors})
    return desk.draw(Job(*wanted))


def entry(name: str, path: Path, scan: Mapping[str, Any] | None) -> str:
    """What the gallery says of one case."""
    case = load(path)
    walked = walk(case, None if scan is None else scan_of(scan))
    plan = walked.plan
    who = person(case)
    told = case.title or "No title"
    lines = [f"### {name}", "", f"{told}." if told.startswith(who) else f"{who}. {told}."]
    if scan is not None:
        lines[-1] += f" Scan: {scan['of']}."
    lines += ["", f"> {plan.headline}", ""]
    lines += [f"- {label}: {said}" for label, said in answers(plan)]
    if scan is not None:
        made = drawing(walked, scan["picture"])
        lines += ["", *(f"No picture: {reason}" for reason in made.skipped)]
        for picture in made.pictures[:1]:
            (PICTURES / f"gallery-{name}.svg").write_bytes(picture.data)
            lines.append(f"![{picture.title}](pictures/gallery-{name}.svg)")
    return "\n".join(lines)


def kept(name: str) -> str:
    """The entry as the gallery holds it already."""
    text = PAGE.read_text(encoding="utf-8") if PAGE.is_file() else ""
    found = re.search(rf"^### {re.escape(name)}\n.*?(?=\n+(?:##|<!--))", text, re.DOTALL | re.MULTILINE)
    return found.group(0).rstrip() if found else f"### {name}\n\nNot made yet."


def main(only: list[str]) -> None:
    scans = yaml.safe_load((EXAMPLES / "scans.yaml").read_text(encoding="utf-8"))
    for title, belongs in GROUPS:
        print(f"## {title}\n")
        for name, path in cases().items():
            if not belongs(name, scans):
                continue
            scan = scans.get(name)
            if only and name not in only:
                print(kept(name), end="\n\n")
                continue
            if scan is not None and not scan_of(scan).is_file():
                print(f"{name}: entry left as it is, no scan at {scan_of(scan)}", file=sys.stderr)
                print(kept(name), end="\n\n")
                continue
            print(entry(name, path, scan), end="\n\n")


if __name__ == "__main__":
    main(sys.argv[1:])
