"""The Cox fit itself, by lifelines: landmarks as strata, time that can be split, accounts that come more than once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from kamlib.errors import InputError
from kamlib.stats.draws import drawn

if TYPE_CHECKING:
    from lifelines.fitters.coxph_fitter import SemiParametricPHFitter

NAMES = {"duration": "_duration", "event": "_event", "landmark": "_landmark", "account": "_account"}


def cox_data(
    matrix: pd.DataFrame, rows: pd.DataFrame, came: pd.DataFrame, start: int = 0, end: int | None = None
) -> pd.DataFrame:
    """Covariates with duration, event, landmark and account as `fit_cox` takes them, for the days from `start` to `end`.

    Rows that no longer wait at `start` are left out; time is counted from `start` and cut at `end`.
    """
    last = came["duration"] if end is None else came["duration"].clip(upper=end)
    data = matrix.copy()
    data[NAMES["duration"]] = last - start
    data[NAMES["event"]] = (came["event"] == 1) & (came["duration"] <= last)
    data[NAMES["landmark"]] = rows["as_of"].astype("datetime64[ns]").astype("int64")
    data[NAMES["account"]] = pd.factorize(rows["customer_id"])[0]
    return data.loc[came["duration"] > start]


def fit_cox(data: pd.DataFrame, penalty: float, *, cluster: bool = False) -> SemiParametricPHFitter:
    """A lifelines Cox model on `cox_data`, with a stratum for each landmark.

    Parameters
    ----------
    data : DataFrame
        From `cox_data`; without its account column unless `cluster`.
    cluster : rows of one account belong together (robust variance).
    """
    from lifelines.exceptions import ConvergenceError
    from lifelines.fitters.coxph_fitter import SemiParametricPHFitter

    class Fitter(SemiParametricPHFitter):  # type: ignore[misc]  # lifelines tells no types
        """Without the medians of each stratum, which only plots need and which take half the time."""

        def _compute_central_values_of_raw_training_data(
            self, df: pd.DataFrame, strata: Any = None, name: str = "baseline"
        ) -> pd.DataFrame:
            values: pd.DataFrame = super()._compute_central_values_of_raw_training_data(df, None, name)
            return values

    remedy = "Give a longer history, or a higher churn.penalties."
    if not data[NAMES["event"]].any():
        raise InputError("no account bought again after any landmark", remedy=remedy)
    try:
        return Fitter(penalizer=penalty).fit(
            data,
            NAMES["duration"],
            NAMES["event"],
            strata=[NAMES["landmark"]],
            cluster_col=NAMES["account"] if cluster else None,
        )
    except ConvergenceError as error:
        found = str(error).splitlines()[0]
        raise InputError("the model can't be estimated from this history", found=found, remedy=remedy) from None


def sample_accounts(table: pd.DataFrame, most: int, seed: int, column: str = "customer_id") -> pd.DataFrame:
    """All rows of a random part of the accounts, about `most` rows; the table itself where it is not longer."""
    if len(table) <= most:
        return table
    ids = table[column].unique()
    return table.loc[table[column].isin(drawn(ids, int(len(ids) * most / len(table)), seed))]


def widening(data: pd.DataFrame, fitted: SemiParametricPHFitter, rows: int, seed: int) -> pd.Series:
    """Robust over naive standard error of each coefficient, accounts as clusters, on a sample of whole accounts."""
    part, penalty = sample_accounts(data, rows, seed, NAMES["account"]), fitted.penalizer
    naive = fitted if len(part) == len(data) else fit_cox(part.drop(columns=NAMES["account"]), penalty)
    wider: pd.Series = fit_cox(part, penalty, cluster=True).standard_errors_ / naive.standard_errors_
    return wider
