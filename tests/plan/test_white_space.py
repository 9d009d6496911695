"""White space. Oracle: peers and medians counted by hand, a published rank of an interval, and what the sample planted."""

from __future__ import annotations

import time
from datetime import date

import numpy as np
import pandas as pd
import pytest

from kamlib.facts.customers import own_rows
from kamlib.plan.white_space import category_years, white_space, white_space_test
from kamlib.stats.reasons import waits_for

DAY = date(2026, 6, 30)


def test_the_engine_tells_two_years_apart_by_hand(clean_orders):
    lines = [
        ("a", "2026-06-30", 10, "x"),
        ("a", "2025-07-01", 5, "x"),  # the first day of the year
        ("a", "2025-06-30", 7, "x"),  # the last of the year before
        ("a", "2024-07-01", 1, "x"),
        ("a", "2024-06-30", 50, "x"),  # too long ago for either
        ("a", "2026-01-01", -3, "x"),  # sent back: money, no line
        ("a", "2026-07-01", 9, "x"),  # not known yet
        ("a", "2026-01-01", 9, None),  # of no category
        ("b", "2025-12-01", 4, "x"),
        ("c", "2025-12-01", -4, "x"),  # never bought
    ]
    table = category_years(clean_orders(lines, "customer_id date amount category"), DAY).set_index("customer_id")
    assert table.loc["a", ["lines", "amount", "bought"]].tolist() == [2, 12, True]
    assert table.loc["a", ["lines_before", "amount_before", "bought_before"]].tolist() == [2, 8, True]
    assert table.loc["a", "first_bought"] == pd.Timestamp("2024-06-30")
    assert table.loc["b", ["lines", "bought", "lines_before", "bought_before"]].tolist() == [1, True, 0, False]
    assert not table.loc["c", "bought"] and pd.isna(table.loc["c", "first_bought"])


def test_a_year_that_ends_with_february_begins_after_that_of_the_year_before(clean_orders):
    """29 February 2024 is the last day of the year before, not the first of the year to 28 February 2025."""
    lines = [("a", "2024-02-29", 7, "x"), ("a", "2024-03-01", 5, "x")]
    orders = clean_orders(lines, "customer_id date amount category")
    assert category_years(orders, date(2025, 2, 28)).loc[0, ["amount", "amount_before"]].tolist() == [5, 7]


@pytest.mark.server
def test_postgres_counts_the_same(clean_orders, postgres):
    import ibis

    days = pd.date_range("2024-01-15", periods=60, freq="15D")
    lines = [("a", f"{day:%Y-%m-%d}", 4 - n % 7, "xy"[n % 2]) for n, day in enumerate(days)]
    here = clean_orders(lines, "customer_id date amount category")
    assert (category_years(here, DAY)[["lines", "amount", "lines_before", "amount_before"]] != 0).all(axis=None)
    there = ibis.connect(postgres).create_table("white_space_orders", here.to_pyarrow(), overwrite=True)
    pd.testing.assert_frame_equal(category_years(here, DAY), category_years(there, DAY), check_dtype=False)


def years_of(rows: list[tuple]) -> pd.DataFrame:
    """Rows of customer, category, lines and amount of the last year and of the one before; bought where a line was ever."""
    names = ["customer_id", "category", "lines", "amount", "lines_before", "amount_before"]
    table = pd.DataFrame(rows, columns=names)
    before = table["lines_before"] > 0
    return table.assign(
        bought=before | (table["lines"] > 0), bought_before=before, first_bought=pd.Timestamp("2023-01-01")
    )


def base(n: int = 25) -> list[tuple]:
    """All buy x ten times; the first 20 buy y for 1, 2, ... 20; the next buys y before alone."""
    rows = [(f"c{i:02d}", "x", 10, 100.0, 10, 100.0) for i in range(n)]
    rows += [(f"c{i:02d}", "y", 1, 1.0 + i, 0, 0.0) for i in range(20)]
    return [*rows, ("c20", "y", 0, 0.0, 3, 30.0)]


def test_the_share_of_peers_the_median_and_its_interval_by_hand():
    """20 buyers of 24 others; of 20 values the median lies between the 6th and the 15th in 95.9 % of samples (Conover, table A3)."""
    rows = [(who, what, 10 if what == "x" else lines, *rest) for who, what, lines, *rest in base()]
    flat = years_of(rows).assign(lines=lambda t: np.where(t["category"] == "x", 10, t["lines"]))
    flat.loc[flat["customer_id"] > "c19", "lines"] += np.where(
        flat.loc[flat["customer_id"] > "c19", "category"] == "x", 1, 0
    )
    found = white_space(flat)
    assert found["customer_id"].tolist() == ["c21", "c22", "c23", "c24"], (
        "c20 bought it once: a line that went, no white space"
    )
    assert found.loc[0, ["category", "peers", "usual_amount", "low", "high"]].tolist() == ["y", 24, 10.5, 6, 15]
    assert found["share_of_peers"].tolist() == pytest.approx([20 / 24] * 4)


def test_what_less_than_six_of_ten_peers_buy_is_not_named():
    rows = [row for row in base() if row[1] == "x" or row[0] < "c14" or row[0] == "c20"]  # 14 of 24 are 58 %
    assert waits_for(white_space(years_of(rows))).code == "no_white_space"
    assert len(white_space(years_of(rows), least_share=0.5)) == 10


