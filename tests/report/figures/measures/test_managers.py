"""Funnels: points and limits are those of the table, who lies beyond them is named, and nobody else."""

from __future__ import annotations

import pandas as pd
import pytest

from kamlib.measures.managers import funnels
from kamlib.report import figures


def table(*counts: tuple[str, int, int], measure: str = "on_time") -> pd.DataFrame:
    parts = [
        pd.DataFrame({"value": name, "customer_id": [f"{name}-{who}" for who in range(n)], "part": [1.0] * k + [0.0] * (n - k), "whole": 1.0})
        for name, k, n in counts
    ]  # fmt: skip
    rows = pd.concat(parts, ignore_index=True).assign(measure=measure)
    return funnels(rows, {"manager": rows.set_index("customer_id")["value"]})


def title(figure) -> str:
    return figure.get_suptitle()


def test_who_lies_beyond_the_limits_is_named_and_the_title_counts_them():
    rows = table(*[(f"m{at}", 50, 100) for at in range(19)], ("<b>$x^2$</b> " + "long " * 60, 85, 100), ("few", 0, 5))
    figure = figures.funnel_plots(rows, trait="manager")
    assert title(figure) == "By manager: 1 of 20 outside chance" and "lie 1" in figure.get_label()
    axes = figure.axes[0]
    named = [text.get_text() for text in axes.texts if text.get_text() not in ("95 %", "99.8 %")]
    assert len(named) == 1 and named[0].startswith("<b>$x^2$</b>") and len(named[0]) <= 22
    assert len(axes.collections[0].get_offsets()) == 20, "too few cases are not drawn"


def test_the_lines_are_the_limits_of_the_table_and_stay_within_what_a_share_can_be():
    rows = table(("a", 190, 200), ("b", 28, 30), ("c", 90, 100))
    axes = figures.funnel_plots(rows, trait="manager").axes[0]
    size, upper = axes.lines[3].get_data()  # 95 %, the upper one
    biggest = rows.iloc[0]
    assert pd.Series(upper).iloc[abs(size - biggest["whole"]).argmin()] == pytest.approx(biggest["high_95"], abs=0.002)
    assert max(line.get_ydata().max() for line in axes.lines[:4]) <= 1


def test_each_measure_has_a_panel_and_another_trait_none():
    rows = pd.concat([table(("a", 30, 60), ("b", 31, 60)), table(("a", 3, 60), ("b", 5, 60), measure="bids_won"), table(("a", 3, 60), ("b", 5, 60), measure="claims_an_order_day")])  # fmt: skip
    figure = figures.funnel_plots(rows, trait="manager")
    assert len(figure.axes) == 3
    assert title(figure) == "By manager: none of 2 outside chance"
    assert figures.funnel_plots(rows, trait="product_category") is None
