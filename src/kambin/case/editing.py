"""One more thing known about a patient: a case with one field changed, checked like a file."""

from __future__ import annotations

import json
from typing import Any

from kambin.case.model import Case
from kambin.case.paths import Step, steps_of
from kambin.case.plain import parse
from kambin.case.validation import validated
from kambin.case.writing import file_form
from kambin.errors import InputError

__all__ = ["with_value"]


def with_value(case: Case, path: str, value: Any) -> Case:
    """Copy of a case with one field set.

    Parameters
    ----------
    case : Case
    path : str
        Dotted path of the field, for example ``symptoms.leg_pain_nrs`` or ``imaging.discs[0].type``.
    value : object
        As a file would hold it: a plain value, None, a list or ``{"unknown": reason}``.

    Returns
    -------
    Case

    Raises
    ------
    InputError
        The path leads nowhere.
    CaseError
        The value does not fit the field or contradicts what is known.

    Examples
    --------
    >>> with_value(Case(), "signs.left.slr_deg", 40).signs.left.slr_deg
    40
    >>> with_value(Case(), "red_flags.fever", {"unknown": "asked_unknown"}).absent
    {'red_flags.fever': 'asked_unknown'}
    """
    steps = steps_of(path)
    if not steps:
        raise InputError("this is no path of a field", field=path)
    form = file_form(case)
    _put(form, steps, value, path)
    return validated(parse(json.dumps(form), "json"))


def _put(form: dict[str, Any], steps: list[Step], value: Any, path: str) -> None:
    here: Any = form
    for step, following in zip(steps, [*steps[1:], None], strict=True):
        if isinstance(step, int):
            if not isinstance(here, list) or step >= len(here):
                raise InputError("there is no such record", field=path)
        elif isinstance(here, dict) and following is not None:
            if not isinstance(here.get(step), dict | list):
                here[step] = [] if isinstance(following, int) else {}
        elif not isinstance(here, dict):
            raise InputError("this is no path of a field", field=path)
        if following is None:
            here[step] = value
        else:
            here = here[step]