def test_too_few_customers_have_no_peers():
    told = waits_for(white_space(years_of(base()[:10])))
    assert told.code == "too_few_to_be_peers" and told.values == {"n": 10}
    assert waits_for(white_space(years_of([]))).code == "too_few_to_be_peers"
    assert waits_for(white_space_test(years_of([]), DAY)).code == "white_space_not_tested"


def test_an_industry_with_enough_customers_is_compared_with_its_own():
    """40 hospitals buy gloves, 40 mills don't: a hospital without gloves misses them, a mill doesn't."""
    rows = [(f"{kind}{i:02d}", "x", 10, 10.0, 0, 0.0) for kind in "hm" for i in range(40)]
    rows += [(f"h{i:02d}", "gloves", 1, 5.0, 0, 0.0) for i in range(39)]
    industries = pd.Series({f"{kind}{i:02d}": kind for kind in "hm" for i in range(40)})
    rows[39] = ("h39", "x", 11, 10.0, 0, 0.0)
    found = white_space(years_of(rows), industries)
    assert found[["customer_id", "category", "peers"]].to_numpy().tolist() == [["h39", "gloves", 39]]


def test_who_buys_often_is_compared_with_who_buys_often():
    """60 buy 100 lines and all y, 60 buy one line and never y: of these none is told to."""
    rows = [(f"often{i:02d}", "x", 99, 10.0, 0, 0.0) for i in range(60)]
    rows += [(f"often{i:02d}", "y", 1, 10.0, 0, 0.0) for i in range(59)]
    rows += [(f"seldom{i:02d}", "x", 1, 10.0, 0, 0.0) for i in range(60)]
    assert white_space(years_of(rows))["customer_id"].tolist() == ["often59"]


def test_ids_in_another_order_change_nothing():
    years = years_of(base())
    mixed = years.sample(frac=1, random_state=3)
    pd.testing.assert_frame_equal(white_space(years), white_space(mixed))
    pd.testing.assert_frame_equal(white_space_test(years, DAY), white_space_test(mixed, DAY))


def test_the_held_out_year_by_hand():
    """A year ago 20 of 25 bought y and five were named; two of these have begun it since, for 8 and 4. Of 5 open cells."""
    rows = [(f"c{i:02d}", "x", 10, 100.0, 10 + (i > 19), 100.0) for i in range(25)]
    rows += [(f"c{i:02d}", "y", 0, 0.0, 1, 6.0) for i in range(20)]
    rows += [("c21", "y", 2, 8.0, 0, 0.0), ("c23", "y", 1, 4.0, 0, 0.0), ("c22", "new", 1, 3.0, 0, 0.0)]
    table = white_space_test(years_of(rows), DAY, first=3).set_index("among")
    assert table.loc["named_cells", ["cells", "taken_up", "usual_amount", "taken_up_amount"]].tolist() == [5, 2, 12, 12]
    assert table.loc["first_cells", ["cells", "taken_up"]].tolist() == [3, 1], "c20, c21, c22: as good, by id"
    assert table.loc["open_cells", ["cells", "taken_up", "taken_up_amount"]].tolist() == [5, 2, 12], (
        "nobody could know of the new one"
    )
    assert table.loc["named_cells", "taken_up_share"] == 0.4
    assert table.loc["named_cells", ["low", "high"]].tolist() == pytest.approx(
        [0.1176, 0.7693], abs=1e-4
    )  # Wilson, 2 of 5


def test_records_of_less_than_two_years_test_nothing():
    late = years_of(base()).assign(first_bought=pd.Timestamp("2024-09-01"))
    assert waits_for(white_space_test(late, DAY)).code == "white_space_not_tested"


@pytest.mark.slow
def test_the_first_100_cells_of_the_sample_are_bought_at_twice_the_base_rate_or_more(sample_clean):
    years = category_years(sample_clean.orders, DAY)
    industries = own_rows(sample_clean.tables["accounts"])["industry"]
    table = white_space_test(years, DAY, industries).set_index("among")
    assert table.loc["first_cells", "cells"] == 100
    assert table.loc["first_cells", "taken_up_share"] >= 2 * table.loc["open_cells", "taken_up_share"]


@pytest.mark.proof
def test_100000_customers_and_50_categories_in_20_seconds_and_2_gigabytes():
    import resource

    rng = np.random.default_rng(1)
    n, k = 100_000, 50
    on = rng.random((n, k)) < rng.uniform(0.2, 0.95, n)[:, None]
    who, what = np.nonzero(on)
    lines = rng.poisson(4, len(who)) + 1
    years = pd.DataFrame({"customer_id": who.astype(str).astype(object), "category": what.astype(str).astype(object)})
    money = rng.lognormal(6, 1, len(who))
    years = years.assign(
        lines=lines, amount=money, bought=True, lines_before=lines, amount_before=money, bought_before=True
    )
    years["first_bought"] = pd.Timestamp("2023-01-01")
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    found = white_space(years, pd.Series(rng.integers(0, 9, n).astype(str), pd.Index(np.arange(n).astype(str))))
    assert len(found) > 1000 and time.process_time() - began < 20
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1e6 < 2
