"""Where each account stands in its life with us: new, developing, loyal, declining, at risk or lost."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kamlib.errors import InputError
from kamlib.facts.worth import observed_window
from kamlib.stats.checks import one_row_each
from kamlib.stats.reasons import Case, joined, reason_columns

UNKNOWN = "not known"
STAGES = ("new", "developing", "loyal", "declining", "at risk", "lost")
LADDER = ("loyal", "developing", "new", "declining", "at risk", "lost")
"""The stages from the best to the worst."""
HEALTHY, FADING = LADDER[:3], LADDER[3:5]


def lifecycle_stages(
    facts: pd.DataFrame,
    states: pd.DataFrame,
    money: str | None = None,
    *,
    new_days: int = 180,
    loyal_order_days: int = 4,
    decline: float = -0.3,
) -> pd.DataFrame:
    """The stage of each account at the date of its facts: the first that holds of the six below.

    *Lost*: the state lost (`kamlib.facts.states.customer_states`), no order for longer than 180 days, the horizon and
    its own limit. *New*: the first order is at most
    `new_days` old. *At risk*: the state silent, quieter than its own limit. *Declining*: the state partial, or the
    revenue of twelve months changed by `decline` or worse against the twelve before. *Loyal*: at least
    `loyal_order_days` order days in each of the last two years. *Developing*: all others who buy, those who came back
    among them.

    Parameters
    ----------
    facts : DataFrame, one row per account
        customer_id, tenure_days, order_days_12m, order_days_24m, growth and the column `money`.
    states : DataFrame of `kamlib.facts.states.customer_states` at the same date: customer_id, state, reason, reason_values.
    money : str or None
        Column of the money that the account stands for; unknown stays unknown. None: that of `kamlib.facts.worth.observed_window`.
    new_days, loyal_order_days, decline :
        Days, order days a year, and a share from -1 to 0; all are the kit's own choice.

    Returns
    -------
    DataFrame, in the order of `facts`
        customer_id, stage, money, reason, reason_values (the reason of its state, a number of its own, or both). The stage is missing where the records are too short to tell it (a year for new, two years for loyal)
        and for accounts that never bought; the reason says so.

    Raises
    ------
    InputError
        If a column is missing, an account stands twice, or `decline` is not between -1 and 0.
    """
    one_row_each(facts, ["tenure_days", "order_days_12m", "order_days_24m", "growth"])
    money = money or observed_window(facts).money
    one_row_each(facts, [money])
    one_row_each(states, ["state", "reason", "reason_values"])
    if not -1 < decline < 0:
        raise InputError("decline must lie between -1 and 0", found=decline, remedy="-0.3 is a fall by 30 %.")
    known = states.set_index("customer_id").reindex(facts["customer_id"]).set_axis(facts.index)
    state = known["state"]
    this_year, two_years = facts["order_days_12m"], facts["order_days_24m"]
    year_before = two_years - this_year
    young = this_year.notna() & (facts["tenure_days"] <= new_days)
    cases: list[tuple[str | None, Case]] = [
        (None, (state.isna(), "never_bought", {})),
        ("lost", (state == "lost", None, {})),
        ("new", (young, "first_order", {"days": facts["tenure_days"]})),
        ("at risk", (state == "silent", None, {})),
        ("declining", (state == "partial", None, {})),
        ("declining", (facts["growth"] <= decline, "bought_less_in_a_year", {"percent": -100 * facts["growth"]})),
        (None, (this_year.isna(), "records_under_a_year", {})),
        ("developing", (state == "returned", None, {})),
        ("developing", (this_year < loyal_order_days, "few_order_days_in_the_last_year", {"days": this_year})),
        (None, (year_before.isna(), "records_under_two_years", {})),
        ("developing", (year_before < loyal_order_days, "few_order_days_in_the_year_before", {"days": year_before})),
        ("loyal", (state.notna(), "order_days_in_two_years", {"days": two_years})),
    ]
    own = reason_columns([case for _, case in cases])
    holds = [flag.to_numpy(bool) for _, (flag, _, _) in cases]
    stage = np.select(holds, [np.full(len(facts), name, object) for name, _ in cases], "")
    by_state = (own["reason"] == "") | ((own["reason"] == "first_order") & (state == "silent"))
    why = known.assign(reason=known["reason"].where(by_state, ""))
    table = pd.DataFrame({"customer_id": facts["customer_id"]})
    table["stage"] = pd.Series(stage, index=facts.index, dtype="string")
    table["money"] = facts[money].astype("float64")
    return pd.concat([table, joined([own, why])], axis=1)


def stages(table: pd.DataFrame) -> pd.DataFrame:
    """One row per stage that holds anyone: stage, accounts, share_of_accounts, money, share_of_money.

    From new to lost; accounts without a stage come last, as `UNKNOWN`. `money` is of the accounts whose money is known,
    missing where none is; its share is of positive money.
    """
    stage = table["stage"].fillna(UNKNOWN)
    by = table["money"].groupby(stage)
    positive = table["money"].where(table["money"] > 0)
    found = pd.DataFrame({"accounts": by.size(), "money": by.sum(min_count=1)})
    found.insert(1, "share_of_accounts", found["accounts"] / max(len(table), 1))
    found["share_of_money"] = positive.groupby(stage).sum() / (positive.sum() or np.nan)
    return (
        found.reindex([name for name in (*STAGES, UNKNOWN) if name in found.index]).rename_axis("stage").reset_index()
    )
