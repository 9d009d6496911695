"""Rates by period. Oracle: counts by hand, Wilson's and Garwood's intervals, and `bench.oracles` on the sample."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from bench.oracles import FIGURES, SAMPLE, read_books
from kamlib.measures.rates import of_years, rates_by_period
from kamlib.measures.rates.by_period import MEASURES, spans
from kamlib.stats.reasons import waits_for

DAY = date(2026, 6, 30)


def row(table, measure, until="2026-06-30", months=12, source=""):
    found = table[(table["measure"] == measure) & (table["until"] == until) & (table["window_months"] == months)]
    return found[found["source"] == source].iloc[0]


def test_spans_are_whole_quarters_and_years_that_follow_each_other():
    table = spans(DAY)
    assert table["window_months"].tolist() == [3] * 8 + [12] * 2
    assert (table["since"][:7].to_numpy() == table["until"][1:8].to_numpy()).all()
    assert table["since"].iloc[-1] == pd.Timestamp("2024-06-30") and table["until"].iloc[-1] == pd.Timestamp(
        "2025-06-30"
    )


def test_customers_are_kept_who_order_within_the_horizon_after_the_period(clean_orders):
    """30 order each month for two years up to July 2025, the end of the period whose horizon of 180 days ends last; 12 of them go on."""
    months = [f"{day:%Y-%m-%d}" for day in pd.date_range("2023-07-15", "2025-12-31", freq="MS")]
    lines = [(f"c{who}", day, 1) for who in range(30) for day in months if day < "2025-09-02" or who < 12]
    lines += [("joined", "2025-11-01", 1), ("joined", "2026-02-01", 1)]
    table = rates_by_period(clean_orders(lines), DAY, observed_from=date(2023, 7, 1))
    kept = row(table, "customers_kept", "2025-09-30", 3)
    assert [kept["part"], kept["whole"], kept["value"]] == [12, 30, 0.4], "who joined after the start counts not"
    assert (kept["low"], kept["high"]) == pytest.approx((0.2459, 0.5768), abs=5e-4)
    assert table.loc[table["measure"] == "customers_kept", "until"].max() == pd.Timestamp("2025-12-31"), (
        "later horizons are not over"
    )
    early = row(table, "customers_kept", "2024-06-30", 3)
    assert np.isnan(early["value"]) and early["reason"] == "period_not_observed"


def test_repeat_and_claims_are_held_against_order_days(clean_orders):
    """20 customers order twice, 5 once; an order that was cancelled whole is none. 9 claims for 45 order days are 200 for a thousand."""
    lines = [(f"c{who}", f"2026-0{month}-01", 1) for who in range(25) for month in (5, 6) if month == 5 or who < 20]
    touches = pd.DataFrame(
        {"customer_id": "c1", "date": pd.to_datetime(["2025-01-01"] + ["2026-06-01"] * 9), "kind": "claim"}
    )
    table = rates_by_period(clean_orders(lines), DAY, interactions=touches, observed_from=date(2024, 1, 1))
    repeat, claims = row(table, "repeat"), row(table, "claims_rate")
    assert [repeat["part"], repeat["whole"], repeat["value"]] == [20, 25, 0.8]
    assert [claims["part"], claims["whole"], claims["value"]] == [9, 45, 200]
    assert [claims["low"], claims["high"]] == pytest.approx([1000 * 4.1154 / 45, 1000 * 17.0848 / 45], rel=1e-4)
    assert row(table, "claims_rate", "2025-06-30")["reason"] == "period_not_observed"


def test_what_is_not_on_record_is_missing_and_few_cases_are_no_rate(clean_orders):
    bids = pd.DataFrame({"customer_id": ["a"], "date": pd.to_datetime(["2024-01-01"]), "value": 1.0, "outcome": "won", "decided": pd.to_datetime(["2026-06-01"])})  # fmt: skip
    table = rates_by_period(clean_orders([("a", "2024-01-01", 1), ("a", "2026-06-01", 1)]), DAY, proposals=bids)
    assert row(table, "bids_won")["reason"] == "too_few_cases" and row(table, "bids_won")["whole"] == 1
    for measure in ("on_time", "claims_rate", "csat", "single_supplier"):
        one = row(table, measure)
        assert one["reason"] == "not_on_record" and one[["part", "whole", "value", "low"]].isna().all()
    assert row(table, "repeat")["reason"] == "too_few_cases"


def test_a_base_without_orders_has_no_rates(clean_orders):
    table = rates_by_period(clean_orders([("a", "2026-06-30", 1)]).limit(0), DAY)
    assert set(table["measure"]) == set(MEASURES) and table["value"].isna().all() and table["reason"].ne("").all()
    assert waits_for(of_years(table)).code == "no_rate_known"


def records(n: int = 400) -> tuple[list[tuple], dict[str, pd.DataFrame]]:
    """Orders, deliveries and bids of 40 customers over two years, at random."""
    rng = np.random.default_rng(8)
    days = pd.Timestamp("2024-07-01") + pd.to_timedelta(rng.integers(0, 729, n), unit="D")
    who = rng.integers(0, 40, n)
    lines = [
        (f"c{one}", f"{day:%Y-%m-%d}", int(money))
        for one, day, money in zip(who, days, rng.integers(1, 99, n), strict=True)
    ]
    sent = pd.DataFrame({"customer_id": [f"c{one}" for one in who], "date": days, "kind": "delivery", "promised": days + pd.to_timedelta(rng.integers(-1, 3, n), unit="D")})  # fmt: skip
    bids = pd.DataFrame({"customer_id": [f"c{one}" for one in who], "date": days, "value": rng.integers(1, 99, n) * 1.0, "outcome": rng.choice(["won", "lost"], n), "decided": days, "source": rng.choice(["relation", "tender"], n)})  # fmt: skip
    return lines, {"interactions": sent, "proposals": bids}


def test_the_order_of_rows_and_a_unit_of_money_a_thousand_times_larger_change_no_rate(clean_orders):
    lines, tables = records()
    one = rates_by_period(clean_orders(lines), DAY, **tables)
    mixed = {name: table.sample(frac=1, random_state=3) for name, table in tables.items()}
    mixed["proposals"] = mixed["proposals"].assign(value=mixed["proposals"]["value"] / 1000)
    other = rates_by_period(clean_orders(lines[::-1]), DAY, **mixed)
    names = ["measure", "source", "until", "value", "low", "high", "reason"]
    pd.testing.assert_frame_equal(one[names], other[names])
    assert one["value"].notna().sum() > 40 and (one["low"] <= one["high"]).sum() == one["value"].notna().sum()


def test_nothing_later_than_the_day_is_read(clean_orders):
    lines, tables = records()
    early = date(2025, 12, 31)
    past = {name: table[table["date"] <= pd.Timestamp(early)] for name, table in tables.items()}
    known = rates_by_period(clean_orders(lines), early, **tables)
    then = rates_by_period(clean_orders([line for line in lines if line[1] <= "2025-12-31"]), early, **past)
    pd.testing.assert_frame_equal(known, then)


@pytest.mark.server
def test_postgres_counts_the_same(clean_orders, postgres):
    import ibis

    from kamlib.measures.managers import category_cases, labels
    from kamlib.measures.rates.wallet import categories_bought

    lines = [(*line, "x" if line[2] > 50 else "y", "m" if line[2] > 30 else "n") for line in records()[0]]
    here = clean_orders(lines, "customer_id date amount category manager")
    there = ibis.connect(postgres).create_table("rates_orders", here.to_pyarrow(), overwrite=True)
    for count in (rates_by_period, category_cases, categories_bought):
        pd.testing.assert_frame_equal(count(here, DAY), count(there, DAY), check_dtype=False)
    assert labels(here, [], "numbered").to_dict() == labels(there, [], "numbered").to_dict()


@pytest.mark.slow
def test_the_rates_of_the_sample_are_those_of_the_oracle(sample_clean):
    books, tables = read_books(SAMPLE), sample_clean.tables
    given = {name: tables[name] for name in ("accounts", "interactions", "proposals", "surveys")}
    found = rates_by_period(sample_clean.orders, DAY, observed_from=date(2023, 7, 1), **given)
    told = FIGURES["rates"](books)
    sent, bids = row(found, "on_time"), row(found, "bids_won")
    assert [sent["whole"], 100 * sent["value"]] == pytest.approx([told["deliveries"], told["... on time, %"]])
    assert [bids["whole"], 100 * bids["value"]] == pytest.approx([told["bids decided"], told["... won, by number, %"]])
    assert 100 * row(found, "bids_won_value")["value"] == pytest.approx(told["... won, by value, %"])
    assert row(found, "single_supplier")["part"] == told["... single supplier"]
    days = books.days[books.days["date"] > books.end - pd.DateOffset(years=1)]
    ordered = days.groupby("group").size()
    assert row(found, "claims_rate")["whole"] == pytest.approx(ordered.sum(), rel=0.002), (
        "a cancelled order may leave a day with another"
    )
    assert row(found, "repeat")["whole"] == pytest.approx(len(ordered), abs=2)
    quarters = found[(found["measure"] == "on_time") & (found["window_months"] == 3)].head(4)
    assert quarters["whole"].sum() == sent["whole"], "four quarters are the year"
    assert set(of_years(found)["measure"]) == set(MEASURES)
