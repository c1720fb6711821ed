"""Reading knowledge files: YAML with the line of every mapping kept, duplicate keys refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from kambin.errors import InputError, IntegrityError

__all__ = ["LINE", "read_document"]

LINE = "__line__"
MAX_BYTES = 2_000_000  # overlays come from outside; the largest file of our own is a twentieth of this
MAX_NODES = 200_000  # aliases may repeat a node; this bounds what they can grow to
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_document(path: Path) -> dict[str, Any]:
    """Read one YAML mapping; every mapping in it holds its line under the key `LINE`.

    Parameters
    ----------
    path : Path

    Returns
    -------
    dict

    Raises
    ------
    InputError
        When the file can not be read or is no YAML mapping.
    IntegrityError
        When a key stands twice.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputError(
                "knowledge file too large", where=str(path), expected=f"at most {MAX_BYTES} bytes"
            )
        text = path.read_text(encoding="utf-8")
        loader = _LOADER(text)
        try:
            node = loader.get_single_node()
            value = _construct(loader, node, path.name, [MAX_NODES]) if node is not None else None
        finally:
            loader.dispose()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"can not read: {error}", where=str(path)) from None
    except (yaml.YAMLError, RecursionError) as error:
        raise InputError("not YAML", where=str(path), why=str(error)) from None
    if not isinstance(value, dict):
        raise InputError("not a mapping", where=str(path), expected="a YAML mapping at the top")
    return value


def _construct(loader: Any, node: Any, name: str, left: list[int]) -> Any:
    left[0] -= 1
    if left[0] < 0:
        raise IntegrityError("too many nodes", where=name, why="aliases that repeat each other?")
    if isinstance(node, yaml.MappingNode):
        found: dict[Any, Any] = {LINE: node.start_mark.line + 1}
        for key_node, value_node in node.value:
            key = loader.construct_object(key_node, deep=True)
            if key in found:
                raise IntegrityError(
                    f"key {key!r} stands twice", where=f"{name}:{key_node.start_mark.line + 1}"
                )
            found[key] = _construct(loader, value_node, name, left)
        return found
    if isinstance(node, yaml.SequenceNode):
        return [_construct(loader, item, name, left) for item in node.value]
    return loader.construct_object(node, deep=True)
