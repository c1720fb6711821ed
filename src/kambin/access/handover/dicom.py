"""What all DICOM files of the hand-over share: header, fixed identifiers, bytes."""

from __future__ import annotations

import io
from typing import Any

from kambin import __version__
from kambin.access.handover.content import Content
from kambin.access.handover.identity import Identity

__all__ = ["EQUIPMENT", "SCHEME", "dicom_bytes", "laterality", "private", "settled", "source_header"]

SCHEME = "99KAMBIN"
EQUIPMENT: dict[str, Any] = {
    "manufacturer": "kambin",
    "manufacturer_model_name": "kambin",
    "software_versions": __version__,
    "device_serial_number": "none",
}
# What highdicom and pydicom make up at random begins so.
RANDOM_ROOTS = ("1.2.826.0.1.3680043.10.511.3.", "1.2.826.0.1.3680043.8.498.")
LATERALITY = {"left": ("7771000", "Left"), "right": ("24028007", "Right")}
_META_ELEMENTS = ("ImplementationVersionName", "SourceApplicationEntityTitle")


def private(value: str, meaning: str) -> Any:
    """A code of our own scheme, for what the standard has no code that we looked up."""
    from highdicom.sr import CodedConcept

    return CodedConcept(value[:16], SCHEME, meaning[:64])


def laterality(side: str) -> Any:
    """SNOMED CT's left or right."""
    from highdicom.sr import CodedConcept

    value, meaning = LATERALITY[side]
    return CodedConcept(value, "SCT", meaning)


def source_header(content: Content, identity: Identity) -> Any:
    """A header to inherit from: no patient, no date, the map's study and frame of reference.

    It stands for the scan where highdicom asks for one, and is not written. What names it is taken out again.
    """
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.uid import ExplicitVRLittleEndian

    head: Any = Dataset()
    head.file_meta = FileMetaDataset()
    head.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    head.SOPClassUID = "1.2.840.10008.5.1.4.1.1.2"
    head.SOPInstanceUID = identity.uid("header")
    head.StudyInstanceUID = identity.study_uid
    head.SeriesInstanceUID = identity.uid("header", "series")
    head.FrameOfReferenceUID = identity.frame_uid
    head.PositionReferenceIndicator = ""
    for name in ("PatientID", "PatientName", "PatientBirthDate", "PatientSex", "AccessionNumber", "StudyID"):
        setattr(head, name, "")
    for name in ("StudyDate", "StudyTime", "ReferringPhysicianName"):
        setattr(head, name, "")
    head.Modality = "CT"
    head.SeriesNumber, head.InstanceNumber = 1, 1
    head.Rows, head.Columns = 2, 2
    head.ImagePositionPatient = [0.0, 0.0, 0.0]
    head.ImageOrientationPatient = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0]
    head.PixelSpacing, head.SliceThickness = [1.0, 1.0], 1.0
    head.SamplesPerPixel, head.PhotometricInterpretation = 1, "MONOCHROME2"
    head.BitsAllocated, head.BitsStored, head.HighBit, head.PixelRepresentation = 16, 16, 15, 0
    head.SpecificCharacterSet = "ISO_IR 192"
    return head


def settled(dataset: Any, identity: Identity, name: str) -> Any:
    """Take clock and chance out of a data set: optional dates go, made-up identifiers are derived.

    Parameters
    ----------
    dataset : pydicom.Dataset
        Changed in place.
    identity : Identity
    name : str
        Of the file, so that no two share an identifier.

    Returns
    -------
    pydicom.Dataset
    """
    for keyword in ("InstanceCreationDate", "InstanceCreationTime", "ContributingEquipmentSequence"):
        if keyword in dataset:
            delattr(dataset, keyword)
    known: dict[str, str] = {}

    def settle(_: Any, element: Any) -> None:
        """Exchange a random UID for one that is always the same."""
        if element.VR == "UI" and isinstance(element.value, str) and element.value.startswith(RANDOM_ROOTS):
            known.setdefault(str(element.value), identity.uid(name, str(len(known))))
            element.value = known[str(element.value)]

    dataset.walk(settle)
    return dataset


def dicom_bytes(dataset: Any) -> bytes:
    """The file, with preamble, the same for the same data set."""
    from pydicom import dcmwrite

    meta = dataset.file_meta
    meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    for keyword in _META_ELEMENTS:
        if keyword in meta:
            delattr(meta, keyword)
    out = io.BytesIO()
    dcmwrite(out, dataset, enforce_file_format=True)
    return out.getvalue()
