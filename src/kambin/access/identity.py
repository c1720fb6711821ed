"""Which approaches, instruments and thresholds a plan was made with."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable

__all__ = ["catalogue_hash"]


@cache
def catalogue_hash() -> str:
    """SHA-256 over the names and the text of this room's data files."""
    found = sorted(_files(resources.files("kambin.access"), ""))
    digest = hashlib.sha256()
    for name, text in found:
        digest.update(f"{name}\n{len(text)}\n".encode())
        digest.update(text)
    return digest.hexdigest()


def _files(folder: Traversable, prefix: str) -> list[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    for item in folder.iterdir():
        if item.is_dir() and not item.name.startswith("_"):
            found += _files(item, f"{prefix}{item.name}/")
        elif item.name.endswith(".yaml"):
            found.append((prefix + item.name, item.read_bytes()))
    return found
