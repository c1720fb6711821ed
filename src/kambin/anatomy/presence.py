"""What else an access has to know: discs, skin, and what lies beside the spine, labelled or not."""

from __future__ import annotations

from kambin.anatomy.column import Column
from kambin.anatomy.measuring import Book
from kambin.anatomy.reading import LabelMap
from kambin.anatomy.rows import expected_levels

__all__ = ["RETROPERITONEAL", "note_presence"]

# What a way from the side can meet: the great and the iliac vessels, kidneys, bowel and psoas, as
# TotalSegmentator names them.
RETROPERITONEAL = (
    "aorta",
    "inferior_vena_cava",
    "iliac_artery_left",
    "iliac_artery_right",
    "iliac_vena_left",
    "iliac_vena_right",
    "kidney_left",
    "kidney_right",
    "colon",
    "duodenum",
    "small_bowel",
    "iliopsoas_left",
    "iliopsoas_right",
)


def note_presence(book: Book, column: Column, labels: LabelMap, no_skin: str | None) -> None:
    """Write down what the map labels beside the bones, and warn of what it does not.

    Parameters
    ----------
    book : Book
    column : Column
    labels : LabelMap
    no_skin : str or None
        Why the skin is missing; None where it was found.
    """
    for name in RETROPERITONEAL:
        book.add("present", name in labels.boxes, "label in the map", None, (name,))
    absent = [name for name in RETROPERITONEAL if name not in labels.boxes]
    if absent:
        book.missing += absent
        text = (
            f"Not labelled, so nothing is known of where they lie: {', '.join(absent)}. "
            "That they are not in the map does not mean that they are not in the patient."
        )
        column.warn("retroperitoneum_incomplete", text, *absent)
    discs = [f"disc_{level}" for level in expected_levels(column) if f"disc_{level}" not in labels.boxes]
    if discs:
        book.missing += discs
        text = f"Not labelled, and derived from the bones where these allow: {', '.join(discs)}."
        column.warn("discs_derived", text, *discs)
    if no_skin is not None:
        book.missing.append("skin")
        column.warn("no_skin", f"The skin is missing: {no_skin}.", "skin")
