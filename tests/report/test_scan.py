from __future__ import annotations

import pytest

from kambin.plan import ConflictNote
from kambin.report.lexicon import Lexicon
from kambin.report.scan import first_screen_warnings, scan_view
from kambin.report.words import words
from tests.report.conftest import plan_named
from tests.report.plans import anatomy, bare, everything

LEXICON = Lexicon.of([])


def test_values_stand_by_level_with_their_uncertainty_and_method() -> None:
    found = scan_view(everything(), LEXICON)
    assert found is not None
    assert found.levels == "L1, L2, L3, L4, L5, sacrum"
    assert found.convention == "total (named by the caller)"
    assert [group.title for group in found.near] == ["Whole spine"]  # the problem disc is L5-S1
    assert [group.title for group in found.far] == ["L4", "L4-L5"]
    assert [line.quantity for line in found.near[0].lines] == [
        "Iliac crest above the L4-L5 disc",
        "Lordosis from L1 to S1",
    ]
    [crest] = found.far[1].lines
    assert (crest.whole, crest.left.replace("\u00a0", " "), crest.right) == ("", "21.7 mm ± 4.1", "")
    assert [note.method for note in found.methods] == [
        "Method of volume",
        "Method of crest_above_l45",
        "Method of lordosis",
    ]
    assert found.methods[1].structures == ("patient's left hip bone", "L4")
    assert found.missing == ("Iliac crest above the L4-L5 disc, patient's right",)


def test_what_the_scan_changed_and_where_it_differs_from_what_was_written() -> None:
    found = scan_view(everything(), LEXICON)
    assert found is not None
    first, second = found.effects
    assert (first.name, first.before, first.after) == ("Treatment", "Before the scan.", "After the scan.")
    assert first.facts == ("straight leg raise",)
    assert second.facts == ()
    [conflict] = found.disagreements
    assert conflict.label == "Iliac crest above the L4-L5 disc, patient's left"
    assert conflict.used == "written"
    assert conflict.stated.replace("\u00a0", " ") == "5 mm"
    assert conflict.measured.replace("\u00a0", " ") == "21.7 mm ± 4.1"


def test_remarks_on_the_reading_of_the_map_do_not_reach_the_first_screen() -> None:
    made = everything()
    assert first_screen_warnings(made) == (
        "Measuring the scan failed: the file is no label map",
        "Both legs hurt.",
        "The numbering is in doubt.",
    )
    found = scan_view(made, LEXICON)
    assert found is not None
    assert found.warnings == (
        "Left out, because loose: patient's left hip bone 0.01 ml.",
        "The numbering is in doubt.",
    )
    assert first_screen_warnings(everything(anatomy=None, stages=[])) == tuple(made.warnings)


def test_without_a_scan_there_is_no_section() -> None:
    assert scan_view(bare(), LEXICON) is None
    only_measured = scan_view(everything(disagreements=[], scan_effects=[], anatomy=anatomy()), LEXICON)
    assert only_measured is not None
    assert only_measured.effects == ()
    only_written = scan_view(everything(anatomy=None), LEXICON)
    assert only_written is not None
    assert only_written.near == only_written.far == ()


@pytest.mark.parametrize(("used", "said"), [("stated", "written"), ("measured", "measured")])
def test_a_disagreement_names_its_place_and_what_was_used(used: str, said: str) -> None:
    note = ConflictNote(
        fact="disc_zone",
        stated="subarticular",
        measured="central",
        unit="",
        uncertainty=None,
        method="seen",
        level="L5-S1",
        side="left",
        used=used,  # type: ignore[arg-type]
    )
    found = scan_view(everything(disagreements=[note]), LEXICON)
    assert found is not None
    [conflict] = found.disagreements
    assert conflict.label == "Zone of the herniation (L5-S1, patient's left)"
    assert (conflict.stated, conflict.measured, conflict.used) == ("subarticular", "central", said)


def test_what_was_not_measured_is_told_in_words() -> None:
    names = ("canal_depth L2-L3", "herniation_base L5-S1 left")
    spine = {**anatomy(), "missing": [*names, "canal_depth L4-L5"]}
    spine["warnings"] = [
        {"code": "not_measured", "text": f"Not measured: {', '.join(names)}.", "structures": names}
    ]
    found = scan_view(everything(anatomy=spine), LEXICON)
    assert found is not None
    assert found.missing == ("Depth of the bony canal (L4-L5)",)  # the others are told by the warning
    assert found.warnings == (
        "Not measured: depth of the bony canal (L2-L3), base of the herniation (L5-S1, patient's left).",
    )


@pytest.mark.heavy
def test_every_measurement_of_a_real_scan_is_shown() -> None:
    made = plan_named("demo with its scan")
    assert made.anatomy is not None
    found = scan_view(made, Lexicon.of(made.decisions))
    assert found is not None
    measured = [item for item in made.anatomy["measurements"] if item["name"] != "present"]
    cells = [
        text
        for group in (*found.near, *found.far)
        for line in group.lines
        for text in (line.whole, line.left, line.right)
        if text
    ]
    assert sum(text.count("; ") + 1 for text in cells) == len(measured) > 100
    assert {name for item in measured for name in [item["name"]]} <= set(words()["quantities"])
