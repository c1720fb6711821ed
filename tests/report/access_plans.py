"""Corridors made by hand, in the plain form in which a plan holds them."""

from __future__ import annotations

from typing import Any


def clearance(structure: str, gap: float, **more: Any) -> dict[str, Any]:
    """One clearance; a nerve on the left unless said otherwise."""
    return {
        "structure": structure,
        "side": "left",
        "kind": "nerve",
        "clearance_mm": gap,
        "uncertainty_mm": 0.7,
        "robust_mm": gap - 0.5,
        "demanded_mm": 0.0,
        "how": "given",
        "at_lps": [0.0, 0.0, 0.0],
        **more,
    }


def proposal(**more: Any) -> dict[str, Any]:
    """One corridor."""
    return {
        "cannula": "cannula-7",
        "sap_budget": 0.2,
        "corridor": {"entry_lps": [9, 9, 9], "target_lps": [0, 0, 0], "diameter_mm": 7.0, "depth_mm": 101.4},
        "angles": {"axial_deg": 44.8, "coronal_deg": -1.7, "sagittal_deg": 0.2},
        "entry": {
            "from_midline_mm": 98.67,
            "above_spinous_mm": -3.2,
            "spinous_of": "L4",
            "above_crest_mm": 0.1,
            "on_skin": True,
        },
        "clearances": [clearance("dural sac", 3.4, side=None), clearance("exiting root L5", 1.19)],
        "certificate": {
            "achieved": 1.94,
            "upper_bound": 2.14,
            "gap": 0.2,
            "unit": "sd",
            "tolerance": 0.22,
            "rays": 16604,
            "cells": 8852,
        },
        "tolerance": {"shift_mm": 1.2, "tilt_deg": 0.57, "touch_probability": 0.54, "source": "peidrobot"},
        "foraminoplasty": {
            "reamers_mm": [5.0, 6.5],
            "volume_mm3": 265.8,
            "sap_fraction": 0.107,
            "opening_before_mm": 0.0,
            "opening_after_mm": 8.03,
        },
        "reach": {"reached": 0.77, "seen": 0.8},
        "cautions": [],
        **more,
    }


def caution(code: str, text: str, *structures: str) -> dict[str, Any]:
    """One caution."""
    return {"code": code, "text": text, "structures": list(structures)}


def approach(name: str = "posterolateral", **more: Any) -> dict[str, Any]:
    """One approach to L5-S1 on the left, with two corridors of which the second is recommended."""
    return {
        "level": "L5-S1",
        "side": "left",
        "approach": name,
        "position": "prone",
        "proposals": [proposal(), proposal(reach=None)],
        "recommended": 1,
        "why": f"Why {name}.",
        "blocks": [],
        "cautions": [],
        "missing": [],
        **more,
    }


def blocked(name: str = "far-lateral", **more: Any) -> dict[str, Any]:
    """One approach without a corridor."""
    block = {"structure": "iliac bone", "side": "left", "by_mm": 2.39, "change": "a thinner way"}
    return approach(
        name, **{"proposals": [], "recommended": None, "blocks": [{**block, "sap_fraction": None}], **more}
    )
