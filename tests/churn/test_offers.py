"""Absences and the offers made in them, by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from kamlib.churn.offers import rounds_of, with_offers

FIRST, SECOND = pd.Timestamp("2026-01-01"), pd.Timestamp("2026-03-01")


def rows(day: pd.Timestamp, **arms: str) -> pd.DataFrame:
    return pd.DataFrame({"customer_id": list(arms), "action": list(arms.values()), "due": day})


OFFER, CONTROL = "win back: a visit", "win back: control, no offer"
EPISODES = pd.DataFrame(
    {
        "customer_id": ["a", "b", "c", "b"],
        "lost_on": [FIRST, FIRST, FIRST + pd.Timedelta(days=1), FIRST - pd.Timedelta(days=400)],
        "returned_on": pd.to_datetime([None, "2026-02-01", None, "2025-01-01"]),
    },
    index=[7, 8, 9, 10],
)


def test_the_first_offer_of_an_absence_is_told_and_the_control_group_had_none():
    """a is the control. b returns before the second round, and an earlier absence of it had no offer; c was lost after the first round."""
    actions = pd.concat([rows(SECOND, a=CONTROL, b=OFFER, c=OFFER), rows(FIRST, a=CONTROL, b=OFFER, c=OFFER)])
    assert with_offers(EPISODES, actions)["offered_on"].tolist() == [pd.NaT, FIRST, SECOND, pd.NaT]


@pytest.mark.parametrize(
    "none", [None, rows(FIRST, b=CONTROL), rows(FIRST, b="a training"), rows(FIRST, b=OFFER).head(0)]
)
def test_without_an_offer_on_record_nobody_had_one(none):
    found = with_offers(EPISODES, none)["offered_on"]
    assert found.isna().all() and found.dtype.kind == "M"


def test_a_round_is_what_is_marked_as_one():
    assert rounds_of(rows(FIRST, a=CONTROL, b="a training", c=OFFER))["customer_id"].tolist() == ["a", "c"]
    assert rounds_of(rows(FIRST, a="x").assign(action=pd.NA)).empty
