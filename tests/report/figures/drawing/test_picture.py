"""How figures reach the notebook: alternative text kept, the same bytes each time, names that are never formulas nor marks."""

from __future__ import annotations

from urllib.parse import unquote
from xml.etree import ElementTree

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from kamlib.errors import InputError
from kamlib.report.figures import drawing, style
from kamlib.report.figures.labels import halo

WAITS = "Bars for 2 owners of actions: the list takes 30 of 40 hours of the week, and actions of 9 hours wait."
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def shown(monkeypatch):
    """What `display` was given."""
    calls: list = []
    monkeypatch.setattr("IPython.display.display", lambda data, **more: calls.append(data))
    return calls


def drawn():
    _, ax = plt.subplots()
    ax.plot([1, 2, 3], [3, 1, 2])
    ax.set_title("Does revenue fall?")
    return ax


def image(data: dict):
    (found,) = BeautifulSoup(data["text/html"], "html.parser").contents
    return found


def test_show_keeps_the_alternative_text_and_closes_the_figure(shown):
    ax = drawn()
    drawing.show(ax, alt='Revenue falls\n from 3 to "2"')
    assert image(shown[0])["alt"] == 'Revenue falls from 3 to "2"'
    assert shown[0]["text/plain"] == '[figure: Revenue falls from 3 to "2"]'
    assert not plt.fignum_exists(ax.figure.number)


def test_the_address_of_the_image_is_the_picture_whatever_its_names_hold(shown):
    name = """100 % "A" & 'B' <img src=x onerror=alert(1)> #1 %41 &amp;"""
    for draw in (lambda given: shown.append(drawing.svg(given)), lambda given: drawing.show(given, alt="x")):
        ax = drawn()
        ax.set_title(name)
        draw(ax)
    source, data = shown
    assert unquote(image(data)["src"].removeprefix("data:image/svg+xml,")) == source
    assert name in [text.text for text in ElementTree.fromstring(source).iter(f"{SVG}text")]


@pytest.mark.parametrize("alt", ["", "   ", None])
def test_a_figure_without_alternative_text_is_refused(alt, shown):
    with pytest.raises(InputError, match="alternative text"):
        drawing.show(drawn(), alt=alt)
    assert not shown


def test_a_picture_shows_the_text_that_it_carries_unless_another_is_given(shown):
    for alt, told in ((None, WAITS), ("Mine", "Mine")):
        drawing.show(style.described(drawn(), "alt_owner_hours", n=2, used=30, hours=40, waiting=9), alt=alt)
        assert image(shown.pop())["alt"] == told


def test_where_nothing_was_drawn_nothing_is_shown(shown):
    drawing.show(None)
    drawing.show(None, alt="nothing")
    assert not shown


def test_the_same_figure_gives_the_same_bytes_without_date_version_or_ids():
    first, second = drawing.svg(drawn()), drawing.svg(drawn())
    assert first == second
    for word in ("matplotlib", "<metadata", "<!--", " id=", "xlink", "<defs"):
        assert word not in first.lower()


def test_a_picture_is_laid_out_once_and_drawn_once(shown, monkeypatch):
    done: list[str] = []
    for owner, name in ((ConstrainedLayoutEngine, "execute"), (Figure, "draw")):
        own = getattr(owner, name)
        monkeypatch.setattr(owner, name, lambda *given, own=own, name=name: (done.append(name), own(*given))[1])
    drawing.show(drawn(), alt="a line")
    assert done == ["execute", "draw"]


@pytest.mark.filterwarnings("ignore:The figure layout has changed")  # seaborn's grids lay themselves out
@pytest.mark.parametrize("kind", ["figure", "axes", "array", "grid"])
def test_show_takes_axes_figures_arrays_and_grids(kind, shown):
    fig, axes = plt.subplots(2, 2)
    if kind == "grid":
        import seaborn as sns

        thing = sns.FacetGrid(pd.DataFrame({"x": [1, 2], "g": ["a", "b"]}), col="g")
    else:
        thing = {"figure": fig, "axes": axes[0, 0], "array": axes}[kind]
    drawing.show(thing, alt="four panels")
    assert len(shown) == 1


def test_what_is_no_figure_is_refused():
    for nothing in ("a string", []):
        with pytest.raises(InputError, match="no figure"):
            drawing.svg(nothing)


@pytest.mark.parametrize(
    "name", ["A$AP & Söhne $", r"\frac{", "$x_{", "100 % <b>", "a_b^c", "<img src=x onerror=alert(1)>"]
)
def test_hostile_names_are_written_as_they_are(name):
    ax = drawn()
    ax.set_title(name)
    ax.text(1, 1, name)
    root = ElementTree.fromstring(drawing.svg(ax))
    assert [text.text for text in root.iter(f"{SVG}text")].count(name) == 2
    assert {part.tag.removeprefix(SVG) for part in root.iter()} <= {"svg", "g", "path", "circle", "text", "title"}


def test_a_seam_around_letters_leaves_them_text():
    ax = drawn()
    ax.text(2, 2, "on a line", path_effects=[halo()])
    (text,) = (text for text in ElementTree.fromstring(drawing.svg(ax)).iter(f"{SVG}text") if text.text == "on a line")
    assert text.attrib["paint-order"] == "stroke" and text.attrib["stroke"] == "#ffffff"


def test_cells_of_a_heat_map_are_areas_in_the_places_and_colours_of_the_image():
    _, ax = plt.subplots()
    values = np.array([[0.0, 0.25, 0.5], [0.75, 1.0, np.nan]])
    shade = ax.imshow(values, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    colours = [matplotlib.colors.to_hex(shade.to_rgba(value)) for value in values.flat[:5]]
    root = ElementTree.fromstring(drawing.svg(ax))
    cells = [part for part in root.iter(f"{SVG}path") if part.get("fill") in colours]
    assert [cell.get("fill") for cell in cells] == colours  # none for what is unknown
    starts = [tuple(map(float, cell.get("d")[1:].split("H")[0].split())) for cell in cells]
    assert starts[0][0] < starts[1][0] < starts[2][0] and starts[0][1] < starts[3][1] and starts[3][0] == starts[0][0]


def test_log_ticks_are_plain_numbers_and_never_formulas():
    _, ax = plt.subplots()
    ax.plot([1, 10, 1000], [1, 2, 3])
    ax.set_xscale("log")
    texts = [text.text for text in ElementTree.fromstring(drawing.svg(ax)).iter(f"{SVG}text")]
    assert "1,000" in texts
    assert not any("$" in text or "mathdefault" in text for text in texts)
