"""Cost to serve, payment, claims and contacts of each account, by hand; and that nothing after the date is read."""

import numpy as np
import pandas as pd
import pytest

from kamlib.facts.as_known import raise_on_leak
from kamlib.facts.service import COLUMNS, service_facts, serving_costs

AS_OF = pd.Timestamp("2026-09-30")
LONG_AGO = {"customer_id": "a1", "date": "2025-01-01", "kind": "call"}


def touches(*rows):
    names = ["customer_id", "date", "kind", "closed", "hours", "cost", "contact_id", "lesson"]
    table = pd.DataFrame([LONG_AGO, *rows]).reindex(columns=names)
    days = {name: pd.to_datetime(table[name]) for name in ("date", "closed")}
    return table.assign(**days).astype({"hours": float, "cost": float})


def bills(*rows):
    table = pd.DataFrame(rows, columns=["customer_id", "issued", "due", "amount", "paid"])
    return table.assign(**{name: pd.to_datetime(table[name]) for name in ("issued", "due", "paid")})


def dealt(facts, interactions=None, invoices=None, hour=50):
    facts = pd.DataFrame({"order_days_12m": 4.0}, index=facts.index).assign(**facts)
    costs = None if interactions is None else serving_costs(interactions, hour)
    return service_facts(facts, invoices=invoices, interactions=interactions, costs=costs).set_index("customer_id")


def test_cost_to_serve_is_hours_and_costs_of_12_months(facts):
    seen = touches(
        {"customer_id": "a0", "date": "2026-09-30", "kind": "visit", "hours": 2, "cost": 10},
        {"customer_id": "a0", "date": "2025-10-01", "kind": "claim", "hours": 1},
        {
            "customer_id": "a0",
            "date": "2025-09-30",
            "kind": "visit",
            "hours": 99,
        },  # a year ago to the day: before the window
        {"customer_id": "a0", "date": "2026-10-01", "kind": "visit", "hours": 99},  # after as_of
    )
    found = dealt(facts(revenue_12m=[400.0, 0.0], margin_12m=[100.0, 5.0]), seen)
    assert found["cost_to_serve"].tolist() == [2 * 50 + 10 + 50, 0]
    assert found["cost_to_serve_share"].tolist() == pytest.approx([0.4, np.nan], nan_ok=True)
    assert found["contribution"].tolist() == [-60, 5]


def test_payment_weighs_days_by_amount_and_counts_open_invoices_up_to_as_of(facts):
    # 300 paid 10 days late, 100 paid 2 days early, 100 open since 30 days: (3000 - 200 + 3000) / 500 = 11.6
    paid = bills(
        ("a0", "2026-01-01", "2026-02-01", 300, "2026-02-11"),
        ("a0", "2026-01-01", "2026-02-01", 100, "2026-01-30"),
        ("a0", "2026-08-01", "2026-08-31", 100, None),
        ("a0", "2026-09-01", "2026-10-15", 999, None),  # not due yet
        ("a0", "2026-09-01", "2026-10-15", 999, "2026-09-20"),  # nor this: only early payers would count
        ("a0", "2026-01-01", "2026-02-01", -999, None),  # a credit note
        ("a1", "2026-08-01", "2026-08-31", 10, "2026-10-05"),  # paid after as_of: open for 30 days then
        ("a2", "2024-01-01", "2025-08-26", 10, None),  # bad debt of long ago: 400 days
        ("a2", "2024-01-01", "2025-08-26", 10, "2025-08-26"),
    )
    found = dealt(facts(margin_12m=[1.0] * 4), invoices=paid)
    assert found["days_late"].tolist() == pytest.approx([11.6, 30, 400, np.nan], nan_ok=True)


def test_the_chance_of_a_late_invoice_is_that_of_the_curves_with_open_ones_censored(facts):
    """Four of one curve: one paid on its day, two 10 days late, one open since 31 days: 3/4 · 1/3."""
    paid = bills(
        ("a0", "2026-01-01", "2026-02-01", 10, "2026-02-01"),
        ("a0", "2026-01-01", "2026-02-01", 99, "2026-02-11"),
        ("a0", "2026-01-01", "2026-02-01", 10, "2026-02-11"),
        ("a0", "2026-08-01", "2026-08-30", 10, "2026-12-01"),  # paid after as_of
    )
    found = dealt(facts(margin_12m=[1.0] * 4), invoices=paid)
    assert found["p_late_60"].tolist() == pytest.approx([1 / 4, np.nan, np.nan, np.nan], abs=1e-5, nan_ok=True)


