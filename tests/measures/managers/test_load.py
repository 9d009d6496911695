"""What each manager carries. Oracle: four customers by hand."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from kamlib.measures.managers import labels, loads
from kamlib.stats.reasons import waits_for

DAY = date(2026, 6, 30)
WHO = pd.Series({"a": "1", "b": "1", "c": "2", "d": None})
FACTS = pd.DataFrame(
    {"customer_id": list("abc"), "first_order": pd.to_datetime(["2024-01-01", "2026-01-01", "2024-01-01"])}
)
EXPOSURE = pd.DataFrame({"customer_id": list("abc"), "contribution": [100.0, 50, -10]})
OURS, KEYS = pd.Series(list("abc")), pd.Series(["a", "b"])


def touches(*rows: tuple[str, str, str, float | None]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["customer_id", "date", "kind", "hours"])
    return table.assign(date=pd.to_datetime(table["date"])).astype({"hours": float})


def test_time_and_what_comes_of_it_by_hand():
    """Manager 1: 20 hours with a, 10 with b, which is new, so a third is hunting; 150 in 30 hours. b, a key customer, was last seen 91 days ago; d is a
    prospect of nobody, with whom 5 hours were spent."""
    rows = touches(
        ("a", "2025-06-30", "call", 99.0), ("a", "2026-06-01", "call", 20.0), ("b", "2026-03-31", "visit", 4.0), ("b", "2026-06-01", "claim", 6.0),
        ("d", "2026-06-01", "call", 5.0), ("a", "2026-07-01", "call", 9.0),
    )  # fmt: skip
    found = loads(WHO, OURS, KEYS, FACTS, EXPOSURE, rows, DAY)
    one, two, nobody = (found.iloc[at] for at in range(3))
    assert one[["manager", "customers", "key_customers", "contribution"]].tolist() == ["1", 2, 2, 150]
    assert np.allclose(
        one[["hours_a_week", "contribution_an_hour", "hunting", "farming"]].astype(float),
        [30 * 7 / 365.25, 5, 1 / 3, 2 / 3],
    )
    assert one["overdue_contacts"] == 1 and two["overdue_contacts"] == 1, "c was not seen for a year"
    assert np.isnan(two["contribution_an_hour"]) and pd.isna(nobody["manager"]) and nobody["hunting"] == 1


def test_records_that_do_not_reach_back_tell_neither_time_nor_contacts():
    names = ["hours_a_week", "contribution_an_hour", "overdue_contacts", "hunting", "farming"]
    for rows in (None, touches(("a", "2026-06-01", "call", 1.0))):
        found = loads(WHO, OURS, KEYS, FACTS, EXPOSURE, rows, DAY)
        assert found[names].isna().all(axis=None) and found["customers"].tolist() == [2, 1, 0]


def test_touches_without_hours_tell_contacts_and_no_time():
    found = loads(
        WHO,
        OURS,
        KEYS,
        FACTS,
        EXPOSURE,
        touches(("a", "2025-01-01", "call", None), ("a", "2026-06-01", "call", None)),
        DAY,
    )
    assert found["hours_a_week"].isna().all() and found["overdue_contacts"].tolist() == [1, 1, 0]


def test_without_a_manager_on_record_the_table_says_so():
    assert waits_for(loads(WHO[3:], OURS, KEYS, FACTS, EXPOSURE, None, DAY)).code == "no_manager_on_record"


def test_managers_are_numbered_by_their_first_order_line_and_named_only_where_asked(clean_orders):
    lines = [
        ("a", "2026-01-02", 1, "Zoe"),
        ("a", "2026-01-01", 1, "Max"),
        ("b", "2026-01-02", 1, "Ann"),
        ("b", "2026-01-03", 1, None),
    ]
    orders = clean_orders(lines, "customer_id date amount manager")
    assert labels(orders, ["Bob", None, "Max"], "numbered").to_dict() == {
        "Max": "1",
        "Ann": "2",
        "Zoe": "3",
        "Bob": "4",
    }
    assert labels(orders, [], "named").to_dict() == {"Max": "Max", "Ann": "Ann", "Zoe": "Zoe"}
    later = clean_orders([*lines, ("c", "2026-05-01", 1, "Aaron")], "customer_id date amount manager")
    assert labels(later, [], "numbered")["Zoe"] == "3", "who comes later changes no number"
    assert labels(orders.limit(0), [], "numbered").empty
