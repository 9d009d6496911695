"""Was 60 % really 60 %, and were as many lost as was expected?"""

from __future__ import annotations

from datetime import date

import pandas as pd

from kamlib.churn.landmarks import outcomes, stops
from kamlib.facts.frequency_bands import BANDS, bands
from kamlib.stats.intervals import wilson
from kamlib.stats.reasons import waiting


def losses_by_landmark(table: pd.DataFrame, until: date | pd.Timestamp, *, horizon_days: int = 180) -> pd.DataFrame:
    """Accounts at risk and lost at each landmark whose outcome is complete: as_of, accounts, losses, share, low, high (Wilson).

    Without such a landmark it waits for one.
    """
    came = outcomes(table, until, horizon_days=horizon_days)
    complete = came[came["complete"]].groupby(table["as_of"]).agg(accounts=("lost", "size"), losses=("lost", "sum"))
    if complete.empty:
        return waiting(
            ["as_of", "accounts", "losses", "share", "low", "high"], "no_landmark_complete", days=horizon_days
        )
    low, high = wilson(complete["losses"], complete["accounts"])
    return complete.assign(share=complete["losses"] / complete["accounts"], low=low, high=high).reset_index()


def calibration(predictions: pd.DataFrame, method: str = "model", groups: int = 10) -> pd.DataFrame:
    """Groups of equal size by predicted P(no order): accounts, predicted (mean), lost (share), losses, 95 % Wilson interval.

    At most `groups` of them, with 20 accounts or more in each; none without predictions.
    """
    if predictions.empty:
        return waiting(["accounts", "predicted", "lost", "losses", "low", "high"], "no_test")
    rank, groups = predictions[method].rank(method="first"), max(1, min(groups, len(predictions) // 20))
    group = ((rank - 1) * groups // max(len(predictions), 1)).astype(int).rename("group")
    found = predictions.groupby(group).agg(
        accounts=(method, "size"), predicted=(method, "mean"), lost=("lost", "mean"), losses=("lost", "sum")
    )
    low, high = wilson(found["losses"], found["accounts"])
    return found.assign(low=low, high=high).reset_index(drop=True)


def expected_and_came(predictions: pd.DataFrame, method: str = "model") -> pd.Series:
    """How many losses a way expected on the test day, the model's range of seasons, and how many came.

    Parameters
    ----------
    predictions : of `kamlib.churn.evaluation.holdout.Evaluation`.

    Returns
    -------
    Series
        expected, low, high (missing but for the model), came; empty without predictions.
    """
    if predictions.empty:
        return pd.Series(dtype="float64")
    ends = predictions[["low", "high"]].sum() if method == "model" else pd.Series({"low": None, "high": None})
    return pd.Series(
        {"expected": predictions[method].sum(), **ends, "came": predictions["lost"].sum()}, dtype="float64"
    )


def came_back(table: pd.DataFrame, until: date | pd.Timestamp, *, horizon_days: int = 180) -> pd.DataFrame:
    """How many of those who had stopped ordered again by `until`, by how often they used to buy.

    Who buys rarely may only have been slow: the larger its share here, the more the level of P(stopped) overstates. We look from the
    last landmark after which everybody's window was over, so that all had the time.

    Parameters
    ----------
    table : `kamlib.churn.landmarks.landmark_table`.

    Returns
    -------
    DataFrame, index band (of `kamlib.facts.frequency_bands.BANDS`, as far as somebody of it stopped)
        as_of (the landmark), stopped, came_back (of them, by `until`), share, low, high (Wilson). It waits where nobody did.
    """
    came = stops(table, until, horizon_days=horizon_days)
    over = came["complete"].groupby(table["as_of"]).all()
    day = over[over].index.max() if over.any() else pd.NaT
    gone = table[(table["as_of"] == day) & (came["lost"] == 1)]
    if gone.empty:
        return waiting(["as_of", "stopped", "came_back", "share", "low", "high"], "nobody_stopped")
    back = (gone["later_order"] <= pd.Timestamp(until)) & ~(gone["ended_on"] <= gone["later_order"])
    found = pd.DataFrame({"back": back, "band": bands(gone).to_numpy()}).groupby("band")["back"].agg(["size", "sum"])
    found = found.set_axis(["stopped", "came_back"], axis=1).reindex([name for name in BANDS if name in found.index])
    low, high = wilson(found["came_back"], found["stopped"])
    found.insert(0, "as_of", gone["as_of"].iloc[0])
    return found.assign(share=found["came_back"] / found["stopped"], low=low, high=high)
