"""What a picture can write. Oracle: letters of which the font is known to have a picture or none, and what Matplotlib complains of."""

from __future__ import annotations

import io
import warnings

import matplotlib
import pytest

matplotlib.use("Agg")

import matplotlib.pyplot as plt

from kamlib.report.figures import drawing, style
from kamlib.report.glyphs import NOT_DRAWN, drawable


@pytest.mark.parametrize("text", ["Straße 12", "ООО «Ёж»", "a  b", " x", "12 %\n−3", "Łódź ½ €", ""])
def test_what_the_font_has_stays_as_it_is(text):
    assert drawable(text) == text


@pytest.mark.parametrize(
    ("text", "told"),
    [("株式会社", NOT_DRAWN), ("株式 会社 ABC", f"{NOT_DRAWN} ABC"), ("Firm 🦄 & คน\nB", f"Firm {NOT_DRAWN} & {NOT_DRAWN}\nB"),
     ("A\u202eB\u2066C\u200f", "ABC"), ("\x1b[31m", "[31m")],
)  # fmt: skip
def test_what_it_has_not_is_told_once_and_marks_of_direction_are_left_out(text, told):
    assert drawable(text) == told


def test_no_text_of_a_figure_is_an_empty_box_wherever_it_stands():
    with matplotlib.rc_context():
        style.set_style()
        _, axes = plt.subplots()
        axes.barh([0, 1], [1, 2], label="会社")
        axes.set(yticks=[0, 1], yticklabels=["東京", "Bonn"], title="会社 A", xlabel="人\u202e")
        axes.annotate("🦄 x", (1, 1), (0.5, 0.5))
        axes.legend()
        with warnings.catch_warnings(record=True) as complained:
            warnings.simplefilter("always")
            assert NOT_DRAWN in drawing.svg(axes)
        written = [text.get_text() for text in axes.figure.findobj(matplotlib.text.Text)]
    plt.close("all")
    assert not [warning for warning in complained if "Glyph" in str(warning.message)]
    assert {NOT_DRAWN, f"{NOT_DRAWN} A", f"{NOT_DRAWN} x", "Bonn"} <= set(written)


def test_the_oracle_complains_of_a_letter_that_is_not_told():
    figure = plt.figure()
    figure.text(0, 0, "会")
    with pytest.warns(UserWarning, match="Glyph"):
        figure.savefig(io.BytesIO())
    plt.close("all")
