"""A small knowledge base of our own, so that the machinery is tested apart from the clinical content."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kambin.guideline import loading

FIRST = """
decision: urgency
version: 1.2.0
question: How soon must something be done?
policy: first
define:
  retention: urinary_retention OR bowel_dysfunction
options:
  emergency:
    label: Emergency
    say: Operate now.
    any:
      - {id: U-SADDLE, when: saddle_anaesthesia, say: Saddle., cite: [G23], strength: strong}
      - {id: U-RETENTION, when: retention, say: Retention., cite: [G23], strength: strong}
  elective:
    label: No hurry
    say: Take time.
invariants:
  - {id: INV-U, given: saddle_anaesthesia, then: {option: emergency, status: [eligible]}, say: Always.}
tests:
  - name: saddle
    claims: [F-progressive-deficit]
    facts: {saddle_anaesthesia: true}
    expect: {outcome: emergency}
"""
ARGUE = """
decision: treatment
version: 1.0.0
question: Which treatment?
policy: {kind: argue, margin: 10}
uses: [urgency]
options:
  wait:
    label: Wait
    say: Wait and see.
    rung: conservative
    exclude:
      - id: W-X
        when: urgency = 'emergency'
        say: No time.
        source: [F-progressive-deficit]
        strength: strong
    for:
      - {id: W-F, when: symptom_weeks < 6, say: Early., source: [R-ladder], cite: [G37], strength: strong}
  operate:
    label: Operate
    say: Take it out.
    rung: open
    veto:
      - {id: O-V, when: NOT corridor_interlaminar_clear, say: No way in., source: [R-open], strength: strong}
    for:
      - {id: O-F, when: motor_deficit, say: Weak., source: [R-open], strength: moderate}
    against:
      - {id: O-A, when: age_years > 80, say: Old., source: [F-contra-age], strength: weak, conflicts: [K05]}
  extra:
    label: Extra
    say: Something on top.
    rung: addition
    addition: true
    require:
      - {id: E-R, when: unstable, say: Unstable., source: [R-fusion], strength: strong}
"""
COLLECT = """
decision: setting
version: 1.0.0
question: Where and how?
policy: collect
uses: [treatment]
options:
  day_case:
    label: Day case
    say: Home the same day.
    require:
      - {id: S-R, when: treatment__operate, say: An operation., source: [F-incision], strength: weak}
    exclude:
      - {id: S-X, when: asa_class >= 4, say: Too ill., cite: [C02], strength: strong}
"""
PROFILE = """
profile: current
changes:
  - because: K05
    say: Age alone does not count.
    change: {decision: treatment, option: operate, argument: O-A}
    set: {when: age_years > 80 AND asa_class >= 3, cite: [C02]}
"""
AXIOMS = """
axioms:
  - {id: AX-CONTAINED, holds: "NOT (disc_contained AND disc_type = 'extrusion')"}
"""
THEOREMS = """
theorems:
  - id: TH-WAIT
    claim: F-progressive-deficit
    given: saddle_anaesthesia
    then: {option: wait, status: [excluded]}
    say: An emergency never waits.
"""
CHAIN = ("urgency", "treatment", "setting")

Tiny = Callable[..., Path]


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tiny:
    """Writes the small knowledge base, with files replaced by keyword, and points the loader at it."""

    def write(**files: str) -> Path:
        texts = {"urgency": FIRST, "treatment": ARGUE, "setting": COLLECT} | {
            name: text for name, text in files.items() if name in CHAIN
        }
        for folder in ("knowledge", "profiles/current", "theorems"):
            (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (tmp_path / "knowledge" / f"{name}.yaml").write_text(text, encoding="utf-8")
        (tmp_path / "profiles/current/all.yaml").write_text(files.get("profile", PROFILE), encoding="utf-8")
        (tmp_path / "axioms.yaml").write_text(files.get("axioms", AXIOMS), encoding="utf-8")
        (tmp_path / "theorems/treatment.yaml").write_text(files.get("theorems", THEOREMS), encoding="utf-8")
        monkeypatch.setattr(loading, "ROOT", tmp_path)
        monkeypatch.setattr(loading, "CHAIN", CHAIN)
        loading._load_default.cache_clear()
        return tmp_path

    yield write  # type: ignore[misc]
    loading._load_default.cache_clear()
