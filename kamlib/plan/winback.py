"""The win-back list: what a return is worth, whom to write to first and with which offer, and who gets none, as a control."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from kamlib.churn.evaluation.returns import Returns, calibrated, learn_returns, level_of
from kamlib.churn.offers import with_offers
from kamlib.churn.returns import lost_at, p_return, return_curves, return_rates
from kamlib.errors import InputError
from kamlib.measures.lifetime.lifetime_value import lifetime_values
from kamlib.measures.lifetime.seasons import season_of
from kamlib.measures.lifetime.whole_base import BaseValue
from kamlib.plan.offer_trial import under_way
from kamlib.stats.intervals import resampled_sums
from kamlib.stats.ordering import places
from kamlib.stats.reasons import waiting
from kamlib.study.settings.offers import WinBack
from kamlib.study.settings.sections import FEWEST

STRATUM = 10
"""Customers that follow each other by value, of whom the same share is drawn."""


@dataclass(frozen=True)
class Plan:
    """Whom to win back, and what says so.

    returns : how returns are predicted (`kamlib.churn.evaluation.returns.learn_returns`).
    curves, overall : P(return within a horizon) by the days lost (`kamlib.churn.returns.return_curves`), and by one rate for all; empty
        and missing where no rate can be given.
    worth : what a return is worth (`recaptured`).
    table : all that could come back (`win_back_list`).
    listed : those of the table that get an offer, as the returns to be expected exceed its cost, without the control group; where
        nobody does it says what it waits for.
    going_on : how many of the table are in a round that is not over, and keep their arm.
    """

    returns: Returns
    curves: pd.DataFrame
    overall: float
    worth: pd.Series
    table: pd.DataFrame
    listed: pd.DataFrame
    going_on: int = 0


def plan_win_back(
    episodes: pd.DataFrame,
    base: BaseValue,
    first_day: date | pd.Timestamp,
    as_of: date | pd.Timestamp,
    playbook: WinBack | None = None,
    *,
    actions: pd.DataFrame | None = None,
    at_risk_days: int = 365,
    money: str = "margin",
    bootstraps: int = 500,
    seed: int = 1,
) -> Plan:
    """The list of those to win back in one call: P(return), what a return is worth, the offers, and who gets none.

    A customer has one probability: whom the churn model still scores returns with 1 - P(no order), the rest by the rates of return. And it has
    one value: once back it brings the margin that `base` says, in the first block only the share of it that returns brought so
    far (never more than all), and its later blocks are lost as those of everybody else.

    Parameters
    ----------
    episodes : `kamlib.churn.loss_episodes` with cause.
    base : `kamlib.measures.lifetime.base_value`: P(no order), the margins, the losses of later blocks, and days and discount of the value.
    first_day : first day on record.
    playbook : the section `winback` of a study; None: no offers.
    actions : clean actions with the rounds so far: a return after an offer teaches no rate, and who is in a round that is not over
        gets no new arm.
    at_risk_days : whoever has been silent for longer is one of the rest: on them the rates are tried and their level is set.
    money : margin, or amount where no margin is known.
    """
    book, day, horizon = playbook or WinBack(), pd.Timestamp(as_of), base.horizon_days
    known: dict[str, Any] = {"horizon_days": horizon, "bootstraps": bootstraps, "seed": seed}
    episodes = with_offers(episodes, actions)
    returns = learn_returns(episodes, day, beyond_days=at_risk_days, **known)
    lost = lost_at(episodes, day)
    lost = lost.join(p_return(returns.rates, lost, day, horizon_days=horizon))
    lost = lost.assign(days_lost=(day - lost["lost_on"]).dt.days, method=returns.way)
    silent = lost["customer_id"].map(base.p_silent.set_index("customer_id")["p_silent"])
    lost["p_return"] = (1 - silent).fillna(lost["p_return"])
    lost[["low", "high"]] = lost[["low", "high"]].where(silent.isna())
    lost["method"] = lost["method"].where(silent.isna(), "model")
    curves, overall = return_curves(returns.rates, horizon_days=horizon), float("nan")
    if len(curves):
        level = level_of(episodes, day, "one_rate", horizon_days=horizon, beyond_days=at_risk_days)
        one = calibrated(return_rates(episodes, day, horizon_days=horizon, n_blocks=1), level)
        overall = float(return_curves(one, horizon_days=horizon)["p_return"].iloc[0])
    worth = recaptured(episodes, money, first_day, **known)
    season = base.chances.get("season")
    share = np.minimum(worth["ratio"], 1.0) * season_of(season, np.zeros(1), horizon)[0]
    back = base.margins[base.margins["customer_id"].isin(lost["customer_id"])].assign(p_silent=0.0)
    back["first"] = back["margin"] * share
    rules: dict[str, Any] = {
        "horizon_days": horizon,
        "days": base.rules.days,
        "discount": base.rules.discount,
        "season": season,
    }
    second = lifetime_values(back[["customer_id", "p_silent"]], back, base.losses, **rules)
    offers = pd.DataFrame([offer.model_dump() for offer in book.offers], columns=["cause", "offer", "cost"])
    second_value = second.set_index("customer_id")["remaining_value"]
    going_on = under_way(actions, day, horizon_days=horizon)
    table = win_back_list(
        lost.drop(columns="offered_on"),
        second_value,
        offers,
        apart=going_on,
        control_share=book.control_share,
        exempt=book.exempt,
        seed=book.seed,
    )
    listed = table[table["arm"].isin(["offer", "exempt"])]
    if listed.empty:
        listed = waiting(
            table.columns.tolist(), "nobody_to_win_back", few=FEWEST.averaged, days=horizon, n=int(worth["accounts"])
        )
    return Plan(returns, curves, overall, worth, table, listed, int(table["customer_id"].isin(going_on).sum()))


def recaptured(
    episodes: pd.DataFrame,
    money: str,
    first_day: date | pd.Timestamp,
    *,
    horizon_days: int = 180,
    bootstraps: int = 500,
    seed: int = 1,
) -> pd.Series:
    """What returned accounts brought in their first horizon, as a share of what a horizon with an order brought before they left.

    A return begins with an order, so it is held against a span with one: the last year pro rata, over the chance that a buyer at
    random with its mean gap orders in a horizon. Who ordered on one day of that year brought all of it in one.

    Parameters
    ----------
    money : amount or margin.
    first_day : first day on record; accounts whose last year before the loss began earlier are left out.

    Returns
    -------
    Series
        accounts (different ones), ratio (of sums, so that a large account counts by its size), low, high (95 %, bootstrap of
        accounts). All but the count are missing below 20 accounts.
    """
    whole = episodes["last_order"] >= pd.Timestamp(first_day) + pd.Timedelta(days=364)
    known = episodes[whole].dropna(subset=[money, f"second_{money}"])
    orders = -np.expm1(-horizon_days / known["gap_days"])
    before = (known[money] * horizon_days / 365 / orders).fillna(known[money])
    both = pd.DataFrame({"after": known[f"second_{money}"], "before": before}).groupby(known["customer_id"]).sum()
    after, before = both["after"], both["before"]
    if len(both) < FEWEST.averaged or before.sum() <= 0:
        return pd.Series({"accounts": len(both), "ratio": np.nan, "low": np.nan, "high": np.nan})
    sums = resampled_sums(both.to_numpy(float), bootstraps, seed)
    low, high = np.percentile(sums[:, 0] / sums[:, 1], [2.5, 97.5]) if (sums[:, 1] > 0).all() else (np.nan, np.nan)
    return pd.Series({"accounts": len(both), "ratio": after.sum() / before.sum(), "low": low, "high": high})


def win_back_list(
    lost: pd.DataFrame,
    second_value: pd.Series,
    offers: pd.DataFrame,
    *,
    apart: Collection[str] = (),
    control_share: float = 0.3,
    exempt: int = 0,
    seed: int = 1,
) -> pd.DataFrame:
    """The lost accounts by the returns to be expected, each with its offer, and a control group that gets none.

    What is to be expected comes back with an offer or without: what an offer adds, only the control group tells.

    Parameters
    ----------
    lost : customer_id, cause, p_return, low, high; one row an account.
    second_value : what an account brings from the day it returns, by customer_id (study currency).
    offers : cause, offer, cost; cause *any* is for the causes that have none of their own. May be empty.
    apart : ids that get no arm, as a round that they are in is not over.
    control_share, seed : see `control`. Drawn among those whose returns to be expected exceed the cost of the offer.
    exempt : so many of the largest of those get their offer outside the round.

    Returns
    -------
    DataFrame, most to be expected first
        the columns of `lost`, second_value, offer (missing where the playbook has none), cost, expected_return = p_return ×
        second_value, arm: *offer*, *control*, *exempt*, or missing where that does not exceed the cost or can't be told, or of those `apart`.

    Raises
    ------
    InputError
        If `lost` repeats an account, or two offers are for one cause.
    """
    for table, column in ((lost, "customer_id"), (offers, "cause")):
        if (repeated := table[column].duplicated()).any():
            raise InputError(
                f"{column} is repeated", column=column, found=int(repeated.sum()), remedy="Give one row each."
            )
    book = offers.set_index("cause")
    chosen = lost["cause"].where(lost["cause"].isin(book.index), "any")
    table = lost.assign(
        second_value=lost["customer_id"].map(second_value),
        offer=chosen.map(book["offer"]).astype("object"),
        cost=chosen.map(book["cost"]).fillna(0.0).astype(float),
    )
    table["expected_return"] = table["p_return"] * table["second_value"]
    worth = (table["expected_return"] > table["cost"]) & ~table["customer_id"].isin(apart)
    order = table[worth].sort_values(["expected_return", "customer_id"], ascending=[False, True], key=places)
    round_ = order.iloc[exempt:]
    drawn = control(round_["customer_id"], round_["expected_return"], control_share, seed)
    arms = drawn.map({True: "control", False: "offer"}).astype(object).reindex(order.index, fill_value="exempt")
    table["arm"] = arms.reindex(table.index)
    return table.sort_values(["expected_return", "customer_id"], ascending=[False, True], ignore_index=True, key=places)


def control(customer_ids: pd.Series, value: pd.Series, share: float, seed: int) -> pd.Series:
    """Which accounts are the control group: of each `STRATUM` that follow each other by value, the `share` with the smallest hash of id and seed.

    So both arms hold as much value, and the draw does not depend on the order of the rows, on the machine or on the day it is made.
    """
    number = pd.util.hash_array(customer_ids.to_numpy(object), hash_key=f"{seed:016d}"[-16:], categorize=False)
    rows = pd.DataFrame({"value": -value, "customer_id": customer_ids, "number": number})
    rows = rows.sort_values(["value", "customer_id"], key=places)
    stratum = np.arange(len(rows)) // STRATUM
    ends = np.minimum((stratum + 1) * STRATUM, len(rows))
    wanted = np.round(share * ends) - np.round(share * stratum * STRATUM)
    drawn: pd.Series = (rows["number"].groupby(stratum).rank(method="first") <= wanted).reindex(customer_ids.index)
    return drawn
