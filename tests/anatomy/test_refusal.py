from __future__ import annotations

from kambin.anatomy.refusal import Reason, ScanRefused
from kambin.errors import InputError


def test_a_refusal_is_bad_input_with_its_code_in_the_message() -> None:
    refused = ScanRefused(Reason.NO_FRAME, "no frame", expected="one", now="do this")
    assert isinstance(refused, InputError)
    assert refused.exit_code == 3
    assert refused.reason == "no_frame"
    assert str(refused).splitlines() == ["scan: no frame [no_frame]", "  expected one", "  do this"]
