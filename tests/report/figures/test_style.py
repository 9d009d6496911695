"""How figures reach the notebook: alternative text kept, the same bytes each time, names that are never formulas."""

from __future__ import annotations

from base64 import b64decode
from io import BytesIO

import matplotlib
import numpy as np
import pandas as pd
import pytest

matplotlib.use("Agg")

import matplotlib.pyplot as plt
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from kamlib.errors import InputError
from kamlib.report.figures import style


@pytest.fixture(autouse=True)
def styled():
    with matplotlib.rc_context():
        style.set_style()
        yield
    plt.close("all")


@pytest.fixture
def shown(monkeypatch):
    """What `display` was given: (data, keywords)."""
    calls: list = []
    monkeypatch.setattr("IPython.display.display", lambda data, **more: calls.append((data, more)))
    return calls


def drawn():
    _, ax = plt.subplots()
    ax.plot([1, 2, 3], [3, 1, 2])
    ax.set_title("Does revenue fall?")
    return ax


def test_show_keeps_the_alternative_text_and_closes_the_figure(shown):
    ax = drawn()
    style.show(ax, alt='Revenue falls\n from 3 to "2"')
    (data, more) = shown[0]
    assert more["metadata"]["image/png"]["alt"] == 'Revenue falls from 3 to "2"'
    assert data["text/plain"] == '[figure: Revenue falls from 3 to "2"]'
    assert b64decode(data["image/png"]).startswith(b"\x89PNG")
    assert not plt.fignum_exists(ax.figure.number)


@pytest.mark.parametrize("alt", ["", "   ", None])
def test_a_figure_without_alternative_text_is_refused(alt, shown):
    with pytest.raises(InputError, match="alternative text"):
        style.show(drawn(), alt=alt)
    assert not shown


def test_a_picture_shows_the_text_that_it_carries_unless_another_is_given(shown):
    for alt, told in ((None, "The KAISM matrix, bubbles by revenue. Customers by cell: key 3."), ("Mine", "Mine")):
        style.show(style.described(drawn(), "alt_kaism", cells=["key 3"]), alt=alt)
        assert shown.pop()[1]["metadata"]["image/png"]["alt"] == told


def test_where_nothing_was_drawn_nothing_is_shown(shown):
    style.show(None)
    style.show(None, alt="nothing")
    assert not shown


def test_a_table_without_a_row_in_which_all_is_known_has_nothing_to_draw():
    rows = pd.DataFrame({"x": [1.0, np.nan], "y": [np.nan, 2.0]})
    assert (
        style.none_known(rows, "x", "y")
        and style.none_known(rows.head(0), "x")
        and style.none_known(pd.DataFrame(), "x")
    )
    assert not style.none_known(rows, "x") and not style.none_known(rows)


def test_the_same_figure_gives_the_same_bytes_without_date_or_version():
    first, second = style.png(drawn()), style.png(drawn())
    assert first == second
    assert b"tEXt" not in first
    assert b"matplotlib" not in first.lower()


def test_a_picture_is_what_matplotlib_itself_saves_in_a_tight_box():
    target = BytesIO()
    drawn().figure.savefig(target, format="png", dpi=130, bbox_inches="tight", metadata={"Software": None})
    assert style.png(drawn()) == target.getvalue()


def test_a_picture_is_laid_out_once_and_drawn_once(shown, monkeypatch):
    done: list[str] = []
    for owner, name in ((ConstrainedLayoutEngine, "execute"), (Figure, "draw")):
        own = getattr(owner, name)
        monkeypatch.setattr(owner, name, lambda *given, own=own, name=name: (done.append(name), own(*given))[1])
    style.show(drawn(), alt="a line")
    assert done == ["execute", "draw"]


def test_a_point_of_text_is_a_point_on_the_page(shown):
    """8 inches are 768 px of CSS; the tight box may differ a little."""
    style.show(drawn(), alt="a line")
    assert shown[0][1]["metadata"]["image/png"]["width"] == pytest.approx(8 * 96, abs=30)


