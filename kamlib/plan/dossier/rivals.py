"""Whom each customer could buy from instead: rivals in bids, how often they won, and why we lost."""

from __future__ import annotations

import pandas as pd

from kamlib.facts.as_known import known_at
from kamlib.stats.ordering import places
from kamlib.stats.reasons import or_waiting
from kamlib.study.periods import months_before

YEARS = 2
BIDS = ["customer_id", "proposal_id", "date", "bid_value", "bid_outcome", "reason_given", "rival", "single_supplier"]
COLUMNS = ["customer_id", "rival", "bids", "bids_won", "bids_lost", "lost_value", "last_met"]


def bids_at(proposals: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """All bids as they were known at `day`: `BIDS`, and decided.

    What is not decided is open, and what is not flagged was not written for one supplier.
    """
    told = {"reason": "reason_given", "value": "bid_value", "outcome": "bid_outcome"}
    seen = known_at("proposals", proposals, day).rename(columns=told).reindex(columns=[*BIDS, "decided"])
    flagged = seen["single_supplier"].astype("boolean").fillna(False).astype(bool)
    return seen.assign(bid_outcome=seen["bid_outcome"].fillna("open"), single_supplier=flagged)


def recent_bids(proposals: pd.DataFrame, ids: pd.Index, day: pd.Timestamp) -> pd.DataFrame:
    """The bids of the last two years to each of the `ids`, the latest first.

    Returns
    -------
    DataFrame
        customer_id, proposal_id, date, bid_value (study currency), bid_outcome (won, lost, open: as known at `day`), reason_given and rival (as the records have them), single_supplier (a
        risk of compliance).
    """
    seen = bids_at(proposals, day)[BIDS]
    seen = seen[seen["customer_id"].isin(ids) & (seen["date"] > months_before(pd.Timestamp(day), 12 * YEARS))]
    seen = seen.sort_values(["date", "proposal_id"], ascending=[False, True], ignore_index=True, key=places)
    return or_waiting(seen, "no_recent_bids")


def rivals(bids: pd.DataFrame) -> pd.DataFrame:
    """The rivals that we met in the bids of each customer, those that took most first.

    Parameters
    ----------
    bids : `recent_bids`.

    Returns
    -------
    DataFrame
        customer_id, rival; bids (with it), bids_won (by us), bids_lost, lost_value (study currency), last_met.
    """
    named = bids[bids["rival"].notna() & (bids["rival"] != "")]
    lost = named["bid_outcome"] == "lost"
    named = named.assign(
        won=named["bid_outcome"] == "won", lost=lost, lost_value=named["bid_value"].astype(float).where(lost, 0.0)
    )
    table = (
        named.groupby(["customer_id", "rival"], sort=False)
        .agg(
            bids=("won", "size"),
            bids_won=("won", "sum"),
            bids_lost=("lost", "sum"),
            lost_value=("lost_value", "sum"),
            last_met=("date", "max"),
        )
        .reset_index()
    )
    order = ["customer_id", "lost_value", "bids", "rival"]
    table = table.sort_values(order, ascending=[True, False, False, True], ignore_index=True, key=places)
    return or_waiting(table[COLUMNS], "no_rival_known")
