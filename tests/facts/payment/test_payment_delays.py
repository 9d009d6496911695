"""Delays of payment. Oracle: curves by hand, lifelines, and the payers that were planted in the sample."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from bench.oracles import SAMPLE, read_books
from bench.oracles.receivables import dues
from kamlib.facts.payment.bills import bills
from kamlib.facts.payment.payment_delays import (
    FIRST,
    WEIGHT,
    delay_curves,
    late_chances,
    median_late,
    payment_delays,
    restricted_mean,
)
from kamlib.stats.reasons import waits_for

DAY = pd.Timestamp("2026-06-30")


def invoices(*rows: tuple) -> pd.DataFrame:
    """Of customer, days between issue and `DAY`, days to payment (None: open), at 30 days, of 100 each."""
    table = pd.DataFrame(rows, columns=["customer_id", "age", "waits"])
    issued = DAY - pd.to_timedelta(table["age"], unit="D")
    return pd.DataFrame(
        {
            "invoice_id": [f"F{n}" for n in range(len(table))],
            "customer_id": table["customer_id"],
            "issued": issued,
            "due": issued + pd.Timedelta(days=30),
            "amount": 100.0,
            "paid": issued + pd.to_timedelta(table["waits"], unit="D"),
        }
    )


def test_open_invoices_put_the_mean_above_that_of_the_paid():
    """Paid after 10 and 20, two open since 40 days: S = 3/4 from day 10, 1/2 from day 20. 10 + 10 · 3/4 + 130 · 1/2 = 82.5; the paid: 15."""
    found = bills(invoices(("a", 100, 10), ("a", 100, 20), ("a", 40, None), ("a", 40, None)), DAY)
    assert restricted_mean(found["days"], found["open"]) == pytest.approx(82.5)
    assert found.loc[~found["open"], "days"].mean() == 15


def test_money_counts_by_its_amount_and_a_payment_before_the_issue_by_its_days():
    """300 paid 5 days before the issue, 100 after 40: -5 · 3/4 + 40 · 1/4."""
    found = bills(invoices(("a", 100, -5), ("a", 100, 40)).assign(amount=[300.0, 100.0]), DAY)
    assert restricted_mean(found["days"], found["open"], found["amount"]) == pytest.approx(6.25)


def test_one_curve_is_that_of_kaplan_and_meier():
    from lifelines import KaplanMeierFitter

    rng = np.random.default_rng(3)
    rows = [("a", int(age), int(wait) if wait <= age else None) for age, wait in zip(rng.integers(1, 300, 200), rng.integers(1, 90, 200), strict=True)]  # fmt: skip
    found = bills(invoices(*rows), DAY)
    hazard = delay_curves(found).hazard[-1]  # of all
    curve = KaplanMeierFitter().fit(found["late"] + 30, ~found["open"])
    days = np.arange(0, 89)
    assert np.exp(-hazard[days - 30 - FIRST]) == pytest.approx(curve.predict(days).to_numpy(), abs=1e-5)


def test_one_invoice_hardly_moves_a_curve_and_a_hundred_are_believed():
    """All pay 10 days after the due day; b once 90 after it, c a hundred times."""
    usual = [("a", 300, 40)] * 400
    table = payment_delays(*_both(invoices(*usual, ("b", 300, 120), *[("c", 300, 120)] * 100))).set_index("customer_id")
    assert table.loc["b", "median_late"] == 10 and table.loc["c", "median_late"] == 90
    assert table.loc["c", "p_late_60"] > 100 / (100 + WEIGHT) - 0.01 and table.loc["a", "p_late_60"] < 0.05
    assert table["payer"].to_dict() == {"a": "usual", "b": "usual", "c": "late"}
    assert table["own_curve"].to_dict() == {"a": True, "b": False, "c": True}


def _both(given: pd.DataFrame) -> tuple:
    found = bills(given, DAY)
    return found, delay_curves(found)


def test_who_pays_before_the_issue_prepays():
    table = payment_delays(*_both(invoices(*[("a", 100, -3)] * 9, *[("b", 100, 20)] * 9))).set_index("customer_id")
    assert table.loc["a", ["prepaid_share", "median_days", "payer"]].tolist() == [1.0, -3, "prepays"]
    assert table.loc["b", ["median_days", "median_late", "payer"]].tolist() == [20, -10, "prompt"]


def test_where_half_is_never_paid_there_is_no_median_and_no_nan_in_the_chances():
    table = payment_delays(*_both(invoices(("a", 300, None), ("a", 300, None))))
    assert table["median_days"].isna().all() and table["payer"].tolist() == ["late"]
    assert table[["mean_days", "p_late_60"]].to_numpy() == pytest.approx(np.array([[150, 1.0]]))


def test_the_chance_alone_is_that_of_the_table():
    given = invoices(*[("a", 300, 40)] * 20, *[("b", 300, 120)] * 9, ("c", 80, None), ("c", 90, 10))
    table = payment_delays(*_both(given)).set_index("customer_id")["p_late_60"]
    pd.testing.assert_series_equal(
        late_chances(bills(given, DAY)), table, check_names=False, check_dtype=False, rtol=1e-5
    )
    assert late_chances(bills(invoices(), DAY)).empty


def test_without_invoices_the_table_waits_for_them():
    found = bills(invoices(), DAY)
    assert waits_for(payment_delays(found, delay_curves(found))).code == "no_invoices"


@pytest.mark.filterwarnings("error")
def test_what_lay_in_memory_before_makes_no_warning_and_no_other_curve(monkeypatch):
    """NumPy's new arrays hold signalling NaNs here, as they may by chance; to read one is a warning."""
    rows = bills(invoices(("a", 90, 40), ("a", 60, None), ("b", 90, 20)), DAY)
    curves, new = delay_curves(rows), np.empty

    def used(shape, dtype=float, *more, **options):
        made = new(shape, dtype, *more, **options)
        if made.dtype == np.float32:
            made.view("uint32")[...] = 0x7FA00000
        return made

    monkeypatch.setattr(np, "empty", used)
    np.testing.assert_array_equal(delay_curves(rows).hazard, curves.hazard)


