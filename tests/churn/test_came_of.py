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


def test_a_promised_return_is_one_without_an_offer_and_known_once_the_horizon_is_over(clean_orders):
    """All lost on the day: one orders in the horizon, one after it, one after an offer in it; of the later day the horizon is not over."""
    day, late = pd.Timestamp("2025-06-30"), pd.Timestamp("2025-11-30")
    back = pd.to_datetime(["2025-08-01", "2025-12-01", "2025-08-01"])
    episodes = pd.DataFrame({"customer_id": list("abc"), "lost_on": day, "returned_on": back, "ended_on": pd.NaT})
    episodes = episodes.assign(offered_on=pd.to_datetime([None, None, "2025-07-15"]), margin=5.0, amount=9.0)
    said = pd.DataFrame(
        {"customer_id": list("abc"), "as_of": day, "event": "returned", "chance": 0.2, "method": "rates"}
    )
    said = pd.concat([said, said[1:2].assign(as_of=late)])
    found = came_of(said, clean_orders([("a", date(2023, 1, 1), 1)]), AS_OF, RULES, episodes=episodes)
    assert found["came"].fillna(-1).tolist() == [1, 0, 0, -1] and found["worth"].tolist() == [5] * 4
    assert found["over_on"].tolist() == [day + pd.Timedelta(days=90)] * 3 + [late + pd.Timedelta(days=90)]


def test_without_a_promise_nothing_came(clean_orders):
    nothing = pd.DataFrame(columns=["customer_id", "as_of", "event", "chance", "method"])
    assert came_of(nothing, clean_orders([("a", AS_OF, 1)]), AS_OF).empty
