"""Templates are compiled once, and again when they change; where nothing may be written they are read too."""

from __future__ import annotations

from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader, UndefinedError

from kambin.report import framing


def test_compiled_templates_are_kept_and_follow_their_text(tmp_path: Path) -> None:
    def rendered() -> str:
        kept = framing._compiled_beside(tmp_path)
        assert kept is not None
        made = Environment(loader=FileSystemLoader(tmp_path), bytecode_cache=kept)
        return made.get_template("page.html").render()

    page = tmp_path / "page.html"
    page.write_text("one", encoding="utf-8")
    assert rendered() == "one"
    held = sorted((tmp_path / "__pycache__").iterdir())
    assert len(held) == 1
    page.write_text("two", encoding="utf-8")
    assert rendered() == "two"
    held[0].write_bytes(b"not what was written")
    assert rendered() == "two"


def test_a_folder_that_can_not_be_made_is_no_failure(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert framing._compiled_beside(tmp_path / "file") is None


def test_what_is_undefined_does_not_pass_and_text_is_escaped() -> None:
    made = framing.environment()
    assert made.from_string("{{ a }}").render(a="<b>") == "&lt;b&gt;"
    with pytest.raises(UndefinedError):
        made.from_string("{{ a.b }}").render()
