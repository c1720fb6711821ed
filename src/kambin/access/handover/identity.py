"""Who a DICOM file says it belongs to: identifiers derived from the content, no clock, no person."""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from dataclasses import asdict, dataclass
from datetime import datetime

import numpy as np

from kambin.access.handover.content import Content
from kambin.errors import InputError

__all__ = ["DUMMY_TIME", "Identity", "identity_of", "uid_of"]

# A content date must be there (type 1). Where none is given, the dummy of de-identified files stands for it.
DUMMY_TIME = datetime(1900, 1, 1)
_UID = re.compile(r"(0|[1-9]\d*)(\.(0|[1-9]\d*))+")


@dataclass(frozen=True, slots=True)
class Identity:
    """Under which identifiers the DICOM files stand.

    Attributes
    ----------
    seed : str
        Hash of everything that is written; identifiers of instances come from it.
    study_uid, frame_uid : str
        Study and frame of reference. All files of one map share both.
    made : datetime
        What the files give as content date; `DUMMY_TIME` where none was told.
    """

    seed: str
    study_uid: str
    frame_uid: str
    made: datetime

    def uid(self, *parts: str) -> str:
        """An identifier that is the same for the same content."""
        return uid_of(self.seed, *parts)


def uid_of(*parts: str) -> str:
    """A DICOM identifier from text: a name-based UUID under 2.25 (PS3.5 B.2)."""
    digest = hashlib.sha256("\n".join(parts).encode()).digest()
    return f"2.25.{uuid.UUID(bytes=digest[:16], version=5).int}"


def identity_of(
    content: Content,
    *,
    made: datetime | None = None,
    study_uid: str | None = None,
    frame_uid: str | None = None,
) -> Identity:
    """Derive the identifiers.

    Parameters
    ----------
    content : Content
    made : datetime, optional
        Content date and time of the DICOM files; never read from a clock.
    study_uid, frame_uid : str, optional
        Of the scan that the map was made from, where they are known; derived from the map without them.

    Returns
    -------
    Identity

    Raises
    ------
    InputError
        An identifier that is none.
    """
    for field, value in (("study_uid", study_uid), ("frame_uid", frame_uid)):
        if value is not None and (len(value) > 64 or not _UID.fullmatch(value)):
            raise InputError("no DICOM identifier", field=field, value=value, expected="digits and dots")
    volume = content.model.labels.volume
    digest = hashlib.sha256(np.ascontiguousarray(volume.lps_from_voxel).tobytes())
    digest.update(str(volume.array.shape).encode())
    digest.update(np.ascontiguousarray(volume.array).tobytes())
    scan = digest.hexdigest()
    study = study_uid or uid_of(scan, "study")
    frame = frame_uid or uid_of(scan, "frame of reference")
    when = DUMMY_TIME if made is None else made
    planned = json.dumps([asdict(content.plan), asdict(content.proposal)], sort_keys=True)
    return Identity(uid_of(scan, planned, study, frame, when.isoformat()), study, frame, when)