def test_who_was_never_billed_has_the_curve_of_all():
    _, curves = _both(invoices(*[("a", 100, 40)] * 50))
    rows = curves.of(pd.Series(["nobody"]))
    assert np.exp(-curves.waits(rows, np.array([-30]), np.array([39, 40]))) == pytest.approx([1, 0], abs=1e-4)


def test_what_waits_longer_than_any_invoice_did_is_not_counted_on():
    _, curves = _both(invoices(*[("a", 100, 40)] * 50))
    assert curves.waits(curves.of(pd.Series(["a"])), np.array([500]), np.array([182])) == 0


def test_median_late_by_customer():
    found = bills(invoices(("a", 300, 30), ("a", 300, 35), ("a", 300, 50), ("b", 300, 90)), DAY)
    assert median_late(found, 3).to_dict() == {"a": 5}


@pytest.mark.parametrize("n", [2, 24, 28, 54, 1000])
def test_the_median_is_the_day_on_which_exactly_half_is_paid(n):
    """The k-th of n invoices is paid k days late (or 400 / n times as many): S is 1/2 to the last bit on the day of the n/2-th."""
    late = [1 + k * min(n, 400) // n for k in range(n)]
    found = bills(invoices(*[("a", 900, 30 + days) for days in late], ("b", 20, None)), DAY)
    assert median_late(found, 2).to_dict() == {"a": late[n // 2 - 1]}


def test_medians_of_many_customers_are_those_of_lifelines():
    """Ties, open invoices, some that wait longer than 400 days, and payments before the due day."""
    from lifelines import KaplanMeierFitter

    rng = np.random.default_rng(6)
    rows = [(f"c{n}", int(age), int(wait) if wait <= age else None) for n in range(40) for age, wait in zip(rng.integers(1, 900, 15), rng.integers(-60, 600, 15), strict=True)]  # fmt: skip
    found = bills(invoices(*rows), DAY)
    told = median_late(found, 1)
    for who, own in found.groupby("customer_id"):
        curve = KaplanMeierFitter().fit(own["late"] + 1000, ~own["open"])
        share = curve.survival_function_.iloc[:, 0]
        half = share.index[share <= 0.5 + 1e-9]
        by_lifelines = half[0] - 1000 if len(half) and half[0] - 1000 <= 400 else np.nan
        assert told[who] == by_lifelines or (np.isnan(told[who]) and np.isnan(by_lifelines)), who


@pytest.mark.slow
def test_the_restricted_mean_of_the_sample_by_plain_pandas(sample_clean):
    found = bills(sample_clean.tables["invoices"], DAY)
    young = found[(found["amount"] > 0) & (found["issued"] > DAY - pd.Timedelta(days=180))]
    expected = dues(read_books(SAMPLE))
    by = [restricted_mean(young["days"], young["open"]), restricted_mean(young["days"], young["open"], young["amount"])]
    assert by == pytest.approx(
        [expected[f"... restricted mean by steps, 150 days, by {one}"] for one in ("number", "amount")]
    )
    paid = young.loc[~young["open"], "days"].mean()
    assert paid == pytest.approx(expected["mean days to payment of the paid, issued in 180 days"]) and min(by) > paid


@pytest.mark.slow
def test_planted_payers_are_found(sample_clean):
    """Of groups with 8 invoices or more; planted medians from issue: late 78, usual 38, prompt 28, prepaying -2."""
    truth = pd.read_csv(SAMPLE / "truth" / "accounts.csv", dtype=str).drop_duplicates("group_id")
    table = payment_delays(*_both(sample_clean.tables["invoices"]))
    own = table[table["own_curve"]]
    planted = own["customer_id"].map(truth.set_index("group_id")["payer"])
    confusion = pd.crosstab(planted, own["payer"])
    right = np.diag(confusion.reindex(columns=confusion.index, fill_value=0)) / confusion.sum(axis=1)
    assert set(confusion.index) == {"late", "prepays", "prompt", "usual"} and (right >= 0.9).all(), confusion
    medians = own["median_days"].repeat(own["invoices"]).groupby(planted.repeat(own["invoices"])).median()
    assert (medians - pd.Series({"late": 78, "prepays": -2, "prompt": 28, "usual": 38})).abs().max() <= 6
