"""The picture of the KAISM matrix: names keep apart, their lines do not cross, and bubbles tell their names."""

from __future__ import annotations

from xml.etree import ElementTree

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text

from kamlib.report.figures import matrix as draw
from kamlib.report.figures import set_style
from kamlib.report.figures.drawing import lay_out, svg
from kamlib.scoring import kaism
from kamlib.study.model import Kaism


@pytest.fixture(autouse=True)
def _closed():
    set_style()
    yield
    plt.close("all")


@pytest.mark.slow
@pytest.mark.parametrize("reading", ["importance", "strength"])
def test_labels_of_the_matrix_do_not_overlap_and_stay_where_they_were_put(reading):
    rng = np.random.default_rng(4)
    ids = [f"a{i}" for i in range(60)]
    across = pd.DataFrame(
        {"customer_id": ids, "importance": rng.normal(6, 0.6, 60), "strength": rng.normal(1.1, 0.1, 60)}
    )
    across = across.assign(low=across["importance"], high=across["importance"])
    up = pd.DataFrame({"customer_id": ids, "attractiveness": rng.normal(7, 0.5, 60)})
    names = pd.Series([f"Firm of long name {i} $x^" for i in range(60)], index=ids)
    table = kaism.kaism_matrix(up, across, Kaism(reading=reading))
    axes = draw.kaism(table, names=names, revenue=pd.Series(rng.random(60), index=ids))
    room = axes.get_window_extent().bounds
    axes.figure.canvas.draw()
    assert axes.get_window_extent().bounds == pytest.approx(room, abs=0.2)  # pixels
    named = [text for text in axes.texts if text.get_text().startswith("Firm")]
    boxes = [Text.get_window_extent(text) for text in named]
    assert len(boxes) == 30
    assert not any(one.overlaps(other) for i, one in enumerate(boxes) for other in boxes[i + 1 :])
    picture = axes.figure.bbox
    assert all(picture.x0 <= box.x0 and box.x1 <= picture.x1 for box in boxes)
    lines = [(axes.transData.transform(t.xy), axes.transAxes.transform(t.xyann)) for t in named if hasattr(t, "xy")]
    assert len(lines) >= 20
    assert not any(crosses(*one, *other) for i, one in enumerate(lines) for other in lines[i + 1 :])


def crosses(a, b, c, d):
    """Whether the line from a to b crosses the one from c to d: each has the other's ends on both sides."""

    def side(p, q, r):
        return np.sign((q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0]))

    return side(a, b, c) * side(a, b, d) < 0 and side(c, d, a) * side(c, d, b) < 0


@pytest.mark.slow
def test_named_are_those_flagged_and_the_largest_that_changed_their_cell():
    ids = list("abcdef")
    table = pd.DataFrame({"customer_id": ids, "attractiveness": [9.0, 8, 7, 6, 4, 3], "horizontal": [9.0, 8, 7, 6, 6, 6],
                          "reading": "importance", "cell": ["invest"] * 4 + ["maintenance"] * 2, "move_attractiveness": 0.0,
                          "move_horizontal": 0.0, "cell_before": ["invest", "invest", "", "maintenance", "invest", "unknown"]})  # fmt: skip
    money = pd.Series([1.0, 1, 1, 5, 9, 99], index=ids)
    label = pd.Series(True, index=["b"])

    def named(**more):
        texts = draw.kaism(table, revenue=money, label=label, **more).texts
        return sorted(text.get_text() for text in texts if len(text.get_text()) == 1)

    assert named() == ["b", "d", "e"]  # c and f have no cell to come from
    assert named(movers=1) == ["b", "e"]
    assert named(movers=0) == ["b"]


def test_the_report_gets_every_bubble_with_its_name():
    table = pd.DataFrame({"customer_id": ["a", "b"], "attractiveness": [8.0, 2.0], "horizontal": [9.0, 1.5],
                          "reading": "importance", "cell": ["invest", "opportunistic"]})  # fmt: skip
    names = pd.Series({"a": "Firm <A>", "b": "Fi\u202erm\u2066 B\u200f"})
    told = svg(draw.kaism(table, names=names, revenue=pd.Series({"a": 9.0, "b": 3.0}), label=pd.Series(dtype=bool)))
    first, second = (
        bubble for bubble in ElementTree.fromstring(told).iter("{http://www.w3.org/2000/svg}circle") if len(bubble)
    )
    assert [bubble[0].text for bubble in (first, second)] == ["Firm <A>", "Firm B"]
    assert float(first.get("r")) > float(second.get("r")) > 1  # the larger revenue is drawn first, and larger


def test_the_axes_keep_their_size_between_placing_the_labels_and_saving_on_the_log_axis():
    table = pd.DataFrame(
        {"customer_id": ["a"], "attractiveness": 8.0, "horizontal": 1.1, "reading": "strength", "cell": "invest"}
    )
    axes = draw.kaism(table)
    assert (
        axes.figure.get_label()
        == "The KAISM matrix, bubbles by revenue; those that matter have a number and stand by name in the list below. Customers by cell: invest 1."
    )
    room = axes.get_window_extent().bounds
    lay_out(axes.figure)
    axes.figure.canvas.draw()
    assert axes.get_window_extent().bounds == pytest.approx(room, abs=1)
