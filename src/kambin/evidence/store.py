"""Read the bundles: lazily, once, and only when their bytes are the ones that were bundled.

A cold command needs two or three of the eight files; each is parsed at its first use, in a millisecond or
two, and kept.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from kambin.errors import EvidenceMissing, IntegrityError

__all__ = ["DATA", "bundle", "content_hash", "freeze", "missing", "verify"]

DATA = Path(__file__).with_name("data")


@cache
def _sums() -> Mapping[str, str]:
    manifest = json.loads((DATA / "manifest.json").read_bytes())
    lines = "".join(f"{name} {total}\n" for name, total in sorted(manifest["files"].items()))
    if hashlib.sha256(lines.encode()).hexdigest() != manifest["content_hash"]:
        raise _changed("manifest.json")
    return MappingProxyType(manifest["files"])


def content_hash() -> str:
    """Return the hash of the whole evidence base.

    Returns
    -------
    str
        SHA-256 in hexadecimal over the names and hashes of all bundles. It is the same wherever the same
        evidence is installed, so a plan that quotes it says exactly which evidence it rests on.

    Raises
    ------
    IntegrityError
        The manifest contradicts itself.
    """
    lines = "".join(f"{name} {total}\n" for name, total in sorted(_sums().items()))
    return hashlib.sha256(lines.encode()).hexdigest()


@cache
def bundle(name: str) -> dict[str, Any]:
    """Return one parsed bundle; callers must not change it.

    Parameters
    ----------
    name : str
        File name without suffix, for example ``statements``.

    Raises
    ------
    IntegrityError
        The file is not the one that was bundled.
    """
    file = f"{name}.json"
    # a checkout may turn line ends; the content is the same
    content = (DATA / file).read_bytes().replace(b"\r\n", b"\n")
    if hashlib.sha256(content).hexdigest() != _sums().get(file):
        raise _changed(file)
    parsed: dict[str, Any] = json.loads(content)
    return parsed


def verify() -> tuple[str, ...]:
    """Read every bundle and return their names.

    Raises
    ------
    IntegrityError
        A file is missing, changed or not listed.
    """
    listed = set(_sums())
    there = {path.name for path in DATA.glob("*.json")} - {"manifest.json"}
    if listed != there:
        raise _changed(", ".join(sorted(listed ^ there)))
    for name in sorted(listed):
        bundle(name.removesuffix(".json"))
    return tuple(sorted(listed))


def _changed(file: str) -> IntegrityError:
    return IntegrityError(
        "the evidence is not the one that was bundled",
        where=f"kambin/evidence/data/{file}",
        why="a rule could rest on a source that says something else",
        now="install kambin again; who changes the evidence runs tools/bundle_evidence.py",
    )


def freeze(value: Any) -> Any:
    """Return a read-only copy: objects become read-only mappings, lists become tuples, all the way down."""
    if isinstance(value, dict):
        return MappingProxyType({key: freeze(item) for key, item in value.items()})
    if isinstance(value, list):
        return tuple(freeze(item) for item in value)
    return value


def missing(what: str, name: str, known: Iterable[str]) -> EvidenceMissing:
    """Make the error for an id that is not there, naming the nearest ones.

    Parameters
    ----------
    what : str
        Kind of record.
    name : str
        The id that was asked for.
    known : iterable of str
        The ids that there are.
    """
    from difflib import get_close_matches

    near = get_close_matches(name, list(known), n=3, cutoff=0.5)
    return EvidenceMissing(
        f"there is no {what} {name!r} in the evidence base",
        now=f"did you mean {' or '.join(near)}?" if near else "",
    )
