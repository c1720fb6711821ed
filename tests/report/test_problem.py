from __future__ import annotations

import pytest

from kambin.report.problem import place_words, problem_view
from kambin.report.sources import SourceBook
from tests.report.plans import candidate, diagnosis, everything, finding

BOOK = SourceBook.of(everything())


def test_the_problem_disc_and_its_rival() -> None:
    found = problem_view(diagnosis(), BOOK)
    assert found is not None
    assert found.problem is not None
    assert found.problem.place == "L5-S1, patient's left, traversing S1 root"
    assert (found.problem.probability, found.problem.interval) == ("66\u00a0%", "40\u00a0% to over 99\u00a0%")
    assert found.problem.bar.point is not None
    [rival] = found.rivals
    assert (rival.place, rival.probability) == ("L4-L5, patient's left, traversing L5 root", "20\u00a0%")
    assert found.question == "Power of great toe extension, MRC 0 to 5?"
    assert len(found.between) == 2
    assert found.unexplained == "under 1\u00a0%"
    assert found.doubtful


def test_findings_say_what_is_published_and_what_is_assumed() -> None:
    found = problem_view(diagnosis(), BOOK)
    assert found is not None
    assert found.problem is not None
    first, last = found.problem.findings
    assert (first.way, first.ratio, first.weight) == ("for", "1.28 (0.64 to 2.56)", "60\u00a0%")
    assert first.strength == "Cochrane review, level 1-2"
    assert [item.id for item in first.sources] == ["X02", "test_accuracy/SLR", "root_examination/S1"]
    assert last.way == "against"
    assert last.strength == "Cochrane review, level 1-2; interval assumed"
    opinion = candidate("L4-L5", "both", "L5", "traversing", 0.5, against=[], **{"for": [
        finding(f"finding {n}", 3.0, assumed="ratio", strength="expert") for n in range(5)
    ]})  # fmt: skip
    other = problem_view(diagnosis(problem=opinion), BOOK)
    assert other is not None
    assert other.problem is not None
    assert other.problem.best_for == ("finding 0", "finding 1", "finding 2")
    assert other.problem.best_against == ()
    assert other.problem.findings[0].strength == "expert; ratio assumed, no published figure"


@pytest.mark.parametrize(
    ("match", "words"), [(True, "point to the same"), (False, "do not point"), (None, "not known")]
)
def test_agreement_of_signs_and_scan(match: bool | None, words: str) -> None:
    found = problem_view(diagnosis(signs_match_scan=match), BOOK)
    assert found is not None
    assert words in found.match


def test_without_a_problem_disc_the_reason_is_said() -> None:
    unnamed = diagnosis(problem=None, reason="The side is not written down.", next_finding=None)
    found = problem_view(unnamed, BOOK)
    assert found is not None
    assert found.problem is None
    assert found.reason == "The side is not written down."
    assert (found.question, found.between) == ("", ())
    assert problem_view(None, BOOK) is None


def test_both_sides() -> None:
    both = candidate("L4-L5", "both", "L5", "traversing", 0.5)
    assert place_words(both) == "L4-L5, both sides, traversing L5 roots"
