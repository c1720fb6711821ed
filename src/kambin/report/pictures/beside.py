"""A second process that draws while this one goes on.

A picture comes out the same in whichever process it is drawn, so the work may be shared as it falls. The
process loads its libraries while the scan is still being read. It is a convenience and never a condition:
where it can not be started, or breaks, `Beside` says so and the caller draws for itself.
"""

from __future__ import annotations

import contextlib
import copyreg
import io
import json
import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kambin.access.model import AccessPlan
    from kambin.anatomy.model import Spine
    from kambin.report.pictures.figures import Gallery, Job

__all__ = ["Beside", "Broken", "serve"]

# the same places to import from, in the same order, and nothing of the folder that it is started in
PROGRAM = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from kambin.report.pictures.beside import serve; serve()"
)
# loaded before the first job comes, beside the kernels: what every picture needs
EARLY = (
    "scipy.ndimage",
    "matplotlib.backends.backend_svg",
    "matplotlib.figure",
    "contourpy",
    "kambin.report.pictures.figures",
    "vtkmodules.vtkRenderingOpenGL2",
    "vtkmodules.vtkFiltersCore",
)


class Broken(Exception):
    """The second process is gone, or did not understand."""


def _thawed(items: dict[Any, Any]) -> Mapping[Any, Any]:
    return MappingProxyType(items)


def _frozen(view: Mapping[Any, Any]) -> tuple[Callable[..., Any], tuple[Any, ...]]:
    return _thawed, (dict(view),)


class _Pickler(pickle.Pickler):
    """Read-only mappings, of which a measured spine has many, are more than pickle knows by itself."""

    dispatch_table = MappingProxyType({**copyreg.dispatch_table, MappingProxyType: _frozen})


class Beside:
    """The near end: starts the process, and is asked from one thread at a time.

    Raises
    ------
    Broken
        From every method, once the process can not be used.
    """

    def __init__(self) -> None:
        command = [sys.executable, "-P", "-c", PROGRAM, json.dumps(sys.path)]
        pipes: dict[str, Any] = {
            "stdin": subprocess.PIPE,
            "stdout": subprocess.PIPE,
            "stderr": subprocess.DEVNULL,
        }
        try:
            self._process = subprocess.Popen(command, **pipes)
        except (OSError, ValueError) as error:
            raise Broken(str(error)) from error

    def show(self, spine: Spine) -> None:
        """Hand over the spine that all later jobs are about."""
        self._send(spine)

    def draw(self, job: Job, plan: AccessPlan | None) -> Gallery:
        """Have one job drawn; the plan is that of its corridor."""
        self._send((job, plan))
        try:
            drawn: Gallery = pickle.load(self._process.stdout)  # type: ignore[arg-type]
        except (OSError, EOFError, ValueError, pickle.UnpicklingError) as error:
            raise Broken(str(error)) from error
        return drawn

    def _send(self, message: object) -> None:
        held = io.BytesIO()
        try:
            _Pickler(held, protocol=pickle.HIGHEST_PROTOCOL).dump(message)
            self._process.stdin.write(held.getbuffer())  # type: ignore[union-attr]
            self._process.stdin.flush()  # type: ignore[union-attr]
        except (OSError, ValueError, TypeError, AttributeError, pickle.PicklingError) as error:
            raise Broken(str(error)) from error

    def close(self) -> None:
        """End the process, whatever it is at."""
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                pipe.close()  # type: ignore[union-attr]
        self._process.wait()


def serve() -> None:
    """The far end: draws what it is asked for until nobody asks."""
    import signal
    from importlib import import_module

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first process is told, and ends this one
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not stand among the answers
    for name in EARLY:
        with contextlib.suppress(ImportError):
            import_module(name)
    from kambin.report.pictures.early import prepare
    from kambin.report.pictures.figures import Desk
    from kambin.report.pictures.scene import scene_of

    prepare()
    asked = sys.stdin.buffer
    with contextlib.suppress(EOFError):
        desk = Desk(scene_of(pickle.load(asked)))
        while True:
            job, plan = pickle.load(asked)
            if plan is not None:
                desk.plans.setdefault(job.section, plan)
            pickle.dump(desk.draw(job), answers, protocol=pickle.HIGHEST_PROTOCOL)
            answers.flush()
