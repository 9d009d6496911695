"""What counts in a rate and what does not. Oracle: a few records by hand."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from kamlib.measures.rates import dated_cases, oddities
from kamlib.report.words import in_words
from kamlib.stats.reasons import waits_for

DAY = date(2026, 6, 30)


def days(*values: str | None) -> pd.Series:
    return pd.Series(pd.to_datetime(list(values)))


BIDS = pd.DataFrame(
    {
        "customer_id": list("aabbccd"),
        "date": days("2026-01-01", "2026-01-01", "2026-02-01", "2026-02-01", "2026-05-01", "2026-03-01", "2026-03-01"),
        "value": [10.0, 30, 5, 7, 100, 1, 2],
        "outcome": ["won", "lost", "won", "won", "won", "lost", "open"],
        "decided": days("2026-02-01", "2026-02-02", None, "2026-01-31", "2026-07-01", "2026-06-30", None),
        "source": ["relation", "tender", "tender", "tender", "relation", None, "tender"],
        "single_supplier": pd.array([pd.NA, True, True, False, pd.NA, False, False], "boolean"),
    }
)


def counted(cases: pd.DataFrame, measure: str, source: str = "") -> list[float]:
    rows = cases[(cases["measure"] == measure) & (cases["source"] == source)]
    return [rows["part"].sum(), rows["whole"].sum()]


def test_only_bids_that_were_decided_by_the_day_and_after_they_were_made_count():
    """Left are a's two and c's of no known source: b's are undated and decided before made, c's other is decided a day later, d's is open."""
    cases = dated_cases(DAY, proposals=BIDS)
    assert counted(cases, "bids_won") == [1, 3] and counted(cases, "bids_won_value") == [10, 41]
    assert counted(cases, "bids_won", "relation") == [1, 1] and counted(cases, "bids_won", "tender") == [0, 1]
    told = oddities(DAY, proposals=BIDS)
    assert told["reason"].tolist() == ["bids_undated", "bids_decided_before_made"]
    assert all(": 1. " in text for text in in_words(told["reason"], told["reason_values"]))


def test_a_bid_written_for_one_supplier_is_counted_apart_and_never_a_success():
    won = BIDS.assign(outcome="won", decided=BIDS["decided"].fillna(pd.Timestamp("2026-06-01")))
    cases = dated_cases(DAY, proposals=won)
    assert counted(cases, "bids_won") == [5, 5] and counted(cases, "bids_won_unflagged") == [3, 3]
    assert counted(cases, "single_supplier") == [2, 4], "of those where the flag is known"


def test_deliveries_without_a_promise_and_answers_off_the_scale_count_nowhere():
    sent = pd.DataFrame(
        {
            "customer_id": list("aaaab"), "kind": ["delivery"] * 3 + ["claim", "dispute"],
            "date": days("2026-01-05", "2026-01-06", "2026-01-06", "2026-01-06", "2026-07-06"),
            "promised": days("2026-01-05", "2026-01-05", None, None, None),
        }
    )  # fmt: skip
    said = pd.DataFrame({"customer_id": list("aaaaa"), "date": days(*["2026-01-05"] * 5), "kind": ["csat"] * 4 + ["nps"], "score": [4, 3, 0, 6, 11]})  # fmt: skip
    cases = dated_cases(DAY, interactions=sent, surveys=said)
    assert (
        counted(cases, "on_time") == [1, 2]
        and counted(cases, "claims_rate") == [1, 0]
        and counted(cases, "csat") == [1, 2]
    )
    told = oddities(DAY, interactions=sent, surveys=said)
    assert told["reason"].tolist() == ["deliveries_unpromised", "scores_outside"]
    assert told["reason_values"].tolist() == ['{"n": 1}', '{"n": 3}']


@pytest.mark.parametrize("given", [{}, {"proposals": BIDS[:0], "interactions": pd.DataFrame(), "surveys": None}])
def test_of_nothing_nothing_is_counted_and_nothing_odd(given):
    assert dated_cases(DAY, **given).empty
    assert waits_for(oddities(DAY, **given)).code == "nothing_left_out"
