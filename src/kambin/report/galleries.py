"""Pictures inside the page: which of them find room, and how one stands in the text of the page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kambin.report.words import words

if TYPE_CHECKING:
    from kambin.report.pictures import Gallery, Picture

__all__ = ["Figure", "Shelf", "shelves"]

_BASE64 = re.compile(r"(?<=base64,)[^\"']+")
_PROLOGUE = re.compile(r"\A.*?(?=<svg)", re.DOTALL)
# What would end the attribute or the address; everything else stands as it is, which keeps the page small.
_ESCAPES = (("%", "%25"), ("#", "%23"), ("'", "%27"), ("&", "%26"))
_LEAST = 0.5  # an address is never shorter than this share of the picture


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture in the page.

    Attributes
    ----------
    name, title, caption, alt : str
        As in `Picture`.
    address : str
        ``data:`` address that stands between single quotes without further escaping.
    width, height : int
    """

    name: str
    title: str
    caption: str
    alt: str
    address: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Shelf:
    """The pictures of one section.

    Attributes
    ----------
    figures : tuple of Figure
        In the order of the gallery.
    elsewhere : tuple of str
        Titles of those that found no room.
    skipped : tuple of str
        Why a picture was not made.
    """

    figures: tuple[Figure, ...] = ()
    elsewhere: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()


def _address(picture: Picture) -> str:
    if picture.media != "svg":
        import base64

        return f"data:{picture.mime};base64,{base64.b64encode(picture.data).decode('ascii')}"
    text = _PROLOGUE.sub("", picture.data.decode("utf-8"), count=1)
    text = _BASE64.sub(lambda found: "".join(found.group().split()), text)
    text = " ".join(text.split())
    for sign, escape in _ESCAPES:
        text = text.replace(sign, escape)
    return f"data:{picture.mime};charset=utf-8,{text}"


def _in_order(
    galleries: Mapping[str, Gallery], advised: str, level: str, side: str
) -> Iterator[tuple[str, Picture]]:
    """Every picture once, the ones that matter most for this patient first."""
    layout = words()["gallery"]
    spine = str(layout["spine"])
    wanted = [str(name).format(level=level, side=side) for name in layout["first"]]
    others = [name for name in galleries if name not in (spine, advised)]
    queue = [(spine, wanted), (advised, None), *((name, layout["of_others"]) for name in others)]
    queue += [(name, None) for name in galleries]
    for section, names in queue:
        if section not in galleries:
            continue
        pictures = galleries[section].pictures
        chosen = pictures if names is None else [p for name in names for p in pictures if p.name == name]
        for picture in chosen:
            if picture.name not in layout["left_out"]:
                yield section, picture


def shelves(
    galleries: Mapping[str, Gallery] | None, advised: str, level: str, side: str
) -> Mapping[str, Shelf]:
    """Pictures by section, as many as fit into a page that is still easy to send.

    Parameters
    ----------
    galleries : mapping of str to Gallery, or None
        ``anatomy``, and each approach by its name.
    advised : str
        The approach whose pictures all come in; may be empty.
    level, side : str
        Of the problem disc; may be empty.

    Returns
    -------
    mapping of str to Shelf
    """
    if not galleries:
        return {}
    room = int(words()["gallery"]["most_bytes"])
    placed: dict[tuple[str, str], Figure] = {}
    for section, picture in _in_order(galleries, advised, level, side):
        if (section, picture.name) in placed or len(picture.data) * _LEAST > room:
            continue
        address = _address(picture)
        size = len(address.encode())
        if size > room:
            continue
        room -= size
        placed[section, picture.name] = Figure(
            picture.name,
            picture.title,
            picture.caption,
            picture.alt,
            address,
            picture.width,
            picture.height,
        )
    return {
        section: Shelf(
            tuple(placed[section, p.name] for p in gallery.pictures if (section, p.name) in placed),
            tuple(p.title for p in gallery.pictures if (section, p.name) not in placed),
            tuple(gallery.skipped),
        )
        for section, gallery in galleries.items()
    }
