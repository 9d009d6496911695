"""From one year to the next, to the cent. Oracle: customers by hand, plain sums of made-up ledgers, and `bench.oracles` on the sample."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from bench.oracles import FIGURES, SAMPLE, read_books
from kamlib.measures.bridge import STEPS, bridge, bridges, by_account, quarter_ends, step_of, year_pairs
from kamlib.stats.reasons import waits_for

END = date(2026, 6, 30)
START = date(2020, 1, 1)


def amounts(table: pd.DataFrame) -> dict[str, float]:
    return table.set_index("step")["amount"].to_dict()


BY_HAND = [
    ("new", "2026-01-01", 5), ("back", "2022-05-01", 9), ("back", "2025-07-01", 7), ("joined", "2024-07-01", 10), ("joined", "2026-06-30", 14),
    ("gone at once", "2025-06-30", 3), ("grown", "2024-06-30", 1), ("grown", "2024-07-01", 20), ("grown", "2026-02-01", 26),
    ("level", "2023-01-01", 1), ("level", "2025-01-01", 8), ("level", "2026-01-01", 8),
    ("shrunk", "2024-01-01", 1), ("shrunk", "2025-06-30", 30), ("shrunk", "2025-07-01", 12), ("shrunk", "2026-03-01", -2),
    ("lost", "2023-01-01", 1), ("lost", "2024-12-31", 40), ("too early", "2024-06-30", 99), ("too late", "2026-07-01", 99),
]  # fmt: skip


def test_each_customer_takes_one_step_by_hand(clean_orders):
    pairs = year_pairs(clean_orders(BY_HAND), END, START)
    assert dict(zip(pairs["customer_id"], step_of(pairs), strict=True)) == {
        "new": "new", "back": "returned", "joined": "joined", "gone at once": "joined", "grown": "grown", "level": "unchanged", "shrunk": "shrunk",
        "lost": "lost",
    }  # fmt: skip
    found = bridge(pairs)
    assert amounts(found) == {
        "year_before": 111, "new": 5, "returned": 7, "joined": 1, "grown": 6, "unchanged": 0, "shrunk": -20, "lost": -40, "year_now": 70,
    }  # fmt: skip
    assert found["customers"].tolist() == [6, 1, 1, 2, 1, 1, 1, 1, 6]


def test_an_order_that_was_cancelled_whole_is_no_first_order_from_that_day_on(clean_orders):
    """a's order of September 2022 was taken back in May 2025: until then it was the first, from then on that of 2026 is."""
    table = clean_orders([("a", "2022-09-01", 50), ("a", "2025-05-01", -50), ("a", "2026-01-01", 8)])
    taken_back = (table.date == date(2022, 9, 1)).ifelse(date(2025, 5, 1), None).cast("date")
    pairs = year_pairs(table.mutate(cancelled_on=taken_back), [date(2024, 6, 30), END], START)
    assert pairs["first_order"].tolist() == [pd.Timestamp("2022-09-01"), pd.Timestamp("2026-01-01")]


def ledger(clean_orders, seed: int = 3):
    """Six years of lines in cents, of 60 accounts in 25 groups, some of which begin late, stop or send goods back."""
    rng = np.random.default_rng(seed)
    n = 3000
    account = rng.integers(0, 60, n)
    begun, ended = rng.integers(0, 1500, 60), rng.integers(600, 2600, 60)
    day = rng.integers(0, 2372, n)
    kept = (day >= begun[account]) & (day <= ended[account])
    rows = pd.DataFrame({"account_id": account, "day": day, "amount": rng.integers(-4000, 30000, n)})[kept]
    rows = rows.assign(
        margin=rows["amount"] // 3, date=pd.Timestamp("2020-01-01") + pd.to_timedelta(rows["day"], unit="D")
    )
    rows = rows.assign(customer_id=(rows["account_id"] % 25).astype(str), account_id=rows["account_id"].astype(str))
    lines = [
        (r.customer_id, r.account_id, r.date.date(), f"{r.amount / 100:.2f}", f"{r.margin / 100:.2f}")
        for r in rows.itertuples()
    ]
    return rows, clean_orders(lines, "customer_id account_id date amount margin")


