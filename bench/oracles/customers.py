"""Who is there: the two events of part 0, the limits of silence, the ladder of customers."""

from __future__ import annotations

import numpy as np
import pandas as pd

from bench.oracles.books import Books

HORIZON = 180


def rhythm(books: Books, day: pd.Timestamp, horizon: int = HORIZON) -> pd.DataFrame:
    """Each group that had ordered by `day`: silence, gaps, L and W in days, order days of the year before, closed by then.

    L = 3 (first to last order + mu) / (gaps + 1) within 30 ... 400; W = min(400, max(180, horizon, 3 (first order to day + mu) /
    (gaps + 1))); mu = geometric mean of the groups' mean gaps.
    """
    past = books.days[books.days["date"] <= day]
    by = past.groupby("group")
    table = pd.DataFrame({"first": by["date"].min(), "last": by["date"].max(), "gaps": by.size() - 1})
    mu = np.exp(np.log(by["gap"].mean().dropna()).mean())
    table["silence"] = (day - table["last"]).dt.days
    table["L"] = (3 * ((table["last"] - table["first"]).dt.days + mu) / (table["gaps"] + 1)).clip(30, 400)
    table["W"] = (3 * ((day - table["first"]).dt.days + mu) / (table["gaps"] + 1)).clip(max(180, horizon), 400)
    year = past[past["date"] > day - pd.Timedelta(days=365)]
    table["order_days"] = year.groupby("group").size().reindex(table.index).fillna(0)
    table["ended"] = ended_on(books).reindex(table.index)
    return table


def ended_on(books: Books) -> pd.Series:
    """Day on which a group's head closed or its contract ended, whichever came first."""
    own = books.accounts[books.accounts["account_id"] == books.accounts["group"]].set_index("group")
    return own[["closed_on", "contract_end"]].min(axis=1)


def two_events(books: Books, day: pd.Timestamp, horizon: int = HORIZON) -> pd.DataFrame:
    """`rhythm` with what came: silent (no order in (day, day + H]), stopped (none in (day + H, day + H + W], or ended by day + H).

    `at_risk`: silence at most max(365, L) and not ended by `day`; `over`: the window lies within the books.
    """
    table = rhythm(books, day, horizon)
    since = (books.days["date"] - day).dt.days
    window = horizon + books.days["group"].map(table["W"])
    ended = table["ended"] <= day + pd.Timedelta(days=horizon)
    return table.assign(
        silent=~table.index.isin(books.days.loc[since.between(1, horizon), "group"]),
        stopped=~table.index.isin(books.days.loc[(since > horizon) & (since <= window), "group"]) | ended,
        at_risk=(table["silence"] <= np.maximum(365, table["L"])) & ~(table["ended"] <= day),
        over=day + pd.to_timedelta(horizon + table["W"], unit="D") <= books.end,
    )


def events(books: Books) -> dict[str, float]:
    """Both events 360 days before the end, among all at risk and among customers who order often and ordered lately."""
    found = two_events(books, books.end - pd.Timedelta(days=2 * HORIZON))
    often = found[(found["order_days"] >= 40) & (found["silence"] <= 15)]
    found = found[found["at_risk"]]
    partner = _states(books).eq("active") & books.truth["behaviour"].eq("partner").reindex(_states(books).index)
    rate = books.truth["leave_rate_per_year"].astype(float)[partner.index[partner]]
    return {
        "40 order days a year, ordered in the last 15 days": len(often),
        "... no order in 180 days": int(often["silent"].sum()),
        "... stopped": int(often["stopped"].sum()),
        "silent and not stopped, %": 100 * (found["silent"] & ~found["stopped"]).mean(),
        "stopped and not silent, %": 100 * (~found["silent"] & found["stopped"]).mean(),
        "active partners": len(rate),
        "... leave in 180 days by their planted rates": (1 - np.exp(-rate * HORIZON / 365.25)).sum(),
    }


def false_stops(books: Books) -> dict[str, float]:
    """Of groups that never left (planted), the share called stopped at quarter ends whose window is over."""
    days = pd.date_range(books.end - pd.DateOffset(months=27), books.end - pd.DateOffset(months=12), freq="QE")
    rows = pd.concat([two_events(books, day).reset_index() for day in days])
    rows = rows[rows["at_risk"] & rows["over"]].join(books.truth, on="group")
    stay = rows[rows["left_on"].isna() & rows["returned_on"].isna()].groupby("behaviour")["stopped"].mean() * 100
    return {f"stopped, yet there: {kind}, %": stay[kind] for kind in ("partner", "regular", "small", "project")}