@pytest.mark.filterwarnings("ignore:The figure layout has changed")  # seaborn's grids lay themselves out
@pytest.mark.parametrize("kind", ["figure", "axes", "array", "grid"])
def test_show_takes_axes_figures_arrays_and_grids(kind, shown):
    fig, axes = plt.subplots(2, 2)
    if kind == "grid":
        import seaborn as sns

        thing = sns.FacetGrid(pd.DataFrame({"x": [1, 2], "g": ["a", "b"]}), col="g")
    else:
        thing = {"figure": fig, "axes": axes[0, 0], "array": axes}[kind]
    style.show(thing, alt="four panels")
    assert len(shown) == 1


def test_what_is_no_figure_is_refused():
    with pytest.raises(InputError, match="no figure"):
        style.png("a string")
    with pytest.raises(InputError, match="no figure"):
        style.png([])


@pytest.mark.parametrize("name", ["A$AP & Söhne $", r"\frac{", "$x_{", "100 % <b>", "a_b^c"])
def test_hostile_names_are_drawn_as_they_are_written(name):
    ax = drawn()
    ax.set_title(name)
    ax.text(1, 1, name)
    assert style.png(ax)
    assert ax.get_title(loc="left") == name
    assert not ax.title.get_parse_math()


def test_log_ticks_are_plain_numbers_and_never_formulas():
    _, ax = plt.subplots()
    ax.plot([1, 10, 1000], [1, 2, 3])
    ax.set_xscale("log")
    style.png(ax)
    texts = [label.get_text() for label in ax.get_xticklabels()]
    assert "1,000" in texts
    assert not any("$" in text or "mathdefault" in text for text in texts)


def test_ticks_speak_the_language_of_the_study():
    _, ax = plt.subplots()
    ax.plot([0, 1], [0, 2_000_000])
    style.money_ticks(ax.yaxis)
    style.percent_ticks(ax.xaxis, "ru")
    assert ax.yaxis.get_major_formatter()(1_500_000) == "1.5M"
    assert ax.xaxis.get_major_formatter()(0.25) == "25\N{NO-BREAK SPACE}%"
    assert ax.xaxis.get_major_formatter()(-0.0).startswith("0")


def test_the_look_is_that_of_the_theme_ticks_of_seaborn_in_the_colours_of_the_kit():
    import seaborn as sns

    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        style.set_style()
        ours = dict(matplotlib.rcParams)
        sns.set_theme(style="ticks", palette=list(style.PALETTE), font="DejaVu Sans")
        matplotlib.rcParams.update(style._THEME)
        theirs = dict(matplotlib.rcParams)
    other = {name for name in ours if ours[name] != theirs[name]}
    assert other <= {"font.sans-serif", "image.cmap", "axes.prop_cycle"}
    cycles = [[matplotlib.colors.to_hex(one["color"]) for one in look["axes.prop_cycle"]] for look in (ours, theirs)]
    assert cycles[0] == cycles[1]


def test_titles_are_bold_and_stand_left_and_text_is_nine_points_or_more():
    rc = matplotlib.rcParams
    assert rc["axes.titlelocation"] == "left"
    assert rc["axes.titleweight"] == "bold"
    assert min(rc["xtick.labelsize"], rc["ytick.labelsize"], rc["legend.fontsize"], rc["font.size"]) >= 9


def test_colours_are_those_of_okabe_and_ito():
    published = {"#000000", "#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7"}
    assert set(style.PALETTE) == published


def test_text_colours_keep_a_contrast_of_four_and_a_half_on_paper():
    def light(colour):
        rgb = np.array(matplotlib.colors.to_rgb(colour))
        linear = np.where(rgb <= 0.03928, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
        return linear @ [0.2126, 0.7152, 0.0722]

    for colour in (style.INK, style.MUTED):
        assert (light(style.PAPER) + 0.05) / (light(colour) + 0.05) >= 4.5
