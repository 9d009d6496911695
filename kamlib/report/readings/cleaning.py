"""What the page of the records concludes."""

from __future__ import annotations

from datetime import date

import pandas as pd

from kamlib.stats.reasons import Reason, waits_for


def came_in(totals: pd.Series, period: tuple[date, date], currency: str) -> Reason:
    """How many order lines came in and were kept, and what they are worth (`kamlib.intake.ledger.order_totals`)."""
    return Reason("records_came_in", {**totals, "first": period[0], "last": period[1], "currency": currency})


def set_aside(ledger: pd.DataFrame, currency: str) -> Reason:
    """The rule that set most order lines aside, and the one that set most money aside."""
    aside = ledger[(ledger["table"] == "orders") & (ledger["action"] == "set_aside")]
    if not aside["rows"].sum():
        return Reason("records_none_set_aside")
    first = aside.loc[aside["rows"].idxmax()]
    dearest = aside.loc[aside["amount"].astype(float).abs().fillna(0).idxmax()]
    values = {**first[["words", "rows", "amount"]], "most": dearest["amount"], "why": dearest["words"]}
    return Reason("records_set_aside", {**values, "currency": currency})


def balance(totals: pd.Series, currency: str) -> Reason:
    """That rows and money that came are those kept, set aside and repaired away."""
    return Reason("records_balance", {**totals, "currency": currency})


def cube_against_ledger(cube: pd.DataFrame, totals: pd.Series, currency: str) -> Reason:
    """Whether the customer cube (`kamlib.facts.months.customer_cube`) holds the lines and the money that the ledger keeps, to the cent."""
    kept, held = float(totals["money_kept"]), float(cube["revenue"].sum())
    values = {"held": held, "kept": kept, "lines": int(cube["lines"].sum()), "apart": held - kept, "currency": currency}
    agrees = round(abs(held - kept), 2) < 0.01 and values["lines"] == totals["rows_kept"]
    return Reason("cube_agrees" if agrees else "cube_differs", values | {"rows_kept": int(totals["rows_kept"])})


def worst_month(share_aside: pd.Series) -> Reason | None:
    """The month with the largest share set aside, beside the middle one (`kamlib.intake.cleaning.share_aside`), if any was."""
    if not share_aside.max() > 0:
        return None
    values = {"month": share_aside.idxmax(), "high": share_aside.max(), "middle": share_aside.median()}
    return Reason("records_worst_month", values)


def came_back(outcomes: pd.DataFrame, currency: str) -> Reason | None:
    """How much of what came back fits an earlier line; None where nothing did (`kamlib.intake.cancellations.by_outcome`)."""
    if waits_for(outcomes):
        return None
    matched = outcomes["outcome"].isin(["outcome_cancelled_pair", "outcome_cancellation"])
    sums = outcomes.groupby(matched)[["lines", "money_back"]].sum()
    values = {"matched": sums.loc[True, "lines"], "matched_money": sums.loc[True, "money_back"]}
    values |= {"rest": sums.loc[False, "lines"], "rest_money": sums.loc[False, "money_back"]}
    return Reason("records_came_back", {**values, "currency": currency})


def counted_once(proof: pd.DataFrame, currency: str) -> Reason:
    """How many customers the accounts are, and that their money is counted once (`kamlib.entities.double_count`)."""
    return Reason("records_counted_once", {**proof.iloc[0], "currency": currency})


def pairs(found: pd.DataFrame, accounts: pd.DataFrame, *, reviewed: bool) -> Reason | None:
    """How many pairs of accounts may be one firm; None where there are none (`kamlib.entities.likely_duplicates`)."""
    if found.empty:
        return None
    same = int(found["why"].str.contains("same_tax_number").sum())
    decided = "review_is_obeyed" if reviewed else "none_is_merged"
    values = {"pairs": len(found), "accounts": len(accounts), "same_tax_number": same, "decided": decided}
    return Reason("records_pairs", values)


def conclusion(faults: pd.Series, most_rows: float, currency: str) -> Reason:
    """Whether the records can be used, by the share of faults: with care above half of what the study allows.

    Parameters
    ----------
    faults : from `kamlib.intake.ledger.faults`.
    most_rows : share of the lines set aside above which the study stops.
    """
    verdict = "records_can_be_used" if faults["share"] <= most_rows / 2 else "records_with_care"
    return Reason("records_conclusion", {**faults, "verdict": verdict, "currency": currency})
