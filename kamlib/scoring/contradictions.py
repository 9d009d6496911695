"""Where score, trend and risk of loss contradict each other: the accounts to look at first."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kamlib.facts.worth import worth_column
from kamlib.stats.ordering import places
from kamlib.stats.reasons import Case, joined, or_waiting, reason_columns

RISES, FALLS = 0.25, -0.25
"""Growth of 12-month revenue from which, and to which, a trend is one."""
LEAVES, STAYS = 1.5, 0.5
"""P(loss) from which an account is likely to leave, and to which it is likely to stay, in base rates: the mean of all that are scored."""
NEAR = 3
"""An account outside the list is looked at when it stands within so many times its length."""


def contradicting_signs(
    scores: pd.DataFrame, facts: pd.DataFrame, churn: pd.DataFrame | None = None, value: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Accounts on the list or near it of which two of three signs say opposite things, and why.

    Parameters
    ----------
    scores : `kamlib.scoring.scores.members`: customer_id, rank, key.
    facts : the same accounts at one date: customer_id, growth, margin_12m, revenue_12m.
    churn : customer_id, p_stopped and p_silent, or None. What is missing of an account contradicts nothing.
    value : customer_id, stake, or None.

    Returns
    -------
    DataFrame
        customer_id, rank, key, growth, p_loss (P(stopped), P(no order) where that is not known), stake, worth (12-month margin, revenue
        where none is known), signs and signs_values (which ones differ), why and why_values; an account may have several. The largest
        stake first, then by worth. It says so where there are none.
    """
    money = worth_column(facts)
    by = facts[["customer_id", "growth", money]].set_index("customer_id")
    known = pd.DataFrame({"p_stopped": [], "p_silent": []}, dtype=float)
    if churn is not None:
        known = churn.drop_duplicates("customer_id").set_index("customer_id")
    lost = known["p_stopped"].fillna(known["p_silent"])
    stake = pd.Series(dtype=float) if value is None else value.set_index("customer_id")["stake"]
    base = scores["customer_id"].map(lost).astype(float).mean()
    base = base if base > 0 else np.nan  # where nobody is expected to leave, nobody is likelier to
    ranked = scores[scores["rank"].notna()]
    table = ranked[ranked["key"] | (ranked["rank"] <= NEAR * int(ranked["key"].sum()))][["customer_id", "rank", "key"]]
    ids = table["customer_id"]
    more = {"growth": by["growth"], "p_loss": lost, "stake": stake, "worth": by[money]}
    table = table.assign(**{name: ids.map(column).astype(float) for name, column in more.items()})
    key = table["key"].astype(bool)
    up, down = table["growth"] >= RISES, table["growth"] <= FALLS
    leaves, stays = table["p_loss"] >= LEAVES * base, table["p_loss"] <= STAYS * base
    rank, rate = {"rank": table["rank"]}, {"by": table["growth"].abs()}
    risk = {"p_loss": table["p_loss"], "base": base, "times": table["p_loss"] / base}
    cases: list[tuple[str, Case]] = [
        ("score_and_risk", (key & leaves, "on_the_list_yet_leaving", rank | risk)),
        ("score_and_trend", (key & down, "on_the_list_yet_falling", rank | rate)),
        ("trend_and_risk", (up & leaves, "growing_yet_leaving", rate | risk)),
        ("trend_and_risk", (down & stays, "falling_yet_staying", rate | risk)),
        ("score_and_trend", (~key & up & stays, "not_on_the_list_yet_growing", rank | rate)),
    ]
    signs = joined([reason_columns([(flag, name, {})], name="signs") for name, (flag, _, _) in cases], "signs")
    why = joined([reason_columns([case], name="why") for _, case in cases], "why")
    found = pd.concat([table, signs, why], axis=1)[signs["signs"] != ""]
    found = found.sort_values(
        ["stake", "worth", "customer_id"], ascending=[False, False, True], ignore_index=True, key=places
    )
    return or_waiting(found, "signs_agree")
