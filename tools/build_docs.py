"""Fill the documentation with real output: every block between ``run`` marks is made by the command it names.

``python tools/build_docs.py`` writes the blocks; ``--check`` only says which are stale (exit code 1). A block
is ``<!-- run: kambin … -->`` … ``<!-- /run -->`` and shows the command and what it printed;
``<!-- run quiet: … -->`` shows the output alone, as it is, for commands that print Markdown.
"""

from __future__ import annotations

import argparse
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BLOCK = re.compile(r"<!-- run(?P<quiet> quiet)?: (?P<command>.+?) -->\n(?P<body>.*?)<!-- /run -->", re.DOTALL)
WIDTH = "110"


def output_of(command: str) -> str:
    """What a command prints, run from the root with the interpreter of this environment."""
    words = shlex.split(command)
    programs = {"kambin": [sys.executable, "-m", "kambin"], "python": [sys.executable]}
    if words[0] not in programs:
        raise SystemExit(f"not a command for documents: {command}")
    environment = {**os.environ, "COLUMNS": WIDTH, "NO_COLOR": "1", "PYTHONHASHSEED": "0"}
    done = subprocess.run(
        [*programs[words[0]], *words[1:]],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode > 1:
        raise SystemExit(f"{command} failed:\n{done.stderr}")
    return "\n".join(line.rstrip() for line in done.stdout.strip("\n").splitlines())


def filled(text: str) -> str:
    """The document with every block made anew."""

    def block(match: re.Match[str]) -> str:
        command, quiet = match["command"], match["quiet"]
        printed = output_of(command)
        body = printed if quiet else f"```console\n$ {command}\n{printed}\n```"
        return f"<!-- run{quiet or ''}: {command} -->\n{body}\n<!-- /run -->"

    return BLOCK.sub(block, text)


def documents() -> list[Path]:
    found = (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))
    return [path for path in found if BLOCK.search(path.read_text(encoding="utf-8"))]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit code 1 when a block is stale"
    )
    check = parser.parse_args().check
    stale = []
    for path in documents():
        before = path.read_text(encoding="utf-8")
        after = filled(before)
        if after != before:
            stale.append(path.relative_to(ROOT))
            if not check:
                path.write_text(after, encoding="utf-8")
    for path in stale:
        print(f"{'stale' if check else 'written'}: {path}")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
