"""Product lines that go quiet at customers who still order: each pair of customer and category against its own rhythm."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from kamlib.facts.days import as_pandas
from kamlib.facts.order_lines import check_lines, purchased
from kamlib.stats.intervals import wilson
from kamlib.stats.reasons import joined, or_waiting, reason_columns
from kamlib.study.settings.sections import FEWEST

BLOCK, RECENT, BASE = 30, 9, 730
"""Days of a block; blocks in which a change may have begun; days before these that the rhythm is taken from."""
LEAST, YOUNG = 12, 180
"""Order days a year from which a pair is watched; days of a past from which it has a rhythm."""
SILENT = 90
"""Days without any order after which no line of a customer is told of: then it is quiet as a whole."""
YEARS = 5
"""Years in which a customer has at most one false alarm."""
_HALF = 0.5
_RECORD, _AFTER = 90, 180
COLUMNS = [
    "customer_id", "category", "change", "since", "order_days_a_year", "expected", "order_days", "silence_days", "evidence", "limit",
    "amount_a_year", "margin_a_year", "watched",
]  # fmt: skip


def category_blocks(orders: ir.Table, as_of: date) -> pd.DataFrame:
    """The order days of each customer in each category, in one pass of the engine.

    Returns
    -------
    DataFrame, one row per pair with a purchase in the last 1,000 days, by id and category
        customer_id, category, first_order and last_order (of the pair, in these days), block_0 … block_8 (order days in each of the last 9 blocks of
        30 days, 0 the latest), base_days (in the 730 days before them), amount_a_year and margin_a_year (net, of the last 365 days before
        them; margin missing where none is known), order_days_12m.
    """
    check_lines(orders, "customer_id", "date", "amount", "margin", "category")
    end, span = pd.Timestamp(as_of).date(), RECENT * BLOCK

    def between(rows: ir.Table, first: int, last: int) -> ir.BooleanValue:
        """So many days back, the last not among them."""
        return (rows.date > end - timedelta(days=last)) & (rows.date <= end - timedelta(days=first))

    lines = orders.filter(between(orders, 0, span + BASE) & orders.category.notnull())
    year = between(lines, span, span + 365)
    days = lines.group_by("customer_id", "category", "date").agg(
        bought=purchased(lines, end).any(),
        amount=lines.amount.sum(where=year),
        margin=lines.margin.sum(where=year),
    )
    on = days.bought
    counts = {f"block_{b}": days.count(where=on & between(days, BLOCK * b, BLOCK * (b + 1))) for b in range(RECENT)}
    table = days.group_by("customer_id", "category").agg(
        first_order=days.date.min(where=on),
        last_order=days.date.max(where=on),
        **counts,
        base_days=days.count(where=on & between(days, span, span + BASE)),
        order_days_12m=days.count(where=on & between(days, 0, 365)),
        amount_a_year=days.amount.sum().cast("float64").fill_null(0.0),
        margin_a_year=days.margin.sum().cast("float64"),
    )
    return as_pandas(table.filter(lambda t: t.last_order.notnull()), ["customer_id", "category"])


def quiet_lines(pairs: pd.DataFrame, as_of: date | pd.Timestamp, states: pd.DataFrame | None = None) -> pd.DataFrame:
    """Every pair that is watched, with what speaks for a change of its rhythm, the strongest first.

    Order days of a pair come at random with a rate of its own, shrunk to those of its category (gamma prior by moments). What speaks for a
    change is the logarithm of a likelihood ratio with the rate integrated out: none since the last order day, or half the rate since the
    begin of one of the last 9 blocks, the best of them. If nothing has changed such a ratio has the mean 1, so it passes c with a chance of
    1 / c at most (Ville); c is the number of begins in five years over all pairs of the customer, half of the one alarm for each kind.

    Parameters
    ----------
    pairs : `category_blocks`.
    states : `kamlib.facts.customer_states`; who is silent or lost is left out, for then it is no matter of one line. So is who ordered
        nothing at all for 90 days, three gaps of the slowest that are watched.

    Returns
    -------
    DataFrame, one row per pair with a rhythm of 12 order days a year or more
        customer_id, category; change (stopped, halved; '' where neither passes its limit); since (the day after the last order day, or the first
        day of the block); order_days_a_year (its rhythm), expected and order_days (since then), silence_days (of the pair); evidence and limit
        (logarithms); amount_a_year, margin_a_year (of the year before the 270 days); watched (pairs of the customer).

    References
    ----------
    Ville (1939), Étude critique de la notion de collectif; Lorden (1971), Annals of Mathematical Statistics 42(6).
    """
    day = pd.Timestamp(as_of)
    pairs = pairs.reset_index(drop=True)
    latest = pairs.groupby("customer_id")["last_order"].transform("max")
    quiet = latest <= day - pd.Timedelta(days=SILENT)
    if states is not None:
        quiet |= pairs["customer_id"].isin(states.loc[states["state"].isin(["silent", "lost"]), "customer_id"])
    base = (BASE - (pd.Timedelta(days=BASE + RECENT * BLOCK - 1) - (day - pairs["first_order"])).dt.days).clip(0, BASE)
    rhythm = base.ge(YOUNG) & (pairs["base_days"] / base.where(base > 0) * 365 >= LEAST)
    told = rhythm & ~quiet
    table = pairs[told].reset_index(drop=True)
    shape, time = _prior(table, base[told].to_numpy(float))
    counts = table[[f"block_{b}" for b in range(RECENT)]].to_numpy(float).reshape(-1, RECENT)
    recent, whole = counts.cumsum(axis=1), counts.sum(axis=1, keepdims=True)
    lasted = BLOCK * np.arange(1, RECENT + 1)
    a, b = shape[:, None] + whole - recent, time[:, None] + BLOCK * RECENT - lasted
    half = _log_ratio(a, b, recent, lasted, _HALF)
    begin = half.argmax(axis=1) if len(table) else np.zeros(0, int)
    silence = (day - table["last_order"]).dt.days.to_numpy(float)
    inside = (counts * (lasted <= silence[:, None])).sum(axis=1)  # none of these blocks has one; the rest came before
    a_none, b_none = shape + counts.sum(axis=1) - inside, time + (BLOCK * RECENT - silence).clip(min=0)
    none = a_none * np.log1p(silence / b_none)
    watched = table.groupby("customer_id")["category"].transform("size").to_numpy(float)
    rate = shape / time
    begins = {"none": YEARS * 365 * rate, "half": YEARS * 365 / BLOCK}
    limits = {kind: np.log(2 * n * watched) for kind, n in begins.items()}
    best = half.max(axis=1, initial=-np.inf)
    is_none, is_half = none >= limits["none"], best >= limits["half"]
    stopped = is_none | ~is_half & (none / limits["none"] >= best / limits["half"])
    days_since = np.where(stopped, silence, lasted[begin])
    found = table[["customer_id", "category", "amount_a_year", "margin_a_year"]].assign(
        change=np.select([is_none, is_half], ["stopped", "halved"], ""),
        since=day - pd.to_timedelta(days_since - 1, unit="D"),
        order_days_a_year=365 * rate,
        expected=rate * days_since,
        order_days=np.where(stopped, 0, recent[np.arange(len(table)), begin]).astype("int64"),
        silence_days=silence.astype("int64"),
        evidence=np.where(stopped, none, best),
        limit=np.where(stopped, limits["none"], limits["half"]),
        watched=watched.astype("int64"),
    )[COLUMNS]
    order = np.lexsort([-found["evidence"] / found["limit"], found["change"] == ""])
    return or_waiting(found.iloc[order].reset_index(drop=True), "no_pairs_watched")


def on_record(found: pd.DataFrame, interactions: pd.DataFrame) -> pd.DataFrame:
    """What was on record of the customer in the 90 days before each line went quiet: claims and disputes, late deliveries.

    Returns
    -------
    DataFrame, index of `found`
        reason, reason_values; nothing_on_record where there is neither.
    """
    late = (interactions["kind"] == "delivery") & (interactions["date"] > interactions["promised"])
    kinds = {"line_claims": interactions["kind"].isin(["claim", "dispute"]), "line_late_deliveries": late}
    parts = []
    for code, flag in kinds.items():
        both = (
            found[["customer_id", "since"]]
            .reset_index()
            .merge(interactions.loc[flag, ["customer_id", "date"]], on="customer_id")
        )
        ahead = (both["since"] - both["date"]).dt.days
        n = both[(ahead >= 0) & (ahead < _RECORD)].groupby("index").size().reindex(found.index, fill_value=0)
        parts.append(reason_columns([(n > 0, code, {"n": n})]))
    told = joined(parts)
    return told.mask(told["reason"] == "", pd.Series({"reason": "nothing_on_record", "reason_values": "{}"}), axis=1)


def backtest(orders: ir.Table, quarters: Iterable[date], as_of: date) -> pd.DataFrame:
    """What became of the lines that would have been flagged at the end of earlier quarters, and of those that would not.

    Parameters
    ----------
    quarters : their last days; those whose next 180 days are not over at `as_of` are left out.

    Returns
    -------
    DataFrame, one row per quarter
        date; watched and alarms (pairs); came (alarms after which the pair had half its order days or fewer in 180 days); right, low, high (share of
        the alarms with its 95 % interval); without_alarm (the same share of the watched pairs without an alarm).
    """
    rows = []
    for quarter in quarters:
        day = pd.Timestamp(quarter)
        later = day + pd.Timedelta(days=_AFTER)
        if later > pd.Timestamp(as_of):
            continue
        found = quiet_lines(category_blocks(orders, day.date()), day)
        after = category_blocks(orders, later.date())
        came = after.set_index(["customer_id", "category"])[[f"block_{b}" for b in range(_AFTER // BLOCK)]].sum(axis=1)
        had = came.reindex(pd.MultiIndex.from_frame(found[["customer_id", "category"]]), fill_value=0).to_numpy()
        fell = had <= _HALF * found["order_days_a_year"].to_numpy(float) * _AFTER / 365
        alarm = (found["change"] != "").to_numpy()
        rows.append(
            (
                day,
                len(found),
                int(alarm.sum()),
                int((fell & alarm).sum()),
                fell[~alarm].mean() if (~alarm).any() else np.nan,
            )
        )
    table = pd.DataFrame(rows, columns=["date", "watched", "alarms", "came", "without_alarm"])
    table["right"] = table["came"] / table["alarms"].where(table["alarms"] > 0)
    low, high = wilson(table["came"], table["alarms"].where(table["alarms"] > 0))
    found = table.assign(low=low, high=high)[
        ["date", "watched", "alarms", "came", "right", "low", "high", "without_alarm"]
    ]
    return or_waiting(found, "no_quarter_is_over")


def _prior(table: pd.DataFrame, base: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Shape and time (days) of the gamma law of each pair's rate: that of its category by moments, and its own order days."""
    rate, n = table["base_days"].to_numpy(float) / base, table["base_days"].to_numpy(float)
    frame = pd.DataFrame({"rate": rate, "chance": rate / base, "category": table["category"]})
    enough = frame.groupby("category")["rate"].transform("size") >= FEWEST.segmented
    by = frame.groupby(frame["category"].where(enough, ""))
    mean = by["rate"].transform("mean").to_numpy()
    between = (by["rate"].transform("var").fillna(0.0) - by["chance"].transform("mean")).to_numpy()
    spread = np.maximum(between, 0.05 * mean**2)
    return mean**2 / spread + n, mean / spread + base


def _log_ratio(a: np.ndarray, b: np.ndarray, count: np.ndarray, days: np.ndarray, factor: float) -> np.ndarray:
    """Log-likelihood ratio of `factor` times the rate against the rate, which is gamma(a, b), for a count of so many days."""
    found: np.ndarray = (a + count) * (np.log(b + days) - np.log(b + factor * days)) + count * np.log(factor)
    return found
