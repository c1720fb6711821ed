from __future__ import annotations

import pytest

from kambin.anatomy.measuring import Book, definitions, length_uncertainty


def test_every_definition_has_a_unit_an_owner_and_words() -> None:
    for name, item in definitions().items():
        assert item["unit"] in ("1", "mm", "mm2", "mL", "deg", "%"), name
        assert item["of"] and len(item["is"]) > 10


def test_uncertainty_grows_with_the_voxel_and_shrinks_with_the_number_of_ends() -> None:
    fine, coarse = length_uncertainty(0.5), length_uncertainty(3.0)
    assert 0.3 < fine < coarse and coarse == pytest.approx(1.53, abs=0.01)
    assert length_uncertainty(1.0, 6) == pytest.approx(length_uncertainty(1.0) / 3**0.5)


def test_what_is_lacking_stands_in_the_table_with_its_reason() -> None:
    book = Book()
    book.add("body_depth", 34, "somehow", 0.5, ["L3"], level="L3")
    book.lack("pedicle_width", "it is cut", level="L3", side="left")
    book.lack("lordosis", "it is cut")
    known, lost, curve = book.rows
    assert (known.value, known.unit, known.uncertainty, known.structures) == (34.0, "mm", 0.5, ("L3",))
    assert lost.value is None and lost.uncertainty is None and lost.method == "not measured: it is cut"
    assert curve.unit == "deg" and curve.level is None
    assert book.missing == ["pedicle_width L3 left", "lordosis"]
    assert book.reasons == {"it is cut": ["pedicle_width L3 left", "lordosis"]}


def test_a_name_that_is_not_defined_is_no_measurement() -> None:
    with pytest.raises(KeyError):
        Book().add("body_girth", 1.0, "", None, ())
