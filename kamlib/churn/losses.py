"""Losses as they happened: each time an account stayed away for a whole horizon, what went with it, and whether it came back."""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from kamlib.facts.as_known import ended_on
from kamlib.facts.days import purchase_days
from kamlib.facts.order_lines import check_lines, purchased, stands
from kamlib.facts.rhythm import SLOWEST_DAYS, WINDOW_DAYS
from kamlib.facts.worth import line_margin
from kamlib.io.engines import small
from kamlib.stats.intervals import newcombe, wilson
from kamlib.stats.ordering import places
from kamlib.stats.reasons import waiting
from kamlib.study.periods import period_label, quarter_frequency, quarter_labels


def loss_episodes(
    orders: ir.Table, as_of: date, *, horizon_days: int = 180, accounts: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Every loss that was known by `as_of`, those that were made good by a return included.

    An account is lost when the longest of 180 days, the horizon and its own limit have passed without a purchase, or on the day it
    closed or its contract ended if that is earlier; such an account does not come back. The own limit is L of `kamlib.facts.rhythm`,
    by the orders before the silence and the usual gap at `as_of`. It is the definition of `kamlib.facts.states`: the losses without
    a return are the accounts that are *lost* at `as_of`.

    Parameters
    ----------
    orders : clean order lines. Nothing after `as_of` is read.
    accounts : clean accounts, for the days of closing.

    Returns
    -------
    DataFrame, in the order of lost_on and customer_id
        customer_id, last_order (before the loss), lost_on, ended_on (the day it closed or left its contract, by which the loss
        can't be made good), returned_on (the next purchase; missing where none came), amount and margin (net of the 365
        days up to last_order, study currency), second_amount and second_margin (net of a horizon from the day of the
        return; missing while that is not over). Margins are missing where none is known.
    """
    check_lines(orders, "customer_id", "date", "amount", "margin")
    lines = orders.filter(orders.date <= as_of)
    days = purchase_days(orders, as_of)
    days = days.filter(stands(days, as_of))
    days = _with_limits(days, horizon_days)
    quiet = days.returned_on.fill_null(as_of).delta(days.date, unit="day") > days.limit_days
    starts = days.filter(quiet).select("customer_id", "returned_on", "limit_days", last_order="date")
    ended = _ended(accounts, pd.Timestamp(as_of))
    if len(ended):
        known = small(orders.get_backend(), {"customer_id": ended.index, "day": ended.dt.strftime("%Y-%m-%d")})
        there = days.join(known.mutate(day=known.day.cast("date")), "customer_id").filter(lambda t: t.date <= t.day)
        last = there.group_by("customer_id").agg(
            last_order=there.date.max(), limit_days=there.limit_days.argmax(there.date)
        )
        gone = last.mutate(returned_on=last.last_order.nullif(last.last_order))
        starts = starts.union(gone.select(*starts.columns), distinct=True)
    starts = starts.rename(account="customer_id")
    both = lines.join(starts, lines.customer_id == starts.account)
    age = both.last_order.delta(both.date, unit="day")
    since = both.date.delta(both.returned_on, unit="day")
    spans = {"": (age >= 0) & (age < 365), "second_": (since >= 0) & (since < horizon_days)}
    sums = {
        lead + name: total
        for lead, inside in spans.items()
        for name, total in (
            ("amount", both.amount.sum(where=inside).cast("float64")),
            ("margin", line_margin(both, inside)),
        )
    }
    bought = spans[""] & purchased(both, as_of)
    sums |= {"begun": both.date.min(where=bought), "order_days": both.date.nunique(where=bought)}
    found: pd.DataFrame = (
        both.group_by("customer_id", "last_order", "returned_on", "limit_days").agg(**sums).to_pandas()
    )
    found = found.astype(dict.fromkeys(["last_order", "returned_on", "begun"], "datetime64[ns]"))
    found["gap_days"] = (found["last_order"] - found["begun"]).dt.days / (found["order_days"] - 1).where(
        lambda n: n > 0
    )
    found["ended_on"] = found["customer_id"].map(ended)
    silent_on = found["last_order"] + pd.to_timedelta(found["limit_days"].floordiv(1), unit="D")
    found["lost_on"] = pd.concat([silent_on, found["ended_on"]], axis=1).min(axis=1)
    found = found[~(found["last_order"] > found["ended_on"])]
    found["returned_on"] = found["returned_on"].mask(found["returned_on"] > found["ended_on"])
    found["ended_on"] = found["ended_on"].where(found["returned_on"].isna())
    found = found.drop_duplicates(["customer_id", "last_order"])
    over = found["returned_on"] + pd.Timedelta(days=horizon_days) <= pd.Timestamp(as_of) + pd.Timedelta(days=1)
    second = ["second_amount", "second_margin"]
    found[second] = found[second].where(over)
    names = ["customer_id", "last_order", "lost_on", "ended_on", "returned_on", "gap_days", "amount", "margin", *second]
    return found.sort_values(["lost_on", "customer_id"], ignore_index=True, key=places)[names]


def counted(episodes: pd.DataFrame, first_orders: pd.Series, *, year_begins: int = 1) -> pd.DataFrame:
    """The losses that count in a quarter, with its name: one for each customer that was there when the quarter began.

    Who bought first, or came back, within the quarter in which it was lost was not there; so a quarter has one number of losses,
    however they are split.

    Parameters
    ----------
    episodes, first_orders, year_begins : as in `losses_by_quarter`.

    Returns
    -------
    DataFrame, rows of `episodes` with quarter
    """
    start = episodes["lost_on"].dt.to_period(quarter_frequency(year_begins)).dt.start_time
    by = episodes.sort_values("lost_on", kind="stable").groupby("customer_id")
    again, back = by.cumcount().reindex(episodes.index) > 0, by["returned_on"].shift().reindex(episodes.index)
    there = (episodes["customer_id"].map(first_orders) < start) & (~again | (back < start))
    found: pd.DataFrame = episodes[there]
    return found.assign(quarter=quarter_labels(found["lost_on"], year_begins))


def losses_by_quarter(
    episodes: pd.DataFrame, first_orders: pd.Series, as_of: date, *, horizon_days: int = 180, year_begins: int = 1
) -> pd.DataFrame:
    """Customers at the start of each whole quarter, those lost and those that came back in it, and the money that went.

    Parameters
    ----------
    episodes : `loss_episodes` at `as_of`.
    first_orders : day of the first purchase, by customer_id.
    year_begins : the month, 1 to 12; from 2 on the quarters are those of a fiscal year.

    Returns
    -------
    DataFrame, one row a quarter
        quarter, customers (at its start: bought before, and not lost), losses (of them: `counted`), share, low, high (Wilson), amount
        and margin (of these losses, in their last year), returned, returned_amount and returned_margin (of those who came
        back in it, in the year before they were lost). Money is missing where a year of one of them lies partly before the
        first purchase on record. Quarters that began within a horizon, or 180 days, of it, when nobody could be seen lost yet, and
        the unfinished one are left out; without any, the table waits for one.
    """
    day = pd.Timestamp(as_of)
    earliest = max(WINDOW_DAYS, horizon_days)
    since = first_orders.min() + pd.Timedelta(days=earliest)
    whole = episodes["last_order"] >= first_orders.min() + pd.Timedelta(days=364)
    who = first_orders.index.get_indexer(pd.Index(episodes["customer_id"]))
    money = episodes[["amount", "margin"]].where(whole)
    losses = counted(episodes, first_orders, year_begins=year_begins)
    rows = []
    for quarter in pd.period_range(since, day, freq=quarter_frequency(year_begins)) if len(first_orders) else ():
        start, end = quarter.start_time, quarter.end_time.normalize()
        if start < since or end > day:
            continue
        there = np.append(first_orders < start, False)  # the last place is that of accounts without a first order
        there[who[(episodes["lost_on"] < start) & ~(episodes["returned_on"] < start)]] = False
        lost = losses.index[losses["lost_on"].between(start, end)]
        back = episodes["returned_on"].between(start, end)
        rows.append(
            {
                "quarter": period_label(end, year_begins),
                "customers": int(there.sum()),
                "losses": len(lost),
                **money.loc[lost].sum(skipna=False),
                "returned": int(back.sum()),
                **money[back].sum(skipna=False).add_prefix("returned_"),
            }
        )
    if not rows:
        columns = "quarter customers losses share low high amount margin returned returned_amount returned_margin"
        return waiting(columns.split(), "no_quarter_told", days=earliest)
    table = pd.DataFrame(rows)
    share = table["losses"] / table["customers"].where(table["customers"] > 0)
    low, high = wilson(table["losses"], table["customers"].where(table["customers"] > 0))
    for place, (name, values) in enumerate((("share", share), ("low", low), ("high", high)), start=3):
        table.insert(place, name, values.astype(float))
    return table


def change_in_a_year(quarters: pd.DataFrame) -> pd.Series:
    """Losses a quarter over the last four quarters, over the same ones a year before, and the 95 % interval of the difference.

    Where fewer than eight quarters are known, those of the last four that have one a year before are compared with it: no quarter
    is held against another season.

    Parameters
    ----------
    quarters : `losses_by_quarter`.

    Returns
    -------
    Series
        quarters (how many are compared), now, then (shares of the customers at the start of a quarter), low, high (Newcombe, of now
        less then); empty below five quarters.
    """
    pairs = min(4, len(quarters) - 4)
    if pairs < 1:
        return pd.Series(dtype="float64")
    year, before = (part[["losses", "customers"]].tail(pairs).sum() for part in (quarters, quarters.iloc[:-4]))
    low, high = newcombe(*(pd.Series([part[name]]) for part in (year, before) for name in ("losses", "customers")))
    shares = {
        "quarters": pairs,
        "now": year["losses"] / year["customers"],
        "then": before["losses"] / before["customers"],
    }
    return pd.Series(shares | {"low": low[0], "high": high[0]}, dtype="float64")


def _with_limits(days: ir.Table, horizon_days: int) -> ir.Table:
    """Order days with the next one (returned_on) and the days of silence after them beyond which the account is lost (limit_days)."""
    firsts = days.group_by("customer_id").agg(
        first_order=days.date.min(), last_order=days.date.max(), gaps=days.count() - 1
    )
    paces = firsts.mutate(mean_gap=firsts.last_order.delta(firsts.first_order, unit="day") / firsts.gaps.nullif(0))
    usual = paces.mean_gap.ln().mean().exp().to_pyarrow().as_py()
    so_far = ibis.cumulative_window(group_by="customer_id", order_by="date")
    days = days.mutate(
        returned_on=days.date.lead().over(group_by="customer_id", order_by="date"),
        since=days.date.min().over(so_far),
        place=days.date.count().over(so_far),
    )
    limit = ibis.literal(float(max(WINDOW_DAYS, horizon_days)))
    if usual is not None:
        pace = 3 * (days.date.delta(days.since, unit="day") + ibis.literal(usual)) / days.place
        limit = ibis.greatest(limit, ibis.least(pace, float(SLOWEST_DAYS)))
    return days.mutate(limit_days=limit)


def _ended(accounts: pd.DataFrame | None, day: pd.Timestamp) -> pd.Series:
    """The day each account closed or left its contract, of those that had by `day`."""
    ids = pd.Series([] if accounts is None else accounts["customer_id"].unique(), dtype="object")
    ended = ended_on(ids, accounts).set_axis(ids)
    return ended[ended <= day]
