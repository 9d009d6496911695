"""Product lines that go quiet. Oracle: counts and ratios by hand, customers simulated without a change, and lines that were planted."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from bench.oracles import SAMPLE, read_books
from bench.oracles.dependence import dependence
from kamlib.risk.quiet_lines import BASE, BLOCK, RECENT, backtest, category_blocks, on_record, quiet_lines
from kamlib.stats.reasons import waits_for

DAY = pd.Timestamp("2026-06-30")


def at(back: int) -> str:
    return str((DAY - pd.Timedelta(days=back)).date())


def test_the_engine_counts_order_days_by_hand(clean_orders):
    lines = [
        ("a", at(0), 10, 4, "x"),
        ("a", at(0), 5, 2, "x"),  # the same day counts once
        ("a", at(29), 1, 1, "x"),
        ("a", at(30), 1, 1, "x"),  # the next block
        ("a", at(269), 1, 1, "x"),
        ("a", at(270), 7, 3, "x"),  # the first day of the base
        ("a", at(634), 8, None, "x"),  # the last of its year
        ("a", at(635), 100, 100, "x"),
        ("a", at(999), 1, 1, "x"),
        ("a", at(1000), 1, 1, "x"),  # too long ago
        ("a", at(-1), 1, 1, "x"),  # not known yet
        ("a", at(400), -2, -1, "x"),  # sent back: money, no order day
        ("a", at(5), 1, 1, None),  # of no category
        ("b", at(10), -1, -1, "x"),  # no purchase
        ("b", at(10), 3, 1, "y"),
    ]
    table = category_blocks(clean_orders(lines, "customer_id date amount margin category"), DAY.date())
    assert table[["customer_id", "category"]].to_numpy().tolist() == [["a", "x"], ["b", "y"]]
    one = table.iloc[0]
    assert [one[f"block_{b}"] for b in range(RECENT)] == [2, 1, 0, 0, 0, 0, 0, 0, 1]
    assert one["base_days"] == 4 and one["order_days_12m"] == 5
    assert one["amount_a_year"] == 7 + 8 - 2 and one["margin_a_year"] == 3 - 1
    assert one["first_order"] == pd.Timestamp(at(999)) and one["last_order"] == DAY


@pytest.mark.server
def test_postgres_counts_the_same(clean_orders, postgres):
    """See tests/io/test_engines.py for the other tables of facts."""
    import ibis

    lines = [("a", at(n), 10, 4, "x") for n in range(0, 1100, 7)]
    here = clean_orders(lines, "customer_id date amount margin category")
    there = ibis.connect(postgres).create_table("quiet_lines_orders", here.to_pyarrow(), overwrite=True)
    pd.testing.assert_frame_equal(
        category_blocks(here, DAY.date()), category_blocks(there, DAY.date()), check_dtype=False
    )


def pairs_of(order_days: dict[tuple[str, str], np.ndarray], day: int) -> pd.DataFrame:
    """As `category_blocks` of days since 2015, counted apart from it."""
    rows = []
    for (customer, category), days in order_days.items():
        back = day - days
        back = back[(back >= 0) & (back < RECENT * BLOCK + BASE)]
        if len(back):
            blocks = np.bincount(back[back < RECENT * BLOCK] // BLOCK, minlength=RECENT)
            rows.append((customer, category, back.max(), back.min(), *blocks, (back >= RECENT * BLOCK).sum()))
    names = ["customer_id", "category", "first", "last", *(f"block_{b}" for b in range(RECENT)), "base_days"]
    table = pd.DataFrame(rows, columns=names).assign(amount_a_year=1.0, margin_a_year=1.0)
    today = pd.Timestamp("2015-01-01") + pd.Timedelta(days=day)
    return table.assign(
        first_order=today - pd.to_timedelta(table["first"], unit="D"),
        last_order=today - pd.to_timedelta(table["last"], unit="D"),
    )


def looked(order_days, day: int, **more) -> pd.DataFrame:
    return quiet_lines(pairs_of(order_days, day), pd.Timestamp("2015-01-01") + pd.Timedelta(days=day), **more)


def buyer(rng, rate: float, until: int, start: int = 0) -> np.ndarray:
    """Days with an order: each day by chance, `rate` a year."""
    return start + np.flatnonzero(rng.random(until - start) < rate / 365)


def test_the_evidence_of_silence_by_hand():
    """One pair, 40 order days in the 730 of the base, none since 120 days, one in each block before that: (b / (b + 120)) ^ -a."""
    days = np.concatenate([np.arange(1, 731, 18.25).astype(int)[:40], 1000 - np.array([120, 165, 195, 225, 255])])
    found = looked({("a", "x"): days, ("a", "y"): np.array([100, 990])}, 1000)
    assert len(found) == 1
    one = found.iloc[0]
    rate = 40 / 730
    spread = 0.05 * rate**2
    a, b = rate**2 / spread + 40, rate / spread + 730
    assert one["order_days_a_year"] == pytest.approx(365 * a / b)
    assert one["silence_days"] == 120 and one["change"] == "stopped"
    assert one["evidence"] == pytest.approx((a + 5) * np.log(1 + 120 / (b + 150)))
    assert one["limit"] == pytest.approx(np.log(2 * 5 * 365 * a / b)) and one["order_days"] == 0
    assert one["since"] == pd.Timestamp("2015-01-01") + pd.Timedelta(days=1000 - 119)


def test_half_the_rate_is_seen_too():
    rng = np.random.default_rng(1)
    before, after = buyer(rng, 120, 1000), np.arange(1005, 1000 + 270, 9)
    one = looked({("a", "x"): np.concatenate([before, after])}, 1270).iloc[0]
    assert one["change"] == "halved" and one["order_days"] < 0.7 * one["expected"]


def test_who_buys_rarely_or_began_lately_is_not_told_of():
    rng = np.random.default_rng(1)
    rare, young = buyer(rng, 8, 1000), buyer(rng, 50, 1000, start=600)
    assert waits_for(looked({("a", "x"): rare, ("b", "x"): young}, 1000)).code == "no_pairs_watched"
    assert len(looked({("a", "x"): rare, ("b", "x"): young, ("c", "x"): buyer(rng, 30, 1000)}, 1000)) == 1


def test_who_is_silent_as_a_whole_is_left_out():
    states = pd.DataFrame({"customer_id": ["a", "b"], "state": ["silent", "active"]})
    rng = np.random.default_rng(1)
    pairs = {(who, "x"): buyer(rng, 30, 1000) for who in "abc"}
    assert set(looked(pairs, 1000, states=states)["customer_id"]) == {"b", "c"}
    later = looked({**pairs, ("c", "x"): pairs["c", "x"][pairs["c", "x"] <= 910]}, 1000, states=states)
    assert set(later["customer_id"]) == {"b"}, "nothing at all for 90 days"


@pytest.mark.proof
def test_at_most_one_false_alarm_a_customer_in_five_years_of_200_customers_without_a_change():
    rng = np.random.default_rng(7)
    start, stop = 1000, 1000 + 5 * 365
    order_days = {
        (f"c{n}", f"k{k}"): buyer(rng, rate, stop)
        for n in range(200)
        for k, rate in enumerate(np.exp(rng.uniform(np.log(12), np.log(80), 6)))
    }
    alarms, ringing = {f"c{n}": 0 for n in range(200)}, set()
    for day in range(start, stop, 30):
        found = looked(order_days, day)
        now = set(map(tuple, found.loc[found["change"] != "", ["customer_id", "category"]].to_numpy()))
        for customer, _ in now - ringing:
            alarms[customer] += 1
        ringing = now
    assert sum(alarms.values()) <= 200, sum(alarms.values())


@pytest.mark.proof
def test_70_percent_of_planted_lines_are_flagged_60_days_or_more_before_the_customer_is_silent():
    """One of six lines ends 240 to 300 days before all others do; looked at every 30 days."""
    rng = np.random.default_rng(8)
    flagged = []
    for n in range(150):
        end = 1300
        ends = end - int(rng.integers(240, 300))
        rates = np.exp(rng.uniform(np.log(12), np.log(80), 6))
        order_days = {(f"c{n}", f"k{k}"): buyer(rng, rate, ends if k == 0 else end) for k, rate in enumerate(rates)}
        looks = [looked(order_days, day) for day in range(ends + 30, end - 60 + 1, 30)]
        flagged.append(any(((t["category"] == "k0") & (t["change"] != "")).any() for t in looks))
    assert np.mean(flagged) >= 0.7, np.mean(flagged)


@pytest.mark.slow
def test_lines_that_were_planted_in_the_sample_are_found_and_few_others(sample_clean):
    """Ended 180 days ago or more, at customers who stay, bought on 12 days a year or more. The oracle counts orders that were cancelled, too."""
    found = quiet_lines(category_blocks(sample_clean.orders, DAY.date()), DAY)
    truth = pd.read_csv(SAMPLE / "truth" / "lines.csv", dtype=str).rename(columns={"group_id": "customer_id"})
    ended = truth[pd.to_datetime(truth["ended_on"]) <= DAY - pd.Timedelta(days=180)]
    both = found.merge(ended, on=["customer_id", "category"])
    assert len(both) >= 15 and (both["change"] != "").mean() >= 0.8
    assert ((both["since"] - pd.to_datetime(both["ended_on"])).abs().dt.days.median()) <= 30
    assert (found["change"] != "").sum() <= 1.3 * (both["change"] != "").sum() + 5
    share = category_blocks(sample_clean.orders, DAY.date()).query("order_days_12m > 0")["order_days_12m"]
    assert 100 * (share >= 12).mean() == pytest.approx(
        dependence(read_books(SAMPLE))["... 12 order days or more, %"], abs=0.3
    )


def test_the_past_says_what_became_of_alarms(clean_orders):
    """x stops 150 days before the quarter ends and stays away, y goes on, both bought every 10 days."""
    quarter = pd.Timestamp("2025-12-31")
    lines = [("a", at(n), 1, 1, "y") for n in range(0, 1180, 10)] + [
        ("a", at(n), 1, 1, "x") for n in range(330, 1180, 10)
    ]
    table = backtest(
        clean_orders(lines, "customer_id date amount margin category"), [quarter.date(), date(2026, 3, 31)], DAY.date()
    )
    assert len(table) == 1  # 180 days after March are not over
    assert table.loc[0, ["watched", "alarms", "came", "right", "without_alarm"]].tolist() == [2, 1, 1, 1.0, 0.0]


def test_what_was_on_record_before(clean_orders):
    found = pd.DataFrame({"customer_id": ["a", "b", "c"], "since": pd.to_datetime(["2026-03-01"] * 3)}, index=[5, 6, 7])
    rows = [
        ("a", "claim", "2026-02-20", None),
        ("a", "dispute", "2026-01-10", None),
        ("a", "claim", "2025-11-01", None),  # too early
        ("a", "delivery", "2026-02-20", "2026-02-18"),
        ("b", "delivery", "2026-02-20", "2026-02-20"),  # on time
        ("b", "claim", "2026-03-02", None),  # later
    ]
    events = pd.DataFrame(rows, columns=["customer_id", "kind", "date", "promised"])
    events = events.astype({"date": "datetime64[ns]", "promised": "datetime64[ns]"})
    told = on_record(found, events)
    assert told["reason"].tolist() == ["line_claims;line_late_deliveries", "nothing_on_record", "nothing_on_record"]
    assert told.loc[5, "reason_values"] == '[{"n": 2}, {"n": 1}]'
