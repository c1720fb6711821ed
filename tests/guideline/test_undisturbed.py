"""While the solver works no thread searches for garbage; afterwards all is as it was."""

from __future__ import annotations

import gc

import pytest

from kambin.guideline.proving.undisturbed import undisturbed


@pytest.mark.parametrize("searches", [True, False])
def test_the_search_rests_and_goes_on_as_before(searches: bool) -> None:
    seen = []

    @undisturbed
    def inner() -> None:
        seen.append(gc.isenabled())

    @undisturbed
    def outer(fails: bool) -> str:
        inner()
        seen.append(gc.isenabled())
        if fails:
            raise ValueError
        return "answer"

    was = gc.isenabled()
    try:
        (gc.enable if searches else gc.disable)()
        assert outer(fails=False) == "answer"
        assert gc.isenabled() is searches
        with pytest.raises(ValueError):
            outer(fails=True)
        assert gc.isenabled() is searches
        assert seen == [False] * 4
    finally:
        (gc.enable if was else gc.disable)()
