"""What the page on risk says of invoices: who pays late, what is owed, what to set aside for it and what a bank lends on it."""

from __future__ import annotations

from datetime import date

import pandas as pd

from kamlib.facts.payment import restricted_mean
from kamlib.report.text import number_or_text
from kamlib.stats.reasons import Reason
from kamlib.study.periods import months_before

_YOUNG = pd.Timedelta(days=180)


def billed_against_net(
    bills: pd.DataFrame, facts: pd.DataFrame, day: date | pd.Timestamp, currency: str
) -> Reason | None:
    """What was billed in 12 months, gross, against net revenue."""
    year = bills[bills["issued"] > months_before(pd.Timestamp(day), 12)]
    net = facts["revenue_12m"].sum()
    if year.empty or not net > 0:
        return None
    billed = year["amount"].sum()
    return Reason("billed_against_net", {"billed": billed, "net": net, "times": billed / net, "currency": currency})


def mean_of_the_paid(bills: pd.DataFrame, day: date | pd.Timestamp) -> Reason | None:
    """How long invoices wait, open ones censored, beside the mean of the paid ones, which is too kind."""
    young = bills[(bills["amount"] > 0) & (bills["issued"] > pd.Timestamp(day) - _YOUNG)]
    if young.empty or young["open"].all():
        return None
    values = {"paid": young.loc[~young["open"], "days"].mean(), "n": len(young), "still": int(young["open"].sum())}
    values["number"] = restricted_mean(young["days"], young["open"])
    values["money"] = restricted_mean(young["days"], young["open"], young["amount"])
    return Reason("mean_of_the_paid", values)


def late_payers(delays: pd.DataFrame) -> Reason | None:
    """How many pay how, of those with a curve of their own."""
    own = delays[delays["own_curve"].astype(bool)] if len(delays) else delays
    if own.empty:
        return None
    counts = {kind: int((own["payer"] == kind).sum()) for kind in ("prepays", "prompt", "usual", "late")}
    return Reason("late_payers", counts | {"n": len(own), "all": len(delays)})


def owed(receivables: pd.DataFrame, collection: pd.DataFrame, names: pd.Series, currency: str) -> Reason | None:
    """What is open and overdue, who owes most of that, and how much of what could be collected was."""
    if receivables.empty:
        return None
    first = receivables.iloc[0]
    values = {"owed": receivables["open_amount"].sum(), "overdue": receivables["overdue"].sum(), "currency": currency}
    values |= {"name": names.get(first["customer_id"], first["customer_id"]), "first": first["overdue"]}
    values["collected"] = collection.set_index("measure")["value"].get("cei")
    return Reason("owed_now" if first["overdue"] > 0 else "nothing_overdue", values)


def provision(matrix: pd.DataFrame, currency: str) -> Reason | None:
    """What the matrix sets aside, and how sure its rates are."""
    if matrix.empty or not (owed := matrix["open_amount"].sum()) > 0:
        return None
    if matrix["loss_rate"].isna().all():
        return Reason("provision_not_known")
    aside = matrix["provision"].sum()
    values = {"sum": aside, "share": aside / owed, "currency": currency}
    if (untold := matrix["provision"].isna()).any():
        return Reason("provision_in_part", values | {"untold": matrix.loc[untold, "open_amount"].sum()})
    worst = matrix.set_index("bucket").loc["late_over_90"]
    if pd.isna(worst["loss_rate"]):
        return Reason("provision_without_old", values)
    values |= {"rate": worst["loss_rate"], "low": worst["low"], "high": worst["high"]}
    return Reason("provision_told", values)


def can_be_borrowed(steps: pd.DataFrame, currency: str) -> Reason | None:
    """What a bank lends, and which step takes most; None where nothing is open."""
    if steps.empty or not steps["amount"].iloc[0] > 0:
        return None
    by = steps.set_index("step")
    taken = by["amount"].drop(["open_invoices", "advance"])
    values = {
        "owed": by.loc["open_invoices", "amount"],
        "lent": by.loc["advance", "rest"],
        "rate": by.loc["advance", "limit"],
    }
    return Reason("can_be_borrowed", values | {"step": taken.idxmin(), "most": -taken.min(), "currency": currency})


def note_on_major_customers(
    exposure: pd.DataFrame, names: pd.Series, day: date | pd.Timestamp, currency: str
) -> Reason | None:
    """The note on customers of 10 % or more of revenue, ready to paste (IFRS 8.34, ASC 280-10-50-42).

    Parameters
    ----------
    exposure : `kamlib.risk.exposures`: customer_id, revenue (of 12 months).
    """
    total = exposure["revenue"].sum()
    if not total > 0:
        return None
    large = exposure[exposure["revenue"] >= 0.1 * total].sort_values("revenue", ascending=False)
    told = [f"{names.get(who, who)} ({number_or_text(money, ',.0f')} {currency}, {number_or_text(money / total, '.1%')})" for who, money in zip(large["customer_id"], large["revenue"], strict=True)]  # fmt: skip
    values = {
        "day": pd.Timestamp(day),
        "total": total,
        "n": len(large),
        "who": told,
        "sum": large["revenue"].sum(),
        "currency": currency,
    }
    return Reason("note_on_major_customers" if len(large) else "note_on_no_major_customer", values)
