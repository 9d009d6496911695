"""What else falls with a customer: the accounts that came through its name."""

from __future__ import annotations

import pandas as pd

from kamlib.facts.as_known import known_at
from kamlib.stats.ordering import places
from kamlib.stats.reasons import waiting

COLUMNS = ["customer_id", "image", "referred", "buying", "referred_revenue", "referred_contribution"]


def fallen_references(
    exposure: pd.DataFrame,
    interactions: pd.DataFrame,
    accounts: pd.DataFrame,
    day: pd.Timestamp,
    image: pd.Index | None = None,
) -> pd.DataFrame:
    """For each customer that referred others to us: whom, and what these bring in 12 months, which its loss puts at risk besides.

    Each account counts for the first who referred it, and for itself alone: those whom it referred in turn stand in its own row. Who was
    referred by its own group counts for nobody.

    Parameters
    ----------
    exposure : `kamlib.risk.exposures`.
    interactions : clean table: customer_id, date, kind, referred_account_id.
    accounts : clean table, which says to which customer an account belongs.
    day : nothing later is read.
    image : ids of the image customers (`kamlib.scoring.customer_categories`); None: not known.

    Returns
    -------
    DataFrame, most contribution first
        customer_id, image (whether it is an image customer), referred (customers), buying (of them, with an order in 12 months),
        referred_revenue, referred_contribution (study currency). It waits for referrals.
    """
    if interactions.empty or "referred_account_id" not in interactions:
        return waiting(COLUMNS, "no_referral_on_record")
    seen = known_at("interactions", interactions, day)
    heads = dict(zip(accounts["account_id"], accounts["customer_id"], strict=True))
    rows = seen[(seen["kind"] == "referral") & seen["referred_account_id"].notna()].sort_values("date", kind="stable")
    rows = rows.assign(came=[heads.get(one, one) for one in rows["referred_account_id"]]).drop_duplicates("came")
    rows = rows[rows["came"] != rows["customer_id"]]
    if rows.empty:
        return waiting(COLUMNS, "no_referral_on_record")
    brings = exposure.set_index("customer_id")[["order_days", "revenue", "contribution"]].astype(float)
    found = rows[["customer_id"]].join(brings.reindex(rows["came"]).fillna(0.0).set_axis(rows.index))
    found = found.assign(buying=(found["order_days"] > 0).astype(int), referred=1)
    names = {"revenue": "referred_revenue", "contribution": "referred_contribution"}
    by = (
        found.groupby("customer_id", sort=False)[["referred", "buying", "revenue", "contribution"]]
        .sum()
        .rename(columns=names)
    )
    table = by.reset_index().assign(image=lambda t: t["customer_id"].isin(image) if image is not None else None)
    order = ["referred_contribution", "customer_id"]
    return table.sort_values(order, ascending=[False, True], ignore_index=True, key=places)[COLUMNS]
