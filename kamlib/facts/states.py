"""Where each account stands at a date: active, silent, partial, lost or returned.

Losing a client without a contract is never observed, so it is defined (see `customer_states`).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from kamlib.facts.customers import own_rows
from kamlib.facts.frequency_bands import bands
from kamlib.facts.rhythm import WINDOW_DAYS, limits_before, lost_after, own_limits
from kamlib.facts.worth import worth_column
from kamlib.stats.checks import has_columns
from kamlib.stats.reasons import Case, reason_columns
from kamlib.study.periods import months_before
from kamlib.study.settings.sections import FEWEST

NEEDED = (
    *("customer_id", "as_of", "first_order", "last_order", "silence_days", "gaps"),
    *("revenue_6m", "revenue_prev_6m", "revenue_6m_year_ago", "long_gap_ended", "long_gap_days", "long_gap_orders"),
)
OURS = ("active", "returned", "partial", "silent")
STATES = (*OURS, "lost")
RUNGS = (*OURS, "lost_lately", "lost_for_longer", "closed_or_ended")
"""The ladder of customers: the states, and the lost by what can still be done. Each customer with an order stands on one rung."""
_HALVED = 0.5


def customer_states(
    facts: pd.DataFrame,
    *,
    horizon_days: int = 180,
    floor_days: int = 30,
    accounts: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """The state of each account that ever bought, at the date of its facts.

    The first that holds: *lost*, no purchase for longer than 180 days, the horizon and its own limit (`kamlib.facts.rhythm`), or
    the account closed or its contract ended; *silent*, quiet for longer than its own limit; *partial*, the last six months at least
    50 % below what was expected of them (`expectation`); *returned*, its latest purchases began within the horizon after a gap by
    which it had been lost, by its own limit as known before that gap; *active*, else.

    Parameters
    ----------
    facts : DataFrame
        One row per account and date, all accounts of a date (they make the usual gap): customer_id, as_of, first_order,
        last_order, silence_days, gaps, revenue_6m, revenue_prev_6m, revenue_6m_year_ago, long_gap_ended, long_gap_days, long_gap_orders.
    horizon_days : days without a purchase that define a loss.
    floor_days : the silence limit is never below it.
    accounts : DataFrame, optional
        Clean accounts (customer_id, account_id, closed_on, contract_end): losses that were declared.

    Returns
    -------
    DataFrame
        customer_id, as_of, state, silence_days, silence_limit (days), reason, reason_values (as of `kamlib.stats.reasons`).
        Accounts that never bought are not in it.
    """
    has_columns(facts, NEEDED)
    table = facts.loc[facts["last_order"].notna()].reset_index(drop=True)
    own = own_limits(table, floor_days=floor_days)
    lost, limit = lost_after(own, horizon_days), own.fillna(float(max(WINDOW_DAYS, horizon_days)))
    expected = expectation(table)
    days = table["silence_days"].astype("int64")
    back = (table["as_of"] - table["long_gap_ended"]).dt.days <= horizon_days
    back &= table["long_gap_days"] > limits_before(table)
    declared = _declared(table, accounts)
    cases: list[Case] = [
        *declared,
        (days > lost, "no_purchase", {"days": days}),
        (days > limit, "quiet_for_longer", {"days": days, "usual": limit}),
        (
            table["revenue_6m"] <= _HALVED * expected,
            "bought_less_than_expected",
            {"percent": 100 * (1 - table["revenue_6m"] / expected)},
        ),
        (back, "came_back", {}),
        (table["gaps"] == 0, "bought_once", {}),
        (table["gaps"] < FEWEST.gaps, "too_few_for_a_rhythm", {"n": table["gaps"] + 1}),
    ]
    states = [*["lost"] * len(declared), "lost", "silent", "partial", "returned", "active", "active"]
    state = np.select([flag for flag, _, _ in cases], states, "active")
    found = pd.DataFrame({"customer_id": table["customer_id"], "as_of": table["as_of"], "state": state})
    found = found.assign(silence_days=days, silence_limit=limit)
    return found.join(reason_columns(cases, "buys_as_usual"))


def are_lost(customer_ids: pd.Series, states: pd.DataFrame) -> pd.Series:
    """Whether each customer is lost (`customer_states`); the others are ours."""
    return customer_ids.isin(states.loc[states["state"] == "lost", "customer_id"])


def rungs(states: pd.DataFrame, at_risk_days: int = 365) -> pd.Series:
    """The one of `RUNGS` that each customer stands on.

    The lost are told apart: *lost lately*, the last order is at most `at_risk_days` old; *lost for longer*, it is older; *closed or
    ended*, the account closed or its contract ended, so that nothing brings it back.

    Parameters
    ----------
    states : `customer_states`.
    at_risk_days : as in the section `churn` of a study.
    """
    lately = np.where(states["silence_days"] <= at_risk_days, "lost_lately", "lost_for_longer")
    lost = np.where(states["reason"].isin(("account_closed", "contract_ended")), "closed_or_ended", lately)
    return pd.Series(np.where(states["state"] == "lost", lost, states["state"]), states.index, name="state")


def ladder(states: pd.DataFrame, facts: pd.DataFrame, at_risk_days: int = 365) -> pd.DataFrame:
    """Customers on each rung, and what they were worth; together all customers with an order.

    Parameters
    ----------
    states : `customer_states` of `facts`.
    facts : one row per customer at one date.
    at_risk_days : see `rungs`.

    Returns
    -------
    DataFrame, index state: all of `RUNGS`, in their order
        customers (count) and the money, called as its column of the facts (`kamlib.facts.worth_column`): of twelve months or, where these
        were not observed, of all history. It is 0 where a rung has nobody, and missing where nobody's is known.
    """
    year = worth_column(facts)
    money = year if facts[year].notna().any() else year.removesuffix("_12m")
    worth = states["customer_id"].map(facts[["customer_id", money]].set_index("customer_id")[money])
    of_rung = worth.groupby(rungs(states, at_risk_days))
    found = pd.DataFrame({"customers": of_rung.size(), money: of_rung.sum(min_count=1)}).reindex(list(RUNGS))
    nobody = found["customers"].isna()
    return found.mask(nobody, 0.0).astype({"customers": "int64"}).rename_axis("state")


def in_groups(states: pd.DataFrame, facts: pd.DataFrame) -> pd.DataFrame:
    """Customers in the groups by which sums are told: *all*, their state, and their band of order days.

    Parameters
    ----------
    states : `customer_states` of `facts`.
    facts : one row per customer at one date: what `kamlib.facts.frequency_bands.bands` reads.

    Returns
    -------
    DataFrame
        customer_id, group: all first, then `STATES`, then the bands, in their order. Each customer stands in three of them.
    """
    state = pd.Series(pd.Categorical(states["state"], STATES), states["customer_id"]).sort_values()
    band = pd.Series(bands(facts).array, facts["customer_id"]).sort_values()
    every = pd.Series("all", facts["customer_id"])
    group = pd.concat([part.astype(object) for part in (every, state, band)]).rename("group")
    return pd.DataFrame(group.reset_index())


def expectation(facts: pd.DataFrame) -> pd.Series:
    """Revenue that an account's last six months are held against; missing where there is nothing to expect.

    The same months a year ago where the account bought before they began, so that its season counts; else the six
    months before the last six, where it bought before those began.
    """
    age = {}
    for months in (12, 18):
        began = {at: months_before(at, months) for at in facts["as_of"].unique()}
        age[months] = facts["first_order"] <= pd.to_datetime(facts["as_of"].map(began))
    known_season = age[18] & facts["revenue_6m_year_ago"].notna()
    expected = facts["revenue_6m_year_ago"].where(known_season, facts["revenue_prev_6m"].where(age[12]))
    return expected.where(expected > 0).rename("expected")


def _declared(table: pd.DataFrame, accounts: pd.DataFrame | None) -> list[Case]:
    """The losses that were declared by the date of the facts: a closed account first, then a contract that ended."""
    if accounts is None or accounts.empty:
        return []
    own = own_rows(accounts)
    days = {
        code: table["customer_id"].map(pd.to_datetime(own[column]))
        for column, code in (("closed_on", "account_closed"), ("contract_end", "contract_ended"))
        if column in own
    }
    return [(day.notna() & (day <= table["as_of"]), code, {"day": day}) for code, day in days.items()]
