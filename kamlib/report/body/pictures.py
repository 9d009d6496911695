"""Drawings of a page: taken out of their addresses, so that text in them is text of the page; known shapes alone pass."""

from __future__ import annotations

import re
from urllib.parse import unquote
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

from bs4 import BeautifulSoup, Tag
from bs4.element import PreformattedString

ADDRESS = "data:image/svg+xml,"
_SVG = "{http://www.w3.org/2000/svg}"
_SHAPES = {"svg", "g", "path", "circle", "text", "title"}
_NUMBER, _NUMBERS = r"-?[\d.]+", r"[\d. -]+"
_VALUES = {
    name: re.compile(value)
    for names, value in (
        (("x", "y", "cx", "cy", "r", "width", "font-size", "font-weight", "stroke-width"), _NUMBER),
        (("height", "opacity", "fill-opacity", "stroke-opacity"), _NUMBER),
        (("viewBox", "stroke-dasharray"), _NUMBERS),
        (("d",), r"[MLHVQCz\d. -]*"),
        (("transform",), rf"rotate\({_NUMBERS}\)"),
        (("fill", "stroke"), r"#[0-9a-f]{6}|none"),
        (("stroke-linejoin", "stroke-linecap", "text-anchor", "font-style", "paint-order"), "[a-z]+"),
        (("font-family",), "[A-Za-z ,-]+"),
        (("class",), "own"),
    )
    for name in names
}


def draw_inline(image: Tag) -> None:
    """Put a drawing in the place of an image whose address holds it; without one that can be read the image goes.

    Only known shapes and values are written; whatever else the address holds is left out with all that is in it.
    """
    source = unquote(str(image["src"]).removeprefix(ADDRESS))
    try:
        root = ElementTree.fromstring(source) if not re.search(r"<[!?]", source) else None
    except ElementTree.ParseError:
        root = None
    if root is None or root.tag != f"{_SVG}svg":
        image.decompose()
        return
    root.attrib.pop("height", None)  # follows from the width
    drawing = _written(root, f" role='img' aria-label={quoteattr(str(image.get('alt', '')))}")
    figure = BeautifulSoup("", "html.parser").new_tag("figure")
    figure.append(PreformattedString(drawing))  # is written as it stands
    image.replace_with(figure)


def _written(part: ElementTree.Element, more: str = "") -> str:
    kind = str(part.tag).removeprefix(_SVG)
    if kind not in _SHAPES:
        return ""
    values = "".join(
        f" {name}='{value}'"
        for name, value in part.attrib.items()
        if name in _VALUES and _VALUES[name].fullmatch(value)
    )
    inside = escape(part.text or "") if kind in ("text", "title") else ""
    inside += "".join(map(_written, part))
    return f"<{kind}{values}{more}>{inside}</{kind}>" if inside else f"<{kind}{values}{more}/>"
