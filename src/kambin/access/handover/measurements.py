"""The corridor as a DICOM measurement report: TID 1500 in a Comprehensive 3D SR.

The axis is a polyline from entry to target in the patient's own millimetres. Angles and clearances have no
code in the standard that says what they mean here, so they carry ours, and their meaning in words.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from kambin.access.handover.content import Content
from kambin.access.handover.dicom import EQUIPMENT, laterality, private, settled
from kambin.access.handover.identity import Identity
from kambin.access.model import Clearance

__all__ = ["measurement_report"]

DEGREE, MILLIMETRE = ("deg", "degree"), ("mm", "millimeter")


def measurement_report(content: Content, identity: Identity, evidence: Sequence[Any]) -> Any:
    """Make the report.

    Parameters
    ----------
    content : Content
    identity : Identity
    evidence : sequence of pydicom.Dataset
        The other DICOM files of this hand-over; at least one.

    Returns
    -------
    pydicom.Dataset
        Complete, not verified by anyone, and preliminary: a plan is a proposal.
    """
    from highdicom import sr
    from pydicom.sr.codedict import codes

    device = sr.DeviceObserverIdentifyingAttributes(
        uid=identity.uid("device"),
        name="kambin",
        manufacturer_name="kambin",
        model_name="kambin access",
    )
    observer = sr.ObserverContext(observer_type=codes.DCM.Device, observer_identifying_attributes=device)
    report = sr.MeasurementReport(
        observation_context=sr.ObservationContext(observer_device_context=observer),
        procedure_reported=sr.CodedConcept("363679005", "SCT", "Imaging procedure"),
        imaging_measurements=[_axis(content, identity)],
        title=codes.DCM.ImagingMeasurementReport,
        language_of_content_item_and_descendants=sr.LanguageOfContentItemAndDescendants(
            language=sr.CodedConcept("en", "RFC5646", "English")
        ),
    )
    made = sr.Comprehensive3DSR(
        evidence=list(evidence),
        content=report,
        series_instance_uid=identity.uid("report", "series"),
        series_number=102,
        sop_instance_uid=identity.uid("report"),
        instance_number=1,
        is_complete=True,
        is_final=False,
        is_verified=False,
        series_description="kambin corridor, measurements",
        content_date=identity.made.date(),
        content_time=identity.made.time(),
        **EQUIPMENT,
    )
    return settled(made, identity, "report")


def _axis(content: Content, identity: Identity) -> Any:
    from highdicom import sr

    corridor, plan = content.proposal.corridor, content.plan
    line = np.array([corridor.entry_lps, corridor.target_lps], dtype=np.float32)
    site = private(plan.level, f"Disc {plan.level}")
    return sr.PlanarROIMeasurementsAndQualitativeEvaluations(
        tracking_identifier=sr.TrackingIdentifier(
            uid=identity.uid("axis"), identifier=f"corridor {plan.level} {plan.side.value}"
        ),
        referenced_region=sr.ImageRegion3D("POLYLINE", line, identity.frame_uid),
        finding_type=private("CORRIDOR", f"Planned corridor, {plan.approach}, entry to target"),
        finding_sites=[sr.FindingSite(site, laterality=laterality(plan.side.value))],
        measurements=_measurements(content),
    )


def _measurements(content: Content) -> list[Any]:
    item = content.proposal
    angles, entry, bone, hand = item.angles, item.entry, item.foraminoplasty, item.tolerance
    found: list[tuple[str, str, float | None, tuple[str, str]]] = [
        ("DEPTH", "Depth from skin to target", item.corridor.depth_mm, MILLIMETRE),
        ("DIAMETER", "Outer diameter of the cannula", item.corridor.diameter_mm, MILLIMETRE),
        ("AXIAL", "Angle in the disc's plane, straight back is 0", angles.axial_deg, DEGREE),
        ("CORONAL", "Angle in the coronal plane, towards the head +", angles.coronal_deg, DEGREE),
        ("SAGITTAL", "Angle in the sagittal plane, towards the head +", angles.sagittal_deg, DEGREE),
        ("FROM-MIDLINE", "Entry from the midline", entry.from_midline_mm, MILLIMETRE),
        ("ABOVE-SPINOUS", "Entry above the spinous process", entry.above_spinous_mm, MILLIMETRE),
        ("ABOVE-CREST", "Entry above the iliac crest", entry.above_crest_mm, MILLIMETRE),
        ("TOLERATED-SHIFT", "Shift that uses up the clearance", hand.shift_mm, MILLIMETRE),
        ("TOLERATED-TILT", "Tilt that uses up the clearance", hand.tilt_deg, DEGREE),
        ("REAMED-VOLUME", "Volume of bone to ream", bone.volume_mm3, ("mm3", "cubic millimeter")),
        ("REAMED-SHARE", "Share of the articular process to ream", bone.sap_fraction, ("1", "no units")),
    ]
    made = [_measured(*one) for one in found if one[2] is not None]
    return [*made, *(_clearance(one) for one in item.clearances)]


def _measured(value: str, meaning: str, number: float | None, unit: tuple[str, str]) -> Any:
    from highdicom import sr

    return sr.Measurement(
        name=private(value, meaning),
        value=_decimal(0.0 if number is None else number),
        unit=sr.CodedConcept(unit[0], "UCUM", unit[1]),
    )


def _clearance(one: Clearance) -> Any:
    from highdicom import sr

    place = private("S" + hashlib.sha256(one.structure.encode()).hexdigest()[:12].upper(), one.structure)
    side = None if one.side is None else laterality(one.side.value)
    return sr.Measurement(
        name=private("CLEARANCE", "Clearance from the cannula's wall"),
        value=_decimal(one.clearance_mm),
        unit=sr.CodedConcept("mm", "UCUM", "millimeter"),
        finding_sites=[sr.FindingSite(place, laterality=side)],
        method=private(one.how.upper(), f"Position of the structure: {one.how}"),
        properties=sr.MeasurementProperties(
            measurement_statistical_properties=None,
            normal_range_properties=None,
            upper_measurement_uncertainty=_decimal(one.uncertainty_mm),
            lower_measurement_uncertainty=_decimal(one.uncertainty_mm),
        ),
    )


def _decimal(number: float) -> float:
    """To the fourth decimal: a decimal string holds 16 characters."""
    return round(float(number), 4)
