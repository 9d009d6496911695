"""The test of the lifetime value on a later period: what was expected of the next block, against what came."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from kamlib.facts.worth import worth_column
from kamlib.stats.intervals import resampled_sums
from kamlib.study.sections import FEWEST


def held_out(
    p_silent: pd.DataFrame,
    margins: pd.DataFrame,
    came: pd.DataFrame,
    test_date: date | pd.Timestamp,
    *,
    horizon_days: int = 180,
    costs: pd.DataFrame | None = None,
    bootstraps: int = 500,
    seed: int = 1,
) -> pd.DataFrame:
    """The first block's expected margin at the test date, (1 - q₁) m, against what came in that block.

    Parameters
    ----------
    p_silent, margins : as known at `test_date`; accounts without sales in the block count as zero.
    came : `kamlib.facts.blocks.span_sums` of `held_out_spans`.
    costs : as in `block_margins`; taken off the margin of accounts with order lines in the span.

    Returns
    -------
    DataFrame, rows: this value; the same block last year; the last 12 months, pro rata
        method, expected and came (sums), bias (expected / came - 1), low and high (95 %, bootstrap of accounts; missing
        below 20 accounts), rank_correlation (Spearman), mean_error (mean absolute error per account).
    """
    table = _sums(p_silent, margins, came, test_date, horizon_days, costs)
    after = table["after"]
    ways = {
        "this_value": (1 - table["p_silent"]) * table["margin"],
        "block_last_year": table["last"],
        "year_pro_rata": table["year"] * horizon_days / 365,
    }
    sums = (
        resampled_sums(np.column_stack([after, *ways.values()]), bootstraps, seed)
        if len(table) >= FEWEST.averaged
        else None
    )
    rows = []
    for place, (name, expected) in enumerate(ways.items(), start=1):
        bounds = [np.nan, np.nan]
        if sums is not None and (sums[:, 0] > 0).all():
            bounds = np.percentile(sums[:, place] / sums[:, 0] - 1, [2.5, 97.5]).tolist()
        rows.append(
            (
                name,
                float(expected.sum()),
                float(after.sum()),
                float(expected.sum() / after.sum() - 1) if after.sum() else np.nan,
                *bounds,
                float(expected.rank().corr(after.rank())),
                float((expected - after).abs().mean()),
            )
        )
    columns = ["method", "expected", "came", "bias", "low", "high", "rank_correlation", "mean_error"]
    return pd.DataFrame(rows, columns=columns)


def held_out_parts(
    p_silent: pd.DataFrame,
    margins: pd.DataFrame,
    came: pd.DataFrame,
    test_date: date | pd.Timestamp,
    *,
    horizon_days: int = 180,
    costs: pd.DataFrame | None = None,
) -> pd.Series:
    """Where the sum was missed: by who stayed, or by how much each who stayed brought; and what came from elsewhere.

    Parameters
    ----------
    As in `held_out`; p_silent also holds lost (1: no order came).

    Returns
    -------
    Series (money in study currency)
        expected; staying (expected of those who did stay: the model of loss plays no part in it); came; elsewhere (came from
        accounts that were not valued: new ones, and returns of those lost before; their sales cost is not taken off);
        like_for_like (what the accounts that bought in this block and in the same one a year before brought, over what they
        brought then, less 1; missing without such accounts).
    """
    table = _sums(p_silent, margins, came, test_date, horizon_days, costs)
    money = _money(came)
    other = (came["span"] == "after") & ~came["customer_id"].isin(table["customer_id"])
    both = table[(table["after"] > 0) & (table["last"] > 0)]
    return pd.Series(
        {
            "expected": ((1 - table["p_silent"]) * table["margin"]).sum(),
            "staying": table.loc[table["lost"] == 0, "margin"].sum(),
            "came": table["after"].sum(),
            "elsewhere": came.loc[other, money].sum(),
            "like_for_like": both["after"].sum() / both["last"].sum() - 1 if len(both) else np.nan,
        }
    )


def held_out_spans(test_date: date | pd.Timestamp, horizon_days: int) -> dict[str, tuple[pd.Timestamp, pd.Timestamp]]:
    """Start and end of the spans that `held_out` compares: the block after the day, the same a year before, the year before."""
    day, span, year = pd.Timestamp(test_date), pd.Timedelta(days=horizon_days), pd.Timedelta(days=365)
    return {"after": (day, day + span), "last": (day - year, day - year + span), "year": (day - year, day)}


def _sums(
    p_silent: pd.DataFrame,
    margins: pd.DataFrame,
    came: pd.DataFrame,
    test_date: date | pd.Timestamp,
    horizon_days: int,
    costs: pd.DataFrame | None,
) -> pd.DataFrame:
    """The valued accounts, and what each brought in each span, less its costs where it has order lines; 0 where it has none."""
    table = p_silent.drop(columns="margin", errors="ignore").merge(margins[["customer_id", "margin"]])
    for name, (start, end) in held_out_spans(test_date, horizon_days).items():
        total = came.loc[came["span"] == name].set_index("customer_id")[_money(came)]
        if costs is not None and len(costs):
            spent = costs[(costs["date"] > start) & (costs["date"] <= end)].groupby("customer_id")["cost"].sum()
            total = total - spent.reindex(total.index).fillna(0.0)
        table[name] = table["customer_id"].map(total).fillna(0.0)
    return table


def _money(came: pd.DataFrame) -> str:
    return worth_column(came, "", revenue="amount")
