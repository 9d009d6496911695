"""The planted truth of each account: what an analysis should find."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import gammaincc

from kam_teaching.leaving import BACK_DAYS, BACK_SHARE, leaving_day, signs
from kam_teaching.lines import day_text
from kam_teaching.world import DAYS, World, clock

HORIZON = 180


def account_truth(world: World, accounts: pd.DataFrame, payer: np.ndarray) -> pd.DataFrame:
    """One row an account, sorted by id. The values of rhythm, leaving and risk are those of its group."""
    groups = world.groups
    left = leaving_day(groups)
    alive, known = p_lost(world)
    is_key = groups["candidate"] & np.isinf(left)
    g = groups.assign(
        is_key=is_key,
        payer=payer,
        rate=world.rate_now,
        left_on=_day(left),
        returned_on=_day(np.where(groups["returned"] < DAYS, groups["returned"], np.inf)),
        fade_from=_day(np.where(groups["left"] < DAYS, groups["fade_from"], np.inf)),
        p_lost_180=np.where(np.isinf(left), alive, np.where(np.isinf(groups["returned"]), stays_away(DAYS - left), 1.0)),
        p_lost_180_seen=known,
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
            "candidate": np.where(g["candidate"], "true", "false"),
            "member_share": [f"{v:.4f}" for v in accounts["member_share"].tolist()],
            "mean_gap_days": number(g["gap"], ".3f"),
            "gap_shape": number(g["shape"], ".3f"),
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
            "returned_on": np.where(ordering, g["returned_on"], ""),
            "p_lost_180": number(g["p_lost_180"], ".5f"),
            "p_lost_180_seen": number(g["p_lost_180_seen"], ".5f"),
        }
    )
    return table.sort_values("account_id", ignore_index=True)


def _day(day: np.ndarray) -> np.ndarray:
    finite = np.isfinite(day)
    return np.where(finite, day_text(np.where(finite, day, 0).astype(int)), "")


def p_lost(world: World, horizon: int = HORIZON) -> tuple[np.ndarray, np.ndarray]:
    """Probability of no order within `horizon` days after the study's end, by group.

    Let s be the days from the last order to the end in the group's own (season) time, S the survival function of its
    gamma gap, r its rate of leaving a day, x days after the end and s(x) the own time from the last order then.

    Returns
    -------
    alive : array
        For a group known to be there: ``1 - sum over x of [S(s(x-1)) - S(s(x))] / S(s(0)) * exp(-r (x - 1/2))``.
    seen : array
        For one who knows rhythm and rate but sees only the silence of D days. It is there with weight
        ``A = exp(-r D) S(s)`` or left u days after its last order, and is not back yet, with weight
        ``B(u) = r exp(-r u) S(s(u)) (1 - b F(D - u))`` (b, F as in `stays_away`); the result is
        ``(A alive + sum of B(u) stays_away(D - u)) / (A + sum of B(u))``.
    """
    groups = world.groups
    n = len(groups)
    last = np.maximum(world.orders.groupby("group")["day"].max().reindex(range(n)).fillna(0).to_numpy(float), 0)
    shape, scale = groups["shape"].to_numpy(), (groups["gap"] / groups["shape"]).to_numpy()
    amplitude, rate = groups["season"].to_numpy(), world.rate_now / 365.25

    def survival(day: np.ndarray) -> np.ndarray:
        own = clock(day, amplitude[:, None]) - clock(last, amplitude)[:, None]
        waits: np.ndarray = gammaincc(shape[:, None], np.maximum(own, 0) / scale[:, None])
        return waits

    ahead = np.arange(horizon + 1)
    s = survival(np.full((n, 1), float(DAYS)) + ahead)
    s = np.maximum(s, 1e-300)
    ordered = ((s[:, :-1] - s[:, 1:]) / s[:, :1] * np.exp(-rate[:, None] * (ahead[1:] - 0.5))).sum(axis=1)
    past = np.arange(DAYS + 1)
    silence = DAYS - last
    within = past[None, :] < silence[:, None]
    since = np.maximum(silence[:, None] - past, 0)
    hidden = rate[:, None] * np.exp(-rate[:, None] * past) * survival(last[:, None] + past) * within
    hidden = hidden * (1 - BACK_SHARE * _back_by(since))
    there = np.exp(-rate * silence) * s[:, 0]
    lost = there * (1 - ordered) + (hidden * stays_away(since, horizon)).sum(axis=1)
    return 1 - ordered, lost / (there + hidden.sum(axis=1))


def stays_away(days: np.ndarray, horizon: int = HORIZON) -> np.ndarray:
    """Probability that a group which left so many days ago, and is not back, does not come back within `horizon` days.

    ``1 - b (F(x + horizon) - F(x)) / (1 - b F(x))`` with b the share of leavers that come back, F the uniform law of when.
    """
    soon = BACK_SHARE * (_back_by(days + horizon) - _back_by(days))
    away: np.ndarray = 1 - soon / (1 - BACK_SHARE * _back_by(days))
    return away


def _back_by(days: np.ndarray) -> np.ndarray:
    """Of those who come back, the share that is back so many days after leaving."""
    first, last = BACK_DAYS
    return np.clip((days - first) / (last - first), 0, 1)


def duplicates(accounts: pd.DataFrame) -> pd.DataFrame:
    """Pairs of accounts that are one firm, written differently."""
    second = accounts[accounts["same_as"] >= 0]
    pairs = pd.DataFrame(
        {"account_id": accounts["account_id"].to_numpy()[second["same_as"]], "same_as": second["account_id"].to_numpy()}
    )
    return pairs.sort_values("account_id", ignore_index=True)


def dirty(faults: pd.DataFrame, accounts_file: pd.DataFrame, accounts: pd.DataFrame) -> pd.DataFrame:
    """File, line (the header is line 1) and reason of every planted fault and mark."""
    orders = pd.DataFrame({"file": "orders.csv", "line": faults["row"] + 2, "reason": faults["reason"]})
    knot = accounts.set_index("account_id")["knot"].reindex(accounts_file["account_id"]).to_numpy()
    at = np.flatnonzero(knot != "")
    return pd.concat(
        [orders, pd.DataFrame({"file": "accounts.csv", "line": at + 2, "reason": knot[at]})], ignore_index=True
    )
