"""One word per thing: what docs/glossary.md rules out does not occur where a person reads.

Run as ``python tools/check_glossary.py``; exit code 1 when a ruled-out word is used, with the word to use.

Read are the prose of Markdown files (not code, not link targets, not text in quotation marks, which repeats
somebody else's words), the values of ``say``, ``label``, ``question`` and their like in YAML, string literals
of the package that hold more than one word, and the text of page templates. The glossary itself and the
evidence base are not read: the first has to name what it rules out, the second repeats titles of papers.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
GLOSSARY = Path("docs/glossary.md")
SAID_KEYS = {"hint", "label", "note", "question", "say", "summary", "text", "title", "why"}
TEMPLATES = ("*.html", "*.j2", "*.jinja", "*.txt")
# the header of a table says which column rules out and which names the word to use
HEADERS = {("word", "not"): "word", ("say", "never"): "say"}


@dataclass(frozen=True)
class Ruling:
    """A word that is ruled out, and what to write in its place."""

    never: str
    use: str
    pattern: re.Pattern[str]


@dataclass(frozen=True)
class Passage:
    """A piece of text that a person reads; `line` is where it starts."""

    path: Path
    line: int
    text: str


def pattern_of(phrase: str) -> re.Pattern[str]:
    """Match whole words, singular or plural, hyphenated or over two lines; CAPITALS match capitals only."""
    words = [re.escape(word) for word in re.split(r"[\s-]+", phrase)]
    flags = re.NOFLAG if phrase.isupper() else re.IGNORECASE
    return re.compile(
        r"(?<![\w-])" + r"[ \t]*(?:[ \t]|\n|-)[ \t]*".join(words) + r"(?:e?s)?(?![\w-]|/\w)", flags
    )


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def rulings(glossary: str) -> list[Ruling]:
    """Read every table of the glossary that has a column of ruled-out words."""
    found: list[Ruling] = []
    header: list[str] = []
    for line in glossary.splitlines():
        if not line.lstrip().startswith("|"):
            header = []
            continue
        row = cells(line)
        if not header:
            header = [cell.lower() for cell in row]
        elif not set("".join(row)) <= set("-: "):
            found += ruled_out_by(dict(zip(header, row, strict=True)))
    return found


def ruled_out_by(row: dict[str, str]) -> list[Ruling]:
    for columns, use in HEADERS.items():
        if set(columns) <= set(row):
            never = next(column for column in columns if column != use)
            phrases = [phrase.strip() for phrase in row[never].split(",")]
            return [
                Ruling(phrase, row[use].strip("*"), pattern_of(phrase))
                for phrase in phrases
                if phrase not in ("", "–")
            ]
    return []


def blanked(text: str, pattern: str, flags: re.RegexFlag = re.NOFLAG) -> str:
    """Replace what matches by characters that no phrase can span; line numbers stay."""
    return re.sub(pattern, lambda match: re.sub(r"[^\n]", "\0", match.group()), text, flags=flags)


def prose(text: str) -> str:
    text = blanked(text, r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
    text = blanked(text, r"<!--.*?-->", re.DOTALL)
    text = blanked(text, r"(`+)[^`]+?\1")
    text = blanked(text, r"\]\([^)]*\)|<?https?://\S+")
    return unquoted(text)


def unquoted(text: str) -> str:
    """Blank what stands in quotation marks within one paragraph."""
    return blanked(text, r"“(?:(?!\n\s*\n)[^”])*”|(?<!\w)\"(?:(?!\n\s*\n)[^\"])*\"(?!\w)")


def from_markdown(root: Path) -> Iterator[Passage]:
    for path in sorted([*root.glob("*.md"), *root.glob("docs/**/*.md"), *root.glob("examples/**/*.md")]):
        if path.relative_to(root) != GLOSSARY:
            yield Passage(path, 1, prose(path.read_text(encoding="utf-8")))


def from_yaml(root: Path) -> Iterator[Passage]:
    for folder in ("src", "examples"):
        for path in sorted((root / folder).rglob("*.yaml")):
            for document in yaml.compose_all(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader):
                yield from said(path, document)


def said(path: Path, node: yaml.Node | None, key: str = "") -> Iterator[Passage]:
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            yield from said(path, value, str(name.value))
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from said(path, value, key)
    elif isinstance(node, yaml.ScalarNode) and key in SAID_KEYS:
        yield Passage(path, node.start_mark.line + 1, unquoted(str(node.value)))


def from_python(root: Path) -> Iterator[Passage]:
    for path in sorted((root / "src").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        bare = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or id(node) in bare:
                continue
            if len(node.value.split()) > 1:
                yield Passage(path, node.lineno, prose(node.value))


def from_templates(root: Path) -> Iterator[Passage]:
    for kind in TEMPLATES:
        for path in sorted((root / "src").rglob(kind)):
            text = blanked(path.read_text(encoding="utf-8"), r"<(style|script)\b.*?</\1>", re.DOTALL)
            text = blanked(text, r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}|<[^>]*>", re.DOTALL)
            yield Passage(path, 1, unquoted(text))


def passages(root: Path) -> list[Passage]:
    return [*from_markdown(root), *from_yaml(root), *from_python(root), *from_templates(root)]


def problems(root: Path) -> tuple[list[str], int]:
    """Return one line for each ruled-out word, and the number of passages read."""
    ruled_out = rulings((root / GLOSSARY).read_text(encoding="utf-8"))
    read = passages(root)
    found = [
        f"{passage.path.relative_to(root)}:{passage.line + passage.text.count(chr(10), 0, match.start())}: "
        f"{' '.join(match.group().split())!r} -> {ruling.use}"
        for passage in read
        for ruling in ruled_out
        for match in ruling.pattern.finditer(passage.text)
    ]
    return sorted(found), len(read)


def main() -> int:
    found, read = problems(ROOT)
    for line in found:
        print(line)
    print(f"glossary: {read} passages, {len(found)} problem{'' if len(found) == 1 else 's'}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
