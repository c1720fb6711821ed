"""Work that is shared out is done whole, once each, and a part that fails is not lost."""

from __future__ import annotations

import numpy as np
import pytest

from kambin.access.sharing import processors, shared


@pytest.mark.parametrize("count", [0, 1, 3, 4, 1001])
@pytest.mark.parametrize("threads", [1, 2, 5])
def test_every_thing_is_worked_on_once(count: int, threads: int) -> None:
    seen = np.zeros(count, dtype=np.int64)

    def work(low: int, high: int) -> None:
        seen[low:high] += 1

    shared(count, threads, work)
    assert (seen == 1).all()


def test_what_fails_in_a_part_is_raised() -> None:
    def work(low: int, high: int) -> None:
        if high == 10:
            raise ValueError("the last part")

    with pytest.raises(ValueError, match="the last part"):
        shared(10, 2, work)


def test_there_is_a_processor() -> None:
    assert processors() >= 1
