"""How each account deals with us: what it costs to serve, how it pays, what it claims, tests and through whom it talks."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kamlib.facts.as_known import TOUCHES, known_at
from kamlib.facts.payment import late_chances
from kamlib.facts.payment.bills import as_known
from kamlib.stats.checks import one_row_each
from kamlib.study.periods import months_before

COLUMNS = (
    "cost_to_serve", "cost_to_serve_share", "contribution", "invoices", "days_late", "p_late_60", "prepaid_share", "claims",
    "claims_per_order", "lessons", "tests", "touches", "main_contact_share",
)  # fmt: skip

_FREE = ("delivery", "referral")


def service_facts(
    facts: pd.DataFrame,
    *,
    invoices: pd.DataFrame | None = None,
    interactions: pd.DataFrame | None = None,
    costs: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """What the 12 months to the date of `facts` say of each account, by what was known then.

    Parameters
    ----------
    facts : DataFrame, one row per account at one date
        customer_id, as_of, revenue_12m, margin_12m, order_days_12m.
    invoices, interactions : clean tables, or None.
    costs : customer_id, date, cost of each touch (`kamlib.facts.service.serving_costs`), or None.

    Returns
    -------
    DataFrame
        customer_id; cost_to_serve (study currency), cost_to_serve_share (of positive revenue), contribution (margin less
        cost to serve); invoices (issued), days_late (mean days paid after the due day, weighted by amount, of invoices due in
        the 12 months or open since longer; an open one counts up to as_of; early payment is negative), p_late_60 (the chance that
        an invoice is unpaid 60 days past due, by all invoices, open ones censored: `kamlib.facts.payment.late_chances`), prepaid_share (of the
        amount issued, paid on or before the day of issue); claims (and disputes), claims_per_order (for each order day), lessons (claims
        that taught us something), tests; touches with a known contact, main_contact_share (of them, through one contact).
        Counts and sums are missing where their table is not given or begins within the 12 months; a mean without a case is missing,
        and so is a cost to serve where no cost of any touch is known.
    """
    one_row_each(facts, ["as_of", "revenue_12m", "margin_12m", "order_days_12m"])
    day = facts["as_of"].max()
    since = pd.Timestamp(months_before(day, 12))
    names = ["customer_id", "revenue_12m", "margin_12m", "order_days_12m"]
    found = facts[names].set_index("customer_id").astype(float)
    table = found.join(_service(interactions, costs, found.index, since, day)).join(
        _payment(invoices, found.index, since, day)
    )
    table["cost_to_serve_share"] = table["cost_to_serve"] / found["revenue_12m"].where(found["revenue_12m"] > 0)
    table["contribution"] = table["margin_12m"] - table["cost_to_serve"]
    table["claims_per_order"] = table["claims"] / found["order_days_12m"].where(found["order_days_12m"] > 0)
    return table[list(COLUMNS)].reset_index()


def dealings(interactions: pd.DataFrame | None, since: pd.Timestamp, day: pd.Timestamp) -> pd.DataFrame | None:
    """The interactions after `since`, as they were known at `day`; None where none is known, or the records begin after `since`."""
    if interactions is None or interactions.empty:
        return None
    seen = known_at("interactions", interactions, day)
    return None if seen.empty or seen["date"].min() > since else seen[seen["date"] > since]


def _service(
    interactions: pd.DataFrame | None,
    costs: pd.DataFrame | None,
    index: pd.Index,
    since: pd.Timestamp,
    day: pd.Timestamp,
) -> pd.DataFrame:
    names = ["cost_to_serve", "claims", "lessons", "tests", "touches", "main_contact_share"]
    table = pd.DataFrame(np.nan, index=index, columns=names)
    rows = dealings(interactions, since, day)
    if rows is None:
        return table
    claims = rows[rows["kind"].isin(["claim", "dispute"])]
    taught = claims[claims["lesson"].fillna("").astype(str).str.strip() != ""] if "lesson" in claims else claims[:0]
    for name, part in (("claims", claims), ("lessons", taught), ("tests", rows[rows["kind"] == "test"])):
        table[name] = part.groupby("customer_id", sort=False).size().reindex(index).fillna(0.0)
    if costs is not None and not costs.empty:
        inside = costs[(costs["date"] > since) & (costs["date"] <= day)]
        spent = inside.groupby("customer_id", sort=False)["cost"].sum(min_count=1).reindex(index)
        table["cost_to_serve"] = spent.where(index.isin(inside["customer_id"]), 0.0)
    if "contact_id" in rows:
        met = rows[rows["kind"].isin(TOUCHES) & rows["contact_id"].notna()]
        pairs = met.groupby(["customer_id", "contact_id"], sort=False).size()
        each = pairs.groupby("customer_id", sort=False).agg(["max", "sum"]).reindex(index)
        table["touches"] = each["sum"].fillna(0.0)
        table["main_contact_share"] = each["max"] / each["sum"]
    return table


def _payment(invoices: pd.DataFrame | None, index: pd.Index, since: pd.Timestamp, day: pd.Timestamp) -> pd.DataFrame:
    table = pd.DataFrame(np.nan, index=index, columns=["invoices", "days_late", "p_late_60", "prepaid_share"])
    if invoices is None or invoices.empty:
        return table
    seen = known_at("invoices", invoices, day)
    seen = seen.assign(amount=seen["amount"].astype(float))
    seen = seen[seen["amount"] > 0]
    due = seen[(seen["due"] <= day) & ((seen["due"] > since) | seen["paid"].isna())]
    late = (due["paid"].fillna(day) - due["due"]).dt.days * due["amount"]
    sums = due.assign(late=late).groupby("customer_id", sort=False)[["late", "amount"]].sum()
    table["days_late"] = (sums["late"] / sums["amount"]).reindex(index)
    issued = seen[seen["issued"] > since]
    whole = issued.groupby("customer_id", sort=False)["amount"].agg(["size", "sum"]).reindex(index)
    early = issued[issued["paid"] <= issued["issued"]].groupby("customer_id", sort=False)["amount"].sum()
    table["prepaid_share"] = early.reindex(index).fillna(0.0) / whole["sum"]
    table["p_late_60"] = late_chances(as_known(invoices, day)).reindex(index)
    if seen["issued"].min() <= since:
        table["invoices"] = whole["size"].fillna(0.0)
    return table


def serving_costs(interactions: pd.DataFrame, hour: float | None) -> pd.DataFrame:
    """Our cost of each touch: its cost plus its hours at the cost of an hour; of hours nothing is known where `hour` is None.

    Missing where neither is known of what takes our time; deliveries and referrals take none unless they say so.
    """
    parts = pd.DataFrame(
        {"cost": interactions["cost"], "hours": interactions["hours"] * (np.nan if hour is None else hour)}
    )
    free = interactions["kind"].isin(_FREE) & interactions["hours"].isna()
    cost = parts.sum(axis=1, min_count=1).mask(free & parts["cost"].isna(), 0.0)
    return pd.DataFrame({"customer_id": interactions["customer_id"], "date": interactions["date"], "cost": cost})
