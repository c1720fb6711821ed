"""zen-engine on the same treatment rules: complete facts, same answers, one patient at a time."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

from bench.patients import complete_rows
from bench.row import AnswersDiffer, Row, at_least, not_measured
from bench.timing import race
from bench.zen_model import expression_model, table_model, whole_expression
from kambin.case import FactRow
from kambin.guideline import Decision, evaluate, load_knowledge
from kambin.guideline.conditions import facts_of
from kambin.guideline.fast import compile_fast

__all__ = ["Zen", "check", "rows"]

TARGET = 5.0


class Zen:
    """The engine with the decision loaded in each form.

    The engine is given its models up front and asked by key: a decision object made by itself is several
    times slower in this release.
    """

    def __init__(self, decision: Decision) -> None:
        import zen

        models = {"expression": expression_model(decision), "table": table_model(decision)}
        self._engine: Any = zen.ZenEngine({"loader": {"type": "static", "content": models}})
        self._bare: Any = zen.compile_expression(whole_expression(decision))

    def expression(self, facts: FactRow) -> dict[str, Any]:
        """Status and support of every option, by the decision model with an expression node."""
        found: dict[str, Any] = self._engine.evaluate("expression", facts)["result"]["options"]
        return found

    def table(self, facts: FactRow) -> list[dict[str, str]]:
        """The arguments that hold, by the decision model with a table."""
        found: list[dict[str, str]] = self._engine.evaluate("table", facts)["result"]
        return found

    def bare(self, facts: FactRow) -> dict[str, Any]:
        """Status and support of every option, by the expression language alone."""
        found: dict[str, Any] = self._bare.evaluate(facts)
        return found


def named_facts(decision: Decision, row: FactRow) -> dict[str, Any]:
    """Only what the decision's conditions name: the engine converts whatever it is given."""
    names = dict.fromkeys(name for item in decision.arguments for name in facts_of(item.condition))
    return {name: row[name] for name in names}


def check(decision: Decision, zen: Zen, rows: list[FactRow]) -> None:
    """Compare every form, and the bulk evaluator, with the evaluator that explains.

    Raises
    ------
    AnswersDiffer
    """
    fast = compile_fast(decision, complete=True)
    for row in rows:
        facts = named_facts(decision, row)
        expected = evaluate(decision, row)
        answers = {item.option.id: str(item.status) for item in expected.options}
        answers |= {f"{item.option.id}__support": item.low for item in expected.options}  # type: ignore[misc]
        held = [x.argument.id for item in expected.options for x in item.arguments if x.truth]
        if zen.expression(facts) != answers or zen.bare(facts) != answers:
            raise AnswersDiffer(f"{decision.id}: zen-engine's expressions answer otherwise for {facts}")
        if [item["argument"] for item in zen.table(facts)] != held:
            raise AnswersDiffer(f"{decision.id}: zen-engine's table answers otherwise for {facts}")
        found = fast(facts)
        if found != (expected.outcome, tuple(item[1:5] for item in expected.options)):
            raise AnswersDiffer(f"{decision.id}: the bulk evaluator answers otherwise for {facts}")


def rows(quick: bool) -> list[Row]:
    """How many times as long zen-engine takes, in its best form."""
    what = (
        "zen-engine on the same treatment rules, complete facts: times as long as the per-patient evaluator"
    )
    if find_spec("zen") is None:
        return [not_measured("zen", what, f"≥ {TARGET:g} ×", "zen-engine is not installed")]
    knowledge = load_knowledge("current")
    decision = knowledge.decisions["treatment"]
    zen = Zen(decision)
    patients = complete_rows(knowledge, 40 if quick else 400)
    check(decision, zen, patients)
    facts = [named_facts(decision, row) for row in patients]
    runners = [compile_fast(decision, complete=True), zen.expression, zen.table, zen.bare]
    fast, expression, table, bare = race([(run, facts) for run in runners], 3 if quick else 25)
    note = (
        f"{fast * 1e6:.1f} µs (status, support, outcome) against {expression * 1e6:.1f} µs (decision model, "
        f"expressions: status, support) and {table * 1e6:.1f} µs (decision table: arguments that hold); "
        f"{len(patients)} patients, same answers"
    )
    return [
        at_least("zen", what, min(expression, table) / fast, TARGET, "×", note),
        at_least(
            "zen-bare",
            "the same in zen-engine's bare expression language, no decision model",
            bare / fast,
            None,
            "×",
            f"{bare * 1e6:.1f} µs: status, support",
        ),
    ]
