"""Figures of the segments: what stands in them is what the tables say."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd
import pytest

from kamlib.report.figures import segments


@pytest.fixture(autouse=True)
def _closed():
    yield
    plt.close("all")


def texts(axes) -> list[str]:
    return [text.get_text() for text in axes.texts]


def test_the_rfm_grid_writes_money_and_accounts_of_each_cell():
    table = pd.DataFrame(
        {
            "r": [3, 3, 1, None],
            "f": [3, 3, 1, None],
            "money": [1500.0, 500, 40, 0],
            "window_months": 24,
            "measure": "margin",
        }
    )
    axes = segments.rfm_grid(table, currency="EUR")
    assert texts(axes) == ["40", "1", "2K", "2"] or texts(axes) == ["2K", "2", "40", "1"]
    # 2000 of 2040 in one cell
    assert "Class F3 R3 holds 98% of the margin (EUR, last 24 months)" in axes.get_title(loc="left") + axes.get_title()
    assert "Class F3 R3 holds 98% of the margin" in axes.figure.get_label()
    assert segments.rfm_grid(table.tail(1)) is None


def test_the_curve_ends_at_all_of_the_money_and_marks_half_of_it_and_the_end_of_each_class():
    # 80 + 15 + 5: one account each; half of the money is held by one of three
    table = pd.DataFrame({"share": [0.8, 0.15, 0.05, None], "abc": ["A", "B", "C", "net<=0"]})
    axes = segments.pareto(table)
    assert axes.lines[0].get_xydata().round(9).tolist() == [
        [0, 0],
        [round(1 / 3, 9), 0.8],
        [round(2 / 3, 9), 0.95],
        [1, 1],
    ]
    assert set(texts(axes)) == {"1 holds half", "A: 1 with 80%", "B: 1 with 15%"}
    assert "1 of 3 customers holds half" in axes.get_title(loc="left") + axes.get_title()


def test_the_alternative_text_of_the_curve_tells_half_of_the_money_and_class_a():
    axes = segments.pareto(pd.DataFrame({"share": [0.5, 0.3, 0.15, 0.05], "abc": ["A", "A", "B", "C"]}))
    assert axes.figure.get_label().endswith("1 of 4 hold half of it, the 2 of class A 80%.")


def test_the_curve_has_both_cuts_and_marks_where_the_other_method_cuts():
    table = pd.DataFrame({"share": [0.5, 0.3, 0.15, 0.05], "abc": ["A", "A", "B", "C"]})
    axes = segments.pareto(table, other=table.assign(abc=["A", "B", "B", "C"]))
    assert [line.get_ydata()[0] for line in axes.lines[1:]] == [0.8, 0.95]
    marks = {text.get_text(): tuple(text.xy) for text in axes.texts}
    assert marks["A by tangent: 1"] == (0.25, 0.5) and marks["B by tangent: 2"] == (0.75, pytest.approx(0.95))
    assert marks["A: 2 with 80%"] == (0.5, 0.8)
    assert len(segments.pareto(table, method="tangent").lines) == 1


def test_the_nine_cells_leave_empty_ones_empty():
    grid = pd.DataFrame(
        {
            "abc": ["A", "A", "B", "B"],
            "xyz": ["X", "Y", "X", "Y"],
            "accounts": [2, 0, 0, 1],
            "money": [9000.0, 0, 0, -7],
        }
    )
    axes = segments.abcxyz_grid(grid)
    assert texts(axes) == ["9K", "2", "-7", "1"]
    assert "Cell AX holds 100% of the money" in axes.get_title(loc="left") + axes.get_title()
    assert "Cell AX holds 100% of the money." in axes.figure.get_label()
    nobody = segments.abcxyz_grid(grid.assign(money=[-1.0, 0, 0, -7]))
    assert "No cell has positive money" in nobody.get_title(loc="left") + nobody.get_title()


def test_segments_name_the_one_with_most_money():
    summary = pd.DataFrame(
        {
            "segment": ["core", "faded"],
            "accounts": [1, 3],
            "share_of_accounts": [0.25, 0.75],
            "share_of_money": [0.9, 0.1],
        }
    )
    axes = segments.segment_money(summary)
    assert "“core”: 25% of customers, 90% of money" in axes.get_title(loc="left") + axes.get_title()
    assert {text.get_text() for text in axes.figure.legends[0].get_texts()} == {"share of money", "share of customers"}
    assert "“core” has 25% of the customers and 90% of the money." in axes.figure.get_label()
