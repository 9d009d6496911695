"""Lean drawings: every mark and word is there, many marks are light, and text can be read in light and dark."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest

from kamlib.report.figures import drawing, style

SVG = "{http://www.w3.org/2000/svg}"


def parts(figure, kind: str) -> list[dict[str, str]]:
    """Parts of a kind with the look of the groups around them."""
    found = []

    def walk(part, look):
        look = {**look, **part.attrib}
        if part.tag == f"{SVG}{kind}":
            found.append({**look, "words": part.text or "", "title": part.findtext(f"{SVG}title", "")})
        for inner in part:
            walk(inner, look)

    walk(ElementTree.fromstring(drawing.svg(figure)), {})
    return found


def test_points_are_circles_with_the_names_that_a_pointer_is_told():
    _, axes = plt.subplots()
    points = axes.scatter([1, 2, 3], [1, 2, 4], s=[9, 16, 25], color=style.BLUE)
    points.set_gid(style.HOVER)
    points.set_urls(["Firm <A> & Co", "Fi\u202erm\u2066 B\u200f", "$x^2$"])
    circles = parts(axes, "circle")
    assert [circle["title"] for circle in circles] == ["Firm <A> & Co", "Firm B", "$x^2$"]
    assert [float(circle["r"]) for circle in circles] == pytest.approx([1.5, 2, 2.5])
    assert {circle["fill"] for circle in circles} == {"#0072b2"}


def test_two_thousand_points_weigh_less_than_eighty_kilobytes():
    _, axes = plt.subplots()
    x = np.arange(2000)
    axes.scatter(x, x * 7 % 1999, s=12, color=style.GREY, alpha=0.8)
    told = drawing.svg(axes)
    assert told.count("<circle") == 2000 and len(told) < 80_000


def test_markers_of_a_line_and_steps_are_where_matplotlib_puts_them():
    figure, axes = plt.subplots()
    axes.plot([0, 1, 2], [0, 2, 1], marker="o", color=style.RED)
    circles = parts(figure, "circle")
    at = axes.transData.transform([(0, 0), (1, 2), (2, 1)]) / figure.dpi * 72
    given = np.array([[float(circle["cx"]), float(circle["cy"])] for circle in circles])
    assert np.diff(given[:, 0]) == pytest.approx(np.diff(at[:, 0]), abs=0.15)
    assert np.diff(given[:, 1]) == pytest.approx(-np.diff(at[:, 1]), abs=0.15)


def test_what_lies_beyond_the_axes_is_cut_off_without_an_id():
    _, axes = plt.subplots()
    axes.plot([-5, 15], [-5, 15], color=style.GREEN)
    axes.plot([20, 30], [20, 30], color=style.PURPLE)  # nowhere to be seen
    axes.set(xlim=(0, 10), ylim=(0, 10))
    (line,) = (line for line in parts(axes, "path") if line.get("stroke") == "#009e73")
    left, top, width = map(float, line["viewBox"].split()[:3])
    assert left > 0 and top > 0 and left + width <= 396.1 and [line["x"], line["y"]] == line["viewBox"].split()[:2]
    assert not [line for line in parts(axes, "path") if line.get("stroke") == "#cc79a7"]


def test_text_on_a_colour_keeps_its_colour_and_other_text_is_dark_enough():
    _, axes = plt.subplots()
    axes.bar([0, 2], [1, 1], width=1, color=[style.YELLOW, style.BLUE])
    axes.text(0, 0.5, "on", ha="center", color=style.INK)
    axes.text(2, 0.5, "own", ha="center", color=style.PAPER)
    axes.text(1, 0.5, "beside", ha="center", color=style.ORANGE)
    texts = {text["words"]: text for text in parts(axes, "text")}
    bars = [part for part in parts(axes, "path") if part["fill"] in ("#f0e442", "#0072b2")]
    assert [texts["on"]["class"], texts["own"]["class"], *(bar["class"] for bar in bars)] == ["own"] * 4
    assert "class" not in texts["beside"] and texts["beside"]["fill"] == "#8f6200"


def test_what_is_hatched_has_the_colour_below_its_hatch():
    _, axes = plt.subplots()
    axes.bar([0], [1], color=style.ORANGE, hatch="//")
    assert [part for part in parts(axes, "path") if part["fill"] == "#e69f00"]
    assert "url(" not in drawing.svg(axes)


def test_a_band_that_is_nearly_clear_is_no_ground_for_text():
    _, axes = plt.subplots()
    axes.fill_between([0, 1], [0, 0], [1, 1], color=style.BLUE, alpha=0.15)
    axes.text(0.5, 0.5, "on the band", color=style.INK)
    (text,) = (text for text in parts(axes, "text") if text["words"] == "on the band")
    assert "class" not in text


def test_the_number_of_marks_and_words_is_that_of_matplotlib_itself():
    figure, axes = plt.subplots()
    axes.barh(range(7), range(1, 8), color=style.BLUE)
    axes.set_yticks(range(7), [f"name {n}" for n in range(7)])
    drawing.lay_out(figure)
    seen = [text.get_text() for text in figure.findobj(matplotlib.text.Text) if text.get_visible() and text.get_text()]
    assert len([part for part in parts(figure, "path") if part["fill"] == "#0072b2"]) == 7
    assert {text["words"] for text in parts(figure, "text")} <= set(seen)
    assert {f"name {n}" for n in range(7)} <= {text["words"] for text in parts(figure, "text")}


def test_shades_of_text_can_be_read_on_paper():
    def light(colour: str) -> float:
        rgb = np.array(matplotlib.colors.to_rgb(colour))
        linear = np.where(rgb <= 0.03928, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
        return float(linear @ [0.2126, 0.7152, 0.0722])

    for colour in style.PALETTE:
        shade = style.TEXT_COLOURS.get(colour.lower(), colour)
        assert 1.05 / (light(shade) + 0.05) >= 4.5, colour
        assert re.fullmatch("#[0-9a-fA-F]{6}", shade)
