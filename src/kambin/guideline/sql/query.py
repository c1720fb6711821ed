"""The whole guideline over a table of facts: as one query, or in steps that are faster in DuckDB.

One query with thousands of expressions is slow for a reason that has nothing to do with their work: DuckDB
keeps a buffer for each, and together they no longer fit the processor's cache. In steps of some hundred
expressions they do. Each step writes columns of the answer into a table of its own, and later steps read them
beside the facts (docs/adr/0007).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from kambin.errors import IntegrityError
from kambin.guideline.knowledge import Decision, Knowledge, Option
from kambin.guideline.sql.codes import answer_columns, option_columns, words_of
from kambin.guideline.sql.dialects import dialect_named, translated
from kambin.guideline.sql.graph import Graph, quoted
from kambin.guideline.sql.options import OptionNodes, option_nodes
from kambin.guideline.sql.outcomes import OutcomeNodes, outcome_nodes
from kambin.guideline.sql.packing import packed_answer, packed_option, stored_fired, stored_option, unpacked
from kambin.guideline.sql.truths import Truths

__all__ = ["Step", "compile_sql", "compile_steps", "view_of"]

STEP_ARGUMENTS = 40  # measured: fewer repeat the reading of facts, more outgrow the cache


class Step(NamedTuple):
    """One statement of a run in steps: the table it makes, the query that fills it, and what that reads."""

    table: str
    query: str
    reads: tuple[str, ...]


def compile_sql(
    knowledge: Knowledge,
    table: str = "facts",
    dialect: str = "duckdb",
    *,
    keep: Sequence[str] = (),
    only: Sequence[str] | None = None,
) -> str:
    """The whole chain of decisions as one query.

    Parameters
    ----------
    knowledge : Knowledge
    table : str
        A table with one row per patient and one column per fact, NULL for unknown; see
        :mod:`kambin.guideline.sql.tables`.
    dialect : {'duckdb', 'postgres', 'spark'}
        Only DuckDB's is run by the tests; the others are translated and parsed.
    keep : sequence of str
        Columns of the table that the answer repeats, such as a patient's number.
    only : sequence of str, optional
        Decisions whose columns the answer holds; all by default.

    Returns
    -------
    str
        A SELECT whose columns :mod:`kambin.guideline.sql.codes` names and reads.

    Raises
    ------
    IntegrityError
        For an unknown dialect or decision.
    """
    wanted = tuple(knowledge.decisions) if only is None else tuple(only)
    for name in wanted:
        if name not in knowledge.decisions:
            raise IntegrityError(f"no decision {name!r}", why=f"there are: {', '.join(knowledge.decisions)}")
    chosen = dialect_named(dialect)
    graph = Graph()
    truths = Truths(graph, knowledge.facts, chosen)
    outputs = {name: graph.node(quoted(name)) for name in keep}
    for decision in knowledge.decisions.values():
        options = [option_nodes(truths, option) for option in decision.options]
        outcome = outcome_nodes(decision, options, truths)
        for option, nodes in zip(decision.options, options, strict=True):
            truths.results[f"{decision.id}__{option.id}"] = nodes.result
        if outcome.fired is not None:
            truths.fired[decision.id] = outcome.fired
        if decision.id in wanted:
            outputs.update(_columns(decision, options, outcome, truths))
    return translated(graph.render(outputs, quoted(table)), chosen)


def compile_steps(
    knowledge: Knowledge, table: str = "facts", prefix: str = "answers", *, keep: Sequence[str] = ("id",)
) -> tuple[Step, ...]:
    """The whole chain of decisions as a list of queries for DuckDB.

    Parameters
    ----------
    knowledge : Knowledge
    table : str
    prefix : str
        The steps' tables are named after it, ``answers_1`` and so on. Row by row side by side they hold what
        :func:`compile_sql` answers, packed; :func:`view_of` takes it apart.
    keep : sequence of str
        Columns of the table that the first step's table repeats.

    Returns
    -------
    tuple of Step
        To be run in this order.
    """
    steps: list[Step] = []
    where = dict.fromkeys(keep, table)

    def add(truths: Truths, outputs: Mapping[str, int]) -> None:
        """Add a step that keeps these outputs."""
        kept = {} if steps else {name: truths.graph.node(quoted(name)) for name in keep}
        name = f"{prefix}_{len(steps) + 1}"
        columns = truths.graph.columns([*kept.values(), *outputs.values()])
        sources = dict.fromkeys(where.get(column, table) for column in columns) or {table: None}
        joined = " POSITIONAL JOIN ".join(quoted(source) for source in sources)
        steps.append(Step(name, truths.graph.render({**kept, **outputs}, joined), tuple(sources)))
        where.update(dict.fromkeys(outputs, name))

    for decision in knowledge.decisions.values():
        groups = _groups(decision)
        for group in groups:
            truths = _truths_beside(knowledge, decision)
            nodes = [option_nodes(truths, option) for option in group]
            outputs: dict[str, int] = {}
            for option, found in zip(group, nodes, strict=True):
                outputs.update(packed_option(decision, option, found, truths))
            if len(groups) == 1:
                outputs.update(packed_answer(decision, outcome_nodes(decision, nodes, truths), truths))
            add(truths, outputs)
        if len(groups) > 1:
            truths = _truths_beside(knowledge, decision)
            nodes = [stored_option(truths, decision, option) for option in decision.options]
            add(truths, packed_answer(decision, outcome_nodes(decision, nodes, truths), truths))
    return tuple(steps)


def view_of(
    knowledge: Knowledge, steps: Sequence[Step], view: str = "answers", keep: Sequence[str] = ("id",)
) -> str:
    """Statement that makes a view over the tables of the steps, with the columns of :func:`compile_sql`.

    Parameters
    ----------
    knowledge : Knowledge
    steps : sequence of Step
    view : str
    keep : sequence of str
        As for :func:`compile_steps`.

    Returns
    -------
    str
    """
    together = " POSITIONAL JOIN ".join(quoted(step.table) for step in steps)
    columns = [quoted(name) for name in keep]
    columns += [item for decision in knowledge.decisions.values() for item in unpacked(decision)]
    return f"CREATE OR REPLACE VIEW {quoted(view)} AS SELECT {', '.join(columns)} FROM {together}"


def _groups(decision: Decision) -> list[tuple[Option, ...]]:
    """A decision's options in groups of similar size; most decisions are one group."""
    count = max(1, round(len(decision.arguments) / STEP_ARGUMENTS))
    groups: list[list[Option]] = [[] for _ in range(count)]
    done = 0
    for option in decision.options:
        groups[min(count - 1, done * count // max(1, len(decision.arguments)))].append(option)
        done += len(option.arguments)
    return [tuple(group) for group in groups if group]


def _truths_beside(knowledge: Knowledge, decision: Decision) -> Truths:
    """Masks over facts and over the columns that earlier steps have written."""
    truths = Truths(Graph(), knowledge.facts, dialect_named("duckdb"))
    for earlier in knowledge.decisions.values():
        if earlier is decision:
            break
        for option in earlier.options:
            truths.results[f"{earlier.id}__{option.id}"] = stored_option(truths, earlier, option).result
        if earlier.policy == "first":
            truths.fired[earlier.id] = stored_fired(truths, earlier)
    return truths


def _columns(
    decision: Decision, options: Sequence[OptionNodes], outcome: OutcomeNodes, truths: Truths
) -> dict[str, int]:
    """Columns of the answer to one decision; all are INTEGER."""
    parts = {
        "kind": truths.packed(outcome.kind()),
        "options": truths.packed(truths.set_of(outcome.options)),
        "provisional": truths.packed([(outcome.provisional, 1)]),
        "additions": truths.packed(truths.set_of(outcome.additions)),
    }
    found = {name: parts[part] for part, name in answer_columns(decision).items()}
    for option, nodes in zip(decision.options, options, strict=True):
        parts = {"status": truths.packed(nodes.status()), "low": nodes.low, "high": nodes.high}
        for word, reasons in enumerate(words_of(nodes.reasons)):
            true = truths.packed(truths.set_of([reason.true for reason in reasons]))
            possible = truths.packed(truths.set_of([reason.possible for reason in reasons]))
            tail = f"_{word + 1}" if word else ""
            parts[f"true{tail}"] = true
            parts[f"unknown{tail}"] = truths.graph.node("XOR({0}, {1})", true, possible)
        found |= {name: parts[part] for part, name in option_columns(decision, option).items()}
    return {name: truths.graph.node("CAST({0} AS INTEGER)", node) for name, node in found.items()}
