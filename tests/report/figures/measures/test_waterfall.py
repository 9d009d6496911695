"""The waterfall: bars begin where the one before ended, and labels hold the money and the customers."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kamlib.report import figures

STEPS = ["year_before", "new", "returned", "joined", "grown", "unchanged", "shrunk", "lost", "year_now"]
TABLE = pd.DataFrame(
    {"as_of": pd.Timestamp("2026-06-30"), "measure": "revenue", "step": STEPS, "customers": [9, 2, 0, 1, 3, 0, 2, 1, 9],
     "amount": [100.0, 40, 0, 5, 20, 0, -30, -10, 125]}
)  # fmt: skip


def test_each_bar_begins_where_the_one_before_ended():
    axes = figures.bridge_waterfall(TABLE, currency="EUR")
    bars = [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in axes.patches]
    assert bars == [(100, 140), (140, 145), (145, 165), (165, 135), (135, 125)]


def test_steps_that_nobody_took_are_left_out_and_labels_tell_money_and_customers():
    axes = figures.bridge_waterfall(TABLE, currency="EUR")
    assert [text.get_text() for text in axes.texts] == [
        "100",
        "+40 (2)",
        "+5 (1)",
        "+20 (3)",
        "-30 (2)",
        "-10 (1)",
        "125",
    ]
    assert axes.get_title(loc="left") + axes.get_title() == "+25 EUR in the 12 months to 2026-06-30 (+25.0%)"
    assert "The largest step of these 12 months is new with +40 EUR" in axes.figure.get_label()


def test_who_joined_is_left_out_where_it_is_not_known_and_a_base_below_zero_has_no_percent():
    table = TABLE.assign(
        amount=TABLE["amount"].where(TABLE["step"] != "joined", np.nan), customers=TABLE["customers"].astype("Int64")
    )
    assert len(figures.bridge_waterfall(table, currency="EUR").patches) == 4
    below = TABLE.assign(amount=TABLE["amount"].where(TABLE["step"] != "year_before", -3.0))
    axes = figures.bridge_waterfall(below, currency="EUR")
    assert "%" not in axes.get_title(loc="left") + axes.get_title()


def test_of_several_dates_the_last_is_drawn():
    older = TABLE.assign(as_of=pd.Timestamp("2026-03-31"), amount=TABLE["amount"] * 2)
    axes = figures.bridge_waterfall(pd.concat([TABLE, older]), currency="EUR")
    assert "2026-06-30" in axes.get_title(loc="left") + axes.get_title()
