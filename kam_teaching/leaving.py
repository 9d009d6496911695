"""Who leaves the planted world, when, and by which signs: a rate of leaving that rises with what went wrong before."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from kam_teaching.world import DAYS, EDGES, KINDS, MONTHS, WARM, World, month_of

#: log rate of leaving a year = base + segment + these x signs (see the README that `make_sample` writes)
BASE_LOG_RATE = -1.95
SIGNS = {"late_share_6m": 2.4, "slow_claims_12m": 0.9, "few_touches_6m": 0.6, "new_manager_12m": 0.9}
KEY_LOG_RATE = -1.8
#: the share of leavers that comes back, and between which days after leaving
BACK_SHARE, BACK_DAYS = 0.2, (240, 420)
#: day of the last round of offers to lost groups, what a group counts as lost after, and the share of those gone for good that
#: the call of that round brings back within as many days, offer or not
ROUND, LOST_DAYS, CALLED_BACK = DAYS - 210, 180, 0.12


def _trailing(events: pd.DataFrame, n: int, months: int, weight: np.ndarray | None = None) -> np.ndarray:
    """Sum of events in the `months` calendar months before each month 0..MONTHS, by group."""
    counts = np.zeros((n, WARM + MONTHS + 1))
    np.add.at(counts, (events["group"], month_of(events["day"])), 1.0 if weight is None else weight)
    total = np.concatenate([np.zeros((n, 1)), np.cumsum(counts, axis=1)], axis=1)
    last = np.arange(WARM, WARM + MONTHS + 1)
    trailing: np.ndarray = total[:, last] - total[:, last - months]
    return trailing


def signs(
    table: pd.DataFrame, orders: pd.DataFrame, claims: pd.DataFrame, touches: pd.DataFrame, manager: np.ndarray
) -> dict[str, np.ndarray]:
    """The signs of leaving at the start of each month, from what was on record before it."""
    n = len(table)
    tracked = orders[orders["tracked"]].assign(day=lambda t: t["delivered"])
    deliveries = _trailing(tracked, n, 6)
    late = _trailing(tracked, n, 6, tracked["late"].to_numpy(float))
    moved = np.concatenate([np.zeros((n, 1)), np.diff(manager, axis=1) != 0], axis=1)
    total = np.concatenate([np.zeros((n, 1)), np.cumsum(moved, axis=1)], axis=1)
    last = np.arange(WARM, WARM + MONTHS + 1)
    return {
        "late_share_6m": np.divide(late, deliveries, out=np.zeros_like(late), where=deliveries > 0),
        "slow_claims_12m": np.minimum(_trailing(claims, n, 12, claims["slow"].to_numpy(float)), 2),
        "few_touches_6m": (_trailing(touches, n, 6) < 2).astype(float),
        "new_manager_12m": (total[:, last] - total[:, last - 12] > 0).astype(float),
    }


def leaving_rate(
    table: pd.DataFrame, orders: pd.DataFrame, claims: pd.DataFrame, touches: pd.DataFrame, manager: np.ndarray
) -> np.ndarray:
    """Yearly rate of leaving by group and month: exp(base + segment + key + coefficients x signs)."""
    fixed = BASE_LOG_RATE + KINDS.loc[table["behaviour"], "log_rate"].to_numpy() + KEY_LOG_RATE * table["candidate"]
    log_rate = np.repeat(fixed.to_numpy()[:, None], MONTHS + 1, axis=1)
    for name, sign in signs(table, orders, claims, touches, manager).items():
        log_rate += SIGNS[name] * sign
    rate: np.ndarray = np.exp(log_rate)
    return rate


def leave(rng: np.random.Generator, table: pd.DataFrame, rate: np.ndarray) -> pd.DataFrame:
    """Days of leaving, fading and returning; infinite where it does not happen."""
    n = len(table)
    edges = EDGES[WARM:]
    joined = table["joined"].to_numpy()[:, None]
    exposed = np.clip(edges[1:] - np.maximum(edges[:-1], joined), 0, None)
    exposed[~np.isfinite(exposed)] = 0
    total = np.concatenate([np.zeros((n, 1)), np.cumsum(exposed / 365.25 * rate[:, :-1], axis=1)], axis=1)
    # exponential, one draw from each of n equal shares of the law: the number of leavers varies little between seeds
    luck = -np.log1p(-(rng.permutation(n) + rng.random(n)) / n)
    luck[(table["category"] == "breadwinner") | (table["trait"] != "")] = np.inf  # these are still there
    month = np.clip((total <= luck[:, None]).sum(axis=1) - 1, 0, MONTHS - 1)
    row = np.arange(n)
    begin = np.maximum(edges[month], joined[:, 0])
    left = begin + (luck - total[row, month]) / rate[row, month] * 365.25
    left = np.where(luck < total[:, -1], np.floor(left), np.inf)
    fades = (rng.random(n) < 0.2) & np.isfinite(left)
    fade_from = np.where(fades, left - rng.uniform(60, 150, n), np.inf)
    back = left + rng.uniform(*BACK_DAYS, n)
    returns = (rng.random(n) < BACK_SHARE) & (back < DAYS - 30)
    returned = np.where(returns, np.floor(back), np.inf)
    again = np.floor(returned + rng.exponential(1.0, n) / rate[:, -1] * 365.25)
    again = np.where(returns & (again < DAYS), again, np.inf)
    return table.assign(left=left, fade_from=fade_from, returned=returned, left_again=again)


def lost_at(world: World, day: int) -> np.ndarray:
    """Groups that had ordered before the day, the last time `LOST_DAYS` or more before it."""
    orders = world.orders
    last = orders[orders["day"] <= day].groupby("group")["day"].max()
    lost: np.ndarray = last.index[day - last >= LOST_DAYS].to_numpy()
    return lost


def call_back(rng: np.random.Generator, world: World) -> pd.DataFrame:
    """The groups, some of those lost on `ROUND` and gone for good back within `LOST_DAYS` of it; they may leave again."""
    table = world.groups
    lost = lost_at(world, ROUND)
    away = lost[(table["left"].to_numpy()[lost] < ROUND) & np.isinf(table["returned"].to_numpy()[lost])]
    back = away[rng.random(len(away)) < CALLED_BACK]
    returned, again = table["returned"].to_numpy(copy=True), table["left_again"].to_numpy(copy=True)
    returned[back] = ROUND + rng.integers(5, LOST_DAYS - 40, len(back))
    again[back] = np.floor(returned[back] + rng.exponential(1.0, len(back)) / world.rate[back, -1] * 365.25)
    return table.assign(returned=returned, left_again=np.where(again < DAYS, again, np.inf))


def gone(table: pd.DataFrame, group: np.ndarray, day: np.ndarray) -> np.ndarray:
    """Whether the group has left and is not back on the day."""
    t = table.iloc[group]
    first = (day > t["left"].to_numpy()) & (day < t["returned"].to_numpy())
    return first | (day > t["left_again"].to_numpy())


def cut(rng: np.random.Generator, world: World) -> World:
    """What remains when leavers leave: no orders after it, half of them while fading, fewer touches later."""
    table, orders, claims, touches = world.groups, world.orders, world.claims, world.touches
    group, day = orders["group"].to_numpy(), orders["day"].to_numpy()
    t = table.iloc[group]
    fading = (day >= t["fade_from"].to_numpy()) & (day <= t["left"].to_numpy())
    keep = ~gone(table, group, day) & (day >= 0) & ~(fading & (rng.random(len(orders)) < 0.5))
    kept_claims = ~gone(table, claims["group"].to_numpy(), claims["day"].to_numpy())
    touch_group, touch_day = touches["group"].to_numpy(), touches["day"].to_numpy()
    long_gone = gone(table, touch_group, touch_day) & gone(table, touch_group, touch_day - 120)
    seen = ~(long_gone & (rng.random(len(touches)) < 0.75))
    orders = orders[keep].sort_values(["day", "group"], ignore_index=True)
    claims = claims[kept_claims & claims["day"].between(0, DAYS)].reset_index(drop=True)
    touches = touches[seen & (touch_day >= 0) & (touch_day <= DAYS)].reset_index(drop=True)
    last = leaving_day(table)
    month = np.where(np.isfinite(last), month_of(np.where(np.isfinite(last), last, 0)) - WARM, MONTHS)
    shown = leaving_rate(table, orders, claims, touches, world.manager)[:, -1]
    now = np.where(month < MONTHS, world.rate[np.arange(len(table)), month], shown)
    return replace(world, orders=orders, claims=claims, touches=touches, rate_now=now)


def leaving_day(groups: pd.DataFrame) -> np.ndarray:
    """Day on which the group left for good, as far as the study's end; infinite where it is there."""
    day = np.where(np.isfinite(groups["returned"]), groups["left_again"], groups["left"])
    return np.where(day < DAYS, day, np.inf)
