from __future__ import annotations

import dataclasses

import pytest

from kambin import evidence
from kambin.evidence import types


@pytest.mark.parametrize(
    ("known", "link"),
    [
        ({"doi": "10.1/x", "pmid": "1", "pmcid": "PMC2"}, "https://doi.org/10.1/x"),
        ({"doi": "", "pmid": "1", "pmcid": "PMC2"}, "https://pubmed.ncbi.nlm.nih.gov/1/"),
        ({"doi": "", "pmid": "", "pmcid": "PMC2"}, "https://pmc.ncbi.nlm.nih.gov/articles/PMC2/"),
        ({"doi": "", "pmid": "", "pmcid": ""}, ""),
    ],
)
def test_a_link_is_one_that_lasts(known: dict[str, str], link: str) -> None:
    assert dataclasses.replace(evidence.reference("peul2007"), **known).link == link


def test_everything_that_is_exported_is_documented() -> None:
    for name in types.__all__:
        thing = getattr(types, name)
        if isinstance(thing, type):
            assert "Attributes" in (thing.__doc__ or ""), name


def test_the_rooms_list_of_names_is_true() -> None:
    assert sorted(evidence.__all__) == list(evidence.__all__)
    assert all(hasattr(evidence, name) for name in evidence.__all__)
