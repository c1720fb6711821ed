"""Names and values of facts and options as one plan has them: results of decisions read like facts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kambin.case import FactValue, facts
from kambin.guideline.explaining import DecisionDoc
from kambin.report.words import capital, decision_name, fact_label, humanise, value_words, words

__all__ = ["Lexicon"]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Names of facts and options of one plan.

    Attributes
    ----------
    options : mapping
        Decision → option → its label, as the plan's decisions have it.
    """

    options: Mapping[str, Mapping[str, str]]

    @classmethod
    def of(cls, decisions: Iterable[DecisionDoc]) -> Lexicon:
        """The lexicon of a plan's decisions."""
        return cls(
            {
                decision["decision"]: {option["id"]: option["label"] for option in decision["options"]}
                for decision in decisions
            }
        )

    def option(self, decision: str, option: str) -> str:
        """Label of an option; its id in words when the plan does not show the decision."""
        return self.options.get(decision, {}).get(option, capital(humanise(option)))

    def label(self, name: str) -> str:
        """Short name of a fact or of the result of a decision."""
        decision, mark, option = name.partition("__")
        if mark:
            return f"{self.option(decision, option)} ({decision_name(decision).lower()})"
        if name in words()["decisions"] and name not in facts():
            return decision_name(name).lower()
        return fact_label(name)

    def value(self, name: str, value: FactValue) -> str:
        """A value of a fact or of the result of a decision, in words."""
        if "__" in name:
            return {True: "possible", False: "not possible"}.get(value, "not settled")  # type: ignore[arg-type]
        if name not in facts() and isinstance(value, str):
            return "none of its options" if value == "none" else self.option(name, value)
        return "not settled" if name not in facts() and value is None else value_words(name, value)

    def pair(self, name: str, value: FactValue) -> str:
        """Name and value: ``straight leg raise: positive``."""
        return f"{self.label(name)}: {self.value(name, value)}"