def _states(books: Books, own_limit: bool = False) -> pd.Series:
    """State of each group at the end: silence within the 95th percentile of its gaps (shrunk), or within L of part 0."""
    end, table = books.end, rhythm(books, books.end)
    limit, lost = table["L"], table["silence"] > np.maximum(HORIZON, table["L"])
    if not own_limit:
        limit, lost = _limit_of_gaps(books, table), table["silence"] > HORIZON
    edges = [end - pd.offsets.MonthEnd(6 * n) for n in range(1, 4)]
    cuts = zip([end, *edges[:2]], edges, strict=True)
    sums = [books.lines[books.lines["date"].gt(low) & books.lines["date"].le(high)] for high, low in cuts]
    half, before, year_ago = (s.groupby("group")["amount"].sum().reindex(table.index).fillna(0.0) for s in sums)
    known = {months: table["first"] <= end - pd.DateOffset(months=months) for months in (12, 18)}
    expected = year_ago.where(known[18], before.where(known[12]))
    long_ago = books.days[books.days["gap"] > HORIZON].groupby("group")["date"].max().reindex(table.index)
    partial = (half <= 0.5 * expected.where(expected > 0)).to_numpy()
    back = ((end - long_ago).dt.days <= HORIZON).to_numpy()
    choices = [(table["ended"] <= end) | lost, table["silence"] > limit, partial, back]
    return pd.Series(np.select(choices, ["lost", "silent", "partial", "returned"], "active"), table.index)


def _limit_of_gaps(books: Books, table: pd.DataFrame) -> pd.Series:
    own = books.days.groupby("group")["gap"].quantile(0.95).reindex(table.index)
    heads = books.accounts.set_index("account_id").reindex(table.index)
    common = pd.Series(np.nan, table.index)
    for segment in ("industry", "size"):
        by = own.groupby(heads[segment])
        common = common.fillna(by.transform("median").where(by.transform("count") >= 20))
    common = common.fillna(own.median())
    return ((table["gaps"] * own.fillna(common) + 5 * common) / (table["gaps"] + 5)).clip(30, HORIZON)


def ladder(books: Books) -> dict[str, float]:
    """Customers by state, adding up: by the 95th percentile of gaps, then by L."""
    table, state, other = rhythm(books, books.end), _states(books), _states(books, own_limit=True)
    ended, lost = table["ended"] <= books.end, state == "lost"
    there = books.truth["left_on"].isna().reindex(table.index, fill_value=False)
    return {
        "customers": len(table),
        **{name: int((state == name).sum()) for name in ("active", "returned", "partial", "silent", "lost")},
        "lost, up to 365 days": int((lost & ~ended & (table["silence"] <= 365)).sum()),
        "lost, longer": int((lost & ~ended & (table["silence"] > 365)).sum()),
        "closed or contract ended": int((lost & ended).sum()),
        "by L: ours": int((~other.isin(["silent", "lost"])).sum()),
        "by L: silent": int((other == "silent").sum()),
        "by L: lost": int((other == "lost").sum()),
        "silent or lost, yet there": int((there & state.isin(["silent", "lost"])).sum()),
        "by L: silent or lost, yet there": int((there & other.isin(["silent", "lost"])).sum()),
    }


def planted(books: Books) -> dict[str, float]:
    """Of groups at risk at the end, by way of buying: how many, and the sums of the planted chances for one who sees their silence."""
    table = rhythm(books, books.end)
    at_risk = (table["silence"] <= np.maximum(365, table["L"])) & ~(table["ended"] <= books.end)
    rows = books.truth.loc[books.truth.index.intersection(table.index[at_risk])]
    sums = rows.assign(groups=1.0)[["groups", "p_silent_180_seen", "p_stopped_seen"]].astype(float)
    by = sums.groupby(rows["behaviour"]).sum()
    return {
        f"{kind}: {words}": by.loc[kind, column]
        for kind in by.index
        for words, column in (
            ("at risk", "groups"),
            ("silent by 180 days", "p_silent_180_seen"),
            ("stopped", "p_stopped_seen"),
        )
    }
