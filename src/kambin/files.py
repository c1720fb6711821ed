"""Files and folders: written whole or not at all, and the package's own data read quickly."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from kambin.errors import InputError

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

__all__ = ["load_yaml", "make_folder", "told", "write_file"]

_NOW: Mapping[int | None, str] = MappingProxyType(
    {
        errno.ENOSPC: "make room there, or choose another folder",
        errno.EDQUOT: "make room there, or choose another folder",
        errno.EEXIST: "a file stands where a folder is to be: move it away, or choose another folder",
        errno.ENOTDIR: "a file stands where a folder is to be: move it away, or choose another folder",
        errno.ENAMETOOLONG: "choose a shorter name",
    }
)
_ELSEWHERE = "choose a folder that you may write to"


@contextmanager
def told(what: str, where: Path) -> Iterator[None]:
    """Tell a reader what could not be written, why, and what to do.

    Parameters
    ----------
    what : str
        For example "can not write the pictures".
    where : Path
        The file or folder that was asked for.

    Raises
    ------
    InputError
        In place of any `OSError` within.
    """
    try:
        yield
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise InputError(what, where=str(where), why=why, now=_NOW.get(error.errno, _ELSEWHERE)) from None


def make_folder(path: Path) -> Path:
    """Make a folder with those above it, where it is not there yet.

    Parameters
    ----------
    path : Path

    Returns
    -------
    Path
        The same path.

    Raises
    ------
    InputError
        It can not be made.
    """
    with told("can not make the folder", path):
        path.mkdir(parents=True, exist_ok=True)
    return path


def write_file(path: Path, content: str | bytes) -> Path:
    """Write a file whole or not at all.

    Parameters
    ----------
    path : Path
        Its folder exists.
    content : str or bytes
        Text is written as UTF-8, with the line ends that it has.

    Returns
    -------
    Path
        The same path.

    Raises
    ------
    OSError
        It can not be written; what stood there before stands there still.
    """
    data = content.encode() if isinstance(content, str) else content
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        part.chmod(0o666 & ~_umask())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return path


def load_yaml(file: Traversable) -> Any:
    """What a YAML file of the package's own data holds.

    The safe loader, by libyaml where it is there: it builds the same several times faster.
    """
    import yaml

    text = file.read_text(encoding="utf-8")
    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # a safe loader


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
