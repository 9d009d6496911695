"""Why they left: what was on record before each loss, held against what was on record of those who stayed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from kamlib.facts.as_known import TOUCHES
from kamlib.stats.intervals import newcombe
from kamlib.stats.reasons import waiting
from kamlib.study.settings.sections import FEWEST

#: what may stand on record about an account's last order
CAUSES = ("deadlines", "promises", "quality", "attention", "opinions", "bids")
ENDED, NOTHING, UNKNOWN = "closed_or_ended", "nothing_tells", "no_records"
_COLUMNS = ["cause", "meaning", "lost", "stayed", "lost_share", "stayed_share", "more", "low", "high", "ratio", "tells"]
Rule = Callable[[np.ndarray], np.ndarray]
_YEAR, _HALF, _LATER, _NONE = (pd.Timedelta(days=days) for days in (365, 182, 30, 0))
_LATE_SHARE, _FEW_TOUCHES = 0.25, 2


def on_record(
    rows: pd.DataFrame,
    *,
    interactions: pd.DataFrame | None = None,
    surveys: pd.DataFrame | None = None,
    proposals: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Which of `CAUSES` was on record about the last order of each row.

    Parameters
    ----------
    rows : customer_id, last_order; an account may have several.
    interactions, surveys, proposals : clean tables. Read are the 365 days up to the last order; of what was still under
        way (deliveries, claims, bids) also the 30 days after it. Later entries are not read, so that a loss is not
        explained by what followed from it.

    Returns
    -------
    DataFrame, index of `rows`, a column for each of `CAUSES`
        1 on record, 0 not; missing where the table is not given, began within the 365 days, or (deadlines) holds no promised
        delivery of the account in them.
    """
    found = pd.DataFrame(np.nan, index=rows.index, columns=list(CAUSES))
    whose = rows[["customer_id", "last_order"]].assign(row=np.arange(len(rows)))

    def about(table: pd.DataFrame, after: pd.Timedelta = _NONE) -> pd.DataFrame:
        both = table.merge(whose, on="customer_id")
        age = both["last_order"] - both["date"]
        return both[(age < _YEAR) & (age >= -after)]

    def put(cause: str, table: pd.DataFrame, part: pd.DataFrame, rule: Rule = lambda n: n > 0) -> None:
        count = np.bincount(part["row"], minlength=len(rows))
        seen = rows["last_order"] - _YEAR >= table["date"].min() - pd.Timedelta(days=1)
        found[cause] = np.where(seen, rule(count).astype(float), np.nan)

    if interactions is not None and len(interactions):
        due = about(interactions[(interactions["kind"] == "delivery") & interactions["promised"].notna()], _LATER)
        due = due[due["promised"] <= due["last_order"] + _LATER]
        deliveries = np.bincount(due["row"], minlength=len(rows))
        put("deadlines", interactions, due[due["date"] > due["promised"]], lambda n: n >= _LATE_SHARE * deliveries)
        found["deadlines"] = found["deadlines"].where(deliveries > 0)
        claims = about(interactions[interactions["kind"].isin(["claim", "dispute"])])
        open_until = claims["closed"].fillna(pd.Timestamp.max)
        put("promises", interactions, claims[open_until - claims["date"] > _LATER])
        put("quality", interactions, claims)
        met = about(interactions[interactions["kind"].isin(TOUCHES)])
        met = met[met["last_order"] - met["date"] < _HALF]
        put("attention", interactions, met, lambda n: n < _FEW_TOUCHES)
    if surveys is not None and len(surveys):
        worst = surveys["kind"].map({"nps": 6, "csat": 2})
        put("opinions", surveys, about(surveys[surveys["score"] <= worst]))
    if proposals is not None and len(proposals):
        decided = proposals.drop(columns="date").rename(columns={"decided": "date"})
        put("bids", proposals, about(decided[decided["outcome"] == "lost"], _LATER))
    return found


