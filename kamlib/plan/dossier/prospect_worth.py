"""What a prospect is worth the effort: its three P, and its wallet times the chance to win it, less what winning costs."""

from __future__ import annotations

import pandas as pd

from kamlib.facts.as_known import known_at
from kamlib.facts.service import serving_costs
from kamlib.scoring.prospects import prospect_gate
from kamlib.scoring.ratings import latest_ratings
from kamlib.stats.intervals import wilson
from kamlib.stats.ordering import places
from kamlib.stats.reasons import or_waiting
from kamlib.study.periods import months_before
from kamlib.study.settings.sections import FEWEST

YEARS = 2
COLUMNS = [
    "customer_id", "need", "solvency", "authority", "gate", "weakest", "verdict", "wallet", "rival", "source", "p_win", "p_win_low",
    "p_win_high", "bids_decided", "cost_to_win", "worth_of_winning",
]  # fmt: skip


def prospects(
    ids: pd.Series,
    first_orders: pd.Series,
    day: pd.Timestamp,
    *,
    accounts: pd.DataFrame,
    ratings: pd.DataFrame,
    proposals: pd.DataFrame,
    interactions: pd.DataFrame,
    hour: float | None = None,
) -> pd.DataFrame:
    """Each prospect's three P, chance to be won and worth, those worth most first.

    Parameters
    ----------
    ids : of those that never bought.
    first_orders : day of the first order by customer_id, of those that did.
    accounts, ratings, proposals, interactions : clean tables; without rows where they are not given.
    hour : cost of an hour of ours; None: unknown.

    Returns
    -------
    DataFrame
        customer_id; need, solvency, authority, gate, weakest, verdict, wallet, rival as of `kamlib.scoring.prospects.prospect_gate`; source (of its
        last bid, '' without one); p_win, p_win_low, p_win_high (won of the bids decided in two years that went to who had not bought yet, (won + ½) / (n + 1), with its 95 %
        interval; from bids of the same source where there are 20, else of all), bids_decided (n); cost_to_win (mean cost of our dealings in the year before
        the first order, of those that bought first within two years; missing without any); worth_of_winning (wallet × p_win − cost_to_win, study
        currency in the first year).
    """
    day = pd.Timestamp(day)
    gate = prospect_gate(latest_ratings(ratings, day), ids, day, accounts=accounts, proposals=proposals)
    bids = known_at("proposals", proposals, day).reindex(
        columns=["customer_id", "date", "outcome", "decided", "source"]
    )
    last = bids.sort_values("date").drop_duplicates("customer_id", keep="last").set_index("customer_id")["source"]
    table = gate.assign(source=gate["customer_id"].map(last).fillna(""))
    first = bids["customer_id"].map(first_orders)
    new = bids[first.isna() | (first > bids["date"])]
    new = new[new["outcome"].isin(["won", "lost"]) & (new["decided"] > months_before(day, 12 * YEARS))]
    won = (new["outcome"] == "won").groupby(new["source"].fillna("")).agg(["sum", "size"])
    by = won[won["size"] >= FEWEST.averaged].reindex(table["source"])
    whole = pd.Series({"sum": (new["outcome"] == "won").sum(), "size": len(new)}).astype(float)
    by = by.astype(float).fillna(whole).set_axis(table.index)
    some = by["size"].where(by["size"] > 0)
    low, high = wilson(by["sum"], some)
    p = (by["sum"] + 0.5) / (some + 1)
    cost = _cost_to_win(interactions, first_orders, day, hour)
    table = table.assign(p_win=p, p_win_low=low, p_win_high=high, bids_decided=by["size"].astype(int), cost_to_win=cost)
    table["worth_of_winning"] = table["wallet"] * table["p_win"] - table["cost_to_win"]
    table = table.sort_values(
        ["worth_of_winning", "customer_id"], ascending=[False, True], ignore_index=True, key=places
    )
    return or_waiting(table[COLUMNS], "no_prospects")


def _cost_to_win(interactions: pd.DataFrame, first_orders: pd.Series, day: pd.Timestamp, hour: float | None) -> float:
    """The mean cost of our dealings in the year before its first order, of a customer that was won within two years."""
    seen = known_at("interactions", interactions, day)
    if seen.empty:
        return float("nan")
    begun = max(months_before(day, 12 * YEARS), seen["date"].min() + pd.DateOffset(years=1))
    won = first_orders[(first_orders > begun) & (first_orders <= day)]
    costs = serving_costs(seen[seen["customer_id"].isin(won.index)], hour)
    ahead = (costs["customer_id"].map(won) - costs["date"]).dt.days
    before = costs[(ahead > 0) & (ahead <= 365)]
    return float(before["cost"].sum() / len(won)) if len(won) and before["cost"].notna().any() else float("nan")
