"""Tables as hostile and as foreign as they come, to go out and come back."""

from __future__ import annotations

import pandas as pd
import pytest

IDS = ["00123", "Ромашка-1", "K.1", "=1+1"]
TEXTS = [
    '=HYPERLINK("http://x","y")',
    "первая строка\nвторая строка",
    "@cmd",
    "-5 % Rabatt, »sofort«",
    "+7 (495)",
    "http://example.com",
    "12345",
    "2026-01-05",
    "x" * 300,
]


@pytest.fixture(scope="session")
def sent() -> dict[str, pd.DataFrame]:
    """Tables of a run."""
    accounts = pd.DataFrame(
        {"customer_id": IDS, "account_id": IDS, "name": ["Acme", "ООО «Ромашка»", None, "=cmd|' /C calc'!A0"]}
    )
    n = len(TEXTS)
    actions = pd.DataFrame({"customer_id": [IDS[i % 4] for i in range(n)], "action": TEXTS, "owner": "account manager"})
    actions = actions.assign(account_id=actions["customer_id"], due=pd.date_range("2026-05-01", periods=n, freq="10D"))
    done = pd.Series(pd.NaT, range(n)).where([i % 2 == 0 for i in range(n)], pd.Timestamp("2026-06-01"))
    actions = actions.assign(
        done=done,
        cost=[None, 12.5, 0.0, 1e6, None, 3.0, None, None, None],
        benefit_kind=[None, "Bonus"] + [None] * (n - 2),
    )
    listed = pd.DataFrame(
        {
            "customer_id": [IDS[0], IDS[0]],
            "action": ["call", TEXTS[0]],
            "owner": "sales",
            "due": pd.to_datetime(["2026-07-15", "2026-05-01"]),
        }
    )
    notes = pd.DataFrame(
        {
            "customer_id": IDS[1],
            "account_id": IDS[1],
            "date": pd.Timestamp("2026-01-05"),
            "topic": ["budget", "needs"],
            "text": TEXTS[:2],
            "source": ["call", None],
        }
    )
    return {"accounts": accounts, "actions": actions, "action_list": listed, "notes": notes}
