"""Where the pictures of one patient are drawn: by this process and, where there are processors, by a second.

The spine's pictures are begun as soon as it is measured, while the corridors are still sought; both processes
then take the next job from one list until it is empty. The galleries are put together in a fixed order, so
that nothing shows who drew what.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Self

from kambin.access.sharing import processors
from kambin.report.pictures.beside import Beside, Broken

if TYPE_CHECKING:
    from kambin.access.model import AccessPlan
    from kambin.anatomy.model import Spine
    from kambin.report.pictures.figures import Desk, Gallery, Job

__all__ = ["Studio"]

LEAST_PROCESSORS = 2


class Studio:
    """Draws everything of one patient; a context manager, which ends the second process.

    Parameters
    ----------
    second : bool, optional
        Whether to draw in a second process too; without, where there are processors for it.
    """

    def __init__(self, *, second: bool | None = None) -> None:
        self._drawn: dict[Job, Gallery] = {}
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._desk: Desk | None = None
        self._beside: Beside | None = None
        self._thread: threading.Thread | None = None
        if processors() >= LEAST_PROCESSORS if second is None else second:
            try:
                self._beside = Beside()
            except Broken:
                self._beside = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._beside is not None:
            self._beside.close()
        if self._thread is not None:
            self._jobs.put(None)
            self._thread.join()

    def begin(self, spine: Spine) -> None:
        """Begin with the pictures of the spine, in the second process.

        Parameters
        ----------
        spine : Spine
            Without a model nothing is drawn of it.
        """
        from kambin.report.pictures.figures import Desk, measure_jobs
        from kambin.report.pictures.scene import scene_of

        if spine.model is None:
            return
        self._desk = Desk(scene_of(spine))
        for job in reversed(measure_jobs(self._desk.scene, three=True)):  # what takes longest comes first
            self._jobs.put(job)
        if self._beside is not None:
            self._thread = threading.Thread(
                target=self._have_drawn, args=(self._beside, spine, self._desk), daemon=True
            )
            self._thread.start()

    def _have_drawn(self, beside: Beside, spine: Spine, desk: Desk) -> None:
        try:
            beside.show(spine)
            while (job := self._jobs.get()) is not None:
                self._drawn[job] = beside.draw(job, desk.plans.get(job.section))
        except Broken:
            return  # what it leaves undone is drawn in this process

    def galleries(self, plans: Sequence[AccessPlan], progress: Callable[[str], None]) -> dict[str, Gallery]:
        """All pictures of the spine and of its corridors, by section.

        Parameters
        ----------
        plans : sequence of AccessPlan
            One of each approach.
        progress : callable
            Is told what is drawn next.

        Returns
        -------
        dict of str to Gallery
            Empty where no spine was shown.
        """
        from kambin.report.pictures.figures import access_jobs, joined, measure_jobs

        desk = self._desk
        if desk is None:
            return {}
        desk.plans.update({plan.approach: plan for plan in plans})
        corridors = [job for plan in plans for job in access_jobs(plan, three=False)]
        for each in corridors:
            self._jobs.put(each)
        for _ in ("this process", "the second"):
            self._jobs.put(None)
        while (job := self._jobs.get()) is not None:
            progress(f"drawing: {job.section}, {job.what} {job.of}".rstrip())
            self._drawn[job] = desk.draw(job)
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        wanted = (*measure_jobs(desk.scene, three=True), *corridors)
        for left in wanted:
            if left not in self._drawn:
                self._drawn[left] = desk.draw(left)
        sections = dict.fromkeys(item.section for item in wanted)
        return {
            section: joined(self._drawn[item] for item in wanted if item.section == section)
            for section in sections
        }
