"""Entry, target, line and landmarks as 3D Slicer markups, schema 1.0.3, in LPS."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from kambin.access.handover.content import Content
from kambin.anatomy.model import Point

__all__ = ["landmarks_markup", "line_markup", "points_markup"]

SCHEMA = (
    "https://raw.githubusercontent.com/slicer/slicer/master/Modules/Loadable/Markups/Resources/Schema/"
    "markups-schema-v1.0.3.json#"
)
# Older versions of Slicer take a point as not defined unless it is said, and draw no line through it.
DEFINED = "defined"


def points_markup(content: Content) -> bytes:
    """Entry and target as two points."""
    corridor = content.proposal.corridor
    points = [("entry", corridor.entry_lps, ""), ("target", corridor.target_lps, "")]
    return _document("Fiducial", "E", points)


def line_markup(content: Content) -> bytes:
    """The axis as a line from entry to target, with its length."""
    corridor = content.proposal.corridor
    points = [("entry", corridor.entry_lps, ""), ("target", corridor.target_lps, "")]
    length = {
        "name": "length",
        "enabled": True,
        "value": corridor.depth_mm,
        "units": "mm",
        "printFormat": "%-#4.4g%s",
    }
    return _document("Line", "L", points, [length])


def landmarks_markup(content: Content) -> bytes:
    """All landmarks, each with what it is."""
    return _document("Fiducial", "F", [(one.name, one.at_lps, one.what) for one in content.landmarks])


def _document(
    kind: str,
    label: str,
    points: Sequence[tuple[str, Point, str]],
    measurements: Sequence[dict[str, Any]] = (),
) -> bytes:
    markup = {
        "type": kind,
        "coordinateSystem": "LPS",
        "coordinateUnits": "mm",
        "locked": True,
        "fixedNumberOfControlPoints": True,
        "labelFormat": "%N-%d",
        "lastUsedControlPointNumber": len(points),
        "controlPoints": [_point(f"{label}{number}", *point) for number, point in enumerate(points, start=1)],
        "measurements": list(measurements),
    }
    document = {"@schema": SCHEMA, "markups": [markup]}
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def _point(number: str, name: str, at_lps: Point, what: str) -> dict[str, Any]:
    return {
        "id": number,
        "label": name,
        "description": what,
        "associatedNodeID": "",
        "position": list(at_lps),
        # columns of the point's own axes: LPS itself
        "orientation": [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0],
        "selected": True,
        "locked": True,
        "visibility": True,
        "positionStatus": DEFINED,
    }
