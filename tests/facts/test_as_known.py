"""Tables as they were known at a past day, the alarm where the future is read, and the day an account ended."""

from __future__ import annotations

import pandas as pd
import pytest

from kamlib.errors import InputError
from kamlib.facts.as_known import ended_on, known_at, raise_on_leak
from tests.fixtures.tables import INVOICES

DAY = pd.Timestamp("2026-01-01")
TABLES = {
    "invoices": INVOICES,
    "accounts": pd.DataFrame({"customer_id": ["A"], "manager": ["M1"]}),
    "orders": pd.DataFrame(
        {"customer_id": ["A"] * 3, "date": pd.to_datetime(["2025-01-01", "2025-12-01", "2026-02-01"])}
    ),
}


def test_a_table_is_known_as_it_was():
    seen = known_at("invoices", INVOICES.assign(invoice_id=range(5)), DAY)
    assert len(seen) == 5
    assert seen["paid"].notna().sum() == 2  # the payments of January and March 2026 are not known yet
    accounts = pd.DataFrame({"customer_id": ["A"], "manager": ["M1"], "closed_on": pd.to_datetime(["2026-05-01"])})
    seen = known_at("accounts", accounts, DAY)
    assert seen["manager"].isna().all()  # today's manager is no knowledge of the past
    assert seen["closed_on"].isna().all()


def average_delay(tables, day):
    return tables["invoices"].eval("days = (paid - due).dt.days").groupby("customer_id")[["days"]].mean()


def manager_of_today(tables, day):
    return tables["accounts"].set_index("customer_id")[["manager"]]


def tenure_to_the_last_order(tables, day):
    dates = tables["orders"].groupby("customer_id")["date"]
    return ((dates.max() - dates.min()).dt.days).to_frame("tenure")


@pytest.mark.parametrize(
    ("leak", "column"), [(average_delay, "days"), (manager_of_today, "manager"), (tenure_to_the_last_order, "tenure")]
)
def test_a_leaked_covariate_raises_the_alarm(leak, column):
    with pytest.raises(InputError, match=column):
        raise_on_leak(leak(TABLES, DAY), leak, TABLES, DAY)


def test_an_account_ends_when_it_closes_or_its_contract_does_whichever_is_first():
    """And by its own row: the end of a branch, listed under the group, is not the end of the group."""
    accounts = pd.DataFrame(
        {
            "customer_id": ["A", "B", "B", "C"],
            "account_id": ["A", "B", "B-branch", "C"],
            "closed_on": pd.to_datetime(["2026-05-01", None, "2025-01-01", None]),
            "contract_end": pd.to_datetime(["2026-03-31", "2026-12-31", None, None]),
        }
    )
    found = ended_on(pd.Series(["C", "B", "A", "unknown"]), accounts)
    assert found.tolist() == [pd.NaT, pd.Timestamp("2026-12-31"), pd.Timestamp("2026-03-31"), pd.NaT]


def test_without_accounts_no_end_is_known():
    ids = pd.Series(["A", "B"], index=[7, 9])
    found = ended_on(ids, None)
    assert found.isna().all() and found.index.tolist() == [7, 9]
    assert found.dtype == "datetime64[ns]"
