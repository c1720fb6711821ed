"""A phantom on disk: label map, images and `truth.json`; the same bytes for the same phantom."""

from __future__ import annotations

import gzip
import json
import shutil
import tempfile
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from kambin.anatomy import frames
from kambin.anatomy.conventions import convention
from kambin.anatomy.phantom.imaging import Modality
from kambin.anatomy.phantom.model import PhantomScan
from kambin.anatomy.volume import Volume
from kambin.errors import InputError
from kambin.files import make_folder, told, write_file

__all__ = ["nifti_bytes", "write_labels", "write_scan"]

TRUTH_VERSION = 1


def nifti_bytes(volume: Volume, names: dict[int, str] | None = None, *, packed: bool = True) -> bytes:
    """A volume as the bytes of a NIfTI file.

    Parameters
    ----------
    volume : Volume
    names : dict, optional
        Voxel value → structure; written as a label table in the form that TotalSegmentator writes.
    packed : bool
        Whether gzip is put about it, without a time stamp.
    """
    nibabel: Any = import_module("nibabel")
    image = nibabel.Nifti1Image(np.asarray(volume.array), frames.lps_from_ras_affine(volume.lps_from_voxel))
    image.set_sform(image.affine, code=1)
    image.set_qform(image.affine, code=1)
    image.header.set_xyzt_units("mm")
    if names:
        image.header.extensions.append(nibabel.nifti1.Nifti1Extension("ignore", _table(names)))
    content: bytes = image.to_bytes()
    return gzip.compress(content, 6, mtime=0) if packed else content


def write_labels(scan: PhantomScan, path: str | Path, *, dtype: str = "uint8", table: bool = True) -> None:
    """Write the label map alone.

    Parameters
    ----------
    scan : PhantomScan
    path : str or Path
        Ends in `.nii` or `.nii.gz`.
    dtype : str
        Type of the voxels in the file.
    table : bool
        Whether the file names its labels.
    """
    volume = Volume(np.asarray(scan.labels.array).astype(dtype), scan.labels.lps_from_voxel)
    content = nifti_bytes(volume, _names(scan) if table else None, packed=Path(path).suffix == ".gz")
    write_file(Path(path), content)


def write_scan(
    scan: PhantomScan,
    folder: str | Path,
    *,
    images: Sequence[Modality] = ("ct", "t2"),
    progress: Callable[[str], None] = lambda _: None,
) -> Path:
    """Write label map, parts, images and truth into a new folder; nothing is left half-written.

    Parameters
    ----------
    scan : PhantomScan
    folder : str or Path
        Must not exist.
    images : sequence of str
        Which images to write.
    progress : callable
        Told what is being done.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    InputError
        The folder exists, or can not be written.
    """
    target = Path(folder)
    if target.exists():
        raise InputError("exists already", where=str(target), expected="a folder that does not exist yet")
    make_folder(target.parent)
    with told("can not write the phantom", target):
        unfinished = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
        try:
            _fill(scan, unfinished, images, progress)
            unfinished.chmod(0o755)
            unfinished.replace(target)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
    return target


def _fill(
    scan: PhantomScan, folder: Path, images: Sequence[Modality], progress: Callable[[str], None]
) -> None:
    progress("writing the label map")
    (folder / "labels.nii.gz").write_bytes(nifti_bytes(scan.labels, _names(scan)))
    (folder / "parts.nii.gz").write_bytes(nifti_bytes(scan.parts))
    for modality in images:
        progress(f"making the {modality.upper()}-like image")
        (folder / f"{modality}.nii.gz").write_bytes(nifti_bytes(scan.image(modality)))
    progress("computing the truth")
    document = {
        "kambin_phantom": TRUTH_VERSION,
        "note": "Computed from the implicit functions of the solids, never from voxels. LPS mm. No patient.",
        **scan.phantom.describe(),
        "labels": scan.convention,
        "spacing_mm": frames.as_point(np.array(scan.labels.spacing_mm)),
        "lps_from_phantom": scan.truth.place.lps_from_phantom.tolist(),
        **scan.truth.to_dict(),
    }
    text = json.dumps(document, indent=1, ensure_ascii=False, default=str)
    (folder / "truth.json").write_text(text + "\n", encoding="utf-8")


def _names(scan: PhantomScan) -> dict[int, str]:
    table = convention(scan.convention).names
    return {int(value): table[int(value)] for value in np.unique(scan.labels.array) if value}


def _table(names: dict[int, str]) -> bytes:
    entries = "".join(
        f'<Label Key="{value}" Red="0" Green="0" Blue="0" Alpha="1"><![CDATA[{name}]]></Label>\n'
        for value, name in names.items()
    )
    start = (
        '<?xml version="1.0" encoding="UTF-8"?><CaretExtension><VolumeInformation Index="0"><LabelTable>\n'
    )
    return f"{start}{entries}</LabelTable></VolumeInformation></CaretExtension>".encode("ascii")
