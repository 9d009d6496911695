"""The base at a glance: what each quarter end says of money, retention, losses, dependence, overdue money and opinion, and whether it moved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from kamlib.facts.as_known import known_at
from kamlib.facts.service import dealings, serving_costs
from kamlib.measures.noise import CHANGE, change
from kamlib.measures.retention import against_a_year_ago
from kamlib.stats.reasons import or_waiting
from kamlib.study.periods import months_before

MEASURES = (
    *("revenue_12m", "contribution_12m", "nrr", "grr", "lost_customers", "returned_customers", "share_of_keys"),
    *("top_1", "overdue", "nps"),
)
SHARES = ("nrr", "grr", "share_of_keys", "top_1")
"""The measures that are shares; of the others the points of the net promoter score lie between -100 and 100."""
LESS_IS_BETTER = ("lost_customers", "top_1", "overdue")
_QUARTERS = 4
_Row = Any  # a row of `change`: a Series, or a dict with its names


@dataclass(frozen=True)
class Sources:
    """Tables of a run that the scoreboard reads beside the two years; any may be missing.

    Attributes
    ----------
    interactions, invoices : clean tables; hour : cost of an hour of ours.
    losses : customer_id, last_order, lost_on, returned_on: what became of customers that were lost.
    keys : customer_id of the key accounts of the last day.
    answers : `kamlib.measures.rates.satisfaction.answers` of the net promoter score.
    """

    interactions: pd.DataFrame | None = None
    hour: float | None = None
    invoices: pd.DataFrame | None = None
    losses: pd.DataFrame | None = None
    keys: pd.Index | None = None
    answers: pd.DataFrame | None = None


def scoreboard(pairs: pd.DataFrame, sources: Sources) -> pd.DataFrame:
    """Ten figures at each of the last four quarter ends, each against the same figure a year before, customer by customer.

    Parameters
    ----------
    pairs : `kamlib.measures.bridge.year_pairs` of eight `quarter_ends`.

    Returns
    -------
    DataFrame, a row for each measure of `MEASURES` and date
        measure, as_of, and the columns of `kamlib.measures.noise.change`: before is the same day a year earlier. Sums of a year are in study
        currency, shares are 0 to 1, the net promoter score -100 to 100. What a table lacks for is missing, with the reason. The key accounts are those of the last day at every
        date, so that their share has no verdict: who brought much came on the list.
    """
    columns = ["measure", "as_of", *CHANGE]
    days = sorted(pairs["as_of"].unique())[-_QUARTERS:] if len(pairs) else []
    kept = against_a_year_ago(pairs).set_index(["as_of", "measure"])
    rows = []
    for day in days:
        pair = pairs[pairs["as_of"] == day].set_index("customer_id")
        told = {
            "revenue_12m": change(pair["revenue_before"], pair["revenue_now"]),
            "contribution_12m": _contribution(pair, day, sources),
            **{name: _retention(kept, pair, day, name) for name in ("nrr", "grr")},
            **_losses(pair, day, sources.losses),
            **_shares(pair, sources.keys),
            "overdue": _overdue(day, sources.invoices),
            "nps": _promoters(day, sources.answers),
        }
        rows += [{"measure": name, "as_of": day, **dict(told[name])} for name in MEASURES]
    table = pd.DataFrame(rows, columns=columns)
    order = table["measure"].map({name: place for place, name in enumerate(MEASURES)}).to_numpy()
    table = table.iloc[np.lexsort([table["as_of"].to_numpy(), order])].reset_index(drop=True)
    return or_waiting(table, "two_years_are_needed", since=None)


def side_by_side(board: pd.DataFrame) -> pd.DataFrame:
    """The figures of a `scoreboard`: measures in rows, days in columns."""
    told = board.assign(as_of=pd.to_datetime(board["as_of"]).dt.strftime("%Y-%m-%d"))
    table = told.pivot(index="measure", columns="as_of", values="now").reindex(MEASURES)
    return table.rename_axis(columns=None).astype(float)


def _contribution(pair: pd.DataFrame, day: pd.Timestamp, sources: Sources) -> _Row:
    if pair[["margin_before", "margin_now"]].isna().any(axis=None):
        return _untold("too_few_margins")
    years = []
    for back, word in ((12, "before"), (0, "now")):
        end = months_before(day, back)
        rows = dealings(sources.interactions, months_before(end, 12), end)
        if rows is None:
            return _untold("no_dealings_on_record")
        costs = serving_costs(rows, sources.hour)
        spent = costs["cost"].fillna(0.0).groupby(costs["customer_id"]).sum()
        years.append(pair[f"margin_{word}"].sub(spent, fill_value=0.0))
    return change(years[0], years[1])


def _retention(kept: pd.DataFrame, pair: pd.DataFrame, day: pd.Timestamp, name: str) -> _Row:
    if (day, name) in kept.index:
        return kept.loc[(day, name)]
    base, now = (pair.loc[pair["traded_before"].astype(bool), f"revenue_{word}"] for word in ("before", "now"))
    later = now if name == "nrr" else np.minimum(now, base)
    return _untold("no_quarter_a_year_before", later.sum() / base.sum() if base.sum() > 0 else np.nan)


def _losses(pair: pd.DataFrame, day: pd.Timestamp, losses: pd.DataFrame | None) -> dict[str, _Row]:
    """Customers lost in either year, and those that came back within a year of their last order: no deeper do the records of both years go."""
    if losses is None:
        return dict.fromkeys(("lost_customers", "returned_customers"), _untold("no_losses_on_record"))
    soon = losses["returned_on"] <= losses["last_order"] + pd.DateOffset(years=1)
    told: dict[str, _Row] = {}
    for name, dates in (
        ("lost_customers", losses["lost_on"]),
        ("returned_customers", losses["returned_on"].where(soon)),
    ):
        years = []
        for back in (12, 0):
            inside = losses[(dates > months_before(day, back + 12)) & (dates <= months_before(day, back))]
            years.append(inside.groupby("customer_id").size().astype(float))
        both = pair["joined_known"].all()
        less = name in LESS_IS_BETTER
        told[name] = (
            change(years[0], years[1], less=less) if both else _untold("records_begin_too_late", years[1].sum())
        )
    return told


def _shares(pair: pd.DataFrame, keys: pd.Index | None) -> dict[str, _Row]:
    """Shares of the key accounts and of the largest customer in all money above zero."""
    money = [pair[f"revenue_{word}"].clip(lower=0) for word in ("before", "now")]
    if not all(year.sum() > 0 for year in money):
        return dict.fromkeys(("share_of_keys", "top_1"), _untold("nothing_to_compare_with"))
    largest = [year.where(year.index == year.idxmax(), 0.0) for year in money]
    found: dict[str, _Row] = {"top_1": change(largest[0], largest[1], (money[0], money[1]), less=True)}
    if keys is None or not len(keys):
        return found | {"share_of_keys": _untold("no_keys_on_record")}
    of_keys = [year.where(year.index.isin(keys), 0.0) for year in money]
    told = change(of_keys[0], of_keys[1], (money[0], money[1]))
    return found | {"share_of_keys": dict(told) | _silent("list_of_the_last_day")}


def _overdue(day: pd.Timestamp, invoices: pd.DataFrame | None) -> _Row:
    """What is past due at both days, gross, by customer."""
    if invoices is None or invoices.empty:
        return _untold("no_invoices_on_record")
    found = []
    for end in (months_before(day, 12), day):
        seen = known_at("invoices", invoices, end)
        if seen.empty or seen["issued"].min() > months_before(end, 12):
            return _untold("records_begin_too_late")
        late = seen[seen["paid"].isna() & (seen["due"] < end) & (seen["amount"].astype(float) > 0)]
        found.append(late["amount"].astype(float).groupby(late["customer_id"]).sum())
    return change(found[0], found[1], less=True)


def _promoters(day: pd.Timestamp, answers: pd.DataFrame | None) -> _Row:
    """Net promoter score of the customers that answered in either year, each by the mean of its answers, from -100 to 100."""
    if answers is None or answers.empty:
        return _untold("no_answers_on_record")
    years = []
    for back in (12, 0):
        inside = answers[
            (answers["date"] > months_before(day, back + 12)) & (answers["date"] <= months_before(day, back))
        ]
        years.append(100 * inside["place"].astype(float).groupby(inside["customer_id"]).mean())
    return change(years[0], years[1], (years[0] * 0 + 1, years[1] * 0 + 1))


def _untold(code: str, now: float = np.nan) -> dict[str, object]:
    """What can't be compared, with the figure of the later year where that is known."""
    told = dict.fromkeys(("before", "change", "low", "high", "moved"), np.nan) | {"now": now}
    return told | _silent(code)


def _silent(code: str) -> dict[str, object]:
    return {"verdict": "unknown", "firm_verdict": "unknown", "reason": code, "reason_values": "{}"}
