from __future__ import annotations

from kambin.report.lexicon import Lexicon
from kambin.report.scan import first_screen_warnings, scan_view
from tests.report.conftest import plan_named
from tests.report.plans import anatomy, bare, everything

LEXICON = Lexicon.of([])


def test_values_stand_with_uncertainty_method_and_structures() -> None:
    found = scan_view(everything(), LEXICON)
    assert found is not None
    assert found.levels == "L1, L2, L3, L4, L5, sacrum"
    assert found.convention == "total (named by the caller)"
    volume, crest, other = found.groups
    assert (volume.quantity, volume.method) == ("Volume of the bone", "Method of volume")
    assert [(row.what, row.value.replace("\u00a0", " "), row.structures) for row in volume.rows] == [
        ("L4", "60 ml ± 0.2", ("L4",))
    ]
    assert [(row.what, row.value.replace("\u00a0", " ")) for row in crest.rows] == [
        ("L4-L5, patient's left", "21.7 mm ± 4.1"),
        ("Patient's right", "not measured"),
    ]
    assert crest.rows[0].structures == ("patient's left hip bone", "L4")
    assert (other.quantity, other.rows[0].what, other.rows[0].value) == ("Lordosis", "Whole spine", "40°")
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
    assert conflict.stated.replace("\u00a0", " ") == "5 mm"
    assert conflict.measured.replace("\u00a0", " ") == "21.7 mm ± 4.1"


def test_remarks_on_the_reading_of_the_map_do_not_reach_the_first_screen() -> None:
    made = everything()
    assert first_screen_warnings(made) == ("Both legs hurt.", "The numbering is in doubt.")
    found = scan_view(made, LEXICON)
    assert found is not None
    assert found.warnings == (
        "Left out, because loose: patient's left hip bone 0.01 ml.",
        "The numbering is in doubt.",
    )
    assert first_screen_warnings(everything(anatomy=None)) == tuple(made.warnings)


def test_without_a_scan_there_is_no_section() -> None:
    assert scan_view(bare(), LEXICON) is None
    only_measured = scan_view(everything(disagreements=[], scan_effects=[], anatomy=anatomy()), LEXICON)
    assert only_measured is not None
    assert only_measured.effects == ()
    only_written = scan_view(everything(anatomy=None), LEXICON)
    assert only_written is not None
    assert only_written.groups == ()


def test_every_measurement_of_a_real_scan_is_shown() -> None:
    made = plan_named("demo with its scan")
    assert made.anatomy is not None
    found = scan_view(made, Lexicon.of(made.decisions))
    assert found is not None
    measured = [item for item in made.anatomy["measurements"] if item["name"] != "present"]
    assert sum(len(group.rows) for group in found.groups) == len(measured) > 5
    assert {group.quantity for group in found.groups} == {
        "Volume of the bone",
        "Iliac crest above the L4-L5 disc",
    }
