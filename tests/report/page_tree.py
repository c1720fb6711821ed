"""A page as a tree, read with the standard library's parser: a reader that knows nothing of the templates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset({"base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"})
SILENT = frozenset({"style", "script", "title", "desc"})


@dataclass(eq=False)
class Node:
    """An element with its children and texts, in order."""

    tag: str
    attrs: dict[str, str]
    parent: Node | None = None
    content: list[Node | str] = field(default_factory=list)

    def walk(self) -> Iterator[Node]:
        """This element and all below it."""
        yield self
        for item in self.content:
            if isinstance(item, Node):
                yield from item.walk()

    def all(self, *tags: str) -> list[Node]:
        """Elements below with one of these tags."""
        return [node for node in self.walk() if node.tag in tags]

    def named(self, name: str) -> list[Node]:
        """Elements below with this class."""
        return [node for node in self.walk() if name in node.attrs.get("class", "").split()]

    def by_id(self, name: str) -> Node:
        """The element with this id."""
        return next(node for node in self.walk() if node.attrs.get("id") == name)

    def above(self) -> Iterator[Node]:
        """The elements around it."""
        node = self.parent
        while node is not None:
            yield node
            node = node.parent

    def text(self, *without: str) -> str:
        """Everything a person reads, white space as single spaces; without elements of these tags."""
        return " ".join("".join(self._parts(SILENT | set(without))).split())

    def _parts(self, without: frozenset[str] | set[str]) -> Iterator[str]:
        for item in self.content:
            if isinstance(item, str):
                yield item
            elif item.tag not in without:
                yield " "
                yield from item._parts(without)
                yield " "


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = self.here = Node("", {})

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(set(names)) == len(names), f"an attribute twice in <{tag}>"
        node = Node(tag, {name: value or "" for name, value in attrs}, self.here)
        self.here.content.append(node)
        if tag not in VOID:
            self.here = node

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.here.tag == tag, f"</{tag}> closes <{self.here.tag}>"
        assert self.here.parent is not None
        self.here = self.here.parent

    def handle_data(self, data: str) -> None:
        self.here.content.append(data)


def parse(page: str) -> Node:
    """Read a page; every element has to be closed in its order."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    assert reader.here is reader.root, f"<{reader.here.tag}> is not closed"
    return reader.root
