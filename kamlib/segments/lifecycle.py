"""Where each account stands in its life with us: new, developing, loyal, declining, at risk or lost."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kamlib.errors import InputError
from kamlib.stats.checks import one_row_each

UNKNOWN = "not known"
STAGES = ("new", "developing", "loyal", "declining", "at risk", "lost")
POLICY: dict[str, str] = {
    "new": "welcome: learn what they need, win the next orders, name a contact",
    "developing": "build up: more lines, a calendar of orders, first agreements",
    "loyal": "keep: service that others don't get, references, early talks on prices",
    "declining": "visit and ask what has changed, before the rest goes too",
    "at risk": "call this week: they are quieter than is usual for them",
    "lost": "win back if the return is worth the offer, else let go",
}


def lifecycle_stages(
    facts: pd.DataFrame,
    states: pd.DataFrame,
    money: str = "revenue_24m",
    *,
    new_days: int = 180,
    loyal_order_days: int = 4,
    decline: float = -0.3,
) -> pd.DataFrame:
    """The stage of each account at the date of its facts: the first that holds of the six below.

    *Lost*: the state lost (`kamlib.facts.states.customer_states`), no order within the horizon. *New*: the first order is at most
    `new_days` old. *At risk*: the state silent, quieter than its own limit. *Declining*: the state partial, or the
    revenue of twelve months changed by `decline` or worse against the twelve before. *Loyal*: at least
    `loyal_order_days` order days in each of the last two years. *Developing*: all others who buy, those who came back
    among them.

    Parameters
    ----------
    facts : DataFrame, one row per account
        customer_id, tenure_days, order_days_12m, order_days_24m, growth and the column `money`.
    states : DataFrame of `kamlib.facts.states.customer_states` at the same date: customer_id, state, reason.
    money : str
        Column of the money that the account stands for; unknown stays unknown.
    new_days, loyal_order_days, decline :
        Days, order days a year, and a share from -1 to 0; all are the kit's own choice.

    Returns
    -------
    DataFrame, in the order of `facts`
        customer_id, stage, money, reason, policy. The stage is missing where the records are too short to tell it (a year
        for new, two years for loyal) and for accounts that never bought; the reason says so.

    Raises
    ------
    InputError
        If a column is missing, an account stands twice, or `decline` is not between -1 and 0.
    """
    one_row_each(facts, ["tenure_days", "order_days_12m", "order_days_24m", "growth", money])
    one_row_each(states, ["state", "reason"])
    if not -1 < decline < 0:
        raise InputError("decline must lie between -1 and 0", found=decline, remedy="-0.3 is a fall by 30 %.")
    known = states.set_index("customer_id").reindex(facts["customer_id"]).set_axis(facts.index)
    state, why = known["state"], known["reason"]
    this_year, two_years = facts["order_days_12m"], facts["order_days_24m"]
    year_before = two_years - this_year
    began = "first order " + _whole(facts["tenure_days"]) + " days ago"
    cases: list[tuple[pd.Series, str | None, pd.Series | str]] = [
        (state.isna(), None, "never bought"),
        (state == "lost", "lost", why),
        (
            this_year.notna() & (facts["tenure_days"] <= new_days),
            "new",
            began.where(state != "silent", began + "; " + why),
        ),
        (state == "silent", "at risk", why),
        (state == "partial", "declining", why),
        (facts["growth"] <= decline, "declining", _fall(facts["growth"])),
        (this_year.isna(), None, "the records are shorter than a year"),
        (state == "returned", "developing", why),
        (this_year < loyal_order_days, "developing", _whole(this_year) + " order days in the last year"),
        (year_before.isna(), None, "the records are shorter than two years"),
        (year_before < loyal_order_days, "developing", _whole(year_before) + " order days in the year before"),
    ]
    holds = [case.to_numpy(bool) for case, _, _ in cases]
    days = _whole(two_years) + " order days in two years"
    stage = np.select(holds, [np.full(len(facts), name, object) for _, name, _ in cases], "loyal")
    reason = np.select(holds, [pd.Series(words, facts.index).to_numpy(object) for _, _, words in cases], days)
    table = pd.DataFrame({"customer_id": facts["customer_id"]})
    table["stage"] = pd.Series(stage, index=facts.index, dtype="string")
    table["money"] = facts[money].astype("float64")
    table["reason"] = pd.Series(reason, index=facts.index, dtype="string")
    table["policy"] = table["stage"].map(POLICY)
    return table


def stages(table: pd.DataFrame) -> pd.DataFrame:
    """One row per stage that holds anyone: stage, accounts, share_of_accounts, money, share_of_money, policy.

    From new to lost; accounts without a stage come last, as `UNKNOWN`. `money` is of the accounts whose money is known,
    missing where none is; its share is of positive money.
    """
    stage = table["stage"].fillna(UNKNOWN)
    by = table["money"].groupby(stage)
    positive = table["money"].where(table["money"] > 0)
    found = pd.DataFrame({"accounts": by.size(), "money": by.sum(min_count=1)})
    found.insert(1, "share_of_accounts", found["accounts"] / max(len(table), 1))
    found["share_of_money"] = positive.groupby(stage).sum() / (positive.sum() or np.nan)
    found["policy"] = pd.Series(POLICY | {UNKNOWN: "not judged: the reason stands beside each of them"}).reindex(
        found.index
    )
    return (
        found.reindex([name for name in (*STAGES, UNKNOWN) if name in found.index]).rename_axis("stage").reset_index()
    )


def _whole(values: pd.Series) -> pd.Series:
    return values.round().astype("Int64").astype("string").fillna("")


def _fall(growth: pd.Series) -> pd.Series:
    return "bought " + _whole(-100 * growth) + " % less in a year than in the year before"
