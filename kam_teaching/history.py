"""What happens in the planted world: orders, deliveries, claims, touches, managers; and then who leaves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from kam_teaching.leaving import call_back, cut, leave, leaving_rate
from kam_teaching.world import (
    DAYS,
    EDGES,
    KINDS,
    MANAGERS,
    MONTH_ENDS,
    MONTHS,
    WARM,
    World,
    clock,
    groups,
    month_end_chance,
    month_of,
    stream,
    to_weekday,
    unclock,
    with_habits,
)


def simulate(seed: int) -> World:
    """Draw the whole world: what would happen without leaving, the rates that follow, then the leaving."""
    table = groups(seed)
    rng = stream(seed, 2)
    n = len(table)
    client = ~table["prospect"].to_numpy()
    trouble = np.zeros((n, WARM + MONTHS + 1), dtype=bool)
    enter, calm = rng.random(trouble.shape) < 0.03, rng.random(trouble.shape) < 0.22
    for month in range(1, trouble.shape[1]):
        trouble[:, month] = np.where(trouble[:, month - 1], ~calm[:, month], enter[:, month])
    orders = _delivered(rng, table, trouble, _orders(rng, table))
    claims = _claims(rng, table, trouble)
    touches = _poisson_days(rng, client[:, None] * _touch_rate(rng, table)[:, None] * np.ones(WARM + MONTHS + 1))
    manager = _manager(rng, n)
    table = with_habits(stream(seed, 5), table)
    monthly = _delivered(stream(seed, 6), table, trouble, _at_month_ends(stream(seed, 8), table))
    orders = pd.concat(
        [orders[table["month_end_chance"].isna().to_numpy()[orders["group"]]], monthly], ignore_index=True
    )
    joined = table["joined"].to_numpy()
    claims = claims[claims["day"].to_numpy() >= joined[claims["group"]]].reset_index(drop=True)
    touches = touches[touches["day"].to_numpy() >= joined[touches["group"]] - 60].reset_index(drop=True)
    rate = leaving_rate(table, orders, claims, touches, manager)
    table = leave(stream(seed, 3), table, rate)
    whole = World(table, orders, claims, touches, manager, trouble, rate, rate[:, -1])
    called = call_back(stream(seed, 7), cut(stream(seed, 4), whole))
    return cut(stream(seed, 4), replace(whole, groups=called))


def _orders(rng: np.random.Generator, table: pd.DataFrame) -> pd.DataFrame:
    client = np.flatnonzero(~table["prospect"])
    t = table.loc[client]
    most = int((DAYS + 400) / 5 * 1.9)
    gaps = rng.gamma(t["shape"].to_numpy()[:, None], (t["gap"] / t["shape"]).to_numpy()[:, None], (len(t), most))
    joined, amplitude = t["joined"].to_numpy(), t["season"].to_numpy()
    fresh = np.isfinite(joined)
    begin = np.where(fresh, joined, -400.0)
    gaps[fresh, 0] = 0  # the first order is the day of joining
    own = clock(begin, amplitude)[:, None] + np.cumsum(gaps, axis=1)
    row, column = np.nonzero(own < DAYS + 100)
    day = to_weekday(unclock(own[row, column], amplitude[row]))
    found = pd.DataFrame({"group": client[row], "day": day})
    return found[found["day"] <= DAYS].drop_duplicates().reset_index(drop=True)


def _at_month_ends(rng: np.random.Generator, table: pd.DataFrame) -> pd.DataFrame:
    who = np.flatnonzero(table["month_end_chance"].notna())
    t = table.loc[who]
    chance = month_end_chance(t["month_end_chance"].to_numpy(), t["season"].to_numpy(), MONTH_ENDS)
    joined = t["joined"].to_numpy()[:, None]
    came = (rng.random(chance.shape) < chance) & (joined < MONTH_ENDS) | (joined == MONTH_ENDS)
    row, month = np.nonzero(came)
    return pd.DataFrame({"group": who[row], "day": MONTH_ENDS[month].astype(int)})


def _delivered(
    rng: np.random.Generator, table: pd.DataFrame, trouble: np.ndarray, orders: pd.DataFrame
) -> pd.DataFrame:
    """The orders with what was promised, when it came, whether late, and whether the promise is on record."""
    n, group = len(orders), orders["group"].to_numpy()
    late = rng.random(n) < np.where(trouble[group, month_of(orders["day"])], 0.5, 0.06)
    promised = to_weekday(orders["day"].to_numpy() + rng.integers(2, 15, n))
    slip = np.where(late, rng.integers(3, 22, n), -rng.integers(0, 2, n))
    tracked = rng.random(n) < KINDS.loc[table["behaviour"], "tracked"].to_numpy()[group]
    return orders.assign(
        late=late, promised=promised, delivered=np.maximum(promised + slip, orders["day"]), tracked=tracked
    )


def _touch_rate(rng: np.random.Generator, table: pd.DataFrame) -> np.ndarray:
    mean = KINDS.loc[table["behaviour"], "touches"].to_numpy() * np.where(table["candidate"], 1.6, 1.0)
    rate: np.ndarray = mean * rng.gamma(2.0, 0.5, len(table)) / 12
    return rate


def _poisson_days(rng: np.random.Generator, mean: np.ndarray) -> pd.DataFrame:
    count = rng.poisson(mean)
    row, month = np.nonzero(count)
    times = count[row, month]
    row, month = np.repeat(row, times), np.repeat(month, times)
    length = np.append(np.diff(EDGES), 31)[month]
    day = to_weekday(EDGES[month] + rng.random(len(row)) * length)
    return pd.DataFrame({"group": row, "day": day}).sort_values(["day", "group"], ignore_index=True)


def _claims(rng: np.random.Generator, table: pd.DataFrame, trouble: np.ndarray) -> pd.DataFrame:
    expert = (table["category"] == "expert").to_numpy()
    yearly = 0.15 + 1.8 * trouble + 4.0 * expert[:, None]
    found = _poisson_days(rng, yearly / 12 * ~table["prospect"].to_numpy()[:, None])
    slow_share = np.where(
        expert[found["group"]], 0.04, np.where(trouble[found["group"].to_numpy(), month_of(found["day"])], 0.75, 0.25)
    )
    slow = rng.random(len(found)) < slow_share
    length = np.where(slow, rng.integers(31, 120, len(found)), rng.integers(2, 28, len(found)))
    return found.assign(closed=found["day"] + length, slow=slow)


def _manager(rng: np.random.Generator, n: int) -> np.ndarray:
    """Number of the account manager by month: some managers leave and hand over, some accounts move."""
    width = WARM + MONTHS + 1
    manager = np.empty((n, width), dtype=int)
    manager[:, 0] = rng.integers(0, MANAGERS, n)
    handover = {int(m): int(who) for m, who in zip((6, 17, 26, 33, 40), rng.permutation(MANAGERS)[:5], strict=True)}
    for month in range(1, width):
        moved = rng.random(n) < 0.004
        if month in handover:
            moved |= manager[:, month - 1] == handover[month]
        step = rng.integers(1, MANAGERS, n)
        manager[:, month] = np.where(moved, (manager[:, month - 1] + step) % MANAGERS, manager[:, month - 1])
    return manager
