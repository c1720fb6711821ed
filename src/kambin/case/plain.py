"""From the text of a file to plain values: mappings, lists, text, numbers, true, false and nothing.

YAML is read by the rules of YAML 1.2, from the parser's events: `yes`, `no` and `on` are words, `12:30` and
`2026-03-31` are text, `1e3` is a number. A field called `on` is a field. Tags, anchors and aliases are
refused, so nothing can be built but plain values and nothing can be multiplied. Keys written twice are kept
for the reader to report. No message repeats more of the text than a position.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NoReturn, TypeAlias

from kambin.errors import CaseError, Problem

if TYPE_CHECKING:
    import yaml

__all__ = ["FILE", "MAX_DEPTH", "MAX_FILE_BYTES", "Format", "Mapped", "parse", "plain_word"]

Format: TypeAlias = Literal["yaml", "json"]

MAX_FILE_BYTES = 1_000_000  # a full case is about 10 kB; more is not a case
MAX_DEPTH = 20  # a case is 5 deep
FILE = "(file)"
"""What a problem of the file as a whole names as its field."""

_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_LONGEST_INT = 40  # Python refuses to read thousands of digits; no field accepts so many anyway
_WORDS = {"": None, "~": None} | {
    written: value
    for word, value in (("null", None), ("true", True), ("false", False))
    for written in (word, word.capitalize(), word.upper())
}
_JSON_NESTING = re.compile(r'"(?:[^"\\]|\\.)*"?|[\[{]|[\]}]', re.DOTALL)


@dataclass(slots=True)
class Mapped:
    """A mapping as written.

    Attributes
    ----------
    values : dict
        Key → value; of a key written twice, the last value.
    twice : list of str
        Keys written more than once.
    lines : dict
        Key → line, counted from 1; empty for JSON.
    """

    values: dict[str, Any] = field(default_factory=dict)
    twice: list[str] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=dict)

    def put(self, key: str, value: Any, line: int = 0) -> None:
        """Add one key with its value, noting one that is there already."""
        if key in self.values and key not in self.twice:
            self.twice.append(key)
        self.values[key] = value
        if line:
            self.lines[key] = line


def parse(text: str, fmt: Format) -> Mapped:
    """Read the text of a case file into plain values.

    Parameters
    ----------
    text : str
    fmt : {'yaml', 'json'}

    Returns
    -------
    Mapped
        Values are `Mapped`, list, str, int, float, bool or None.

    Raises
    ------
    CaseError
        The text is empty, too long, too deep, not in the format, or not a mapping.
    """
    text = text.removeprefix("\ufeff")
    _check_text(text)
    found = _from_yaml(text) if fmt == "yaml" else _from_json(text)
    if found is None:
        refuse("nothing", "the fields of a case", "the file is empty or holds only comments")
    if not isinstance(found, Mapped):
        refuse(type(found).__name__, "the fields of a case", "a case starts with `kambin_case: 1`")
    return found


def refuse(value: object, expected: str, hint: str = "") -> NoReturn:
    """Refuse the file as a whole.

    Raises
    ------
    CaseError
        Always.
    """
    raise CaseError([Problem(FILE, value, expected, hint)])


def _check_text(text: str) -> None:
    if not text.strip():
        refuse("nothing", "the fields of a case", "the file is empty")
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        refuse("half a character", "text in UTF-8")
    if size > MAX_FILE_BYTES:
        refuse(f"{size} bytes", f"at most {MAX_FILE_BYTES} bytes", "this is not a case file")
    if "\0" in text:
        refuse("a NUL character", "text in UTF-8", "the file is binary, or text in UTF-16; save it as UTF-8")


# ---------------------------------------------------------------------------------------- JSON


def _pairs(pairs: list[tuple[str, Any]]) -> Mapped:
    found = Mapped()
    for key, value in pairs:
        found.put(key, value)
    return found


def _int(text: str) -> int | float:
    return int(text) if len(text) <= _LONGEST_INT else float(text)


def _from_json(text: str) -> Any:
    depth = 0
    for match in _JSON_NESTING.finditer(text):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(match[0], 0)
        if depth > MAX_DEPTH:
            _too_deep()
    try:
        return json.loads(text, object_pairs_hook=_pairs, parse_int=_int)
    except json.JSONDecodeError as error:
        refuse(f"line {error.lineno}, column {error.colno}", "JSON", error.msg)


def _too_deep() -> NoReturn:
    refuse("deeper nesting", f"at most {MAX_DEPTH} levels", "this is not a case file")


# ---------------------------------------------------------------------------------------- YAML


def _from_yaml(text: str) -> Any:
    import yaml

    try:
        return _Builder().build(yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
    except yaml.MarkedYAMLError as error:
        refuse(_place(error.problem_mark), "YAML", _why(error, text))
    except yaml.YAMLError:
        refuse("a character that is not text", "YAML in UTF-8", "remove control characters")


def _place(mark: Any) -> str:
    return f"line {mark.line + 1}, column {mark.column + 1}" if mark else "somewhere"


def _why(error: yaml.MarkedYAMLError, text: str) -> str:
    # in our own words: the parser's message can quote the file
    line = error.problem_mark.line if error.problem_mark else 0
    near = "\n".join(text.splitlines()[max(0, line - 1) : line + 1])
    if re.search(r"^ *\t", near, re.MULTILINE):
        return "indent with spaces, not with tabs"
    if "mapping values" in (error.problem or ""):
        return "put text that holds a colon in quotes"
    return "check indentation, colons and quotes here and in the line above"


def plain_word(text: str) -> Any:
    """Value of a word that is not in quotes, by the core schema of YAML 1.2."""
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        return _int(text)
    return float(text) if _FLOAT.fullmatch(text) else text


class _Builder:
    """Plain values from the events of one document; no recursion, so depth costs nothing."""

    def __init__(self) -> None:
        self.root: Any = None
        self.open: list[Mapped | list[Any]] = []
        self.keys: list[tuple[str, int] | None] = []  # the key that waits for its value, for each open value
        self.documents = 0

    def build(self, events: Any) -> Any:
        """Put one document together from the events of its parser."""
        import yaml

        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                self.documents += 1
                if self.documents > 1:
                    refuse(_place(event.start_mark), "one case in a file", "remove what follows `---`")
            elif isinstance(event, yaml.NodeEvent):
                self._refuse_tricks(event)
                self._take(event)
            elif isinstance(event, yaml.CollectionEndEvent):
                self.open.pop()
                self.keys.pop()
        return self.root

    def _refuse_tricks(self, event: yaml.NodeEvent) -> None:
        if event.anchor is not None:
            refuse(
                _place(event.start_mark),
                "no anchors and aliases (`&`, `*`)",
                "write the value out, or quote it",
            )
        if getattr(event, "tag", None) is not None:
            refuse(_place(event.start_mark), "no tags (`!`)", "write the value plainly, or quote it")

    def _take(self, event: yaml.NodeEvent) -> None:
        import yaml

        if isinstance(event, yaml.ScalarEvent):
            if self._waits_for_key():
                line: int = event.start_mark.line + 1  # type: ignore[union-attr]
                self.keys[-1] = (event.value, line)
            else:
                self._put(event.value if event.style else plain_word(event.value))
            return
        if self._waits_for_key():
            refuse(_place(event.start_mark), "a field's name before the colon")
        opened: Mapped | list[Any] = Mapped() if isinstance(event, yaml.MappingStartEvent) else []
        self._put(opened)
        self.open.append(opened)
        self.keys.append(None)
        if len(self.open) > MAX_DEPTH:
            _too_deep()

    def _waits_for_key(self) -> bool:
        return bool(self.open) and isinstance(self.open[-1], Mapped) and self.keys[-1] is None

    def _put(self, value: Any) -> None:
        if not self.open:
            self.root = value
            return
        here = self.open[-1]
        if isinstance(here, list):
            here.append(value)
        else:
            key, line = self.keys[-1] or ("", 0)
            here.put(key, value, line)
            self.keys[-1] = None