def compared(found: pd.DataFrame, lost: pd.Series) -> pd.DataFrame:
    """How common each cause was among the lost and among those who stayed, the one that tells most first.

    Parameters
    ----------
    found : `on_record`, one row per account at one day.
    lost : 1 or 0, same index.

    Returns
    -------
    DataFrame
        cause, meaning (the code of what it means), lost and stayed (accounts of which it is known), lost_share, stayed_share, more (the difference), low, high
        (95 %, Newcombe), ratio (of the shares, which orders them; half an account is added to each count), tells (whether it
        was commoner among the lost beyond chance). Causes that are known of fewer than ten lost, or ten who stayed, are
        left out, and without any the table waits for them. Each interval stands for itself: of forty causes that say nothing, one
        seems to tell.
    """
    rows = []
    for cause in CAUSES:
        known = found[cause].notna() & lost.notna()
        gone = found.loc[known & (lost == 1), cause]
        stayed = found.loc[known & (lost == 0), cause]
        if min(len(gone), len(stayed)) >= FEWEST.compared:
            rows.append((cause, len(gone), len(stayed), gone.sum(), stayed.sum()))
    if not rows:
        return waiting(_COLUMNS, "causes_not_compared", few=FEWEST.compared)
    table = pd.DataFrame(rows, columns=["cause", "lost", "stayed", "with_lost", "with_stayed"])
    table["lost_share"] = table["with_lost"] / table["lost"]
    table["stayed_share"] = table["with_stayed"] / table["stayed"]
    table["more"] = table["lost_share"] - table["stayed_share"]
    table["low"], table["high"] = newcombe(table["with_lost"], table["lost"], table["with_stayed"], table["stayed"])
    table["ratio"] = (table["with_lost"] + 0.5) / (table["lost"] + 1) / (table["with_stayed"] + 0.5)
    table["ratio"] *= table["stayed"] + 1
    table = table.assign(tells=table["low"] > 0, meaning="cause_" + table["cause"])
    return table.sort_values("ratio", ascending=False, ignore_index=True)[_COLUMNS]


def reasons(found: pd.DataFrame, ended: pd.Series, comparison: pd.DataFrame) -> pd.Series:
    """The main reason on record for each loss: it closed; else the cause that tells most, of those on record.

    Parameters
    ----------
    found, ended : `on_record` of the losses, and whether each closed or left its contract; same index.
    comparison : `compared`. A cause that does not tell leavers from others is no reason, however often it is on record.

    Returns
    -------
    Series of codes, index of `found`
        `ENDED`, a cause, `NOTHING` (known, and none of them on record), or `UNKNOWN`. What went wrong before a loss is a
        hint at its cause, no proof.
    """
    telling = comparison.loc[comparison["tells"].astype(bool), "cause"].tolist()
    unknown = found[comparison["cause"]].isna().all(axis=1)
    cases = [ended.to_numpy(bool), *(found[cause].to_numpy() == 1 for cause in telling), unknown.to_numpy()]
    return pd.Series(np.select(cases, [ENDED, *telling, UNKNOWN], NOTHING), index=found.index, name="cause")


def loss_causes(
    episodes: pd.DataFrame, before: pd.DataFrame, lost: pd.Series, **records: pd.DataFrame | None
) -> tuple[pd.Series, pd.DataFrame]:
    """The main reason on record for each loss (`reasons`), and the comparison that it goes by (`compared`).

    Parameters
    ----------
    episodes : `kamlib.churn.loss_episodes`.
    before, lost : customers at risk on one day of the past (customer_id, last_order), and whether each was lost (1, 0).
    records : interactions, surveys and proposals, as in `on_record`.
    """
    comparison = compared(on_record(before, **records), lost)
    return reasons(on_record(episodes, **records), episodes["ended_on"].notna(), comparison), comparison


def losses_by_cause(episodes: pd.DataFrame, comparison: pd.DataFrame) -> pd.DataFrame:
    """Losses by quarter (rows, the sums of which are those of `kamlib.churn.losses_by_quarter`) and cause: those that tell, the one that tells most first,
    then `ENDED`, `NOTHING` and `UNKNOWN`.

    Parameters
    ----------
    episodes : `kamlib.churn.losses.counted`, with cause.
    comparison : `compared`.
    """
    columns = [*comparison.loc[comparison["tells"].astype(bool), "cause"], ENDED, NOTHING, UNKNOWN]
    return pd.crosstab(episodes["quarter"], episodes["cause"]).reindex(columns=columns, fill_value=0)
