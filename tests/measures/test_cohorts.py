"""What becomes of cohorts. Oracle: customers by hand and a plain count over the clean lines of the sample."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from kamlib.measures.cohorts import EARLIER, FEWEST, cohorts, first_quarters, quarters_of_relation
from kamlib.stats.intervals import wilson
from kamlib.stats.reasons import waits_for

END = date(2026, 6, 30)


def test_quarters_are_those_of_the_customer_by_hand(clean_orders):
    """a begins on 1 July 2025: its fourth quarter ends with June 2026. b begins a day later: three are over."""
    lines = [
        ("a", "2025-06-01", -7), ("a", "2025-07-01", 10), ("a", "2025-09-30", 5), ("a", "2025-10-01", -2), ("a", "2026-06-30", 3),
        ("b", "2025-07-02", 8), ("b", "2026-06-30", 4), ("c", "2026-05-01", 9), ("d", "2025-01-01", -1), ("e", "2026-07-01", 1),
    ]  # fmt: skip
    found = quarters_of_relation(clean_orders(lines), END)
    assert found[["customer_id", "over", "quarter", "revenue", "bought"]].to_numpy().tolist() == [
        ["a", 4, 0, 15, True], ["a", 4, 1, -2, False], ["a", 4, 3, 3, True], ["b", 3, 0, 8, True],
    ]  # fmt: skip


def relation(n: int, first: str = "2025-01-01", over: int = 4, stop: int = 4) -> pd.DataFrame:
    """n customers that buy for 10 in each quarter, half of them only in the first `stop` ones."""
    rows = [(f"{first}-{k}", q) for k in range(n) for q in range(over) if q < stop or k % 2]
    table = pd.DataFrame(rows, columns=["customer_id", "quarter"])
    return table.assign(first_order=pd.Timestamp(first), over=over, revenue=10.0, bought=True)


def test_shares_kept_by_hand():
    """Of 20 customers half stop after one quarter: their last half-year with an order is the first."""
    found = cohorts(relation(20, stop=1), pd.Series("x", [f"2025-01-01-{k}" for k in range(20)]))
    assert found["quarters"].tolist() == [0, 1, 2] and found["customers"].tolist() == [20, 20, 20]
    assert found["kept_share"].tolist() == [1, 0.5, 0.5] and found["first_half"].eq(300).all()
    assert found["money_kept"].tolist() == pytest.approx([1, 200 / 300, 200 / 300])
    low, high = wilson(pd.Series([10]), pd.Series([20]))
    assert found.loc[1, ["kept_share_low", "kept_share_high"]].tolist() == [low[0], high[0]]


def test_only_those_whose_half_year_is_over_are_counted():
    table = pd.concat([relation(10), relation(12, "2025-07-01", over=2)])
    found = cohorts(table, pd.Series("x", table["customer_id"].unique()))
    assert found["customers"].tolist() == [22, 10, 10] and found["first_half"].tolist() == [440, 200, 200]


def test_a_cohort_of_three_is_not_known():
    found = cohorts(relation(3), pd.Series("x", ["2025-01-01-0", "2025-01-01-1", "2025-01-01-2"]))
    assert found[["kept_share", "kept_share_low", "kept_share_high", "money_kept"]].isna().all(axis=None)
    assert set(found["reason"]) == {"cohort_of_few"} and FEWEST == 10


def test_who_was_there_when_the_records_began_is_a_cohort_of_its_own():
    table = pd.concat([relation(1, day) for day in ("2023-07-01", "2023-12-31", "2024-01-01", "2024-05-31")])
    found = first_quarters(table, date(2023, 7, 1))
    assert found.tolist() == [EARLIER, EARLIER, "2024Q1", "2024Q2"]
    assert first_quarters(table, date(2023, 7, 1), 7).tolist() == [EARLIER, EARLIER, "FY2024Q3", "FY2024Q4"]


def test_key_accounts_are_told_once_more_by_themselves():
    table = relation(30, stop=1)
    ids = table["customer_id"].unique()
    found = cohorts(table, pd.Series("x", ids), pd.Index(ids[1::2]))
    assert found.groupby("among")["customers"].first().to_dict() == {"everyone": 30, "key_accounts": 15}
    assert found.loc[found["among"] == "key_accounts", "kept_share"].tolist() == [1, 1, 1]


def test_customers_without_a_cohort_are_left_out_and_without_any_it_waits():
    assert cohorts(relation(20), pd.Series({"2025-01-01-0": "x"}))["customers"].unique().tolist() == [1]
    none = cohorts(relation(20).head(0), pd.Series(dtype=object))
    assert waits_for(none).code == "no_half_year_is_over"
    of_no_size = pd.Series(index=[f"2025-01-01-{number}" for number in range(20)], dtype=object)
    assert waits_for(cohorts(relation(20), of_no_size)).code == "nothing_to_tell_apart_by"


def test_money_kept_of_a_first_half_year_that_brought_nothing_is_not_known():
    table = relation(12).assign(revenue=lambda t: np.where(t["quarter"] < 2, 0.0, 5))
    found = cohorts(table, pd.Series("x", table["customer_id"].unique()))
    assert found["money_kept"].isna().all() and set(found["reason"]) == {"first_half_brought_nothing"}


@pytest.mark.slow
def test_the_sample_by_plain_pandas(sample_clean):
    lines = sample_clean.orders.execute()
    lines = lines[lines["date"] <= pd.Timestamp(END)].assign(amount=lambda t: t["amount"].astype(float))
    buys = lines[(lines["amount"] > 0) & lines["cancelled_on"].isna()]
    first = buys.groupby("customer_id")["date"].min()
    new = first[(first >= "2024-07-01") & (first <= "2024-09-30")]
    age = buys["date"] - pd.DateOffset(months=6) - buys["customer_id"].map(new)
    stayed = buys.loc[(age >= pd.Timedelta(0)) & (age < pd.Timedelta(days=183)), "customer_id"].nunique()
    quarters = quarters_of_relation(sample_clean.orders, END)
    found = cohorts(quarters, first_quarters(quarters, date(2023, 7, 1))).set_index(["cohort", "quarters"])
    assert found.loc[("2024Q3", 2), "customers"] == len(new)
    assert found.loc[("2024Q3", 2), "kept_share"] == pytest.approx(stayed / len(new), abs=1.5 / len(new))
