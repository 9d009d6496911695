"""Who buys of the wholesaler, when, who leaves, and which trials called some of them back.

Time is in days from `world.START`. A customer orders by a renewal process with gamma gaps in a time of its own, which runs with the season.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kam_teaching.world import DAYS, START, stream, to_weekday

CUSTOMERS, FROM_START = 320, 200
#: days without an order after which a customer counts as lost, or so many of its usual gaps where they are longer
LOST, SLOW = 180, 3.5
#: what is bought in a month against the mean of a year: a garden wholesaler
SEASON = (0.45, 0.60, 1.50, 2.10, 1.90, 1.30, 0.80, 0.60, 0.85, 0.90, 0.50, 0.50)
_GRID = np.arange(-300, DAYS + 2)
_MONTH = np.asarray((START + pd.to_timedelta(_GRID, unit="D")).month)
_RUN = np.concatenate([[0.0], np.cumsum(np.asarray(SEASON)[_MONTH[:-1] - 1] / np.mean(SEASON))]) - 300


@dataclass(frozen=True)
class Trial:
    """An offer to lost customers, drawn against a control group.

    Parameters
    ----------
    day : on which it begins, from the start.
    offer : what was offered.
    offered, control : customers of each arm.
    called_back : the chance that an offer brings back who would not come by itself.
    """

    day: int
    offer: str
    offered: int
    control: int
    called_back: float


TRIALS = (Trial(589, "voucher of 20 percent", 46, 25, 0.45), Trial(856, "call with a spring list", 10, 5, 0.45))


@dataclass(frozen=True)
class Shop:
    """What the tables are drawn from: customers, their orders (customer, day), and the arms of the trials (trial, customer, offered)."""

    customers: pd.DataFrame
    orders: pd.DataFrame
    arms: pd.DataFrame


def simulate(seed: int) -> Shop:
    """Draw the whole of it; the same seed gives the same."""
    rng = stream(seed, 60)
    n = CUSTOMERS
    large = np.arange(n) < 12
    rate = np.where(large, 0.08, 0.5) * rng.gamma(4.0, 0.25, n)  # of leaving, a year
    joined = np.where(np.arange(n) < FROM_START, -np.inf, rng.uniform(10, DAYS - 60, n))
    left = np.maximum(joined, 0) + rng.exponential(365.25 / rate)
    back = left + rng.uniform(200, 420, n)
    table = pd.DataFrame(
        {
            "gap": np.where(large, rng.uniform(9, 14, n), rng.uniform(20, 55, n)),
            "shape": rng.uniform(1.2, 3.0, n),
            "season": rng.uniform(0.6, 1.0, n),
            "size": np.exp(rng.normal(0, 0.5, n)) * np.where(large, 6.0, 1.0),
            "rate": rate,
            "joined": joined,
            "left": left,
            "returned": np.where(rng.random(n) < 0.12, np.floor(back), np.inf),
        }
    )
    again = table["returned"] + rng.exponential(365.25 / rate)
    table = table.assign(left_again=again.where(np.isfinite(table["returned"]), np.inf))
    orders = _orders(stream(seed, 61), table)
    arms: list[pd.DataFrame] = []
    for number, trial in enumerate(TRIALS):
        table, drawn = _called(stream(seed, 62 + number), table, orders, trial, [one["customer"] for one in arms])
        arms.append(drawn.assign(trial=number))
    return Shop(table, _kept(table, orders), pd.concat(arms, ignore_index=True))


def _orders(rng: np.random.Generator, table: pd.DataFrame) -> pd.DataFrame:
    """Every order that would come if nobody left."""
    most = 260
    gaps = rng.gamma(table["shape"].to_numpy()[:, None], (table["gap"] / table["shape"]).to_numpy()[:, None], (len(table), most))  # fmt: skip
    fresh = np.isfinite(table["joined"].to_numpy())
    gaps[fresh, 0] = 0  # the first order is the day of joining
    rows = []
    for customer, (season, joined) in enumerate(table[["season", "joined"]].itertuples(index=False)):
        own = season * _RUN + (1 - season) * _GRID
        begin = np.interp(joined if fresh[customer] else -290, _GRID, own)
        times = begin + np.cumsum(gaps[customer])
        days = to_weekday(np.interp(times[times < own[-1]], own, _GRID))
        rows.append(pd.DataFrame({"customer": customer, "day": np.unique(days)}))
    return pd.concat(rows, ignore_index=True).query(f"0 <= day <= {DAYS}").reset_index(drop=True)


def _kept(table: pd.DataFrame, orders: pd.DataFrame) -> pd.DataFrame:
    """The orders of who has not left by then, and one on the day of each return."""
    who, day = table.iloc[orders["customer"]], orders["day"].to_numpy()
    gone = (day > who["left"].to_numpy()) & (day < who["returned"].to_numpy()) | (day > who["left_again"].to_numpy())
    returns = table.loc[table["returned"] <= DAYS, "returned"]
    first = pd.DataFrame({"customer": returns.index, "day": to_weekday(returns.to_numpy())})
    both = pd.concat([orders[~gone], first]).drop_duplicates()
    return both.sort_values(["day", "customer"], ignore_index=True)


def _called(
    rng: np.random.Generator, table: pd.DataFrame, orders: pd.DataFrame, trial: Trial, before: list[pd.Series]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The customers with those called back who would stay away, and the two arms."""
    seen = _kept(table, orders)
    days = seen[seen["day"] <= trial.day].groupby("customer")["day"].agg(["min", "max", "count"])
    usual = (days["max"] - days["min"] + table["gap"].reindex(days.index)) / days["count"]
    lost = days.index[trial.day - days["max"] >= (SLOW * usual).clip(lower=LOST)].difference(
        [one for drawn in before for one in drawn]
    )
    drawn = rng.permutation(lost.to_numpy())[: trial.offered + trial.control]
    offered = np.arange(len(drawn)) < trial.offered
    away = (table["left"].to_numpy()[drawn] < trial.day) & ~(table["returned"].to_numpy()[drawn] <= trial.day + LOST)
    back = drawn[offered & away & (rng.random(len(drawn)) < trial.called_back)]
    returned, again = (table[name].to_numpy(copy=True) for name in ("returned", "left_again"))
    returned[back] = trial.day + rng.integers(4, LOST - 40, len(back))
    again[back] = returned[back] + rng.exponential(365.25 / table["rate"].to_numpy()[back])
    arms = pd.DataFrame({"customer": drawn, "offered": offered})
    return table.assign(returned=returned, left_again=again), arms
