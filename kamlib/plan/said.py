"""What the published reports promised, and what came: chances, money and the list of key accounts."""

from __future__ import annotations

from datetime import date

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from kamlib.churn.came_of import came_of
from kamlib.churn.losses import loss_episodes
from kamlib.churn.offers import with_offers
from kamlib.facts.blocks import span_sums
from kamlib.measures.lifetime.holdout import held_out_spans, sums_of_spans
from kamlib.measures.scorecard import COLUMNS, called_after, scorecard
from kamlib.stats.intervals import resampled_sums
from kamlib.stats.reasons import or_waiting
from kamlib.study.settings.sections import FEWEST, Churn


def said_and_came(
    published: pd.DataFrame,
    orders: ir.Table,
    as_of: date,
    rules: Churn | None = None,
    *,
    keys: pd.Index,
    accounts: pd.DataFrame | None = None,
    actions: pd.DataFrame | None = None,
    costs: pd.DataFrame | None = None,
    most: int = 15,
) -> pd.DataFrame:
    """The promises of published reports whose windows are over by `as_of`, wholly or so far, against what came.

    Parameters
    ----------
    published : `kamlib.report.published.promises`.
    orders : clean order lines up to `as_of`.
    rules : the section `churn` of the study.
    keys : ids of today's key accounts.
    accounts, actions : clean tables. Who was called is no test of a chance (`kamlib.measures.scorecard.called_after`).
    costs : customer_id, date, cost of each touch (`kamlib.facts.service.serving_costs`).
    most : as in `scorecard`.

    Returns
    -------
    DataFrame, the columns of `scorecard`
        The events *silent*, *stopped* and *returned* as there. *value* and *value_of_keys*: the margin less cost to serve that was expected of the horizon after
        the day, and that came; the range of 80 % is that of the sum of customers' misses (bootstrap). *still_key*: of the key accounts of the
        day those that are key now; how many would be was not promised, so nothing is expected. It waits where nothing is over.
    """
    rules = rules or Churn()
    chances = published[published["chance"].notna()]
    if chances.empty:
        return or_waiting(pd.DataFrame(columns=COLUMNS), "no_report_before")
    episodes = with_offers(loss_episodes(orders, as_of, horizon_days=rules.horizon_days, accounts=accounts), actions)
    told = came_of(chances, orders, as_of, rules, accounts=accounts, episodes=episodes)
    parts = [scorecard(told, called_after(told, actions), most=most)]
    over = pd.Timestamp(as_of) - pd.Timedelta(days=rules.horizon_days)
    for day, rows in published[published["as_of"] <= over].groupby("as_of"):
        parts.append(_of_day(rows, pd.Timestamp(str(day)), orders, rules, keys, costs))
    found = [part for part in parts if len(part)]
    return or_waiting(
        pd.concat(found, ignore_index=True)[COLUMNS] if found else pd.DataFrame(columns=COLUMNS), "no_forecast_is_over"
    )


def _of_day(
    rows: pd.DataFrame, day: pd.Timestamp, orders: ir.Table, rules: Churn, keys: pd.Index, costs: pd.DataFrame | None
) -> pd.DataFrame:
    """The money of a report, of all and of its key accounts, and how many of these still are."""
    listed = pd.Index(rows.loc[rows["event"] == "key", "customer_id"])
    value = rows.loc[rows["event"] == "value", ["customer_id", "money"]]
    after = span_sums(orders, {"after": held_out_spans(day, rules.horizon_days)["after"]})
    money = sums_of_spans(value, after, day, rules.horizon_days, costs)
    of_keys = money[money["customer_id"].isin(listed)]
    told = [_money("value", money, rules), _money("value_of_keys", of_keys, rules)]
    told.append({"event": "still_key", "customers": len(listed), "came": int(listed.isin(keys).sum())})
    table = pd.DataFrame([row for row in told if row["customers"]]).assign(as_of=day, not_over=0, called=0)
    return table.reindex(columns=COLUMNS)


def _money(event: str, table: pd.DataFrame, rules: Churn) -> dict[str, object]:
    expected, came = float(table["money"].sum()), float(table["after"].sum())
    told = {"event": event, "customers": len(table), "expected": expected, "came": came}
    if len(table) < FEWEST.averaged:
        return told
    misses = (table["after"] - table["money"]).to_numpy(float)
    drawn = resampled_sums(misses[:, None], rules.bootstraps, rules.seed)[:, 0] - misses.sum()
    low, high = expected + np.percentile(drawn, [10, 90])
    verdict = "more_came" if came > high else "fewer_came" if came < low else "as_expected"
    return told | {"expected_low": low, "expected_high": high, "verdict": verdict}
