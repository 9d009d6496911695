"""What reports promised, against what came. Oracle: three customers by hand."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from kamlib.plan.said import said_and_came
from kamlib.stats.reasons import waits_for
from kamlib.study.settings.sections import Churn

DAY, AS_OF = pd.Timestamp("2025-06-30"), date(2026, 6, 30)
EVENTS = [
    *(("stays", "silent", 0.1, None), ("leaves", "silent", 0.6, None), ("called", "silent", 0.9, None)),
    *(("back", "returned", 0.3, None), ("stays", "value", None, 150.0), ("leaves", "value", None, 80.0)),
    *(("stays", "key", None, None), ("leaves", "key", None, None)),
]
PROMISED = pd.DataFrame(EVENTS, columns=["customer_id", "event", "chance", "money"]).assign(as_of=DAY, method="model")
ACTIONS = pd.DataFrame({"customer_id": ["called"], "action": ["visit"], "done": pd.to_datetime(["2025-08-01"])}).assign(
    due=pd.Timestamp("2025-08-01")
)


@pytest.fixture(scope="module")
def orders(clean_orders):
    """Monthly buyers of 100 with a margin of 30; one stays, one orders last in June 2025, one of 2023 came back in August 2025."""
    rows = []
    for who, first, last in (
        ("stays", "2024-01", "2026-06"),
        ("leaves", "2024-01", "2025-06"),
        ("called", "2024-01", "2025-06"),
    ):
        rows += [(who, day.date(), 100, 30) for day in pd.date_range(f"{first}-20", f"{last}-28", freq="30D")]
    rows += [("back", date(2023, month, 5), 100, 30) for month in range(1, 7)] + [("back", date(2025, 8, 4), 70, 20)]
    return clean_orders(rows, "customer_id date amount margin")


def told(orders, **more) -> pd.DataFrame:
    return said_and_came(PROMISED, orders, AS_OF, Churn(), keys=pd.Index(["stays", "new"]), **more).set_index("event")


def test_chances_money_and_the_list_are_held_against_what_came(orders):
    """0.1 + 0.6 expected to order nothing, one did not; who was called is no test. 150 + 80 of margin expected, six orders of 30 came."""
    found = told(orders, actions=ACTIONS)
    assert found.loc["silent", ["customers", "called", "expected", "came"]].tolist() == pytest.approx([2, 1, 0.7, 1])
    assert found.loc["returned", ["customers", "expected", "came"]].tolist() == pytest.approx([1, 0.3, 1])
    assert found.loc["value", ["customers", "expected", "came"]].tolist() == [2, 230, 180]
    assert found.loc["value_of_keys", "came"] == 180 and pd.isna(found.loc["value", "expected_low"]), "two are no range"
    assert found.loc["still_key", ["customers", "came"]].tolist() == [2, 1] and pd.isna(
        found.loc["still_key", "expected"]
    )


def test_what_serving_cost_is_taken_off_what_came(orders):
    costs = pd.DataFrame({"customer_id": ["stays"], "date": [pd.Timestamp("2025-09-01")], "cost": [50.0]})
    assert told(orders, costs=costs).loc["value", "came"] == 130


def test_a_range_of_many_holds_a_sum_that_only_chance_moved(clean_orders):
    """40 customers of whom each brings 0 or 60 where 30 were expected: 1,200 ± 1.28 · 30 · √40."""
    lines = [(f"k{n:02}", date(2025, 5, 1), 10, 3) for n in range(40)]
    lines += [(f"k{n:02}", date(2025, 9, 1), 100, 60) for n in range(20)]
    rows = [(f"k{n:02}", "value", None, 30.0) for n in range(40)] + [("k00", "silent", 0.5, None)]
    said = pd.DataFrame(rows, columns=["customer_id", "event", "chance", "money"]).assign(as_of=DAY, method="model")
    orders = clean_orders(lines, "customer_id date amount margin")
    found = said_and_came(said, orders, AS_OF, keys=pd.Index([])).set_index("event").loc["value"]
    assert found[["expected", "came", "verdict"]].tolist() == [1200, 1200, "as_expected"]
    assert [found["expected_low"], found["expected_high"]] == pytest.approx([957, 1443], rel=0.05)


def test_without_a_report_before_it_waits(orders):
    nothing = said_and_came(PROMISED[:0], orders, AS_OF, keys=pd.Index([]))
    assert waits_for(nothing).code == "no_report_before"
