"""The ledger of benefits: what each customer was given, what it cost against what the customer brings, and why it was given."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kamlib.facts.as_known import known_at
from kamlib.plan.dossier.rivals import bids_at
from kamlib.stats.checks import one_row_each
from kamlib.stats.ordering import places
from kamlib.stats.reasons import or_waiting
from kamlib.study.periods import months_before

COLUMNS = [
    "customer_id", "benefit_kind", "times", "benefit_cost", "cost_unknown", "last_given", "why_given", "margin", "all_benefits",
    "share_of_margin", "most_allowed", "over_cap",
]  # fmt: skip
BIDS = ["customer_id", "proposal_id", "date", "bid_value", "bid_outcome"]


def benefits(
    actions: pd.DataFrame,
    exposure: pd.DataFrame,
    day: pd.Timestamp,
    *,
    key: pd.Index,
    categories: pd.DataFrame | None = None,
    losses: pd.DataFrame | None = None,
    cap: float = 0.05,
) -> pd.DataFrame:
    """What each customer was given in the last 12 months, by kind of benefit.

    Parameters
    ----------
    actions : clean table: customer_id, done, cost, benefit_kind; what was done in the 12 months and names a benefit counts.
    exposure : `kamlib.risk.exposures`, for the margin of the same 12 months.
    key : ids of the key accounts.
    categories : `kamlib.scoring.customer_categories`; None: not known.
    losses : `kamlib.churn` losses: customer_id, lost_on, returned_on; None: not known.
    cap : what all benefits of a customer may cost, as a share of its margin.

    Returns
    -------
    DataFrame, most cost first
        customer_id, benefit_kind; times, benefit_cost (study currency, missing where no cost is on record), cost_unknown (times without a
        cost), last_given; why_given (benefit_to_win_back: it was lost when the last one was given; benefit_for_key; benefit_for_category; '':
        without a reason); of the customer: margin, all_benefits (cost of all kinds), share_of_margin (missing where the margin is unknown or not
        above 0), most_allowed (cap x margin, 0 below 0), over_cap. It waits for actions with a kind of benefit.
    """
    one_row_each(exposure, ["margin"])
    seen = known_at("actions", actions, day).reindex(columns=["customer_id", "done", "cost", "benefit_kind"])
    since = months_before(pd.Timestamp(day), 12)
    given = seen[seen["benefit_kind"].notna() & (seen["done"] > since) & (seen["done"] <= pd.Timestamp(day))]
    by = given.astype({"cost": float}).groupby(["customer_id", "benefit_kind"], sort=False)
    table = by["cost"].agg(times="size", known="count", benefit_cost=lambda cost: cost.sum(min_count=1))
    table = table.assign(last_given=by["done"].max(), cost_unknown=table["times"] - table["known"]).reset_index()
    who = table["customer_id"]
    margin = who.map(exposure.set_index("customer_id")["margin"].astype(float))
    total = table.groupby("customer_id")["benefit_cost"].transform(lambda cost: cost.sum(min_count=1))
    away = _lost_when(table, losses)
    named = pd.Index([]) if categories is None else pd.Index(categories["customer_id"])
    why = np.select(
        [away.to_numpy(), who.isin(key).to_numpy(), who.isin(named).to_numpy()],
        ["benefit_to_win_back", "benefit_for_key", "benefit_for_category"],
        "",
    )
    allowed = cap * margin.clip(lower=0)
    table = table.assign(
        why_given=why,
        margin=margin,
        all_benefits=total,
        share_of_margin=total / margin.where(margin > 0),
        most_allowed=allowed,
        over_cap=total > allowed,
    )
    order = ["all_benefits", "customer_id", "benefit_cost", "benefit_kind"]
    table = table.sort_values(order, ascending=[False, True, False, True], ignore_index=True, key=places)
    return or_waiting(table[COLUMNS], "no_benefits")


def single_supplier_bids(proposals: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """Bids on tenders that were written for one supplier, open or decided in the last 12 months: a risk of compliance, whatever came of them.

    Returns
    -------
    DataFrame
        customer_id, proposal_id, date, bid_value (study currency), bid_outcome (won, lost, open: as known at `day`); open ones first. It waits for
        flagged bids.
    """
    seen = bids_at(proposals, day)
    is_open = seen["bid_outcome"] == "open"
    late = seen["decided"] > months_before(pd.Timestamp(day), 12)
    flagged = seen[seen["single_supplier"] & (is_open | late)]
    flagged = flagged.assign(over=~is_open)
    order = ["over", "bid_value", "proposal_id"]
    flagged = flagged.sort_values(order, ascending=[True, False, True], ignore_index=True, key=places)
    return or_waiting(flagged[BIDS], "no_single_supplier_bid")


def _lost_when(table: pd.DataFrame, losses: pd.DataFrame | None) -> pd.Series:
    """Whether each customer was lost on the day of its last benefit."""
    if losses is None or losses.empty:
        return pd.Series(False, index=table.index)
    both = table[["customer_id", "last_given"]].reset_index().merge(losses, on="customer_id")
    away = (both["lost_on"] <= both["last_given"]) & ~(both["returned_on"] < both["last_given"])
    found: pd.Series = away.groupby(both["index"]).any().reindex(table.index, fill_value=False)
    return found
