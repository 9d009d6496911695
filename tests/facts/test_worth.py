"""Which column says what a customer is worth."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kamlib.facts.worth import money_column, worth_column
from kamlib.report.words import word


def test_worth_is_margin_where_any_is_known_else_revenue():
    assert worth_column(pd.DataFrame({"margin": [np.nan, 1.0]})) == "margin_12m"
    assert worth_column(pd.DataFrame({"margin": [np.nan]}), "24m") == "revenue_24m"


def test_revenue_is_of_the_last_12_months_where_they_were_observed_and_of_all_history_else():
    seen = pd.DataFrame({"revenue": [9.0, 5.0], "revenue_12m": [4.0, np.nan]})
    assert money_column(seen) == ("revenue_12m", "last_12_months")
    assert money_column(seen.assign(revenue_12m=np.nan))[0] == "revenue"
    assert money_column(seen[["revenue"]]) == ("revenue", "since_the_first_order")
    assert [word(code) for code in ("last_12_months", "since_the_first_order")] == [
        "in the last 12 months",
        "since the first order; 12 months were not observed",
    ]
