"""What an action is worth: the money that it is to be expected to change, less what it costs, or what it must achieve to pay.

An action brings an event about (*return*) or prevents one (*stop*). It moves the odds of the event by a factor, and only rounds with a
control group of its own kind tell which. What happens anyway is no gain.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, inf, sqrt
from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd

from kamlib.errors import InputError, some
from kamlib.stats.checks import has_columns
from kamlib.stats.ordering import places

BROUGHT_ABOUT: Mapping[str, bool] = {"win_back": True, "keep": False, "collect": False}
"""The kinds of action, and whether the event is to be brought about (a return) or to be prevented (a stop; money that stays unpaid)."""
PRIOR_SD = 0.5
"""Standard deviation of the log odds ratio of an action before any round: 19 of 20 lie between 0.38 and 2.66."""
STOPS_BELOW, AFTER_ROUNDS = 0.2, 2
"""An offer stops when the chance that it pays is below the first, after as many rounds as the second."""
_NODES = [NormalDist().inv_cdf((k + 0.5) / 200) for k in range(200)]
"""Quantiles of the normal distribution, each as likely as the next."""
_CELLS = ["offered", "offered_back", "control", "control_back"]


@dataclass(frozen=True)
class Effect:
    """What is known of the log odds ratio of the actions of one kind, a normal distribution: mean, sd, and the rounds that taught it.

    Above 0 the action helps, whether it brings about or prevents.
    """

    mean: float = 0.0
    sd: float = PRIOR_SD
    rounds: int = 0

    @property
    def odds(self) -> tuple[float, float, float]:
        """The odds ratio with its 95 % interval: value, low, high."""
        return exp(self.mean), exp(self.mean - 1.96 * self.sd), exp(self.mean + 1.96 * self.sd)


def log_odds_ratios(rounds: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """The log odds ratio of each round, and its variance.

    Parameters
    ----------
    rounds : as for `learned`. Where a cell is empty, ½ is added to all four (Haldane 1956).

    References
    ----------
    Woolf (1955), Annals of Human Genetics 19, for the variance.
    """
    n1, a, n0, c = (rounds[name].to_numpy(dtype=float) for name in _CELLS)
    cells = np.stack([a, n1 - a, c, n0 - c])
    cells = cells + 0.5 * (cells == 0).any(axis=0)
    return np.log(cells[0] * cells[3] / (cells[1] * cells[2])), (1 / cells).sum(axis=0)


def learned(rounds: pd.DataFrame, before: Effect | None = None) -> Effect:
    """What rounds of one kind say of its effect: each adds its log odds ratio by the inverse of its variance.

    The normal prior is conjugate to it.

    Parameters
    ----------
    rounds : DataFrame, a row a round
        offered, control (customers of each arm), offered_back, control_back (of these, those with the good outcome: returned, or stayed).
        Read as `log_odds_ratios` does. Without rows nothing is learned.
    before : what was known; None: N(0, 0.5²).

    Returns
    -------
    Effect: the order of the rounds does not matter.

    Raises
    ------
    InputError
        If an arm is empty, or more came back than there were.
    """
    has_columns(rounds, _CELLS)
    known = before or Effect()
    if rounds.empty:
        return known
    n1, a, n0, c = (rounds[name].to_numpy(dtype=float) for name in _CELLS)
    if ((n1 <= 0) | (n0 <= 0) | (a > n1) | (c > n0) | (a < 0) | (c < 0)).any():
        raise InputError("a round needs customers in both arms, and not more back than there were", found=some(_CELLS))
    ratio, variance = log_odds_ratios(rounds)
    total = 1 / known.sd**2 + (1 / variance).sum()
    mean = (known.mean / known.sd**2 + (ratio / variance).sum()) / total
    return Effect(float(mean), sqrt(1 / total), known.rounds + len(rounds))


def changed(p: pd.Series | np.ndarray, log_odds: float, kind: str) -> Any:
    """Δp of actions of a kind: by how much the chance of the good outcome rises; below 0 where the action does harm.

    Parameters
    ----------
    p : Series or array; chance of the event without the action, 0 to 1: of a return, or of a stop.
    log_odds : log odds ratio of the action.
    kind : of `BROUGHT_ABOUT`.
    """
    odds = np.exp(log_odds if BROUGHT_ABOUT[kind] else -log_odds)
    after = p * odds / (1 - p + p * odds)
    return after - p if BROUGHT_ABOUT[kind] else p - after


def worth(actions: pd.DataFrame, effects: Mapping[str, Effect], hour: float | None) -> pd.DataFrame:
    """G = Δp · (V_stay − V_stop) − cost − hours · hour of each action, or what it must achieve where no round has told Δp.

    Parameters
    ----------
    actions : DataFrame
        kind (of `BROUGHT_ABOUT`; others have no event and no worth), p (chance of the event), at_stake (V_stay − V_stop, study currency),
        cost (study currency), hours.
    effects : what is known of each kind; a kind without rounds, or that is not in it, has not been tried.
    hour : cost of an hour of ours; None: not known, so hours cost nothing and are only counted.

    Returns
    -------
    DataFrame, index of `actions`
        spent (cost and hours, study currency), delta_p, gain with gain_low and gain_high (95 % of the odds ratio), p_pays (chance that the
        gain is above 0): missing where the kind has not been tried; break_even (it pays if it keeps, or brings back, one in so many;
        missing where the action costs nothing); can_pay (whether Δp can be so large at all: not above the chance that there is to
        change), missing where p or at_stake is; ordered_by (what it is put in order by: gain, and of kinds not tried the gain at an odds
        ratio of one standard deviation before any round, 1.65. That is no forecast.)

    Raises
    ------
    InputError
        If a chance lies outside 0 to 1, or a cost or hours below 0.
    """
    has_columns(actions, ["kind", "p", "at_stake", "cost", "hours"])
    if not actions["p"].dropna().between(0, 1).all() or (actions[["cost", "hours"]] < 0).any(axis=None):
        raise InputError(
            "chances lie between 0 and 1, cost and hours are not below 0", found=some(actions.index[:5].tolist())
        )
    actions = actions.astype(dict.fromkeys(("p", "at_stake", "cost", "hours"), float))
    spent = actions["cost"] + actions["hours"] * (hour or 0.0)
    stake = actions["at_stake"].where(actions["at_stake"] > 0)
    needed = spent / stake
    told = pd.DataFrame({"spent": spent, "break_even": np.floor(stake / spent.where(spent > 0))})
    columns = ["delta_p", "gain", "gain_low", "gain_high", "p_pays", "ordered_by"]
    told[columns] = np.nan
    told["can_pay"] = pd.Series(pd.NA, index=actions.index, dtype="boolean")
    for kind, brought_about in BROUGHT_ABOUT.items():
        here = actions["kind"] == kind
        p, money, less = actions.loc[here, "p"], actions.loc[here, "at_stake"], spent[here]
        room = 1 - p if brought_about else p
        told.loc[here, "can_pay"] = (needed[here] < room).astype("boolean").mask(p.isna() | money.isna())
        effect = effects.get(kind, Effect())
        if not effect.rounds:
            told.loc[here, "ordered_by"] = changed(p, PRIOR_SD, kind) * money - less
            continue
        told.loc[here, "delta_p"] = changed(p, effect.mean, kind)
        told.loc[here, "gain"] = told.loc[here, "delta_p"] * money - less
        ends = pd.DataFrame({at: changed(p, effect.mean + at * effect.sd, kind) * money - less for at in (-1.96, 1.96)})
        told.loc[here, ["gain_low", "gain_high"]] = np.sort(ends.to_numpy(), axis=1)
        told.loc[here, "p_pays"] = _pays(p, needed[here], effect, kind).mask(money.isna())
        told.loc[here, "ordered_by"] = told.loc[here, "gain"]
    return told[["spent", "delta_p", "gain", "gain_low", "gain_high", "p_pays", "break_even", "can_pay", "ordered_by"]]


def _pays(p: pd.Series, needed: pd.Series, effect: Effect, kind: str) -> pd.Series:
    """The chance that Δp exceeds what is needed; 0 where that is missing, for nothing is at stake, or can't be."""
    after = p + needed if BROUGHT_ABOUT[kind] else p - needed
    with np.errstate(divide="ignore", invalid="ignore"):
        least = pd.Series(np.log(after / (1 - after)) - np.log(p / (1 - p)), index=p.index)
    from scipy.special import ndtr  # slow to load

    least = (least if BROUGHT_ABOUT[kind] else -least).where((after > 0) & (after < 1), inf)
    return pd.Series(ndtr((effect.mean - least) / effect.sd), index=p.index).mask(p.isna())


