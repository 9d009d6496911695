"""What the page on the plan concludes of benefits: what they cost, who gets them without a reason, and bids written for us."""

from __future__ import annotations

import pandas as pd

from kamlib.stats.reasons import Reason, waits_for

_NAMED = 5


def given(ledger: pd.DataFrame, currency: str) -> Reason | None:
    """What benefits cost in the last 12 months, and who costs more than the cap.

    Parameters
    ----------
    ledger : `kamlib.plan.benefits.benefits`.
    """
    if ledger.empty:
        return waits_for(ledger)
    by = ledger.drop_duplicates("customer_id")
    values = {
        "cost": ledger["benefit_cost"].sum(),
        "n": len(by),
        "over": int(by["over_cap"].sum()),
        "currency": currency,
    }
    return Reason("benefits_given", values | {"unknown": int(ledger["cost_unknown"].sum())})


def without_reason(ledger: pd.DataFrame, names: pd.Series, currency: str) -> Reason | None:
    """Who gets benefits and is neither key, nor in a category, nor was lost when they were given."""
    bare = ledger[ledger["why_given"] == ""] if len(ledger) else ledger
    if ledger.empty:
        return None
    if bare.empty:
        return Reason("benefits_have_reasons")
    who = [names.get(one, one) for one in bare["customer_id"].unique()[:_NAMED]]
    values = {"n": bare["customer_id"].nunique(), "cost": bare["benefit_cost"].sum(), "who": who}
    return Reason("benefits_without_reason", values | {"currency": currency})


def compliance(bids: pd.DataFrame, names: pd.Series, currency: str) -> Reason | None:
    """Bids on tenders written for one supplier; a sentence also where there are none.

    Parameters
    ----------
    bids : `kamlib.plan.benefits.single_supplier_bids`.
    """
    if bids.empty:
        return waits_for(bids)
    who = [names.get(one, one) for one in bids["customer_id"].unique()[:_NAMED]]
    values = {
        "n": len(bids),
        "won": int((bids["bid_outcome"] == "won").sum()),
        "sum": bids["bid_value"].sum(),
        "who": who,
    }
    return Reason("single_supplier_bids", values | {"currency": currency})
