"""What we owe. Oracle: rows by hand."""

from __future__ import annotations

import pandas as pd

from kamlib.plan.dossier.owed import lessons, owed
from kamlib.stats.reasons import waits_for

DAY = pd.Timestamp("2026-06-30")
A = pd.Index(["a"])


def events(*rows: tuple) -> pd.DataFrame:
    names = ["customer_id", "kind", "date", "promised", "closed", "lesson"]
    days = dict.fromkeys(["date", "promised", "closed"], "datetime64[ns]")
    return pd.DataFrame(rows, columns=names).astype(days)


def plans(*rows: tuple) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["customer_id", "action", "owner", "due", "done"])
    return table.astype({"due": "datetime64[ns]", "done": "datetime64[ns]"})


def test_claims_disputes_late_deliveries_and_promises_with_their_age_by_hand():
    happened = events(
        ("a", "claim", "2026-06-20", None, None, None),
        ("a", "claim", "2026-05-01", None, "2026-06-01", "x"),  # closed
        ("a", "dispute", "2026-01-01", None, "2026-07-15", None),  # closed later: open on the day
        ("a", "delivery", "2026-03-11", "2026-03-01", None, None),
        ("a", "delivery", "2026-03-01", "2026-03-01", None, None),  # on time
        ("a", "delivery", "2025-06-30", "2025-06-01", None, None),  # a day too long ago
        ("a", "claim", "2026-07-01", None, None, None),  # not yet
        ("b", "claim", "2026-06-20", None, None, None),
    )
    promised = plans(
        ("a", "send the certificate", "service lead", "2026-06-25", None),
        ("a", "visit", "owner", "2026-07-10", None),
        ("a", "call", "owner", "2026-06-01", "2026-06-02"),  # done
        ("a", "quote", "owner", "2026-06-01", "2026-07-02"),  # done later
    )
    table = owed(happened, promised, A, DAY)
    assert table[["owed", "age_days"]].to_numpy().tolist() == [
        ["open_dispute", 180],
        ["late_delivery", 10],
        ["overdue_promise", 29],
        ["open_claim", 10],
        ["overdue_promise", 5],
        ["promise", -10],
    ]
    assert table["owner"].tolist()[-2:] == ["service lead", "owner"] and table["text"].iloc[-1] == "visit"


def test_nothing_owed_says_so():
    assert waits_for(owed(events(), plans(), A, DAY)).code == "nothing_owed"


def test_lessons_stand_in_their_words_the_latest_first():
    rows = events(
        ("a", "claim", "2026-01-01", None, "2026-01-05", "old"),
        ("a", "test", "2026-02-01", None, "2026-02-03", "new\nline"),
        ("a", "claim", "2026-03-01", None, "2026-07-01", "not known yet"),
        ("a", "claim", "2026-03-01", None, "2026-03-02", " "),
    )
    assert lessons(rows, A, DAY)["lesson"].tolist() == ["new\nline", "old"]
    assert waits_for(lessons(rows[3:], A, DAY)).code == "no_lessons"
