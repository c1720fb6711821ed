"""Drawing in two processes: the same galleries, whoever draws, and none lost where the second one breaks."""

from __future__ import annotations

import pickle
import subprocess
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from kambin.case.words import Side
from kambin.report.pictures import beside, studio
from kambin.report.pictures.beside import Beside, Broken
from kambin.report.pictures.figures import Desk, Gallery, Job
from kambin.report.pictures.studio import Studio
from tests.report.pictures import hand_made

SCAN = Path(__file__).resolve().parents[3] / "examples" / "scans" / "demo_labels.nii.gz"


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A picture is its name, and drawing one takes no time."""

    def draw(self: Desk, job: Job) -> Gallery:
        return Gallery((), (" ".join(job),))

    monkeypatch.setattr(Desk, "draw", draw)


def shown(second: bool) -> dict[str, Gallery]:
    spine = hand_made.spine()
    plans = [hand_made.plan_for(spine, "L4-L5", Side.LEFT)]
    with Studio(second=second) as room:
        room.begin(spine)
        return room.galleries(plans, lambda _: None)


def test_two_processes_draw_what_one_draws() -> None:
    two, one = shown(second=True), shown(second=False)
    assert list(two) == list(one) == ["anatomy", "posterolateral"]
    for section, gallery in one.items():
        assert [item.name for item in two[section].pictures] == [item.name for item in gallery.pictures]
        assert two[section] == gallery


class Breaks:
    """A second process that dies at its second job."""

    asked = 0

    def show(self, spine: Any) -> None: ...

    def draw(self, job: Job, plan: Any) -> Gallery:
        self.asked += 1
        if self.asked > 1:
            raise Broken("gone")
        return Gallery((), (" ".join(job),))

    def close(self) -> None: ...


def test_what_a_broken_second_process_leaves_is_drawn_here(
    monkeypatch: pytest.MonkeyPatch, quick: None
) -> None:
    alone = shown(second=False)
    monkeypatch.setattr(studio, "Beside", Breaks)
    assert shown(second=True) == alone


def test_a_second_process_that_can_not_be_started_is_done_without(
    monkeypatch: pytest.MonkeyPatch, quick: None
) -> None:
    def refused(*_: Any, **__: Any) -> None:
        raise OSError("no more processes")

    alone = shown(second=False)
    monkeypatch.setattr(subprocess, "Popen", refused)
    assert shown(second=True) == alone


@pytest.mark.parametrize(("count", "started"), [(1, 0), (2, 1), (8, 1)])
def test_a_second_process_is_started_where_there_are_processors(
    monkeypatch: pytest.MonkeyPatch, count: int, started: int
) -> None:
    made: list[Breaks] = []

    def make() -> Breaks:
        made.append(Breaks())
        return made[-1]

    monkeypatch.setattr(studio, "processors", lambda: count)
    monkeypatch.setattr(studio, "Beside", make)
    with Studio():
        pass
    assert len(made) == started


def test_the_second_process_ends_with_the_room_even_in_trouble() -> None:
    with pytest.raises(KeyError), Studio(second=True) as room:
        found = room._beside
        room.begin(hand_made.spine())
        raise KeyError
    assert isinstance(found, Beside)
    assert found._process.returncode is not None


def test_a_message_that_can_not_be_sent_is_broken_and_not_raised() -> None:
    other = Beside()
    try:
        with pytest.raises(Broken):
            other._send(lambda: None)
        other._process.kill()
        other._process.wait()
        with pytest.raises(Broken):
            other.draw(Job("anatomy", "sagittal"), None)
    finally:
        other.close()


def test_read_only_mappings_travel() -> None:
    import io

    held = io.BytesIO()
    beside._Pickler(held).dump(MappingProxyType({"a": MappingProxyType({1: 2})}))
    found = pickle.loads(held.getvalue())
    assert found == {"a": {1: 2}}
    assert isinstance(found["a"], MappingProxyType)


def test_a_spine_that_was_measured_travels() -> None:
    import io

    from kambin.anatomy import read_spine

    spine = read_spine(SCAN)
    held = io.BytesIO()
    beside._Pickler(held, protocol=pickle.HIGHEST_PROTOCOL).dump(spine)
    found = pickle.loads(held.getvalue())
    assert found.to_dict() == spine.to_dict()
    assert (found.model.labels.volume.array == spine.model.labels.volume.array).all()


def test_nothing_is_drawn_of_a_spine_without_geometry() -> None:
    with Studio(second=False) as room:
        room.begin(hand_made.spine(with_model=False))
        assert room.galleries([], lambda _: None) == {}
