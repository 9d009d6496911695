"""Matplotlib's SVG made lean: plain marks in groups of one look, no ids, no styles; readable in light and dark.

Colours stand as attributes, so that a page can turn those of the kit for a dark screen by its style sheet. What
carries a text on its colour keeps it, as the text does: class `own`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import numpy as np

from kamlib.report.figures.drawing.outlines import Box, Outline, short
from kamlib.report.figures.style import NEUTRAL, PAPER, TEXT_COLOURS
from kamlib.report.text import tidy

HALO = "halo"
"""Group id of texts with a seam of paper around them."""
FONTS = "DejaVu Sans,Verdana,sans-serif"
"""The font that the layout was measured with, and the one as wide that other systems have."""

_SVG, _LINK = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}href"
_SIZE, _SCREEN = "10", 1.6
"""Points of most letters, and pixels of a wide page for each point."""
_USUAL = {
    "stroke-width": "1",
    "stroke-linejoin": "round",
    "stroke-linecap": "butt",
    "opacity": "1",
    "fill-opacity": "1",
}
_USUAL |= {"stroke-opacity": "1", "text-anchor": "start", "font-size": _SIZE}
_LOOKS = ("fill", "stroke", *_USUAL, "stroke-dasharray", "font-weight", "font-style")


@dataclass
class _Mark:
    """A shape, or a text with its place and turn; how it looks, the box that it is cut to, and whether it keeps its colour."""

    look: dict[str, str]
    shape: Outline | None = None
    cut: Box | None = None
    words: str = ""
    at: tuple[float, float, float] = (0, 0, 0)
    own: bool = False


@dataclass(frozen=True)
class _Source:
    """What marks refer to: outlines and boxes by their ids."""

    shapes: dict[str, str]
    cuts: dict[str, Box]


def lean(source: bytes) -> str:
    """The lean SVG of one that Matplotlib wrote."""
    root = ElementTree.fromstring(source)
    _without_hatches(root)
    width, height = map(float, root.attrib["viewBox"].split()[2:])
    named = _Source(
        {part.attrib["id"]: part.attrib["d"] for part in root.iter(f"{_SVG}path") if "id" in part.attrib},
        {part.attrib["id"]: _rectangle(part[0]) for part in root.iter(f"{_SVG}clipPath")},
    )
    marks = [mark for mark in _marks(root, named) if _seen(mark)]
    _keep_colours_under_text(marks)
    groups = groupby(marks, lambda mark: (mark.cut, _attributes(mark)))
    parts = [(cut, _group(look, list(alike))) for (cut, look), alike in groups]
    body = "".join(
        _cut_to(cut, "".join(part for _, part in some)) for cut, some in groupby(parts, lambda part: part[0])
    )
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {short(width)} {short(height)}' width='{width * _SCREEN:.0f}'"
        f" height='{height * _SCREEN:.0f}' font-family='{FONTS}' font-size='{_SIZE}' stroke-linejoin='round'"
        f" style='background:{PAPER.lower()}'>{body}</svg>"
    )


def _without_hatches(root: ElementTree.Element) -> None:
    """What is hatched has the colour below its hatch: a pattern would need an id."""
    grounds = {f"url(#{part.attrib['id']})": part[0].attrib["fill"] for part in root.iter(f"{_SVG}pattern")}
    for part in root.iter():
        for pattern, colour in grounds.items():
            if pattern in part.get("style", ""):
                part.set("style", part.attrib["style"].replace(pattern, colour))


def _marks(part: ElementTree.Element, named: _Source, cut: Box | None = None, name: str = "") -> Iterator[_Mark]:
    """What is drawn, in its order."""
    kind, given = part.tag.removeprefix(_SVG), part.attrib
    cut = named.cuts.get(given.get("clip-path", "")[5:-1], cut)
    if kind in ("svg", "g", "a"):
        known = HALO if given.get("id") == HALO else given.get(_LINK, name)
        for inner in part:
            yield from _marks(inner, named, cut, known)
    elif kind == "path":
        yield _shape(given, Outline.read(given.get("d", "")), cut, name)
    elif kind == "use":
        shape = Outline.read(named.shapes[given[_LINK][1:]], float(given["x"]), float(given["y"]))
        yield _shape(given, shape, cut, name)
    elif kind == "text" and (part.text or "").strip():
        look = _look(given)
        if name == HALO:
            look |= {"stroke": PAPER.lower(), "stroke-width": "2.5", "paint-order": "stroke"}
        yield _Mark(look, None, None, part.text or "", _place(given))


def _shape(given: Mapping[str, str], shape: Outline, cut: Box | None, name: str) -> _Mark:
    look = _look(given)
    if len(shape.points()) < 3:  # a line
        look = {"fill": "none"} | {part: value for part, value in look.items() if not part.startswith("fill")}
    return _Mark(look, shape, cut, name)


def _look(given: Mapping[str, str]) -> dict[str, str]:
    """Attributes of a style, without what is usual."""
    told = dict(one.split(": ", 1) for one in given.get("style", "").split("; ") if one)
    look = {"fill": told.get("fill", "#000000")} | {name: told[name] for name in _LOOKS if name in told}
    look["font-size"] = look.get("font-size", _SIZE).removesuffix("px")
    if look.get("stroke", "none") == "none" or float(look.get("stroke-width", 1)) == 0:
        look = {name: value for name, value in look.items() if not name.startswith("stroke")}
    if "stroke-dasharray" in look:
        look["stroke-dasharray"] = " ".join(short(float(length)) for length in look["stroke-dasharray"].split(","))
    return {name: value for name, value in look.items() if value != _USUAL.get(name)}


def _place(given: Mapping[str, str]) -> tuple[float, float, float]:
    """Where a text stands, and how far it is turned."""
    if "x" in given:
        turn = float(given["transform"].removeprefix("rotate(").split()[0])
        return float(given["x"]), float(given["y"]), turn
    numbers = [float(number) for number in re.findall(r"-?[\d.]+", given["transform"])]
    return numbers[0], numbers[1], numbers[2] if len(numbers) > 2 else 0.0


def _rectangle(part: ElementTree.Element) -> Box:
    left, top, width, height = (float(part.attrib[name]) for name in ("x", "y", "width", "height"))
    return left, top, left + width, top + height


def _seen(mark: _Mark) -> bool:
    """Whether something of a mark is to be seen; one that lies within its box is not cut any more."""
    if mark.shape is None:
        return True
    if mark.cut is None:
        return bool(mark.shape.steps)
    if not mark.shape.steps:
        return False
    left, top, right, bottom = mark.shape.box()
    if left > mark.cut[2] or right < mark.cut[0] or top > mark.cut[3] or bottom < mark.cut[1]:
        return False
    if left >= mark.cut[0] - 1 and top >= mark.cut[1] - 1 and right <= mark.cut[2] + 1 and bottom <= mark.cut[3] + 1:
        mark.cut = None
    return True


def _keep_colours_under_text(marks: list[_Mark]) -> None:
    """Text on a colour, and that colour, stay as they are; other text has a shade of its colour that can be read on paper."""
    plain = ("none", *map(str.lower, NEUTRAL))
    areas = [
        (mark, mark.shape) for mark in marks if mark.shape and mark.look["fill"] not in plain and _faint(mark) > 0.5
    ]
    left, top, right, bottom = np.array([shape.box() for _, shape in areas]).reshape(-1, 4).T
    for text in marks:
        if text.shape is None:
            size = float(text.look.get("font-size", _SIZE))
            ahead = {"middle": 0.0, "end": -0.4}.get(text.look.get("text-anchor", ""), 0.4) * size
            x, y = text.at[0] + ahead, text.at[1] - 0.35 * size
            near = np.flatnonzero((left <= x) & (x <= right) & (top <= y) & (y <= bottom))
            under = [areas[place][0] for place in near if areas[place][1].holds(x, y)]
            for mark in [text, *under] if under else ():
                mark.own = True
            if not under:
                text.look["fill"] = TEXT_COLOURS.get(text.look["fill"], text.look["fill"])


def _faint(mark: _Mark) -> float:
    return float(mark.look.get("fill-opacity", 1)) * float(mark.look.get("opacity", 1))


def _attributes(mark: _Mark) -> str:
    return "".join(f" {name}='{value}'" for name, value in mark.look.items()) + (" class='own'" if mark.own else "")


def _group(look: str, marks: list[_Mark]) -> str:
    """Marks of one look; lines among them are one path."""
    if all(mark.shape and not mark.words and mark.look["fill"] == "none" and "opacity" not in look for mark in marks):
        return f"<path d='{''.join(mark.shape.written() for mark in marks if mark.shape)}'{look}/>"
    if len(marks) == 1:
        return _written(marks[0], look)
    return f"<g{look}>{''.join(_written(mark, '') for mark in marks)}</g>"


def _written(mark: _Mark, look: str) -> str:
    if mark.shape is None:
        x, y, turn = map(short, mark.at)
        turned = f" transform='rotate({turn} {x} {y})'" if turn != "0" else ""
        return f"<text x='{x}' y='{y}'{turned}{look}>{escape(mark.words)}</text>"
    name = f"<title>{escape(tidy(mark.words))}</title>" if mark.words else ""
    if circle := mark.shape.circle():
        kind, shape = "circle", "cx='{}' cy='{}' r='{}'".format(*map(short, circle))
    else:
        kind, shape = "path", f"d='{mark.shape.written()}'"
    return f"<{kind} {shape}{look}>{name}</{kind}>" if name else f"<{kind} {shape}{look}/>"


def _cut_to(cut: Box | None, body: str) -> str:
    """A drawing within the drawing shows nothing beyond its box."""
    if cut is None:
        return body
    left, top, right, bottom = cut
    place = f"{short(left)} {short(top)} {short(right - left)} {short(bottom - top)}"
    x, y, width, height = place.split()
    return f"<svg x='{x}' y='{y}' width='{width}' height='{height}' viewBox='{place}'>{body}</svg>"
