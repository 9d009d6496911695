"""What came of published forecasts. Oracle: the forecasts that are made anew on the same day know the same of it."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from kamlib.churn.came_of import came_of
from kamlib.churn.made_anew import COLUMNS, events_of
from kamlib.study.settings.sections import Churn

AS_OF, RULES = date(2025, 12, 31), Churn(horizon_days=90)


@pytest.mark.slow
def test_what_came_is_what_the_landmark_of_that_day_tells_and_who_is_not_there_is_left_out(table, lines, clean_orders):
    day = table["as_of"].unique()[-8]
    seen = events_of(table[table["as_of"] == day], pd.Timestamp(AS_OF), RULES)
    said = seen[["customer_id", "as_of", "event"]].assign(chance=0.3, method="model")
    stranger = said.head(1).assign(customer_id="merged since")
    found = came_of(pd.concat([said, stranger]), clean_orders(lines), AS_OF, RULES)
    assert found.columns.tolist() == COLUMNS and len(found) == len(seen)
    both = found.merge(seen, on=["customer_id", "as_of", "event"], suffixes=("", "_made"))
    for name in ("over_on", "came", "worth"):
        pd.testing.assert_series_equal(both[name], both[f"{name}_made"], check_names=False)
    assert 0 < found["came"].sum() < found["came"].notna().sum()


def test_without_a_promise_nothing_came(clean_orders):
    nothing = pd.DataFrame(columns=["customer_id", "as_of", "event", "chance", "method"])
    assert came_of(nothing, clean_orders([("a", AS_OF, 1)]), AS_OF).empty
