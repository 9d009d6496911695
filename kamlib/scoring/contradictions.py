"""Where score, trend and risk of loss contradict each other: the accounts to look at first."""

from __future__ import annotations

import numpy as np
import pandas as pd

RISES, FALLS = 0.25, -0.25
"""Growth of 12-month revenue from which, and to which, a trend is one."""
LEAVES, STAYS = 0.5, 0.1
"""P(lost) from which an account is likely to leave, and to which it is likely to stay."""
NEAR = 3
"""An account outside the list is looked at when it stands within so many times its length."""


def contradicting_signs(scores: pd.DataFrame, facts: pd.DataFrame, churn: pd.DataFrame | None = None) -> pd.DataFrame:
    """Accounts on the list or near it of which two of three signs say opposite things, with the sentence why.

    Parameters
    ----------
    scores : `kamlib.scoring.scores.members`: customer_id, rank, key.
    facts : the same accounts at one date: customer_id, growth, margin_12m, revenue_12m.
    churn : customer_id and p_lost, or None. What is missing of an account contradicts nothing.

    Returns
    -------
    DataFrame
        customer_id, rank, key, growth, p_lost, worth (12-month margin, revenue where none is known), signs (which ones differ), why.
        Likely losses first, then falling accounts of the list, then by worth.
    """
    by = facts.set_index("customer_id")
    worth = by["margin_12m"] if by["margin_12m"].notna().any() else by["revenue_12m"]
    ranked = scores[scores["rank"].notna()]
    table = ranked[ranked["key"] | (ranked["rank"] <= NEAR * int(ranked["key"].sum()))][["customer_id", "rank", "key"]]
    lost = (
        pd.Series(dtype=float)
        if churn is None
        else churn.drop_duplicates("customer_id").set_index("customer_id")["p_lost"]
    )
    table = table.assign(
        growth=table["customer_id"].map(by["growth"]).astype(float),
        p_lost=table["customer_id"].map(lost).astype(float),
        worth=table["customer_id"].map(worth).astype(float),
    )
    key = table["key"].astype(bool).to_numpy()
    up, down = (table["growth"] >= RISES).to_numpy(), (table["growth"] <= FALLS).to_numpy()
    leaves, stays = (table["p_lost"] >= LEAVES).to_numpy(), (table["p_lost"] <= STAYS).to_numpy()
    where = np.where(key, "on the list (rank ", "not on the list (rank ") + table["rank"].astype(str).to_numpy() + ")"
    rate = table["growth"].abs().map("{:.0%}".format).to_numpy()
    risk = table["p_lost"].map("{:.0%}".format).to_numpy()
    cases = [
        (key & leaves, "score and risk", where + ", yet likely to be lost (" + risk + ")"),
        (key & down, "score and trend", where + ", yet revenue fell by " + rate),
        (up & leaves, "trend and risk", "revenue grew by " + rate + ", yet likely to be lost (" + risk + ")"),
        (down & stays, "trend and risk", "revenue fell by " + rate + ", yet the chance of loss is only " + risk),
        (~key & up & stays, "score and trend", where + ", yet revenue grew by " + rate + " and it is likely to stay"),
    ]
    table["signs"] = _joined([np.where(flag, words, "") for flag, words, _ in cases], ", ")
    table["why"] = _joined([np.where(flag, text, "") for flag, _, text in cases], "; ")
    table["why"] = table["why"].str[:1].str.upper() + table["why"].str[1:]
    urgency = np.select([case[0] for case in cases], range(len(cases)), len(cases))
    found = table.assign(urgency=urgency)[urgency < len(cases)]
    found = found.sort_values(["urgency", "worth", "customer_id"], ascending=[True, False, True], ignore_index=True)
    return found.drop(columns="urgency")


def _joined(columns: list[np.ndarray], mark: str) -> list[str]:
    """The texts of each row, each once, with `mark` between them."""
    return [mark.join(dict.fromkeys(text for text in row if text)) for row in zip(*columns, strict=True)]
