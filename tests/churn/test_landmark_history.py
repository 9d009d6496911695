"""The landmark table from order lines: the same as from its parts, with fewer accounts on earlier days, and no look ahead."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from kamlib.churn import landmark_history
from kamlib.churn.landmark_history import at_risk_history, some_accounts
from kamlib.churn.landmarks import landmark_table, outcomes
from kamlib.errors import InputError
from kamlib.facts import account_facts, next_orders

DAYS = [date(2025, 1, 1), date(2025, 4, 1), date(2025, 7, 1)]


def lines(n: int = 40) -> list[tuple[str, date, int]]:
    """Order lines of 2024 and 2025 at random."""
    rng = np.random.default_rng(3)
    return [
        (f"K{i:03d}", date(2024, 1, 1) + timedelta(int(d)), 100)
        for i in range(n)
        for d in np.cumsum(rng.integers(5, 90, 12))
    ]


@pytest.fixture(scope="module")
def orders(clean_orders):
    return clean_orders(lines())


INVOICES = pd.DataFrame(
    [
        ("K000", "2024-01-05", "2024-02-05", 10.0, "2024-02-09"),
        ("K000", "2025-03-01", "2025-03-20", 10.0, "2025-06-01"),
    ],
    columns=["customer_id", "issued", "due", "amount", "paid"],
).assign(**{name: lambda t, name=name: pd.to_datetime(t[name]) for name in ("issued", "due", "paid")})
ACCOUNTS = pd.DataFrame({"customer_id": [f"K{i:03d}" for i in range(40)], "manager": "today's"})
ACCOUNTS["account_id"] = ACCOUNTS["customer_id"]


@pytest.mark.slow
def test_without_a_draw_it_is_the_landmark_table(orders):
    found = at_risk_history(orders, DAYS, horizon_days=60, accounts=ACCOUNTS, invoices=INVOICES)
    since = orders.date.min().execute()
    facts = account_facts(orders, DAYS, horizon_days=60, observed_from=since)
    came = next_orders(orders, DAYS, DAYS[-1])
    later = next_orders(orders, [day + timedelta(days=60) for day in DAYS[:2]], DAYS[-1])
    wanted = landmark_table(facts, came, later, horizon_days=60, accounts=ACCOUNTS, invoices=INVOICES)
    assert wanted["later_order"].notna().sum() > 10
    pd.testing.assert_frame_equal(found, wanted, check_dtype=False)


@pytest.mark.slow
def test_earlier_days_hold_the_drawn_accounts_and_the_last_day_all(orders):
    some = some_accounts(orders, 10, seed=4)
    found = at_risk_history(orders, DAYS, some=some)
    whole = at_risk_history(orders, DAYS)
    last = found["as_of"] == pd.Timestamp(DAYS[-1])
    drawn = set(found.loc[~last, "customer_id"])
    assert 0 < len(drawn) <= 10
    assert (
        found.loc[last, "customer_id"].tolist()
        == whole.loc[whole["as_of"] == pd.Timestamp(DAYS[-1]), "customer_id"].tolist()
    )
    same = ["customer_id", "as_of", "silence_days", "order_days", "revenue_6m", "next_order", "later_order"]
    part = whole[whole["customer_id"].isin(drawn) & (whole["as_of"] < pd.Timestamp(DAYS[-1]))]
    pd.testing.assert_frame_equal(found.loc[~last, same].reset_index(drop=True), part[same].reset_index(drop=True))


def test_the_draw_does_not_depend_on_the_order_of_lines(clean_orders, orders):
    turned = clean_orders(lines()[::-1])
    ids = [set(some_accounts(o, 10, seed=4).customer_id.to_pandas()) for o in (orders, turned)]
    assert ids[0] == ids[1]
    assert len(ids[0]) == 10
    assert ids[0] != set(some_accounts(orders, 10, seed=5).customer_id.to_pandas())


def test_no_more_accounts_than_asked_for_need_no_draw(orders):
    assert some_accounts(orders, 40) is orders


def test_an_account_base_that_began_after_the_first_landmarks_has_no_rows_there(clean_orders):
    late = clean_orders([("A", date(2025, 6, 1), 10), ("B", date(2025, 6, 2), 10)])
    assert at_risk_history(late, DAYS)["as_of"].unique().tolist() == [pd.Timestamp(DAYS[-1])]


def test_a_history_of_one_day_gives_the_accounts_of_that_day(orders):
    found = at_risk_history(orders, DAYS[-1:])
    assert found["as_of"].unique().tolist() == [pd.Timestamp(DAYS[-1])]
    assert outcomes(found, DAYS[-1])["event"].sum() == 0


def leaking(monkeypatch, column):
    """The kit's own table with one more covariate that reads the future."""
    real_facts, real_table = landmark_history.account_facts, landmark_history.landmark_table

    def facts(orders, as_of, **more):
        found = real_facts(orders, as_of, **more)
        dates = orders.group_by("customer_id").agg(last=orders.date.max()).to_pandas().set_index("customer_id")["last"]
        return found.assign(
            to_last_order=(pd.to_datetime(found["customer_id"].map(dates)) - found["first_order"]).dt.days
        )

    def table(facts, next_orders, later_orders=None, **more):
        found = real_table(facts, next_orders, later_orders, **more)
        paid = (
            (more["invoices"]["paid"] - more["invoices"]["due"]).dt.days.groupby(more["invoices"]["customer_id"]).mean()
        )
        found["mean_delay"] = found["customer_id"].map(paid)
        found["todays_manager"] = found["customer_id"].map(more["accounts"].set_index("customer_id")["manager"])
        leaks = {"to_last_order", "mean_delay", "todays_manager"} - {column}
        return found.drop(columns=list(leaks))

    monkeypatch.setattr(landmark_history, "account_facts", facts)
    monkeypatch.setattr(landmark_history, "landmark_table", table)


@pytest.mark.slow
@pytest.mark.parametrize("column", ["mean_delay", "todays_manager", "to_last_order"])
def test_a_covariate_that_reads_the_future_raises_the_alarm(orders, monkeypatch, column):
    """Payments after the landmark, today's manager, tenure to the last order."""
    leaking(monkeypatch, column)
    with pytest.raises(InputError, match="read what came after 2025-04-01") as error:
        at_risk_history(orders, DAYS, accounts=ACCOUNTS, invoices=INVOICES)
    assert error.value.found == f"'{column}'"
