"""Loading the knowledge: compiled where the compiled file fits, built from the knowledge files otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from kambin.case import Fact
from kambin.errors import IntegrityError
from kambin.files import write_file
from kambin.guideline.freezing import frozen_text, hash_of_files, thaw
from kambin.guideline.knowledge import Decision, Knowledge

__all__ = [
    "CHAIN",
    "PROFILES",
    "ROOT",
    "compile_knowledge",
    "compiled_file",
    "decision_facts",
    "knowledge_files",
    "load_knowledge",
    "profile_files",
]

ROOT = Path(__file__).parent
PROFILES = ("current", "source")
CHAIN = (
    "urgency",
    "recurrence_or_new",
    "indication",
    "endoscopy_eligibility",
    "endoscopy_approach",
    "open_technique",
    "treatment",
    "conservative_programme",
    "setting",
    "recurrence_prevention",
)


@cache
def _load_default(profile: str) -> Knowledge:
    """The knowledge of one profile: from its compiled file while that fits, else parsed."""
    file = compiled_file(profile)
    if file.is_file():
        found = thaw(
            file.read_text(encoding="utf-8"), hash_of_files(knowledge_files(profile)), decision_facts
        )
        if found is not None:
            return found
    return _build(profile, ())


def _build(profile: str, overlays: tuple[Path, ...]) -> Knowledge:
    from kambin.guideline.building import build  # parses: an answer from the compiled file does not need it

    return build(profile, overlays)


def compiled_file(profile: str) -> Path:
    """Where the compiled knowledge of a profile lies."""
    return ROOT / "compiled" / f"{profile}.json"


def knowledge_files(profile: str) -> list[Path]:
    """The files that an answer in this profile is made of."""
    base = (*(ROOT / "knowledge" / f"{name}.yaml" for name in CHAIN), ROOT / "scope.yaml")
    return [*(file for file in base if file.is_file()), *profile_files(profile)]


def compile_knowledge() -> list[Path]:
    """Write the compiled file of every profile.

    Returns
    -------
    list of Path
        The files.
    """
    files = []
    for profile in PROFILES:
        file = compiled_file(profile)
        file.parent.mkdir(exist_ok=True)
        text = frozen_text(_build(profile, ()), hash_of_files(knowledge_files(profile)))
        write_file(file, text)
        files.append(file)
    return files


def load_knowledge(profile: str = "current", overlays: Sequence[Path] = ()) -> Knowledge:
    """Load the guideline in one profile, with a hospital's overlays on top.

    Parameters
    ----------
    profile : {'current', 'source'}
    overlays : sequence of Path
        Files with ``kind: local``; they may only tighten.

    Returns
    -------
    Knowledge

    Raises
    ------
    IntegrityError
        With file, line and rule id.
    """
    if profile not in PROFILES:
        raise IntegrityError(f"no profile {profile!r}", now=f"use one of {', '.join(PROFILES)}")
    return _load_default(profile) if not overlays else _build(profile, tuple(overlays))


def profile_files(profile: str) -> list[Path]:
    """The files of a profile's changes, in the order in which they are applied; none for `source`."""
    return sorted((ROOT / "profiles" / profile).glob("*.yaml"))


def decision_facts(decision: Decision) -> dict[str, Fact]:
    """The results of a decision, as facts for later ones.

    The fired row of a `first` decision, and per option whether it is live.
    """
    found = {}
    if decision.policy == "first":
        words = (*(option.id for option in decision.options), "none")
        found[decision.id] = Fact(
            decision.id, "enum", "", words, decision.question, "", 0, False, "decision", "", (decision.id,)
        )
    for option in decision.options:
        name = f"{decision.id}__{option.id}"
        question = f"{decision.question} — {option.label}"
        found[name] = Fact(name, "bool", "", None, question, "", 0, False, "decision", "", (decision.id,))
    return found