def test_prepaid_is_what_was_paid_by_the_day_of_issue(facts):
    paid = bills(
        ("a0", "2026-01-10", "2026-02-01", 300, "2026-01-10"),
        ("a0", "2026-01-10", "2026-02-01", 100, "2026-01-11"),
        ("a1", "2025-09-30", "2026-02-01", 100, "2025-09-01"),  # issued before the window
    )
    found = dealt(facts(margin_12m=[1.0] * 2), invoices=paid)
    assert found["prepaid_share"].tolist() == pytest.approx([0.75, np.nan], nan_ok=True)
    assert found["invoices"].tolist() == [2, 0]


def test_claims_tests_lessons_and_the_main_contact_are_counted(facts):
    a0 = {"customer_id": "a0", "date": "2026-05-05"}
    seen = touches(
        {**a0, "kind": "claim", "closed": "2026-06-01", "lesson": "label"},
        {**a0, "kind": "dispute", "closed": "2026-11-01", "lesson": "not known yet"},
        {**a0, "kind": "claim", "closed": "2026-06-01", "lesson": " "},
        {**a0, "kind": "test"},
        *({**a0, "kind": "call", "contact_id": who} for who in ("C1", "C1", "C1", "C2")),
        {**a0, "kind": "visit"},
        {**a0, "kind": "delivery", "contact_id": "C9"},
    )
    row = dealt(facts(order_days_12m=[4.0, 0.0]), seen).loc["a0"]
    assert row[["claims", "lessons", "tests", "claims_per_order"]].tolist() == [3, 1, 1, 0.75]
    assert row[["touches", "main_contact_share"]].tolist() == [4, 0.75]
    none = dealt(facts(order_days_12m=[4.0, 0.0]), seen).loc["a1"]
    assert none["claims"] == 0 and np.isnan(none["main_contact_share"]) and np.isnan(none["claims_per_order"])


def test_what_was_not_observed_is_missing_and_not_zero(facts):
    table = facts(margin_12m=[1.0])
    late_start = touches({"customer_id": "a0", "date": "2026-05-05", "kind": "call"}).iloc[1:]
    for found in (dealt(table), dealt(table, late_start), dealt(table, touches().iloc[:0], bills())):
        assert found[list(COLUMNS)].isna().all(axis=None)
    assert dealt(table, touches(), hour=None)["cost_to_serve"].item() == 0


def test_nothing_after_the_date_is_read(facts):
    rng = np.random.default_rng(3)
    day = pd.Timestamp("2025-01-01") + pd.to_timedelta(rng.integers(0, 900, 400), "D")
    later = day + pd.to_timedelta(rng.integers(0, 200, 400), "D")
    who = rng.choice(["a0", "a1", "a2"], 400)
    interactions = pd.DataFrame(
        {"customer_id": who, "date": day, "kind": rng.choice(["claim", "call", "test"], 400), "closed": later,
         "hours": 1.0, "cost": 2.0, "contact_id": rng.choice(["C1", "C2"], 400), "lesson": "x"}
    )  # fmt: skip
    invoices = pd.DataFrame(
        {"customer_id": who, "issued": day, "due": day + pd.Timedelta(days=30), "amount": 5.0, "paid": later}
    )
    table = facts(margin_12m=[1.0] * 3)

    def make(tables, _):
        return dealt(table, tables["interactions"], tables["invoices"])

    tables = {"interactions": interactions, "invoices": invoices}
    found = make(tables, AS_OF)
    assert found.notna().all(axis=None)
    raise_on_leak(found, make, tables, AS_OF)


def test_hours_cost_what_an_hour_costs():
    seen = pd.DataFrame(
        {"customer_id": ["A", "B"], "date": [AS_OF, AS_OF], "cost": [5.0, np.nan], "hours": [2.0, 3.0], "kind": "call"}
    )
    assert serving_costs(seen, 50)["cost"].tolist() == [105, 150]
    assert serving_costs(seen, None)["cost"].tolist() == pytest.approx([5, np.nan], nan_ok=True), (
        "three hours are no 0.00"
    )
    nothing = seen.assign(cost=np.nan, hours=np.nan)
    assert serving_costs(nothing, 50)["cost"].isna().all()
    assert serving_costs(nothing.assign(kind="delivery"), 50)["cost"].tolist() == [0, 0]


def test_a_cost_to_serve_of_which_nothing_is_known_is_unknown_and_of_nobody_touched_it_is_zero(facts):
    seen = touches(
        {"customer_id": "a0", "date": "2026-09-30", "kind": "visit"},
        {"customer_id": "a1", "date": "2026-09-30", "kind": "visit", "hours": 2},
        {"customer_id": "a1", "date": "2026-09-29", "kind": "visit"},
    )
    found = dealt(facts(revenue_12m=[400.0] * 3, margin_12m=[100.0] * 3), seen)
    assert found[["cost_to_serve", "contribution"]].to_numpy().tolist()[1:] == [[100, 0], [0, 100]]
    assert found.loc["a0", ["cost_to_serve", "cost_to_serve_share", "contribution"]].isna().all()
