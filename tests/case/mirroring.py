"""The patient in the mirror: left is right and right is left, everything else stays."""

from __future__ import annotations

from typing import Any

from kambin.case import Case

WORDS = {"left": "right", "right": "left"}


def mirrored_name(name: str) -> str:
    """A field's or a fact's name with left and right exchanged."""
    return "_".join(WORDS.get(part, part) for part in name.split("_"))


def mirrored_path(path: str) -> str:
    return ".".join(mirrored_name(part) for part in path.split("."))


def mirrored_plain(value: Any) -> Any:
    """Plain values with left and right exchanged in names and in words."""
    if isinstance(value, dict):
        return {mirrored_name(name): mirrored_plain(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [mirrored_plain(item) for item in value]
    return WORDS.get(value, value) if isinstance(value, str) else value


def mirrored(case: Case) -> Case:
    """The case of the patient in the mirror."""
    plain = case.model_dump(exclude={"absent", "measured", "id", "title"})
    measured = [item.model_dump() | {"name": mirrored_name(item.name)} for item in case.measured]
    for item in measured:
        item["value"] = mirrored_plain(item["value"])
        item["side"] = mirrored_plain(item["side"])
    absent = {mirrored_path(path): reason for path, reason in case.absent.items()}
    same = {"id": case.id, "title": case.title, "measured": measured, "absent": absent}
    return Case.model_validate({**mirrored_plain(plain), **same})