@pytest.mark.parametrize("measure", ["revenue", "margin"])
@pytest.mark.parametrize("unit", ["customer_id", "account_id"])
def test_it_adds_up_to_the_cent_at_each_of_eight_quarters_in_every_reading(clean_orders, measure, unit):
    rows, orders = ledger(clean_orders)
    found = bridge(
        year_pairs(by_account(orders) if unit == "account_id" else orders, quarter_ends(END), START), measure
    )
    assert found["as_of"].nunique() == 8
    cents = rows.groupby([unit, "date"])["amount" if measure == "revenue" else "margin"].sum().reset_index(name="cents")
    for day, table in found.groupby("as_of"):
        told = table.set_index("step")
        assert round(100 * told.loc["year_before", "amount"] + 100 * told.loc[list(STEPS), "amount"].sum()) == round(100 * told.loc["year_now", "amount"])  # fmt: skip
        for step, back in (("year_before", 1), ("year_now", 0)):
            upper, lower = (day - pd.offsets.MonthEnd(12 * n) for n in (back, back + 1))
            year = cents[(cents["date"] > lower) & (cents["date"] <= upper)]
            assert round(100 * told.loc[step, "amount"]) == year["cents"].sum()
            assert told.loc[step, "customers"] == year[unit].nunique()


def test_all_readings_stand_together(clean_orders):
    _, orders = ledger(clean_orders)
    pairs = {"customer": year_pairs(orders, END, START), "account": year_pairs(by_account(orders), END, START)}
    found = bridges(pairs)
    assert found.groupby(["counted", "measure"]).size().to_dict() == {
        (unit, money): 9 for unit in pairs for money in ("revenue", "margin")
    }
    ends = found[found["step"] == "year_now"].groupby("measure")["amount"]
    assert ends.max().round(2).tolist() == ends.min().round(2).tolist(), "the money is the same however it is counted"
    none = year_pairs(orders, date(2020, 6, 30), START)
    assert waits_for(bridges({"customer": none})).code == "two_years_are_needed"


def test_several_quarters_at_once_are_each_as_alone(clean_orders):
    _, orders = ledger(clean_orders, 4)
    together = year_pairs(orders, quarter_ends(END, 3), START)
    alone = year_pairs(orders, END, START)
    pd.testing.assert_frame_equal(together[together["as_of"] == pd.Timestamp(END)].reset_index(drop=True), alone)


def test_where_two_years_are_not_on_record_the_bridge_waits(clean_orders):
    orders = clean_orders([("a", "2024-07-01", 1), ("a", "2026-01-01", 2)])
    assert len(bridge(year_pairs(orders, END))) == 9
    assert waits_for(bridge(year_pairs(orders, END, date(2024, 7, 2)))).code == "two_years_are_needed"
    assert waits_for(bridge(year_pairs(clean_orders([]), END))).code == "two_years_are_needed"
    assert year_pairs(orders, quarter_ends(END))["as_of"].nunique() == 1, "a day without two years is left out"


def test_who_joined_is_not_told_where_the_records_begin_with_the_base_year(clean_orders):
    orders = clean_orders([("a", "2024-07-01", 1), ("a", "2026-01-01", 2)])
    told = bridge(year_pairs(orders, END)).set_index("step")
    assert np.isnan(told.loc["joined", "amount"]) and pd.isna(told.loc["joined", "customers"])
    assert told.loc["grown", "amount"] == 1


def test_margins_of_less_than_four_fifths_of_the_money_are_no_bridge(clean_orders):
    lines = [("a", "2025-01-01", 100, 30), ("a", "2026-01-01", 79, 20), ("b", "2026-01-01", 21, None)]
    pairs = year_pairs(clean_orders(lines, "customer_id date amount margin"), END, START)
    assert waits_for(bridge(pairs, "margin")).code == "too_few_margins" and len(bridge(pairs)) == 9
    told = year_pairs(
        clean_orders([*lines[:2], ("b", "2026-01-01", 19, None)], "customer_id date amount margin"), END, START
    )
    assert amounts(bridge(told, "margin"))["year_now"] == 20


@pytest.mark.slow
def test_the_sample_by_plain_pandas(sample_clean):
    told = FIGURES["bridge"](read_books(SAMPLE))
    found = bridge(year_pairs(sample_clean.orders, END, date(2023, 7, 1))).set_index("step")
    names = {"joined in the base year": "joined"} | {
        name: name for name in ("new", "returned", "grown", "shrunk", "lost")
    }
    for name, step in names.items():
        assert found.loc[step, "amount"] == pytest.approx(told[name], abs=0.005)
        assert found.loc[step, "customers"] == told[f"{name}: customers"]
    ends = found.loc[["year_before", "year_now"], "amount"].tolist()
    assert ends == pytest.approx([told["R0"], told["R1"]], abs=0.005)
