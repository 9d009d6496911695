"""Which of those that never bought are worth the effort of winning: the weakest of what it takes decides, never a mean."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from kamlib.facts.as_known import known_at
from kamlib.facts.customers import units
from kamlib.stats.ordering import places
from kamlib.stats.reasons import or_waiting
from kamlib.study.settings.sections import FEWEST

PASS_MARK = 5
"""Points of 10 that the weakest of the three P must reach, and the growth that we expect."""
THREE_P = ("need", "solvency", "authority")
LEAST_WALLET = 0.75
"""The quantile of our customers' wallets that a prospect's must reach: it is worth winning where it would be one of the larger ones."""


def three_p(ratings: pd.DataFrame, accounts: pd.Series) -> pd.DataFrame:
    """The lowest of need, solvency and authority of each account.

    Parameters
    ----------
    ratings : latest ratings by us: customer_id, criterion, rival, score (points 1-10).
    accounts : account ids to judge.

    Returns
    -------
    DataFrame
        customer_id, need, solvency, authority (points, missing where not rated), gate (the lowest; missing unless all are known), weakest
        (name), verdict: 'open', 'closed' (one known P is too low already) or 'ask' (what is known passes, something is missing).
    """
    marks = _marks(ratings, THREE_P, accounts)
    weakest = marks.fillna(np.inf).idxmin(axis=1).where(marks.notna().any(axis=1), "")
    lowest, whole = marks.min(axis=1), marks.notna().all(axis=1)
    verdict = np.select([(lowest < PASS_MARK).to_numpy(), whole.to_numpy()], ["closed", "open"], "ask")
    table = marks.assign(gate=lowest.where(whole), weakest=weakest, verdict=verdict)
    return table.rename_axis(columns=None).reset_index()


def prospect_gate(
    ratings: pd.DataFrame,
    prospects: pd.Series,
    day: date | pd.Timestamp,
    *,
    accounts: pd.DataFrame,
    proposals: pd.DataFrame,
) -> pd.DataFrame:
    """Whether each prospect is worth the effort: `three_p`, what it buys in all, whether it grows, and from whom it would be won.

    Open is the gate where all three P pass, the wallet is one of the larger ones beside our customers' (`LEAST_WALLET`), and it either
    grows or buys from a rival whom we know. A low P, a small wallet or a low mark for growth closes it; what is not known is to be asked.

    Parameters
    ----------
    ratings, prospects : as in `three_p`; the criterion growth says how much the prospect will grow.
    day : nothing after it is read.
    accounts, proposals : clean tables; the rival is the one of the last proposal that names one, else of the ratings.

    Returns
    -------
    DataFrame
        The columns of `three_p`, wallet (study currency a year), least_wallet (missing where fewer than `FEWEST.averaged` wallets of
        customers are known: then none is too small), growth_mark (points), rival ('' where none is known), verdict, and why, the first reason
        that closes the gate or is to be asked ('' where it is open), with why_values.
    """
    table = three_p(ratings, prospects).set_index("customer_id")
    wallet = units(accounts).set_index("customer_id").reindex(columns=["wallet"])["wallet"].astype(float)
    ours = wallet[~wallet.index.isin(table.index) & (wallet > 0)]
    table["wallet"] = wallet.reindex(table.index)
    table["least_wallet"] = ours.quantile(LEAST_WALLET) if len(ours) >= FEWEST.averaged else np.nan
    table["growth_mark"] = _marks(ratings, ("growth",), prospects)["growth"]
    table["rival"] = _rivals(ratings, known_at("proposals", proposals, day)).reindex(table.index).fillna("")
    cases = {
        "p_too_low": table["verdict"] == "closed",
        "wallet_too_small": table["wallet"] < table["least_wallet"],
        "does_not_grow": table["growth_mark"] < PASS_MARK,
        "p_not_known": table["verdict"] == "ask",
        "wallet_not_known": table["wallet"].isna(),
        "rival_not_known": table["growth_mark"].isna() & (table["rival"] == ""),
    }
    why = np.select([case.to_numpy() for case in cases.values()], list(cases), "")
    closed = np.isin(why, list(cases)[:3])
    verdict = np.select([closed, why == ""], ["closed", "open"], "ask")
    return table.assign(verdict=verdict, why=why, why_values="{}").reset_index()


def open_gates(gate: pd.DataFrame) -> pd.DataFrame:
    """The rows of `prospect_gate` that pass, the best first; says so where there are none."""
    passed = gate[gate["verdict"] == "open"]
    return or_waiting(
        passed.sort_values(["gate", "customer_id"], ascending=[False, True], key=places), "no_gate_is_open"
    )


def _marks(ratings: pd.DataFrame, criteria: tuple[str, ...], accounts: pd.Series) -> pd.DataFrame:
    ours = ratings[(ratings["rival"] == "") & ratings["criterion"].isin(criteria)]
    marks = ours.groupby(["customer_id", "criterion"], sort=False)["score"].mean().unstack()
    return marks.reindex(index=pd.Index(accounts, name="customer_id"), columns=list(criteria)).astype(float)


def _rivals(ratings: pd.DataFrame, proposals: pd.DataFrame) -> pd.Series:
    """The rival of each account that names one; index customer_id."""
    bids = proposals.reindex(columns=["customer_id", "date", "rival"]).sort_values(["date", "rival"], ascending=False)
    named = pd.concat([bids, ratings[["customer_id", "rival"]]])
    named = named[named["rival"].fillna("") != ""].drop_duplicates("customer_id")
    found: pd.Series = named.set_index("customer_id")["rival"]
    return found
