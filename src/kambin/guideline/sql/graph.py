"""A query as a graph of shared expressions, laid out in as few stages as sharing needs.

DuckDB evaluates an expression once per projection in which it stands. Here each distinct expression is one
node; a node that is used more than once becomes a column of a stage, everything else is written inline. The
stages are CTEs that are used once, so the engine streams through them and stores nothing in between.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

__all__ = ["INVERSE", "Graph", "quoted"]

INVERSE = "(~{0})"
_CHEAP = frozenset({INVERSE})  # written again at each use: a column costs more than the operation


def quoted(name: str) -> str:
    """A name in double quotes, each part of ``schema.table`` by itself."""
    parts = [part.replace('"', '""') for part in name.split(".")]
    return ".".join(f'"{part}"' for part in parts)


class Graph:
    """Expressions over the columns of one table, each distinct one only once.

    A template is SQL text with ``{0}``, ``{1}`` … for its parts; it has to be closed: in parentheses, a call,
    a column or a literal.
    """

    def __init__(self) -> None:
        self._nodes: list[tuple[str, tuple[int, ...]]] = []
        self._index: dict[tuple[str, tuple[int, ...]], int] = {}

    def node(self, template: str, *parts: int) -> int:
        """The node of this expression, made when it is new.

        Parameters
        ----------
        template : str
        parts : int
            Nodes that stand at ``{0}``, ``{1}`` …

        Returns
        -------
        int
        """
        key = (template, parts)
        if key not in self._index:
            self._index[key] = len(self._nodes)
            self._nodes.append(key)
        return self._index[key]

    def joined(self, operator: str, parts: Sequence[int], empty: str) -> int:
        """One node for ``a op b op c``; the operator has to be commutative.

        Parameters
        ----------
        operator : str
        parts : sequence of int
        empty : str
            What stands for no parts.
        """
        distinct = sorted(set(parts)) if operator in ("&", "|") else sorted(parts)
        if not distinct:
            return self.node(empty)
        if len(distinct) == 1:
            return distinct[0]
        places = f" {operator} ".join(f"{{{i}}}" for i in range(len(distinct)))
        return self.node(f"({places})", *distinct)

    def columns(self, nodes: Iterable[int]) -> tuple[str, ...]:
        """Names of the table's columns that these nodes need."""
        uses = self._uses(nodes)
        templates = (self._nodes[node][0] for node in sorted(uses))
        return tuple(text[1:-1] for text in templates if text.startswith('"'))

    def render(self, outputs: Mapping[str, int], table: str) -> str:
        """The query, in DuckDB's dialect.

        Parameters
        ----------
        outputs : mapping of str to int
            Column names of the answer and their nodes.
        table : str
            What to select from, names quoted where needed.

        Returns
        -------
        str
        """
        uses, results = self._uses(outputs.values()), set(outputs.values())
        stored = {
            node
            for node, count in uses.items()
            if self._nodes[node][1]
            and (node in results or (count > 1 and self._nodes[node][0] not in _CHEAP))
        }
        level = self._levels(uses, stored)
        stages = max((level[node] for node in stored), default=0)
        needed_by: dict[int, int] = {}
        for node in stored | {n for n in uses if not self._nodes[n][1]}:
            needed_by[node] = level[node]
        for node in stored:
            for part in self._leaves(node, stored):
                needed_by[part] = max(needed_by.get(part, 0), level[node])
        for node in outputs.values():
            needed_by[node] = stages + 1
        return self._text(table, outputs, stored, level, needed_by, stages)

    def _uses(self, nodes: Iterable[int]) -> dict[int, int]:
        """How often each node that these need is used."""
        uses: dict[int, int] = {}
        waiting = list(nodes)
        while waiting:
            node = waiting.pop()
            uses[node] = uses.get(node, 0) + 1
            template, parts = self._nodes[node]
            if uses[node] == 1 or template in _CHEAP:
                for place, part in enumerate(parts):
                    waiting += [part] * template.count(f"{{{place}}}")
        return uses

    def _levels(self, uses: Mapping[int, int], stored: set[int]) -> dict[int, int]:
        """Stage in which each node can first stand; parts are always made before what they are part of."""
        level: dict[int, int] = {}
        for node in sorted(uses):
            below = max((level[part] for part in self._nodes[node][1]), default=0)
            level[node] = below + 1 if node in stored else below
        return level

    def _leaves(self, node: int, stored: set[int]) -> set[int]:
        """Columns that the inline text of a node names."""
        found: set[int] = set()
        waiting = list(self._nodes[node][1])
        while waiting:
            part = waiting.pop()
            if part in stored or not self._nodes[part][1]:
                found.add(part)
            else:
                waiting += self._nodes[part][1]
        return found

    def _inline(self, node: int, stored: set[int]) -> str:
        template, parts = self._nodes[node]
        return template.format(
            *(f"_{part}" if part in stored else self._inline(part, stored) for part in parts)
        )

    def _text(
        self,
        table: str,
        outputs: Mapping[str, int],
        stored: set[int],
        level: Mapping[int, int],
        needed_by: Mapping[int, int],
        stages: int,
    ) -> str:
        raw = sorted(node for node in needed_by if node not in stored)
        columns = [node for node in raw if self._nodes[node][0].startswith('"')]
        source = table
        lines = []
        for stage in range(1, stages + 1):
            items = [self._nodes[node][0] for node in columns if needed_by[node] > stage]
            items += [f"_{n}" for n in sorted(stored) if level[n] < stage < needed_by[n]]
            items += [f"{self._inline(n, stored)} AS _{n}" for n in sorted(stored) if level[n] == stage]
            lines.append(f"s{stage} AS (SELECT {', '.join(items)} FROM {source})")
            source = f"s{stage}"
        named = ", ".join(
            f'{f"_{node}" if node in stored else self._inline(node, stored)} AS "{name}"'
            for name, node in outputs.items()
        )
        head = "WITH " + ",\n".join(lines) + "\n" if lines else ""
        return f"{head}SELECT {named} FROM {source}"
