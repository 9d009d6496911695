"""What was on record before a loss: by hand, without later entries, and only what tells leavers from others."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kamlib.churn.causes import (
    CAUSES,
    ENDED,
    NOTHING,
    UNKNOWN,
    compared,
    loss_causes,
    losses_by_cause,
    on_record,
    reasons,
)
from kamlib.report.words import catalogue, word
from kamlib.stats.reasons import Reason, waits_for
from kamlib.study.settings.offers import Offer

LAST = pd.Timestamp("2025-06-30")


def back(days: int) -> pd.Timestamp:
    return LAST - pd.Timedelta(days=days)


def touches(*rows) -> pd.DataFrame:
    table = pd.DataFrame(
        [("begin", back(800), "call", pd.NaT, pd.NaT), *rows],
        columns=["customer_id", "date", "kind", "promised", "closed"],
    )
    return table.astype(dict.fromkeys(["date", "promised", "closed"], "datetime64[ns]"))


def rows(*accounts: str) -> pd.DataFrame:
    return pd.DataFrame({"customer_id": list(accounts), "last_order": LAST})


def test_each_sign_by_hand():
    """late: 1 of 4 deliveries; early: 1 of 5. slow: open for 31 days; quick: 30. met: two touches; once: one, and one too old."""
    late = [("late", back(10 * k), "delivery", back(10 * k + (k == 1)), pd.NaT) for k in range(1, 5)]
    early = [("early", back(10 * k), "delivery", back(10 * k + (k == 1)), pd.NaT) for k in range(1, 6)]
    cases = [("slow", back(100), "claim", pd.NaT, back(69)), ("quick", back(100), "dispute", pd.NaT, back(70))]
    met = [("met", back(5), "call", pd.NaT, pd.NaT), ("met", back(181), "visit", pd.NaT, pd.NaT)]
    once = [("once", back(5), "call", pd.NaT, pd.NaT), ("once", back(182), "visit", pd.NaT, pd.NaT)]
    who = rows("late", "early", "slow", "quick", "met", "once")
    found = on_record(who, interactions=touches(*late, *early, *cases, *met, *once)).set_index(who["customer_id"])
    assert found["deadlines"].tolist()[:2] == [1, 0]
    assert found["deadlines"].isna().tolist() == [False, False, True, True, True, True]
    assert found.loc[["slow", "quick"], "promises"].tolist() == [1, 0]
    assert found.loc[["slow", "quick", "met"], "quality"].tolist() == [1, 1, 0]
    assert found.loc[["met", "once"], "attention"].tolist() == [0, 1]
    assert found[["opinions", "bids"]].isna().all(axis=None), "tables that were not given tell nothing"


def test_opinions_and_bids_by_hand():
    surveys = pd.DataFrame(
        {
            "customer_id": ["a", "b", "c", "old"],
            "date": [back(9)] * 3 + [back(900)],
            "kind": ["nps", "nps", "csat", "nps"],
            "score": [6, 7, 2, 0],
        }
    )
    bids = pd.DataFrame(
        {
            "customer_id": ["a", "b", "c", "old"],
            "date": back(900),
            "decided": [back(-30), back(-31), back(365), back(900)],
            "outcome": "lost",
        }
    )
    found = on_record(rows("a", "b", "c"), surveys=surveys, proposals=bids)
    assert found["opinions"].tolist() == [1, 0, 1]
    assert found["bids"].tolist() == [1, 0, 0]


def test_what_followed_the_loss_is_no_cause_of_it():
    after = [("A", back(-40), "claim", pd.NaT, pd.NaT), ("A", back(-40), "delivery", back(-35), pd.NaT)]
    one, other = (on_record(rows("A"), interactions=touches(*more)) for more in ((), after))
    pd.testing.assert_frame_equal(one, other)


def test_records_that_began_within_the_year_tell_nothing():
    short = touches(("A", back(5), "claim", pd.NaT, pd.NaT)).iloc[1:]
    assert on_record(rows("A"), interactions=short).isna().all(axis=None)


def test_a_loss_stands_once_for_each_of_its_days():
    twice = pd.DataFrame({"customer_id": ["A", "A"], "last_order": [LAST, back(300)]}, index=[7, 3])
    found = on_record(twice, interactions=touches(("A", back(310), "claim", pd.NaT, pd.NaT)))
    assert found.index.tolist() == [7, 3]
    assert found["quality"].tolist() == [1, 1]
    assert on_record(twice, interactions=touches(("A", back(10), "claim", pd.NaT, pd.NaT)))["quality"].tolist() == [
        1,
        0,
    ]


def flags(lost_with: int, stayed_with: int, cause: str = "quality") -> tuple[pd.DataFrame, pd.Series]:
    """70 lost and 80 who stayed, with so many of each on record."""
    found = pd.DataFrame(np.nan, index=range(150), columns=list(CAUSES))
    found[cause] = [1] * lost_with + [0] * (70 - lost_with) + [1] * stayed_with + [0] * (80 - stayed_with)
    return found, pd.Series([1.0] * 70 + [0.0] * 80)


def test_the_comparison_is_newcombes_published_one():
    """56/70 against 48/80: 0.20 with the interval 0.0524 to 0.3339 (Newcombe 1998, table II, example a, method 10)."""
    found = compared(*flags(56, 48))
    assert found["cause"].tolist() == ["quality"]
    assert found["more"].iloc[0] == pytest.approx(0.2)
    assert found[["low", "high"]].iloc[0].tolist() == pytest.approx([0.0524, 0.3339], abs=1e-4)
    assert found["tells"].iloc[0]


def test_a_sign_that_is_as_common_among_those_who_stayed_is_no_reason():
    found, lost = flags(20, 22)
    told = compared(found, lost)
    assert not told["tells"].any()
    assert set(reasons(found, lost == 2, told)) == {NOTHING}


def test_the_cause_that_tells_most_is_the_reason_and_closing_comes_first():
    found, lost = flags(56, 48)
    found["promises"] = [1.0] * 30 + [0.0] * 120
    told = compared(found, lost)
    assert told["cause"].tolist() == ["promises", "quality"]
    named = reasons(found, pd.Series([True] + [False] * 149), told)
    assert named.iloc[[0, 1, 40, 69]].tolist() == [ENDED, "promises", "quality", NOTHING]
    assert reasons(found * np.nan, lost == 2, told).unique().tolist() == [UNKNOWN]


def test_fewer_than_ten_of_a_kind_are_not_compared():
    found, lost = flags(56, 48)
    assert compared(found.head(79), lost.head(79)).empty
    assert len(compared(found.head(80), lost.head(80))) == 1


def test_each_cause_has_its_word_and_its_meaning():
    assert word(ENDED) == "closed, or contract ended"
    assert [word(code) for code in (NOTHING, UNKNOWN)] == ["nothing that tells", "no records of that time"]
    assert [word(cause) for cause in CAUSES] == list(CAUSES)
    assert word("cause_promises") == "a claim or dispute stood open for more than 30 days"
    assert {f"cause_{cause}" for cause in CAUSES} <= catalogue().keys()


def test_the_playbook_knows_the_same_causes():
    for cause in CAUSES:
        assert Offer(cause=cause, offer="x", cost=0).cause == cause


def test_losses_by_quarter_and_cause_are_counted_and_those_that_tell_come_first():
    told = pd.DataFrame({"cause": ["promises", "quality", "bids"], "tells": [True, True, False]})
    episodes = pd.DataFrame({"quarter": ["2025Q1", "2025Q1", "2025Q2"], "cause": ["quality", "quality", NOTHING]})
    found = losses_by_cause(episodes, told)
    assert found.columns.tolist() == ["promises", "quality", ENDED, NOTHING, UNKNOWN]
    assert found.loc["2025Q1"].tolist() == [0, 2, 0, 0, 0] and found.loc["2025Q2"].tolist() == [0, 0, 0, 1, 0]

    assert losses_by_cause(episodes.head(0), told).empty


def test_without_records_no_cause_is_compared_and_each_loss_is_unknown_or_closed():
    episodes = pd.DataFrame(
        {"customer_id": ["A", "B"], "last_order": LAST, "ended_on": [LAST, pd.NaT], "lost_on": LAST}
    )
    found, told = loss_causes(episodes, rows("A"), pd.Series([1.0]))
    assert waits_for(told) == Reason("causes_not_compared", {"few": 10})
    assert found.tolist() == [ENDED, UNKNOWN]
    assert losses_by_cause(episodes.assign(cause=found, quarter="2025Q2"), told).columns.tolist() == [
        ENDED,
        NOTHING,
        UNKNOWN,
    ]
