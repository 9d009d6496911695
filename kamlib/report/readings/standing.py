"""What every page says alike: who is ours and who is lost, and what its money is."""

from __future__ import annotations

import pandas as pd

from kamlib.facts.states import OURS, RUNGS, rungs
from kamlib.facts.worth import Window, giants
from kamlib.report.words import sentence
from kamlib.stats.reasons import Reason


def ladder(states: pd.DataFrame, at_risk_days: int) -> Reason:
    """All customers with an order by the rung on which they stand (`kamlib.facts.states.rungs`), adding up."""
    counts = rungs(states, at_risk_days).value_counts().reindex(list(RUNGS), fill_value=0)
    ours = int(counts[list(OURS)].sum())
    values = {"all": len(states), "ours": ours, "lost": len(states) - ours, "days": at_risk_days}
    return Reason("ladder", values | {str(name): int(n) for name, n in counts.items()})


def without_giants(facts: pd.DataFrame, money: str, groups: pd.Series) -> Reason | None:
    """What the group with most money holds without the customers that bring a tenth of the revenue or more; None where there are none.

    Parameters
    ----------
    facts : one row per customer at one date (`kamlib.facts.worth.giants`).
    money : the column of `facts` that the groups are told by.
    groups : name of the group by customer_id; who is in none counts in no sum.
    """
    large, names = giants(facts), groups.dropna()
    worth = names.index.to_series().map(facts.set_index("customer_id")[money].astype(float)).clip(lower=0)
    rest = worth[~worth.index.isin(large)]
    if large.empty or not rest.sum() > 0:
        return None
    top = worth.groupby(names).sum().idxmax()
    share = rest[names[rest.index] == top].sum() / rest.sum()
    return Reason("without_giants", {"n": len(large), "group": top, "share": share})


def unit(window: Window, currency: str) -> str:
    """What the money of a page is: EUR of margin in the last 24 months."""
    values = {"currency": currency, "measure": window.measure, "span": span(window)}
    return sentence(Reason("money_of_a_window", values))


def span(window: Window) -> str:
    """The period that the money of a page is of: the last 24 months, or all days on record."""
    return sentence(Reason("all_days") if window.months is None else Reason("last_months", {"months": window.months}))
