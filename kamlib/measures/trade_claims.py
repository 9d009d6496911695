"""Two claims of the trade, tested on the study's own data: that keeping beats winning, and that the manager is half of success."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from kamlib.facts.order_lines import check_lines, purchased
from kamlib.facts.worth import line_margin
from kamlib.stats.intervals import resampled_sums
from kamlib.stats.reasons import Reason, waiting
from kamlib.study.settings.sections import FEWEST

_MANAGERS, _EACH = 5, 5  # managers, and accounts of each, that a share of variance needs
_HALF = 0.5
_WON_DAYS = 180  # in which accounts could be won, so that one season or one campaign does not stand for all
_UNTESTED = waiting(["accounts", "mean", "low", "high", "median"], "claim_has_no_figures")


@dataclass(frozen=True)
class Claim:
    """What the data say of a claim: *holds*, *does_not_hold*, *cant_be_told* or *not_tested*; why, and the figures (none: not tested)."""

    verdict: str
    reason: Reason
    figures: pd.DataFrame


def first_years(orders: ir.Table, as_of: date) -> pd.DataFrame:
    """What each account brought in the 365 days from its first purchase, of those whose first year was over by `as_of`.

    Returns
    -------
    DataFrame
        customer_id, first_order, amount, margin (net, study currency; margin missing where none is known).
    """
    check_lines(orders, "customer_id", "date", "amount", "margin")
    lines = orders.filter(orders.date <= as_of)
    bought = lines.filter(purchased(lines, as_of))
    firsts = bought.group_by("customer_id").agg(first_order=bought.date.min())
    both = lines.join(firsts, "customer_id")
    age = both.date.delta(both.first_order, unit="day")
    year = both.filter((age >= 0) & (age < 365))
    sums = {"amount": year.amount.sum().cast("float64"), "margin": line_margin(year)}
    found: pd.DataFrame = year.group_by("customer_id", "first_order").agg(**sums).order_by("customer_id").to_pandas()
    found["first_order"] = found["first_order"].astype("datetime64[ns]")
    over = found["first_order"] + pd.Timedelta(days=365) <= pd.Timestamp(as_of) + pd.Timedelta(days=1)
    return found[over].reset_index(drop=True)


def keeping_or_winning(
    episodes: pd.DataFrame,
    firsts: pd.DataFrame,
    first_day: date | pd.Timestamp,
    as_of: date | pd.Timestamp,
    *,
    money: str = "margin",
    costs: pd.DataFrame | None = None,
    bootstraps: int = 2000,
    seed: int = 1,
) -> Claim:
    """Is an account that left worth more a year than one that was won in the same time?

    The account that left stands for what keeping it would have kept (not the accounts that stayed: they are the best of
    all); the year before its last order is held against the first year of an account that was won, both less what they
    cost to serve. Both are of the time from a year after the first day on record (before that, an old customer looks new)
    to a year before `as_of`.

    Parameters
    ----------
    episodes, firsts : `kamlib.churn.losses.loss_episodes` and `first_years` at `as_of`.
    costs : customer_id, date, cost of each touch (`kamlib.facts.service.serving_costs`).

    Returns
    -------
    Claim
        Not tested where that time is shorter than 180 days, or fewer than 20 customers left or were won in it. An interval that
        is a point says nothing, so the verdict then is that it can't be told.
        figures, rows *would_be_kept*, *was_won* and *difference*: accounts, mean (study currency a year), low, high (95 %, bootstrap of
        accounts), median. What it cost to win, or would have cost to keep, is in it only as far as touches are on record.
    """
    start, end = (pd.Timestamp(day) + pd.Timedelta(days=days) for day, days in ((first_day, 365), (as_of, -365)))
    lost = episodes[episodes["last_order"].between(start, end)].assign(day=lambda t: t["last_order"])
    won = firsts[firsts["first_order"].between(start, end)]
    won = won.assign(day=won["first_order"] + pd.Timedelta(days=364))
    if (room := (end - start).days) < _WON_DAYS:
        found = {"days": max(room, 0), "enough": _WON_DAYS}
        return Claim("not_tested", Reason("too_short_to_win", found), _UNTESTED)
    sides = {"would_be_kept": lost, "was_won": won}
    customers = {name: table["customer_id"].nunique() for name, table in sides.items()}
    if min(customers.values()) < FEWEST.averaged:
        found = {"left": customers["would_be_kept"], "won": customers["was_won"], "enough": FEWEST.averaged}
        return Claim("not_tested", Reason("too_few_left_or_won", found), _UNTESTED)
    net = {name: _net(table, money, costs) for name, table in sides.items()}
    if any(np.isnan(each).any() for each in net.values()):
        return Claim("not_tested", Reason(f"{money}_unknown"), _UNTESTED)
    means = {
        name: _resampled_means(net[name], table["customer_id"], bootstraps, seed + place)
        for place, (name, table) in enumerate(sides.items())
    }
    means["difference"] = means["would_be_kept"] - means["was_won"]
    kept, won_ = (float(each.mean()) for each in net.values())
    bounds = [_interval(*np.percentile(drawn, [2.5, 97.5])) for drawn in means.values()]
    figures = pd.DataFrame(
        {
            "accounts": [*customers.values(), np.nan],
            "mean": [kept, won_, kept - won_],
            "low": [low for low, _ in bounds],
            "high": [high for _, high in bounds],
            "median": [*(float(np.median(each)) for each in net.values()), np.nan],
        },
        index=pd.Index(list(means), name="group"),
    )
    low, high = bounds[-1]
    verdict = _verdict(low, high, 0)
    return Claim(verdict, Reason(f"keeping_{verdict}"), figures)


def managers_share(facts: pd.DataFrame, manager: pd.Series, segment: pd.Series | None = None) -> Claim:
    """How much of the differences in success goes along with the manager: the claim says more than a half.

    Success is the growth of revenue over two years, (R1 - R0) / ((R1 + R0) / 2): 2 at most, and -2 for an account that was lost, so
    that losses count. Beside it stands the level, the logarithm of the last year's revenue. The share is the intraclass
    correlation of a random intercept for each manager, over all accounts and within segments: managers are not given accounts by lot, and
    whoever gets the better ones looks better. Within segments some of that is taken out, never all.

    Parameters
    ----------
    facts : one row per account at one date: customer_id, revenue_12m, revenue_prev_12m (R0 > 0 counts).
    manager : who managed it before the last twelve months, by customer_id: success must not choose the manager.
    segment : e.g. industry and size, by customer_id; None: only all accounts.

    Returns
    -------
    Claim
        figures: success, among, managers, accounts, share, low, high (95 %, below 0 where managers differ less than chance would
        make them). The verdict is by growth, within segments if
        they are given. Below five managers with five accounts each it is not tested.

    References
    ----------
    Thomas & Hultquist (1978), Annals of Statistics 6 (interval for unequal groups); Davis & Haltiwanger (1992), QJE 107 (growth).
    """
    names = ["customer_id", "revenue_12m", "revenue_prev_12m"]
    base = facts.loc[facts["revenue_prev_12m"] > 0, names].set_index("customer_id")
    now, then = base["revenue_12m"].clip(lower=0), base["revenue_prev_12m"]
    success = {"growth": (now - then) / ((now + then) / 2), "level": np.log(now[now > 0])}
    who = manager.reindex(base.index).dropna()
    who = who[who.map(who.value_counts()) >= _EACH]
    if who.nunique() < _MANAGERS:
        found = {"managers": who.nunique(), "each": _EACH, "enough": _MANAGERS}
        return Claim("not_tested", Reason("too_few_managers", found), _UNTESTED)
    rows = []
    for name, values in success.items():
        values = values[values.index.isin(who.index)]
        if values.groupby(who.reindex(values.index)).size().min() >= 2:
            groups = who.reindex(values.index)
            rows.append((name, "all_accounts", *_intraclass(values, groups)))
            if segment is not None:
                kind = segment.reindex(values.index)
                kind = kind.where(kind.map(kind.value_counts()) >= _EACH, "other")
                rows.append(
                    (name, "within_segments", *_intraclass(values - values.groupby(kind).transform("mean"), groups))
                )
    figures = pd.DataFrame(rows, columns=["success", "among", "managers", "accounts", "share", "low", "high"])
    judged = figures[figures["success"] == "growth"].iloc[-1]
    verdict = _verdict(judged.low, judged.high, _HALF)
    return Claim(verdict, Reason(f"managing_{verdict}"), figures)


def managers_before(orders: ir.Table, until: date) -> pd.Series:
    """The manager with the most purchases of each account in the 365 days to `until`, by customer_id."""
    check_lines(orders, "customer_id", "date", "amount", "manager")
    lines = orders.filter(purchased(orders, until) & orders.manager.notnull() & (orders.date <= until))
    lines = lines.filter(lines.date > (pd.Timestamp(until) - pd.Timedelta(days=365)).date())
    sums: pd.DataFrame = (
        lines.group_by("customer_id", "manager").agg(amount=lines.amount.sum().cast("float64")).to_pandas()
    )
    sums = sums.sort_values(["amount", "manager"], ascending=[False, True])
    return sums.drop_duplicates("customer_id").set_index("customer_id")["manager"]


def _resampled_means(values: np.ndarray, whose: pd.Series, bootstraps: int, seed: int) -> np.ndarray:
    """Means of the rows of as many customers, drawn with replacement, each with all its rows."""
    place, ids = pd.factorize(whose)
    each = np.column_stack([np.bincount(place, values, len(ids)), np.bincount(place, minlength=len(ids))])
    sums = resampled_sums(each, bootstraps, seed)
    means: np.ndarray = sums[:, 0] / sums[:, 1]
    return means


def _interval(low: float, high: float) -> tuple[float, float]:
    """The ends, missing where they are one: what does not vary in the sample is not known exactly."""
    return (low, high) if low < high else (np.nan, np.nan)


def _verdict(low: float, high: float, claimed: float) -> str:
    return "holds" if low > claimed else "does_not_hold" if high < claimed else "cant_be_told"


def _net(table: pd.DataFrame, money: str, costs: pd.DataFrame | None) -> np.ndarray:
    """Money of each row's year less the cost of the touches in the 365 days to its `day`."""
    values = table[money].to_numpy(float)
    if costs is None or costs.empty:
        return values
    both = costs.merge(table[["customer_id", "day"]].assign(row=np.arange(len(table))), on="customer_id")
    age = (both["day"] - both["date"]).dt.days
    inside = both[(age >= 0) & (age < 365)]
    return values - np.bincount(inside["row"], weights=inside["cost"], minlength=len(table))


def _intraclass(values: pd.Series, group: pd.Series) -> tuple[int, int, float, float, float]:
    """Groups, rows, and the intraclass correlation with its interval by the F distribution, from unweighted group means."""
    from scipy.stats import f

    each = values.groupby(group).agg(["size", "mean", "var"])
    groups, n = len(each), len(values)
    within = float((each["var"] * (each["size"] - 1)).sum() / (n - groups))
    size = groups / float((1 / each["size"]).sum())
    ratio = size * float(each["mean"].var(ddof=1)) / within if within > 0 else np.inf
    bounds = (ratio, ratio / f.ppf(0.975, groups - 1, n - groups), ratio / f.ppf(0.025, groups - 1, n - groups))
    share, low, high = (1.0 if np.isinf(r) else (r - 1) / (r - 1 + size) for r in bounds)
    return groups, n, max(0.0, share), *_interval(low, high)
