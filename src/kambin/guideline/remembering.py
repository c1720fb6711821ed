"""What is computed once from an immutable object and remembered for it.

By identity and not by value: hashing a decision or an argument means hashing all its conditions, which costs
more than most of what is remembered.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

__all__ = ["once_per_object"]

Key = TypeVar("Key")
Value = TypeVar("Value")


def once_per_object(make: Callable[[Key], Value]) -> Callable[[Key], Value]:
    """Decorator: the result for an object is made at its first use and kept as long as the process lives.

    Parameters
    ----------
    make : callable
        Of one immutable object.

    Returns
    -------
    callable
    """
    known: dict[
        int, tuple[Key, Value]
    ] = {}  # the object itself is kept, so that its id can not be used again

    @wraps(make)
    def remembered(key: Key) -> Value:
        """The value for this very object."""
        found = known.get(id(key))
        if found is None:
            found = known[id(key)] = (key, make(key))
        return found[1]

    return remembered
