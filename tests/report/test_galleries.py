"""Pictures in the page: whole, small enough, in the order that matters, harmless."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from urllib.parse import unquote

from kambin.report import render_report
from kambin.report.galleries import shelves
from kambin.report.pictures import Gallery, Picture
from kambin.report.words import words
from tests.report.access_plans import approach
from tests.report.page_tree import parse
from tests.report.plans import everything

MOST = words()["gallery"]["most_bytes"]
SVG = b"""<?xml version="1.0"?>
<!DOCTYPE svg>
<svg xmlns="http://www.w3.org/2000/svg"><title>it's 5 % &amp; "more"</title>
<rect fill="#ff0000" width="10"
 height="10"/></svg>"""


def picture(name: str, data: bytes = SVG, media: str = "svg") -> Picture:
    return Picture(name, f"Title {name}", "Caption.", f'Alt "{name}" <b>', media, data, 640, 480)  # type: ignore[arg-type]


def big(name: str, share: float) -> Picture:
    filler = b"a" * int(share * MOST)
    return picture(name, b'<svg xmlns="http://www.w3.org/2000/svg"><desc>' + filler + b"</desc></svg>")


def names(found: object) -> list[str]:
    return [item.name for item in found.figures]  # type: ignore[attr-defined]


def test_a_picture_comes_out_of_its_address_as_it_went_in() -> None:
    found = shelves({"anatomy": Gallery((picture("coronal"),), ())}, "", "", "")["anatomy"].figures[0]
    head, _, body = found.address.partition(",")
    assert head == "data:image/svg+xml;charset=utf-8"
    assert not set("'\n&#") & set(found.address)
    tree, was = ET.fromstring(unquote(body)), ET.fromstring(SVG)
    assert [(node.tag, node.attrib, node.text and node.text.strip()) for node in tree.iter()] == [
        (node.tag, node.attrib, node.text and node.text.strip()) for node in was.iter()
    ]


def test_the_page_holds_the_picture_with_its_words() -> None:
    galleries = {
        "anatomy": Gallery((picture("coronal"),), ("Skipped for a reason.",)),
        "posterolateral": Gallery((picture("dot", b"\x89PNG", "png"),), ()),
    }
    page = render_report(everything(access=[approach()]), galleries)
    first, second = parse(page).all("img")
    assert first.attrs["alt"] == 'Alt "coronal" <b>'
    assert (first.attrs["width"], first.attrs["height"]) == ("640", "480")
    assert second.attrs["src"].startswith("data:image/png;base64,")
    assert "Title coronal. Caption." in parse(page).text()
    assert "Skipped for a reason." in parse(page).text()
    assert "img-src data:" in page
    assert page == render_report(everything(access=[approach()]), galleries)


def test_what_matters_most_finds_room_first() -> None:
    galleries = {
        "anatomy": Gallery(
            (big("axial-L1-L2", 0.3), big("axial-L5-S1", 0.3), picture("spine-3d-behind")), ()
        ),
        "posterolateral": Gallery((big("endoscope-fragment", 0.3), big("corridor-flat", 0.3)), ()),
        "interlaminar": Gallery((big("corridor-flat", 0.3),), ()),
    }
    found = shelves(galleries, "interlaminar", "L5-S1", "left")
    assert names(found["anatomy"]) == ["axial-L5-S1"]
    assert names(found["interlaminar"]) == ["corridor-flat"]
    assert names(found["posterolateral"]) == ["endoscope-fragment"]
    assert found["anatomy"].elsewhere == ("Title axial-L1-L2", "Title spine-3d-behind")
    size = sum(len(item.address.encode()) for shelf in found.values() for item in shelf.figures)
    assert size <= MOST


def test_without_pictures_nothing_is_embedded() -> None:
    assert shelves(None, "", "", "") == {}
    assert "<img" not in render_report(everything(access=[approach()]))
