"""RFM: how recently, how often and for how much money each account buys, in classes that only ranks decide.

Equal values get equal scores, so neither the row order nor the ids nor the currency unit can move an account.
Segments are data (`kamlib.study.settings.rfm_segments`): every cell belongs to exactly one of them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from kamlib.errors import InputError
from kamlib.facts.states import are_lost
from kamlib.facts.worth import observed_window
from kamlib.stats.checks import one_row_each
from kamlib.study.settings.rfm_segments import APART, LEVELS, NO_MONEY, NO_ORDER, SEGMENTS, TOO_SHORT, Segment, check

LEAST_DAYS = 30
"""Days from the first order to the last one of the base, below which nobody is recent or frequent beside the others."""


def scores(values: pd.Series, classes: int) -> pd.Series:
    """Class of each value by its rank: ``floor(k (2r - 1) / (2n)) + 1``, r the average rank of n, in integers.

    Parameters
    ----------
    values : Series
        Higher is better. Missing values take no part and get no score.
    classes : int
        k, at least 1.

    Returns
    -------
    Series of Int64, from 1 to `classes`; a single value is in the middle class, end classes may be empty.
    """
    if classes < 1:
        raise InputError("the number of classes must be 1 or more", found=classes)
    low = values.rank(method="min")
    twice = (low + values.rank(method="max")).astype("Int64")
    return classes * (twice - 1) // (2 * max(int(values.notna().sum()), 1)) + 1


def cells(classes: int, segments: Sequence[Segment] = SEGMENTS) -> pd.DataFrame:
    """Every cell of the grid with its segment: columns r, f, m, segment; `classes` cubed rows.

    Raises
    ------
    InputError
        If `classes` is neither 3 nor 5, or a cell belongs to no segment or to more than one.
    """
    levels = {3: LEVELS, 5: ("low", "low", "middle", "high", "high")}.get(classes)
    if levels is None:
        raise InputError("RFM has 3 or 5 classes", found=classes)
    check(segments)
    grid = pd.MultiIndex.from_product([range(1, classes + 1)] * 3, names=["r", "f", "m"]).to_frame(index=False)
    level = grid.replace(dict(enumerate(levels, 1)))
    inside = [level["r"].isin(s.r) & level["f"].isin(s.f) & level["m"].isin(s.m) for s in segments]
    which = np.column_stack(inside).argmax(axis=1)
    return grid.assign(segment=[segments[one].name for one in which])


def rfm_segments(
    facts: pd.DataFrame,
    *,
    window_months: int = 24,
    classes: int | None = None,
    measure: str | None = None,
    segments: Sequence[Segment] = SEGMENTS,
) -> pd.DataFrame:
    """Recency, frequency and money of each account, their classes, segment, and the way to the next class.

    Classes are by rank, but that an account with one order day in the window stands in the lowest of frequency, however many others
    do: their common rank would be in the middle, and nobody is a regular by one order.

    Parameters
    ----------
    facts : DataFrame, one row per account
        customer_id, silence_days, tenure_days, gap_median, and the columns of the window (`kamlib.facts.worth.observed_window`).
    window_months, measure :
        The window and the money; the longest observed window and the revenue stand in where they are not known.
    classes : 3, 5 or None
        None: 3 below 500 accounts that take part, else 5.
    segments : sequence of Segment

    Returns
    -------
    DataFrame, one row per account in the order of `facts`
        customer_id; silence_days, order_days, money (the values); gap_median (days); r, f, m (scores, 1 worst); cell; segment;
        r_next (days less of silence), f_next (order days more), m_next (money more) to today's cut of the next class
        that holds anyone, missing in the highest; rhythm (silence in own median gaps); window_months (missing: all
        history), measure, classes (k). Accounts without an order in the window have no scores and the segment `NO_ORDER`; those
        whose margin is unknown while others' is known, `NO_MONEY`; all others, where the orders of the base span fewer than `LEAST_DAYS`
        days, `TOO_SHORT`.

    Raises
    ------
    InputError
        If an account stands twice, a column is missing, or the window is not in `facts`.
    """
    one_row_each(facts, ["silence_days", "tenure_days", "gap_median"])
    window = observed_window(facts, window_months, measure)
    bought = facts[window.order_days].fillna(0) > 0
    told = bought & facts[window.money].notna()
    part = told & (order_span(facts) >= LEAST_DAYS)
    k = classes or (3 if part.sum() < 500 else 5)
    often = scores(facts[window.order_days].where(part).astype("float64"), k)
    known = cells(k, segments)
    result = pd.DataFrame(
        {
            "customer_id": facts["customer_id"],
            "silence_days": facts["silence_days"],
            "order_days": facts[window.order_days],
            "money": facts[window.money].astype("float64"),
            "r": scores(-facts["silence_days"].where(part).astype("float64"), k),
            "f": often.mask(part & (facts[window.order_days] <= 1), 1),
            "m": scores(facts[window.money].where(part).astype("float64"), k),
        }
    )
    result["cell"] = result["r"].astype("string") + result["f"].astype("string") + result["m"].astype("string")
    named = known.set_index(known[["r", "f", "m"]].astype(str).agg("".join, axis=1))
    result["segment"] = (
        result["cell"].map(named["segment"]).mask(~part, TOO_SHORT).mask(~told, NO_MONEY).mask(~bought, NO_ORDER)
    )
    result["r_next"] = _to_next(-result["silence_days"], result["r"])
    result["f_next"] = _to_next(result["order_days"], result["f"])
    result["m_next"] = _to_next(result["money"], result["m"])
    result["gap_median"] = facts["gap_median"]
    result["rhythm"] = facts["silence_days"] / facts["gap_median"]
    result["window_months"] = pd.array([window.months] * len(facts), dtype="Int64")
    result["measure"] = window.measure
    result["classes"] = k
    return result


def cut_points(table: pd.DataFrame) -> pd.DataFrame:
    """The smallest and largest value of each class of an `rfm_segments` table.

    Returns
    -------
    DataFrame, one row per dimension and class that holds anyone
        dimension (r, f, m), value (the column it ranks), score, smallest, largest, accounts.
    """
    parts = [
        table.groupby(score)[value]
        .agg(smallest="min", largest="max", accounts="size")
        .rename_axis("score")
        .reset_index()
        .assign(dimension=score, value=value)
        for score, value in (("r", "silence_days"), ("f", "order_days"), ("m", "money"))
    ]
    found = pd.concat(parts, ignore_index=True)
    return found[["dimension", "value", "score", "smallest", "largest", "accounts"]]


def order_span(facts: pd.DataFrame) -> int:
    """Days from the first order of the base to its last one, both counted; 0 where there is none."""
    days = facts["tenure_days"].max() - facts["silence_days"].min() + 1
    return 0 if pd.isna(days) else int(days)


def overdue(table: pd.DataFrame, states: pd.DataFrame, times: float = 3) -> pd.DataFrame:
    """Rows of an `rfm_segments` table: the highest money class, silent for longer than `times` own median gaps; most money first.

    Who is lost by the table of `states` is not overdue.
    """
    late: pd.DataFrame = table[
        (table["m"] == table["m"].max()) & (table["rhythm"] > times) & ~are_lost(table["customer_id"], states)
    ]
    return late.sort_values("money", ascending=False)


def summary(table: pd.DataFrame, segments: Sequence[Segment] = SEGMENTS) -> pd.DataFrame:
    """One row per segment, in the order of `segments`: accounts, share of them, money (missing where none is known), share of positive money."""
    order = [*(s.name for s in segments), *APART]
    by = table["money"].groupby(table["segment"])
    found = pd.DataFrame({"accounts": by.size(), "money": by.sum(min_count=1)})
    found = found.reindex([name for name in order if name in found.index])
    found.insert(1, "share_of_accounts", found["accounts"] / max(len(table), 1))
    positive = table["money"].where(table["money"] > 0)
    found["share_of_money"] = positive.groupby(table["segment"]).sum() / (positive.sum() or np.nan)
    return found.rename_axis("segment").reset_index()


def _to_next(values: pd.Series, score: pd.Series) -> pd.Series:
    """How much a value (higher is better) lacks to the smallest value of the next class that holds anyone."""
    smallest = values.groupby(score).min()
    cut = smallest.shift(-1)
    return score.map(cut).astype("float64") - values
