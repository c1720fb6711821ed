"""A surface as a DICOM Encapsulated STL, in the map's frame of reference."""

from __future__ import annotations

from typing import Any

from kambin.access.handover.content import Content
from kambin.access.handover.dicom import EQUIPMENT, private, settled, source_header
from kambin.access.handover.identity import Identity
from kambin.access.handover.meshes import STL_HEADER, Mesh, stl_bytes

__all__ = ["encapsulated_stl"]

SOP_CLASS = "1.2.840.10008.5.1.4.1.1.104.3"
INHERITED = (
    "StudyInstanceUID",
    "FrameOfReferenceUID",
    "PositionReferenceIndicator",
    "PatientID",
    "PatientName",
    "PatientBirthDate",
    "PatientSex",
    "AccessionNumber",
    "StudyID",
    "StudyDate",
    "StudyTime",
    "ReferringPhysicianName",
    "SpecificCharacterSet",
)


def encapsulated_stl(content: Content, mesh: Mesh, identity: Identity, number: int) -> Any:
    """Put a mesh into a DICOM data set.

    Parameters
    ----------
    content : Content
    mesh : Mesh
    identity : Identity
    number : int
        Of the instance in its series, from 1.

    Returns
    -------
    pydicom.Dataset
    """
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.uid import ExplicitVRLittleEndian

    head = source_header(content, identity)
    made: Any = Dataset()
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    for name in INHERITED:
        setattr(made, name, head[name].value)
    made.SOPClassUID = SOP_CLASS
    made.SOPInstanceUID = identity.uid("stl", mesh.key)
    made.SeriesInstanceUID = identity.uid("stl", "series")
    made.SeriesNumber, made.InstanceNumber, made.Modality = 103, number, "M3D"
    made.SeriesDescription = "kambin corridor, surfaces"
    made.Manufacturer = EQUIPMENT["manufacturer"]
    made.ManufacturerModelName = EQUIPMENT["manufacturer_model_name"]
    made.DeviceSerialNumber = EQUIPMENT["device_serial_number"]
    made.SoftwareVersions = EQUIPMENT["software_versions"]
    made.ContentDate = identity.made.strftime("%Y%m%d")
    made.ContentTime = identity.made.strftime("%H%M%S")
    made.AcquisitionDateTime = ""
    made.BurnedInAnnotation = "NO"
    made.RecognizableVisualFeatures = "NO"
    made.DocumentTitle = mesh.name[:64]
    made.ConceptNameCodeSequence = [private("SURFACE", "Surface of a planned corridor or of anatomy")]
    made.MIMETypeOfEncapsulatedDocument = "model/stl"
    made.ContentDescription = f"{mesh.name}, LPS mm ({STL_HEADER.decode()})"[:64]
    made.MeasurementUnitsCodeSequence = [_millimetres()]
    data = stl_bytes(mesh)
    made.EncapsulatedDocument = data + b"\0" * (len(data) % 2)
    made.EncapsulatedDocumentLength = len(data)
    return settled(made, identity, f"stl {mesh.key}")


def _millimetres() -> Any:
    from highdicom.sr import CodedConcept

    return CodedConcept("mm", "UCUM", "mm")
