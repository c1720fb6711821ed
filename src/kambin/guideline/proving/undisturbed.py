"""No garbage is searched for while the solver works.

The solver's library is not made for several threads, and letting go of one of its terms is a call into it.
Python searches for garbage in whichever thread happens to ask for memory, so that a thread that has nothing
to do with the solver could free a term in the middle of an answer: seen once as an aborted process.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

__all__ = ["undisturbed"]

Given = ParamSpec("Given")
Answer = TypeVar("Answer")


def undisturbed(work: Callable[Given, Answer]) -> Callable[Given, Answer]:
    """Decorator: the search for garbage rests while `work` runs, in every thread.

    Parameters
    ----------
    work : callable
        What calls the solver.

    Returns
    -------
    callable
    """

    @wraps(work)
    def resting(*args: Given.args, **kwargs: Given.kwargs) -> Answer:
        """As `work`."""
        searches = gc.isenabled()
        gc.disable()
        try:
            return work(*args, **kwargs)
        finally:
            if searches:
                gc.enable()

    return resting
