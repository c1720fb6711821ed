"""Files: written whole or not at all, and the package's own data read quickly."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

__all__ = ["load_yaml", "write_file"]


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
