"""Reading and writing a case, in YAML or JSON, without loss and without half measures.

A file is taken whole or refused whole. A value may be written, left out, ``null`` (not asked), or
``{unknown: reason}``. Left out and ``null`` mean the same, but for one thing: in a section that is marked
complete, what is left out is absent, and what is ``null`` stays unknown.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from kambin.case.editing import with_value
from kambin.case.model import Case
from kambin.case.plain import FILE, MAX_FILE_BYTES, Format, parse
from kambin.case.validation import validated
from kambin.case.writing import dump
from kambin.errors import CaseError, InputError, Problem

__all__ = ["dump", "load", "loads", "with_value"]

STANDARD_INPUT = "-"
_SUFFIXES: dict[str, Format] = {".json": "json", ".yaml": "yaml", ".yml": "yaml"}
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")


def load(path: str | os.PathLike[str]) -> Case:
    """Read a case file.

    Parameters
    ----------
    path : str or path
        A file in YAML (``.yaml``, ``.yml``) or JSON (``.json``); with another ending, or ``-`` for standard
        input, the content tells.

    Returns
    -------
    Case

    Raises
    ------
    CaseError
        The content is no case; every problem is listed.
    InputError
        The file can not be read.
    """
    name = os.fspath(path)
    where = "standard input" if name == STANDARD_INPUT else name
    text = _text(_content(name), where)
    fmt = _SUFFIXES.get(Path(name).suffix.lower()) or _format_of(text)
    return loads(text, fmt, where=where)


def loads(text: str, fmt: Format = "yaml", *, where: str = "") -> Case:
    """Read a case from text.

    Parameters
    ----------
    text : str
    fmt : {'yaml', 'json'}
    where : str, optional
        What the text is called in messages.

    Returns
    -------
    Case

    Raises
    ------
    CaseError
        The text is no case; every problem is listed.
    """
    try:
        root = parse(text, fmt)
    except CaseError as error:
        raise CaseError(error.problems, where=where) from None
    return validated(root, where=where)


def _content(name: str) -> bytes:
    # one byte more than allowed tells a large file from a huge one without reading it
    if name == STANDARD_INPUT:
        return sys.stdin.buffer.read(MAX_FILE_BYTES + 1)
    try:
        with Path(name).open("rb") as file:
            return file.read(MAX_FILE_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "not a file name"
        raise InputError(
            "the case can not be read", where=name, why=reason, now="`kambin case new` writes a template"
        ) from None


def _text(content: bytes, where: str) -> str:
    if len(content) > MAX_FILE_BYTES:
        raise _refused(
            f"more than {MAX_FILE_BYTES} bytes", "a smaller file", "this is not a case file", where
        )
    if content.startswith(_WIDE_MARKS):
        raise _refused("UTF-16 or UTF-32", "text in UTF-8", "save the file as UTF-8", where)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        hint = "the file is binary, or text in another encoding; save it as UTF-8"
        raise _refused(f"byte {error.start}", "text in UTF-8", hint, where) from None


def _refused(value: str, expected: str, hint: str, where: str) -> CaseError:
    return CaseError([Problem(FILE, value, expected, hint)], where=where)


def _format_of(text: str) -> Format:
    return "json" if text.lstrip("\ufeff \t\r\n").startswith("{") else "yaml"
