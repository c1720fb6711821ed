"""Quality of evidence in plain words, for every level that the evidence base uses."""

from __future__ import annotations

import pytest

from kambin.outcome.published import published
from kambin.report.aid.catalogue import LANGUAGES, catalogue
from kambin.report.aid.quality import grades, quality_words


@pytest.mark.parametrize(
    ("level", "found"),
    [
        ("RCT, level 1", (1,)),
        ("RCT, level 1-2; cohorts, level 3", (1, 2, 3)),
        ("systematic reviews, level 2-3", (2, 3)),
        ("RCT limited by crossover", (2,)),
        ("RCTs summarised in payer policy (secondary)", ()),
        ("WFNS consensus (Delphi)", ()),
        ("level 5 (expert opinion, uncited)", (5,)),
    ],
)
def test_levels_are_read_from_the_words(level: str, found: tuple[int, ...]) -> None:
    assert grades(level) == found


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_published_level_has_words(language: str) -> None:
    t = catalogue(language)
    assert {
        entry.figure.level for entry in published().entries if not quality_words(t, entry.figure.level)
    } == set()
    assert quality_words(t, "RCT, level 1") != quality_words(t, "case series, level 4")


def test_the_best_and_the_worst_of_several_are_named() -> None:
    assert quality_words(catalogue("en"), "RCT, level 1; cohort, level 3") == "strong to weak"
