"""What kind of client each is, which prospects are worth the effort, and how much of the sales the key clients hold."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kamlib.errors import InputError

BREADWINNER = 0.10
"""Share of the base's positive margin from which a client is a breadwinner."""
CORRIDOR = (0.30, 0.55)
"""Share of sales that practice holds healthy for the key clients together."""
HIGH_MARK, PASS_MARK = 8, 5
"""Points of 10: from which a mark makes a category, and which the weakest of the three P must reach."""
THREE_P = ("need", "solvency", "authority")
MARKED = {"reputation": "image", "influence": "image", "innovation": "innovator", "expertise": "expert"}
"""Criteria of our ratings whose high mark puts an account into a category."""


def categories(facts: pd.DataFrame, *, ratings: pd.DataFrame | None = None) -> pd.DataFrame:
    """What kind of client each is to us; one may be several, and the evidence says which number put it there.

    breadwinner: at least a tenth of the base's positive 12-month margin (revenue where no margin is known);
    image, innovator, expert: a mean mark of at least 8 for a criterion in `MARKED`.

    Parameters
    ----------
    facts, ratings : of the whole base, account_id, margin_12m, revenue_12m; latest ratings by us as in `three_p`, or None.

    Returns
    -------
    DataFrame
        account_id, category, measure (what was looked at), value, limit (what it must reach), evidence (in words).
    """
    measure = "margin_12m" if facts["margin_12m"].notna().any() else "revenue_12m"
    positive = facts[measure].clip(lower=0)
    big = facts[["account_id"]].assign(
        category="breadwinner", measure=measure, value=positive / positive.sum(), limit=BREADWINNER
    )
    big["evidence"] = big["value"].map("{:.1%} of the base's positive ".format) + measure.replace(
        "_12m", " of 12 months"
    )
    found = [big]
    if ratings is not None and len(ratings):
        ours = ratings[(ratings["rival"] == "") & ratings["criterion"].isin(MARKED)]
        high = ours.groupby(["account_id", "criterion"])["score"].mean().rename("value").reset_index()
        high = high.rename(columns={"criterion": "measure"})
        high = high.assign(category=high["measure"].map(MARKED), limit=HIGH_MARK)
        found.append(high.assign(evidence=high["measure"] + high["value"].map(" rated {:.1f} of 10".format)))
    table = pd.concat(found)[list(big.columns)]
    table = table[table["value"].round(9) >= table["limit"]]
    return table.sort_values(["category", "value", "account_id"], ascending=[True, False, True], ignore_index=True)


def three_p(ratings: pd.DataFrame, accounts: pd.Series) -> pd.DataFrame:
    """The gate for prospects: the lowest of need, solvency and authority decides, never their mean.

    Parameters
    ----------
    ratings : latest ratings by us: account_id, criterion, rival, score (points 1-10).
    accounts : account ids to judge.

    Returns
    -------
    DataFrame
        account_id, need, solvency, authority (points, missing where not rated), gate (the lowest; missing unless all are known), weakest
        (name), verdict: 'open', 'closed' (one known P is too low already) or 'ask' (what is known passes, something is missing).
    """
    ours = ratings[(ratings["rival"] == "") & ratings["criterion"].isin(THREE_P)]
    marks = ours.groupby(["account_id", "criterion"])["score"].mean().unstack()
    marks = marks.reindex(index=pd.Index(accounts, name="account_id"), columns=list(THREE_P)).astype(float)
    weakest = marks.fillna(np.inf).idxmin(axis=1).where(marks.notna().any(axis=1), "")
    lowest, whole = marks.min(axis=1), marks.notna().all(axis=1)
    verdict = np.select([(lowest < PASS_MARK).to_numpy(), whole.to_numpy()], ["closed", "open"], "ask")
    table = marks.assign(gate=lowest.where(whole), weakest=weakest, verdict=verdict)
    return table.rename_axis(columns=None).reset_index()


def corridor(revenue: pd.Series, key: pd.Series) -> dict[str, float | str]:
    """The share of sales that key clients give together, against `CORRIDOR`.

    Parameters
    ----------
    revenue : revenue of one period by account_id, of the whole base; the shares are of its positive values.
    key : flags by account_id; accounts not in it are not key.

    Returns
    -------
    dict
        share, low, high, total (of the positive values) and verdict: 'below', 'within' or 'above'. No positive revenue is an
        InputError.
    """
    bought = revenue[revenue > 0]
    if bought.empty:
        raise InputError("no account has revenue above zero", remedy="Check as_of and the amounts.")
    low, high = CORRIDOR
    share = float(bought[key.reindex(bought.index, fill_value=False)].sum() / bought.sum())
    verdict = "below" if share < low else "above" if share > high else "within"
    return {"share": share, "low": low, "high": high, "total": float(bought.sum()), "verdict": verdict}
