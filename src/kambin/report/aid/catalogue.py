"""The message catalogues: every word of the aid, by key, in every language."""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from kambin.errors import InputError, IntegrityError

__all__ = ["LANGUAGES", "Catalogue", "catalogue", "data_file", "flat", "placeholders"]

LANGUAGES = ("en", "zh-Hans")


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The words of one language.

    Attributes
    ----------
    language : str
        One of `LANGUAGES`.
    messages : mapping of str to str
        By path: the keys of the file, as a tuple joined by ``/``; items of a list by their number.
    """

    language: str
    messages: Mapping[str, str]

    def __call__(self, *path: str, **values: object) -> str:
        """One message with its placeholders filled in.

        Raises
        ------
        IntegrityError
            When the catalogue has no such message.
        """
        name = "/".join(path)
        if name not in self.messages:
            raise IntegrityError(
                "a message of the patient aid is missing",
                where=f"{self.language}.yaml: {name}",
                now="add it to every catalogue",
            )
        return self.messages[name].format(**values) if values else self.messages[name]

    def has(self, *path: str) -> bool:
        """Whether there is such a message."""
        return "/".join(path) in self.messages

    def find(self, *path: str, other: str, **values: object) -> str:
        """The message, or that with the key `other` beside it where a plan names what is not known here."""
        return self(*(path if self.has(*path) else (*path[:-1], other)), **values)

    def items(self, *path: str) -> tuple[str, ...]:
        """All messages of a list, in order."""
        found: list[str] = []
        while self.has(*path, str(len(found))):
            found.append(self(*path, str(len(found))))
        return tuple(found)

    def joined(self, parts: Sequence[str], last: str = "and") -> str:
        """Parts as one phrase: ``a, b and c``."""
        if len(parts) < 2:
            return "".join(parts)
        return self("join", "comma").join(parts[:-1]) + self("join", last) + parts[-1]


def flat(value: object, *path: str) -> Iterator[tuple[str, str]]:
    """Every text of nested data with its path."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from flat(item, *path, str(key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from flat(item, *path, str(number))
    else:
        yield "/".join(path), str(value)


def placeholders(text: str) -> tuple[str, ...]:
    """Names in braces, sorted."""
    return tuple(sorted(name for _, name, _, _ in string.Formatter().parse(text) if name))


@cache
def data_file(name: str) -> Any:
    """What a file of ``report/data/aid`` holds."""
    from kambin.files import load_yaml

    return load_yaml(files("kambin.report").joinpath(f"data/aid/{name}.yaml"))


@cache
def catalogue(language: str) -> Catalogue:
    """The catalogue of a language.

    Parameters
    ----------
    language : str
        One of `LANGUAGES`.

    Returns
    -------
    Catalogue

    Raises
    ------
    InputError
        When there is none for this language.
    """
    if language not in LANGUAGES:
        raise InputError(
            "the patient aid is not written in this language",
            field="language",
            value=language,
            expected=", ".join(LANGUAGES),
        )
    return Catalogue(language, dict(flat(data_file(language))))
