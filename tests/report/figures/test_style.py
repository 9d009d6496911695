"""How figures look: letters that a phone shows legibly, colours told apart, ticks in the language of the study."""

from __future__ import annotations

import re

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from kamlib.report.figures import style
from kamlib.report.html import TEMPLATES


@pytest.fixture(autouse=True)
def styled():
    with matplotlib.rc_context():
        style.set_style()
        yield
    plt.close("all")


def test_a_table_without_a_row_in_which_all_is_known_has_nothing_to_draw():
    rows = pd.DataFrame({"x": [1.0, np.nan], "y": [np.nan, 2.0]})
    assert (
        style.none_known(rows, "x", "y")
        and style.none_known(rows.head(0), "x")
        and style.none_known(pd.DataFrame(), "x")
    )
    assert not style.none_known(rows, "x") and not style.none_known(rows)


def test_ticks_speak_the_language_of_the_study():
    _, ax = plt.subplots()
    ax.plot([0, 1], [0, 2_000_000])
    style.money_ticks(ax.yaxis)
    style.percent_ticks(ax.xaxis, "ru")
    assert ax.yaxis.get_major_formatter()(1_500_000) == "1.5M"
    assert ax.xaxis.get_major_formatter()(0.25) == "25\N{NO-BREAK SPACE}%"
    assert ax.xaxis.get_major_formatter()(0.075) == "7,5\N{NO-BREAK SPACE}%"
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


def test_titles_are_bold_and_stand_left_and_text_is_ten_points_or_more():
    rc = matplotlib.rcParams
    assert rc["axes.titlelocation"] == "left"
    assert rc["axes.titleweight"] == "bold"
    assert min(rc["xtick.labelsize"], rc["ytick.labelsize"], rc["legend.fontsize"], rc["font.size"]) >= 10
    assert rc["figure.figsize"][0] == style.WIDTH


def test_colours_are_those_of_okabe_and_ito():
    published = {"#000000", "#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7"}
    assert set(style.PALETTE) == published


def test_text_colours_keep_a_contrast_of_four_and_a_half_on_paper():
    for colour in (style.INK, style.MUTED):
        assert (light(style.PAPER) + 0.05) / (light(colour) + 0.05) >= 4.5


def test_letters_on_a_shade_have_the_better_contrast_of_the_two_on_both_sides_of_dark():
    for value in (style.DARK - 0.02, style.DARK + 0.02):
        shade = light(matplotlib.colormaps[style.SEQUENTIAL](value)) + 0.05
        white, ink = (light(style.PAPER) + 0.05) / shade, shade / (light(style.INK) + 0.05)
        assert (white > ink) == (value > style.DARK) and max(white, ink) >= 3


def test_on_a_dark_page_every_colour_of_the_kit_has_one_of_its_own_that_can_be_read():
    sheets = [(TEMPLATES / name).read_text(encoding="utf-8") for name in ("style.css", "figures.css")]
    dark = {}
    for sheet in sheets:
        block = sheet.split("prefers-color-scheme: dark)")[1]
        dark |= {name: value for name, value in re.findall(r"--([a-z]+): (#[0-9a-f]{6})", block) if name not in dark}
    rules = re.findall(r"figure (.+?) \{ (fill|stroke): var\(--([a-z]+)\)", sheets[1])
    turned = {
        (kind, colour): dark[name]
        for chosen, kind, name in rules
        for colour in re.findall(f'{kind}="(#[0-9a-f]{{6}})"', chosen)
    }
    lines, words = (
        [*style.PALETTE, style.INK, style.MUTED],
        [style.INK, style.MUTED, style.BLUE, style.BLACK, *style.TEXT_COLOURS.values()],
    )
    for colour in {*map(str.lower, [*lines, *words, *style.NEUTRAL])}:
        assert ("fill", colour) in turned
    for colour in {*map(str.lower, [*lines, *style.NEUTRAL])}:
        assert ("stroke", colour) in turned
    paper = light(dark["paper"])
    for colour in map(str.lower, lines):
        assert (light(turned["stroke", colour]) + 0.05) / (paper + 0.05) >= 3
    for colour in map(str.lower, words):
        assert (light(turned["fill", colour]) + 0.05) / (paper + 0.05) >= 4.5


def light(colour: str) -> float:
    """Relative luminance of WCAG 2.2."""
    rgb = np.array(matplotlib.colors.to_rgb(colour))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])
