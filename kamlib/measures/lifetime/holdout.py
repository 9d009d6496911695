"""The test of the lifetime value on a later period: what was expected of the next block, against what came."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from kamlib.facts.worth import worth_column
from kamlib.measures.lifetime.lifetime_value import HALF, first_block
from kamlib.measures.lifetime.seasons import season_of
from kamlib.stats.intervals import resampled_sums
from kamlib.stats.reasons import or_waiting
from kamlib.study.settings.sections import FEWEST

RIVALS = ("without_season", "last_horizon", "year_pro_rata", "block_last_year")
COLUMNS = (
    *("method", "expected", "came", "bias", "low", "high", "rank_correlation", "mean_error"),
    *("more_error", "more_error_low", "more_error_high"),
)


def held_out(
    p_silent: pd.DataFrame,
    margins: pd.DataFrame,
    came: pd.DataFrame,
    test_date: date | pd.Timestamp,
    *,
    horizon_days: int = 180,
    year_days: int = 365,
    season: np.ndarray | None = None,
    stopped_share: float = HALF,
    costs: pd.DataFrame | None = None,
    bootstraps: int = 500,
    seed: int = 1,
) -> pd.DataFrame:
    """The first block's expected margin at the test date against what came in that block, and simple rivals beside it.

    Parameters
    ----------
    p_silent, margins : as known at `test_date` (`kamlib.measures.lifetime.lifetime_value.first_block`, `kamlib.measures.lifetime.block_margins`); accounts
        without sales in the block count as zero.
    came : `kamlib.facts.blocks.span_sums` of `held_out_spans`.
    year_days : days on record of the year before the test date.
    season, stopped_share : as in `kamlib.measures.lifetime.lifetime_values`. Where a season is known, the value without it is one of the rivals.
    costs : as in `block_margins`; taken off the margin of accounts with order lines in the span.

    Returns
    -------
    DataFrame, rows: this value, and the `RIVALS`
        method, expected and came (sums), bias (expected / came - 1), low and high (95 %, bootstrap of accounts; missing
        below 20 accounts), rank_correlation (Spearman), mean_error (mean absolute error per account), more_error (less that of this
        value, and its paired 95 % interval, more_error_low and more_error_high).
    """
    valued = p_silent.drop(columns="margin", errors="ignore").merge(margins[["customer_id", "margin"]])
    table = sums_of_spans(valued, came, test_date, horizon_days, costs)
    after, pays = table["after"], first_block(table, stopped_share=stopped_share)["expected"]
    factor = float(season_of(season, np.zeros(1), horizon_days)[0])
    rivals = {
        "without_season": pays * table["margin"],
        "last_horizon": table["recent"],
        "year_pro_rata": table["year"] * horizon_days / year_days,
        "block_last_year": table["last"],
    }
    ways = {"this_value": factor * rivals["without_season"]}
    ways |= {name: rivals[name] for name in RIVALS if season is not None or name != "without_season"}
    errors = {name: (expected - after).abs() for name, expected in ways.items()}
    more = np.column_stack([error - errors["this_value"] for error in errors.values()])
    both = np.column_stack([after, *ways.values(), more])
    sums = (
        resampled_sums(both, bootstraps, seed) if len(table) >= FEWEST.averaged else np.full((1, both.shape[1]), np.nan)
    )
    rows = []
    for place, (name, expected) in enumerate(ways.items(), start=1):
        ranks = [expected.rank(), after.rank()]
        differ = all(one.nunique() > 1 for one in ranks)
        bounds = [np.nan, np.nan]
        if (sums[:, 0] > 0).all():
            bounds = np.percentile(sums[:, place] / sums[:, 0] - 1, [2.5, 97.5]).tolist()
        rows.append(
            (
                name,
                float(expected.sum()),
                float(after.sum()),
                float(expected.sum() / after.sum() - 1) if after.sum() else np.nan,
                *bounds,
                float(ranks[0].corr(ranks[1])) if differ else np.nan,
                float(errors[name].mean()),
                float(errors[name].mean() - errors["this_value"].mean()),
                *np.percentile(sums[:, place + len(ways)] / max(len(table), 1), [2.5, 97.5]).tolist(),
            )
        )
    return pd.DataFrame(rows, columns=list(COLUMNS))


def better_way(ways: pd.DataFrame) -> str:
    """What the value shall rest on: *this_value*, or the rival that was closer by customer beyond chance and missed the sum by less.

    Parameters
    ----------
    ways : `held_out`. Of several such rivals, the one with the least mean error.
    """
    ours, rivals = ways.iloc[0], ways.iloc[1:]
    better = rivals[(rivals["more_error_high"] < 0) & (rivals["bias"].abs() < abs(ours["bias"]))]
    return str(ours["method"] if better.empty else better.loc[better["mean_error"].idxmin(), "method"])


def held_out_parts(
    p_silent: pd.DataFrame,
    margins: pd.DataFrame,
    came: pd.DataFrame,
    test_date: date | pd.Timestamp,
    *,
    horizon_days: int = 180,
    season: np.ndarray | None = None,
    stopped_share: float = HALF,
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
    valued = p_silent.drop(columns="margin", errors="ignore").merge(margins[["customer_id", "margin"]])
    table = sums_of_spans(valued, came, test_date, horizon_days, costs)
    pays, money = first_block(table, stopped_share=stopped_share)["expected"], _money(came)
    usual = table["margin"] * float(season_of(season, np.zeros(1), horizon_days)[0])
    other = (came["span"] == "after") & ~came["customer_id"].isin(table["customer_id"])
    both = table[(table["after"] > 0) & (table["last"] > 0)]
    return pd.Series(
        {
            "expected": (pays * usual).sum(),
            "staying": usual[table["lost"] == 0].sum(),
            "came": table["after"].sum(),
            "elsewhere": came.loc[other, money].sum(),
            "like_for_like": both["after"].sum() / both["last"].sum() - 1 if len(both) else np.nan,
        }
    )


def held_out_groups(
    values: pd.DataFrame,
    came: pd.DataFrame,
    groups: pd.DataFrame,
    day: date | pd.Timestamp,
    *,
    days: int = 360,
    costs: pd.DataFrame | None = None,
    bootstraps: int = 500,
    seed: int = 1,
) -> pd.DataFrame:
    """The value as it was told on a day of the past against what came in all of its days, by group.

    Parameters
    ----------
    values : customer_id, remaining_value (`kamlib.measures.lifetime.base_value` at `day`, over `days`, without discount). Who has none is left out.
    came : `kamlib.facts.blocks.span_sums` of `held_out_spans` of `days`.
    groups : customer_id, group; a customer may be in several.
    costs : as in `held_out`.

    Returns
    -------
    DataFrame, index group (in the order of `groups`)
        customers, expected and came (sums), bias (expected / came - 1), low and high (95 %, bootstrap of customers; missing below 20 of them).
    """
    known = values.loc[values["remaining_value"].notna(), ["customer_id", "remaining_value"]]
    both = groups.merge(sums_of_spans(known, came, day, days, costs), on="customer_id")
    rows = {}
    for group, table in both.groupby("group", sort=False):
        sums = table[["remaining_value", "after"]].to_numpy()
        expected, after = sums.sum(axis=0)
        drawn = resampled_sums(sums, bootstraps, seed)
        ends = [np.nan, np.nan]
        if len(table) >= FEWEST.averaged and (drawn[:, 1] > 0).all():
            ends = np.percentile(drawn[:, 0] / drawn[:, 1] - 1, [2.5, 97.5]).tolist()
        rows[group] = (len(table), expected, after, expected / after - 1 if after else np.nan, *ends)
    columns = ["customers", "expected", "came", "bias", "low", "high"]
    found = pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("group")
    return or_waiting(found.astype({"customers": int}), "no_value_without_p_silent")


def held_out_spans(test_date: date | pd.Timestamp, horizon_days: int) -> dict[str, tuple[pd.Timestamp, pd.Timestamp]]:
    """Start and end of the spans that `held_out` compares: the block after the day, the same a year before, the year and the block before."""
    day, span, year = pd.Timestamp(test_date), pd.Timedelta(days=horizon_days), pd.Timedelta(days=365)
    return {
        "after": (day, day + span),
        "last": (day - year, day - year + span),
        "year": (day - year, day),
        "recent": (day - span, day),
    }


def sums_of_spans(
    table: pd.DataFrame,
    came: pd.DataFrame,
    test_date: date | pd.Timestamp,
    horizon_days: int,
    costs: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """`table` (customer_id) with a column for each of `held_out_spans`: what each account brought in it, less its costs where it has
    order lines; 0 where it has none. Spans after the day are 0 as long as nothing of them is on record."""
    table = table.copy()
    for name, (start, end) in held_out_spans(test_date, horizon_days).items():
        total = came.loc[came["span"] == name].set_index("customer_id")[_money(came)]
        if costs is not None and len(costs):
            spent = costs[(costs["date"] > start) & (costs["date"] <= end)].groupby("customer_id")["cost"].sum()
            total = total - spent.reindex(total.index).fillna(0.0)
        table[name] = table["customer_id"].map(total).fillna(0.0)
    return table


def _money(came: pd.DataFrame) -> str:
    return worth_column(came, "", revenue="amount")
