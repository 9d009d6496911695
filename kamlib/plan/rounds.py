"""Rounds of offers, all of them: what those that are over showed, and how the next one is to be drawn so that it can show something."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from math import nan, sqrt

import numpy as np
import pandas as pd

from kamlib.churn.offers import rounds_of
from kamlib.plan.offer_trial import each_of_round
from kamlib.plan.worth import Effect, changed, log_odds_ratios
from kamlib.stats.reasons import Reason, waiting
from kamlib.study.settings.sections import FEWEST

_COLUMNS, _ODDS = (
    ["round_begun", "offered", "offered_back", "control", "control_back", "cost"],
    ["odds_ratio", "odds_low", "odds_high"],
)
_POWER, _CHANCE = 0.8416, 1.96
"""Quantiles of the normal distribution: power 80 %, two-sided 5 %."""


@dataclass(frozen=True)
class Design:
    """The next round, before it begins.

    offered, control, exempt : customers of each arm, and outside the round.
    base : share that comes back without an offer; base_from says whether earlier control groups tell it or P(return).
    smallest : the smallest rise of that share that the round shows in four of five cases; pooled: the same of two such rounds.
    plausible : the rise at the upper end of the interval of the odds ratio: larger ones are hardly to be hoped for. All are missing
        where there is no base or an arm is empty.
    offers : different offers among those who get one.
    advice : codes, the first the most important; empty where the round can show what is plausible.
    """

    offered: int
    control: int
    exempt: int
    base: float
    base_from: str
    smallest: float
    pooled: float
    plausible: float
    offers: int
    advice: tuple[Reason, ...]

    @property
    def in_figures(self) -> pd.DataFrame:
        """One row: offered, control, exempt, offers, base, smallest_rise, pooled_rise, plausible_rise."""
        row = {"offered": self.offered, "control": self.control, "exempt": self.exempt, "offers": self.offers}
        rises = {"smallest_rise": self.smallest, "pooled_rise": self.pooled, "plausible_rise": self.plausible}
        return pd.DataFrame([row | {"base": self.base} | rises])


def read_rounds(
    actions: pd.DataFrame | None, episodes: pd.DataFrame, as_of: date | pd.Timestamp, *, horizon_days: int = 180
) -> pd.DataFrame:
    """Every round with both arms that is over by `as_of`, the first one first, as `kamlib.plan.worth.learned` reads them.

    Parameters
    ----------
    actions, episodes : as for `kamlib.plan.offer_trial.last_round`; who counts is the same.

    Returns
    -------
    DataFrame
        round_begun; offered, offered_back, control, control_back (customers of each arm, and those of them that returned within the horizon);
        cost of the offers made (study currency); odds_ratio with odds_low and odds_high (Woolf, 95 %, without any prior; ½ is added to
        all four cells where one is empty). Without rows it says what it waits for.
    """
    as_of = pd.Timestamp(as_of)
    rounds = rounds_of(actions)
    days = rounds.loc[rounds["due"] + pd.Timedelta(days=horizon_days) <= as_of, "due"].drop_duplicates().sort_values()
    rows = []
    for day in days:
        each = each_of_round(rounds, episodes, day, as_of, horizon_days=horizon_days)
        n, back = each.groupby("arm").size(), each.groupby("arm")["returned"].sum()
        if len(n) == 2:
            arms = (n["offer"], back["offer"], n["control"], back["control"])
            rows.append((day, *map(int, arms), float(each["cost"].sum())))
    if not rows:
        return waiting([*_COLUMNS, *_ODDS], "no_round_over")
    table = pd.DataFrame(rows, columns=_COLUMNS)
    ratio, variance = log_odds_ratios(table)
    half = _CHANCE * np.sqrt(variance)
    return table.assign(**dict(zip(_ODDS, np.exp([ratio, ratio - half, ratio + half]), strict=True)))


def smallest_effect(offered: int, control: int, base: float) -> float:
    """The smallest rise of a share above `base` that two arms show with 80 % power at a two-sided 5 %; missing where none is.

    It solves d = (1.96 + 0.84) √(p₁ (1 − p₁) / n₁ + p₀ (1 − p₀) / n₀) for p₁ = p₀ + d.

    References
    ----------
    Fleiss, Levin & Paik (2003), Statistical Methods for Rates and Proportions, 4.
    """
    if not (offered > 0 and control > 0 and 0 < base < 1):
        return nan
    a, b = (_CHANCE + _POWER) ** 2 / offered, (_CHANCE + _POWER) ** 2 / control
    # d² = a (p + d) (1 − p − d) + b p (1 − p): a quadratic in d
    linear, rest = a * (1 - 2 * base), (a + b) * base * (1 - base)
    found = (linear + sqrt(linear**2 + 4 * (1 + a) * rest)) / (2 * (1 + a))
    return float(found) if base + found <= 1 else nan


def next_round(listed: pd.DataFrame, rounds: pd.DataFrame, effect: Effect) -> Design:
    """What the round that is drawn can show, and what to do where that is too little.

    Parameters
    ----------
    listed : `kamlib.plan.winback.win_back_list`, with its arms.
    rounds : `read_rounds`; their control groups tell the base where they hold 20 customers or more, else the mean P(return) does.
    effect : what the rounds say of the odds ratio (`kamlib.plan.worth.learned`).
    """
    arms = listed["arm"].value_counts()
    offered, control, exempt = (int(arms.get(arm, 0)) for arm in ("offer", "control", "exempt"))
    seen = int(rounds["control"].sum())
    told = seen >= FEWEST.averaged
    drawn = listed[listed["arm"].isin(["offer", "control"])]
    base = rounds["control_back"].sum() / seen if told else drawn["p_return"].astype(float).mean()
    smallest, pooled = (smallest_effect(n * offered, n * control, base) for n in (1, 2))
    top = effect.mean + _CHANCE * effect.sd
    plausible = float(changed(pd.Series([base]), top, "win_back")[0])
    offers = drawn.loc[drawn["arm"] == "offer", "offer"].nunique()
    advice = []
    if offered and control and not smallest <= plausible:
        advice.append(Reason("pool_two_rounds" if pooled <= plausible else "too_few_for_a_round", {"smallest": pooled}))
        if offers > 1:
            advice.append(Reason("fewer_offers", {"n": offers}))
    return Design(
        offered,
        control,
        exempt,
        float(base),
        "earlier_controls" if told else "p_return_mean",
        smallest,
        pooled,
        plausible,
        int(offers),
        tuple(advice),
    )
