"""What a customer is worth, and how far customers differ. Oracle: quantiles by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kamlib.facts.worth import money_column, spread, worth_column
from kamlib.report.words import with_words, word


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


def test_of_customers_from_0_to_100_so_many_lie_below_the_same_number():
    """Of 0, 1, ..., 100 five per cent lie below 5; margins are ten times as much, and one customer has no rhythm."""
    n = pd.Series(range(101), dtype=float)
    facts = pd.DataFrame(
        dict.fromkeys(["silence_days", "order_days_12m", "average_order", "revenue_12m"], n)
        | {"gap_median": n.replace(0, np.nan), "margin": n, "margin_12m": 10 * n}
    )
    table = with_words(spread(facts)).set_index("fact")
    assert table.loc["days since the last order"].tolist() == [5, 25, 50, 75, 95]
    assert table.loc["margin of 12 months"].tolist() == [50, 250, 500, 750, 950]
    assert table.loc["days between two orders, median", "50_percent"] == 50.5
    assert len(spread(facts.assign(margin=np.nan))) == 5, "revenue stands in for margin and is shown once"
