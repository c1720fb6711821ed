"""The whole guideline as one query over a table of facts."""

from __future__ import annotations

from collections.abc import Sequence

from kambin.errors import IntegrityError
from kambin.guideline.knowledge import Decision, Knowledge
from kambin.guideline.sql.codes import answer_columns, option_columns
from kambin.guideline.sql.dialects import dialect_named, translated
from kambin.guideline.sql.graph import Graph
from kambin.guideline.sql.options import OptionNodes, option_nodes
from kambin.guideline.sql.outcomes import OutcomeNodes, outcome_nodes
from kambin.guideline.sql.truths import Truths

__all__ = ["compile_sql"]


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
        For an unknown dialect or decision, or when two columns would have one name.
    """
    wanted = tuple(knowledge.decisions) if only is None else tuple(only)
    for name in wanted:
        if name not in knowledge.decisions:
            raise IntegrityError(f"no decision {name!r}", why=f"there are: {', '.join(knowledge.decisions)}")
    chosen = dialect_named(dialect)
    graph = Graph()
    truths = Truths(graph, knowledge.facts, chosen)
    outputs = {name: graph.node(_quoted(name)) for name in keep}
    for decision in knowledge.decisions.values():
        options = [option_nodes(truths, option) for option in decision.options]
        outcome = outcome_nodes(decision, options, truths)
        for option, nodes in zip(decision.options, options, strict=True):
            truths.results[f"{decision.id}__{option.id}"] = nodes.result
        if outcome.fired is not None:
            truths.fired[decision.id] = outcome.fired
        if decision.id in wanted:
            for name, node in _columns(decision, options, outcome, truths).items():
                if name in outputs:
                    raise IntegrityError(f"two columns of the answer would be named {name!r}")
                outputs[name] = node
    return translated(graph.render(_quoted(table), outputs), chosen)


def _quoted(name: str) -> str:
    parts = [part.replace('"', '""') for part in name.split(".")]
    return ".".join(f'"{part}"' for part in parts)


def _columns(
    decision: Decision, options: Sequence[OptionNodes], outcome: OutcomeNodes, truths: Truths
) -> dict[str, int]:
    """Columns of the answer to one decision.

    All are INTEGER: DuckDB appends columns of 32 bits three times as fast as narrower ones.
    """
    nodes: dict[str, int] = {}
    for part, name in answer_columns(decision).items():
        nodes[name] = getattr(outcome, part)
    for option, found in zip(decision.options, options, strict=True):
        words = {
            f"{part}_{place + 1}" if place else part: node
            for part in ("true", "unknown")
            for place, node in enumerate(getattr(found, part))
        }
        for part, name in option_columns(decision, option).items():
            nodes[name] = words[part] if part in words else getattr(found, part)
    return {name: truths.graph.node("CAST({0} AS INTEGER)", node) for name, node in nodes.items()}
