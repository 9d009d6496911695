"""The planted truth of each account: what an analysis should find."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import gammaincc

from kam_teaching.firms import ended
from kam_teaching.leaving import BACK_DAYS, BACK_SHARE, leaving_day, signs
from kam_teaching.lines import day_text
from kam_teaching.world import AS_OF, DAYS, MONTH_ENDS, START, World, clock, month_end_chance

HORIZON = 180


def account_truth(world: World, accounts: pd.DataFrame, payer: np.ndarray) -> pd.DataFrame:
    """One row an account, sorted by id. The values of rhythm, leaving and risk are those of its group."""
    groups = world.groups
    left = leaving_day(groups)
    chances = forecasts(world)
    gone = np.isinf(groups["returned"]) & np.isfinite(left)
    again = np.isfinite(groups["returned"]) & np.isfinite(left)
    away = [
        stays_away(np.where(gone, DAYS - left, 0.0), span) for span in (HORIZON, HORIZON + chances["window"].to_numpy())
    ]
    over = groups.index.isin(ended(accounts))
    silent, stopped = (
        np.select([again, gone], [1.0, p], chances[name]) for name, p in zip(("silent", "stopped"), away, strict=True)
    )
    is_key = groups["candidate"] & np.isinf(left)
    g = groups.assign(
        is_key=is_key,
        payer=payer,
        rate=world.rate_now,
        left_on=_day(left),
        returned_on=_day(np.where(groups["returned"] < DAYS, groups["returned"], np.inf)),
        fade_from=_day(np.where(groups["left"] < DAYS, groups["fade_from"], np.inf)),
        first_left=_day(np.where(np.isfinite(groups["returned"]), groups["left"], np.inf)),
        window=chances["window"],
        p_silent_180=silent,
        p_silent_180_seen=chances["silent_seen"],
        p_stopped=np.where(over, 1.0, stopped),
        p_stopped_seen=np.where(over, 1.0, chances["stopped_seen"]),
        **{name: value[:, -1] for name, value in signs(groups, world.orders, world.claims, world.touches, world.manager).items()},
    )  # fmt: skip
    g = g.iloc[accounts["group"]].reset_index(drop=True)
    ordering = ~g["prospect"].to_numpy()

    def number(values: pd.Series, form: str) -> np.ndarray:
        return np.where(ordering, [format(v, form) for v in values.tolist()], "")

    ids = accounts["account_id"].to_numpy()
    table = pd.DataFrame(
        {
            "account_id": ids,
            "group_id": ids[accounts["head"]],
            "behaviour": np.where(ordering, g["behaviour"], ""),
            "key_category": g["category"],
            "is_key": np.where(g["is_key"], "true", "false"),
            "trait": g["trait"],
            "candidate": np.where(g["candidate"], "true", "false"),
            "member_share": [f"{v:.4f}" for v in accounts["member_share"].tolist()],
            "mean_gap_days": number(g["gap"], ".3f"),
            "gap_shape": np.where(g["month_end_chance"].isna(), number(g["shape"], ".3f"), ""),
            "month_end_chance": np.where(g["month_end_chance"].notna(), number(g["month_end_chance"], ".3f"), ""),
            "season_amplitude": number(g["season"], ".3f"),
            "trend_per_year": number(g["trend"], ".3f"),
            "breadth": number(g["breadth"], "d"),
            "payer": np.where(ordering, g["payer"], ""),
            "leave_rate_per_year": number(g["rate"], ".5f"),
            "late_share_6m": number(g["late_share_6m"], ".4f"),
            "slow_claims_12m": number(g["slow_claims_12m"], ".0f"),
            "few_touches_6m": number(g["few_touches_6m"], ".0f"),
            "new_manager_12m": number(g["new_manager_12m"], ".0f"),
            "left_on": np.where(ordering, g["left_on"], ""),
            "fade_from": np.where(ordering, g["fade_from"], ""),
            "first_left_on": np.where(ordering, g["first_left"], ""),
            "returned_on": np.where(ordering, g["returned_on"], ""),
            "stop_window_days": number(g["window"], ".1f"),
            **{
                name: number(g[name], ".4f")
                for name in ("p_silent_180", "p_silent_180_seen", "p_stopped", "p_stopped_seen")
            },
        }
    )
    return table.sort_values("account_id", ignore_index=True)


def _day(day: np.ndarray) -> np.ndarray:
    finite = np.isfinite(day)
    return np.where(finite, day_text(np.where(finite, day, 0).astype(int)), "")


@dataclass(frozen=True)
class _Ahead:
    """What follows the end T for each group, were it there and stayed."""

    last: np.ndarray  # day of the last order
    rate: np.ndarray  # of leaving, a day
    window: np.ndarray  # W of each group, days
    survival: Callable[[np.ndarray], np.ndarray]  # P(no order from the last one up to a day)
    empty: Callable[[np.ndarray], np.ndarray]  # P(no order in (T + 180, day])


def forecasts(world: World, horizon: int = HORIZON) -> pd.DataFrame:
    """Planted chances after the study's end T, by group, for one who knows that it is there, and for one who sees its silence.

    *silent*: no order in (T, T + horizon]. *stopped*: no order in (T + horizon, T + horizon + W]. A group leaves at its rate r a
    day and may come back as `stays_away` says.

    Returns
    -------
    DataFrame
        window (W, days); silent: ``1 - sum over x of [S(x-1) - S(x)] / S(0) * exp(-r (x - 1/2))``, S(x) the survival of its gap up
        to x days after T; stopped: ``1 - sum over the window of (no order before, one now, not left) - (left and back by its end)``;
        silent_seen, stopped_seen: it is there with weight ``A = exp(-r D) S(0)`` after D days of silence, or left u days after its
        last order, and is not back yet, with weight ``B(u) = r exp(-r u) S(u after the last order) (1 - b F(D - u))``; the result
        is ``(A x there + sum of B(u) stays_away(D - u)) / (A + sum of B(u))``.
    """
    ahead = _ahead(world, horizon)
    silence, rate = DAYS - ahead.last, ahead.rate[:, None]
    days = np.arange(horizon + 1)
    s = np.maximum(ahead.survival(np.full((len(silence), 1), float(DAYS)) + days), 1e-300)
    silent = 1 - ((s[:, :-1] - s[:, 1:]) / s[:, :1] * np.exp(-rate * (days[1:] - 0.5))).sum(axis=1)
    stopped = _stopped(ahead, horizon)
    past = np.arange(DAYS + 1)
    since = np.maximum(silence[:, None] - past, 0)
    hidden = rate * np.exp(-rate * past) * ahead.survival(ahead.last[:, None] + past) * (past < silence[:, None])
    hidden = hidden * (1 - BACK_SHARE * _back_by(since))
    there = np.exp(-ahead.rate * silence) * s[:, 0]
    whole = there + hidden.sum(axis=1)
    far = stays_away(since, horizon + ahead.window[:, None])
    return pd.DataFrame(
        {
            "window": ahead.window,
            "silent": silent,
            "silent_seen": (there * silent + (hidden * stays_away(since, horizon)).sum(axis=1)) / whole,
            "stopped": stopped,
            "stopped_seen": (there * stopped + (hidden * far).sum(axis=1)) / whole,
        }
    )


def _stopped(ahead: _Ahead, horizon: int, steps: int = 60) -> np.ndarray:
    """P(no order in the window after `horizon`) of groups that are there at the end."""
    part = np.arange(steps + 1) / steps
    rate, window = ahead.rate[:, None], ahead.window[:, None]
    left = np.exp(-rate * (horizon + window * part))
    none = ahead.empty(DAYS + horizon + window * part)
    ordered = ((none[:, :-1] - none[:, 1:]) * np.sqrt(left[:, :-1] * left[:, 1:])).sum(axis=1)
    mid = (part[1:] + part[:-1]) / 2
    day, width = horizon * mid, horizon / steps  # left before the window
    back = (rate * np.exp(-rate * day) * width * BACK_SHARE * _back_by(horizon + window - day)).sum(axis=1)
    day = window * mid  # left within it, before an order
    waited = (none[:, 1:] + none[:, :-1]) / 2 * rate * np.exp(-rate * (horizon + day)) * window / steps
    back += (waited * BACK_SHARE * _back_by(window - day)).sum(axis=1)
    chance: np.ndarray = 1 - ordered - back
    return chance


def _ahead(world: World, horizon: int) -> _Ahead:
    groups = world.groups
    n = len(groups)
    by = world.orders.groupby("group")["day"]
    span = by.agg(["min", "max"]).reindex(range(n)).fillna(0).clip(lower=0).to_numpy(float)
    first, last = span[:, 0], span[:, 1]
    shape, scale = groups["shape"].to_numpy(), (groups["gap"] / groups["shape"]).to_numpy()
    amplitude, chance = groups["season"].to_numpy(), groups["month_end_chance"].to_numpy()
    monthly = np.flatnonzero(np.isfinite(chance))
    gaps = by.size().reindex(range(n)).fillna(1).to_numpy() - 1
    mean = ((last - first) / np.where(gaps > 0, gaps, np.nan))[gaps > 0]
    usual = np.exp(np.log(mean).mean()) if len(mean) else 0.0
    window = np.clip(3 * (DAYS - first + usual) / (gaps + 1), max(180, horizon), 400)
    ends = np.concatenate([MONTH_ENDS, (pd.date_range(AS_OF, periods=21, freq="BME")[1:] - START).days])
    skipped = np.log1p(-month_end_chance(chance[monthly], amplitude[monthly], ends))
    passed = np.concatenate([np.zeros((len(monthly), 1)), np.cumsum(skipped, axis=1)], axis=1)

    def no_month_end(start: np.ndarray, day: np.ndarray) -> np.ndarray:
        """P(no order in (start, day]) of those who order at month ends."""
        row = np.arange(len(monthly))[:, None]
        counted = [passed[row, np.searchsorted(ends, np.floor(at), side="right")] for at in (start, day)]
        none: np.ndarray = np.exp(counted[1] - counted[0])
        return none

    def gap_survives(own: np.ndarray) -> np.ndarray:
        waits: np.ndarray = gammaincc(shape[:, None], np.maximum(own, 0) / scale[:, None])
        return waits

    begin = clock(last, amplitude)[:, None]

    def survival(day: np.ndarray) -> np.ndarray:
        waits = gap_survives(clock(day, amplitude[:, None]) - begin)
        waits[monthly] = no_month_end(last[monthly, None], day[monthly])
        return waits

    own = clock(DAYS + np.arange(horizon + 1.0), amplitude[:, None])
    first_gap = gap_survives(own - begin)
    now = np.maximum(first_gap[:, :1], 1e-300)
    chance_of_order = (first_gap[:, :-1] - first_gap[:, 1:]) / now  # of the first one on day 1, 2 ... and then of any
    waits = np.ones((n, 0))
    for day in range(1, horizon):
        longer = gap_survives(own[:, [day + 1]] - own[:, 1 : day + 1])
        shorter = np.concatenate([waits, np.ones((n, 1))], axis=1)
        chance_of_order[:, day] += (chance_of_order[:, :day] * (shorter - longer)).sum(axis=1)
        waits = longer

    def empty(day: np.ndarray) -> np.ndarray:
        later = clock(day, amplitude[:, None])
        none: np.ndarray = gap_survives(later - begin) / now
        for at in range(horizon):
            none += chance_of_order[:, [at]] * gap_survives(later - own[:, [at + 1]])
        none /= np.maximum(none[:, :1], 1e-300)  # what the grid of days rounds off
        none[monthly] = no_month_end(np.full((len(monthly), 1), DAYS + horizon), day[monthly])
        return none

    return _Ahead(last, world.rate_now / 365.25, window, survival, empty)


def stays_away(days: np.ndarray, horizon: int | np.ndarray = HORIZON) -> np.ndarray:
    """Probability that a group which left so many days ago, and is not back, does not come back within `horizon` days.

    ``1 - b (F(x + horizon) - F(x)) / (1 - b F(x))`` with b the share of leavers that come back, F the uniform law of when.
    """
    soon = BACK_SHARE * (_back_by(days + horizon) - _back_by(days))
    away: np.ndarray = 1 - soon / (1 - BACK_SHARE * _back_by(days))
    return away


def _back_by(days: np.ndarray) -> np.ndarray:
    """Of those who come back, the share that is back so many days after leaving."""
    first, last = BACK_DAYS
    back: np.ndarray = np.clip((days - first) / (last - first), 0, 1)
    return back


def dirty(faults: pd.DataFrame, accounts_file: pd.DataFrame, accounts: pd.DataFrame) -> pd.DataFrame:
    """File, line (the header is line 1) and reason of every planted fault and mark."""
    orders = pd.DataFrame({"file": "orders.csv", "line": faults["row"] + 2, "reason": faults["reason"]})
    knot = accounts.set_index("account_id")["knot"].reindex(accounts_file["account_id"]).to_numpy()
    at = np.flatnonzero(knot != "")
    return pd.concat(
        [orders, pd.DataFrame({"file": "accounts.csv", "line": at + 2, "reason": knot[at]})], ignore_index=True
    )
