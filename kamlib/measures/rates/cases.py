"""What rates are counted from: each delivery, bid, claim and answer on record, as it was known at a day."""

from __future__ import annotations

from datetime import date

import pandas as pd

from kamlib.facts.as_known import known_at
from kamlib.stats.reasons import Reason, or_waiting, packed

CLAIMS = ("claim", "dispute")
SCALES = {"nps": (0, 10), "csat": (1, 5)}
"""Lowest and highest answer of each kind of survey."""
_COLUMNS = ["measure", "source", "customer_id", "date", "part", "whole"]
_READ = {
    "interactions": ["customer_id", "date", "kind", "promised"],
    "proposals": ["customer_id", "date", "value", "outcome", "decided", "source", "single_supplier"],
    "surveys": ["customer_id", "date", "kind", "score"],
}
_CONTENT = 4  # the lowest of the top two answers of five


def dated_cases(
    as_of: date,
    *,
    interactions: pd.DataFrame | None = None,
    proposals: pd.DataFrame | None = None,
    surveys: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Each case of a rate, as it was known at `as_of`; a case counts in each rate that it belongs to.

    Parameters
    ----------
    interactions, proposals, surveys : clean tables, or None.

    Returns
    -------
    DataFrame
        measure, source (of bids: relation, tender …; '' for all), customer_id, date (of a bid that of its decision), part and whole: of *on_time* 1
        where the delivery came by the promised day; of *bids_won* 1 where it was won; of *bids_won_value* the value, where it was won; of
        *bids_won_unflagged* as bids_won, without those written for one supplier; of *single_supplier* 1 where it is so flagged, of
        those where that is known; of *claims_rate* 1 (claims and disputes; whole is 0: they are held against order days); of *csat* 1 where the
        answer is one of the top two of five. What `oddities` counts is in none.
    """
    sent, bids, said = read(as_of, interactions, proposals, surveys)
    sent = sent.assign(source="")
    deliveries = sent[sent["kind"].eq("delivery") & sent["promised"].notna()]
    claims = sent[sent["kind"].isin(CLAIMS)]
    answers = said[said["kind"].eq("csat") & said["score"].between(*SCALES["csat"])].assign(source="")
    decided = bids[bids["outcome"].isin(["won", "lost"]) & (bids["decided"] >= bids["date"])]
    decided = decided.assign(date=decided["decided"], source="")
    named = decided.assign(source=bids["source"].reindex(decided.index)).dropna(subset="source")
    won, flagged = decided["outcome"].eq("won"), decided["single_supplier"].astype("boolean")
    parts = [
        _cases("on_time", deliveries, deliveries["date"] <= deliveries["promised"]),
        _cases("bids_won", decided, won),
        _cases("bids_won", named, named["outcome"].eq("won")),
        _cases("bids_won_value", decided, won * decided["value"], decided["value"]),
        _cases("bids_won_value", named, named["outcome"].eq("won") * named["value"], named["value"]),
        _cases("bids_won_unflagged", decided[~flagged.fillna(False)], won[~flagged.fillna(False)]),
        _cases("single_supplier", decided[flagged.notna()], flagged.dropna()),
        _cases("claims_rate", claims, pd.Series(1.0, claims.index), pd.Series(0.0, claims.index)),
        _cases("csat", answers, answers["score"] >= _CONTENT),
    ]
    return pd.concat(parts, ignore_index=True)


def oddities(
    as_of: date,
    *,
    interactions: pd.DataFrame | None = None,
    proposals: pd.DataFrame | None = None,
    surveys: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """What of the records up to `as_of` counts in no rate, with its number: reason, reason_values."""
    sent, bids, said = read(as_of, interactions, proposals, surveys)
    given = bids.index if proposals is None else proposals.index[proposals["outcome"].isin(["won", "lost"])]
    known = pd.Series(pd.NaT, bids.index) if proposals is None else proposals["decided"].reindex(bids.index)
    outside = [said["kind"].eq(kind) & ~said["score"].between(*ends).fillna(False) for kind, ends in SCALES.items()]
    told = [
        Reason("bids_undated", {"n": int((bids.index.isin(given) & known.isna()).sum())}),
        Reason("bids_decided_before_made", {"n": int((bids["decided"] < bids["date"]).sum())}),
        Reason("deliveries_unpromised", {"n": int((sent["kind"].eq("delivery") & sent["promised"].isna()).sum())}),
        Reason("scores_outside", {"n": int(sum(flags.sum() for flags in outside))}),
    ]
    rows = [packed([reason]) for reason in told if reason.values["n"]]
    return or_waiting(pd.DataFrame(rows, columns=["reason", "reason_values"]), "nothing_left_out")


def read(
    as_of: date,
    interactions: pd.DataFrame | None = None,
    proposals: pd.DataFrame | None = None,
    surveys: pd.DataFrame | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """The three tables as they were known at `as_of`, with the columns that rates read; without rows where one is not given."""
    given = {"interactions": interactions, "proposals": proposals, "surveys": surveys}
    seen = {
        name: pd.DataFrame() if table is None or table.empty else known_at(name, table, as_of)
        for name, table in given.items()
    }
    sent, bids, said = (
        table.reindex(columns=_READ[name]).astype({"customer_id": object}) for name, table in seen.items()
    )
    days = ["date", "promised", "decided"]
    sent, bids, said = (
        table.assign(**{name: pd.to_datetime(table[name]) for name in days if name in table})
        for table in (sent, bids, said)
    )
    return sent, bids.astype({"value": float}), said.astype({"score": "Float64"})


def _cases(measure: str, rows: pd.DataFrame, part: pd.Series, whole: pd.Series | float = 1.0) -> pd.DataFrame:
    return rows.assign(measure=measure, part=part.astype(float), whole=whole).astype({"whole": float})[_COLUMNS]
