"""The picture of the KAISM matrix: numbers keep apart, the list names them, and bubbles tell their names."""

from __future__ import annotations

from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from kamlib.report.figures import matrix as draw
from kamlib.report.figures.drawing import lay_out, svg
from kamlib.scoring import kaism
from kamlib.study.model import Kaism


@pytest.mark.slow
@pytest.mark.parametrize("reading", ["importance", "strength"])
def test_numbers_of_the_matrix_lie_apart_and_the_list_names_them_the_most_attractive_first(reading, clear):
    rng = np.random.default_rng(4)
    ids = [f"a{i}" for i in range(60)]
    across = pd.DataFrame(
        {"customer_id": ids, "importance": rng.normal(6, 0.6, 60), "strength": rng.normal(1.1, 0.1, 60)}
    )
    across = across.assign(low=across["importance"], high=across["importance"])
    up = pd.DataFrame({"customer_id": ids, "attractiveness": rng.normal(7, 0.5, 60)})
    names = pd.Series([f"Firm {i} $x^" for i in range(60)], index=ids)
    table = kaism.kaism_matrix(up, across, Kaism(reading=reading))
    axes = draw.kaism(table, names=names, revenue=pd.Series(rng.random(60), index=ids))
    room = axes.get_window_extent().bounds
    clear(axes)
    assert axes.get_window_extent().bounds == pytest.approx(room, abs=0.2)  # pixels
    assert {str(n + 1) for n in range(30)} <= {text.get_text() for text in axes.texts}
    listed = [text.get_text() for text in axes.figure.axes[1].texts]
    best = up.sort_values("attractiveness", ascending=False)["customer_id"].head(30)
    assert listed[1::2] == list(best.map(names)) and listed[::2] == [str(n + 1) for n in range(30)]


@pytest.mark.slow
def test_numbered_are_those_flagged_and_the_largest_that_changed_their_cell():
    ids = list("abcdef")
    table = pd.DataFrame({"customer_id": ids, "attractiveness": [9.0, 8, 7, 6, 4, 3], "horizontal": [9.0, 8, 7, 6, 6, 6],
                          "reading": "importance", "cell": ["invest"] * 4 + ["maintenance"] * 2, "move_attractiveness": 0.0,
                          "move_horizontal": 0.0, "cell_before": ["invest", "invest", "", "maintenance", "invest", "unknown"]})  # fmt: skip
    money = pd.Series([1.0, 1, 1, 5, 9, 99], index=ids)
    label = pd.Series(True, index=["b"])

    def named(**more):
        texts = draw.kaism(table, revenue=money, label=label, **more).figure.axes[1].texts[1::2]
        return sorted(text.get_text() for text in texts if len(text.get_text()) == 1)

    assert named() == ["b", "d", "e"]  # c and f have no cell to come from
    assert named(movers=1) == ["b", "e"]
    assert named(movers=0) == ["b"]


def test_the_report_gets_every_bubble_with_its_name_also_those_without_a_number():
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
    assert axes.figure.get_label() == (
        "The KAISM matrix, bubbles by revenue; those that matter have a number and stand by name in the list below. "
        "Customers by cell: invest 1."
    )
    room = axes.get_window_extent().bounds
    lay_out(axes.figure)
    assert axes.get_window_extent().bounds == pytest.approx(room, abs=1)
