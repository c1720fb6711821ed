"""Writing a case, so that reading it gives the same case again."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Any

from kambin.case.fact import DAY_PATTERN, Section
from kambin.case.model import Case
from kambin.case.paths import Step, dotted
from kambin.case.plain import Format, plain_word
from kambin.case.shapes import Shape, shapes

__all__ = ["dump", "file_form"]


def dump(case: Case, fmt: Format = "yaml") -> str:
    """Write a case as the text of a file.

    Parameters
    ----------
    case : Case
    fmt : {'yaml', 'json'}

    Returns
    -------
    str
        Only what is known, and the reasons why the rest is not.

    Raises
    ------
    ValueError
        Another format.
    """
    if fmt == "json":
        return json.dumps(file_form(case), ensure_ascii=False, indent=2, allow_nan=False) + "\n"
    if fmt != "yaml":
        raise ValueError(f"a case is written as yaml or json, not as {fmt!r}")
    return _yaml(file_form(case))


def file_form(case: Case) -> dict[str, Any]:
    """The case as a file holds it: plain values, dates as text, absences in place.

    Parameters
    ----------
    case : Case

    Returns
    -------
    dict
    """
    return {"kambin_case": case.kambin_case, **_fields(case, (), case.absent)}


def _fields(section: Section, at: tuple[Step, ...], absent: dict[str, Any]) -> dict[str, Any]:
    found = {}
    for name, shape in shapes(type(section)).items():
        here = (*at, name)
        if dotted(here) in absent:
            found[name] = {"unknown": absent[dotted(here)]}
            continue
        written = getattr(section, name)
        value = _value(written, shape, here, absent)
        default = type(section).model_fields[name].default
        says_nothing = value == {} or written == default
        if shape.required or not says_nothing:
            found[name] = value
    return found


def _value(value: Any, shape: Shape, at: tuple[Step, ...], absent: dict[str, Any]) -> Any:
    if isinstance(value, Section):
        return _fields(value, at, absent)
    if isinstance(value, tuple):
        if shape.section is None:
            return list(value)
        return [_fields(item, (*at, number), absent) for number, item in enumerate(value)]
    return value.isoformat() if isinstance(value, date) else value


def _yaml(plain: dict[str, Any]) -> str:
    import yaml

    class Writer(yaml.SafeDumper):
        """Puts text in quotes wherever this program or another reader would take it for something else."""

        def ignore_aliases(self, data: Any) -> bool:
            """Write what occurs twice twice: a case file has no anchors."""
            return True

    def text(writer: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
        """Text in the style in which it is read back as what it is."""
        if re.fullmatch(DAY_PATTERN, value):
            return writer.represent_scalar("tag:yaml.org,2002:timestamp", value)
        style = None if isinstance(plain_word(value), str) else '"'
        return writer.represent_scalar("tag:yaml.org,2002:str", value, style=style)

    Writer.add_representer(str, text)
    return yaml.dump(plain, Dumper=Writer, sort_keys=False, allow_unicode=True, width=100)