def by_offer(actions: pd.DataFrame, effects: Mapping[str, Effect], hour: float | None) -> pd.DataFrame:
    """What each offer, or other action of a kind, is worth to all who would get it, and whether it goes on.

    Parameters
    ----------
    actions : as for `worth`, with action.

    Returns
    -------
    DataFrame, a row for each kind and action, most customers first
        kind, action, customers, spent and gain (study currency, all together; the gain is missing where the kind has not been tried), p_pays (chance that
        it pays for all of them together, as one odds ratio moves them all), rounds (of the kind), verdict: *stops* where it hardly pays after
        two rounds, *goes_on*, or *not_tried*.
    """
    told = actions.join(worth(actions, effects, hour))[lambda rows: rows["kind"].isin([*BROUGHT_ABOUT])]
    by = told.groupby(["kind", "action"], as_index=False)
    table = by.agg(
        customers=("hours", "size"), spent=("spent", "sum"), gain=("gain", lambda gain: gain.sum(min_count=1))
    )
    of = {kind: effects.get(kind, Effect()) for kind in BROUGHT_ABOUT}
    table["rounds"] = table["kind"].map({kind: effect.rounds for kind, effect in of.items()}).astype(int)
    table["p_pays"] = np.nan
    for at, row in table[table["rounds"] > 0].iterrows():
        mine = told[(told["kind"] == row["kind"]) & (told["action"] == row["action"])]
        effect = of[row["kind"]]
        p, money, spent = (mine[name].to_numpy(float) for name in ("p", "at_stake", "spent"))
        gains = [np.nansum(changed(p, effect.mean + effect.sd * z, row["kind"]) * money - spent) for z in _NODES]
        table.loc[at, "p_pays"] = float(np.mean(np.array(gains) > 0))
    stops = (table["p_pays"] < STOPS_BELOW) & (table["rounds"] >= AFTER_ROUNDS)
    table["verdict"] = np.select([table["rounds"] == 0, stops], ["not_tried", "stops"], "goes_on")
    names = ["kind", "action", "customers", "spent", "gain", "p_pays", "rounds", "verdict"]
    return pd.DataFrame(table, columns=names).sort_values(
        ["customers", "action"], ascending=[False, True], key=places, ignore_index=True
    )
