"""Kaplan-Meier curves with numbers at risk, the log-rank test between groups, and the test of proportional hazards."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kamlib.errors import InputError


def kaplan_meier(duration: pd.Series, event: pd.Series, group: pd.Series | None = None) -> pd.DataFrame:
    """Share of clients without the event by each day, with its 95 % interval and the numbers at risk.

    Parameters
    ----------
    duration : Series
        Days to the event or to the end of observation, above 0.
    event : Series
        1 where the event came, 0 where observation ended first; same index.
    group : Series, optional
        One curve per value, categories in their order; missing values form no group.

    Returns
    -------
    DataFrame
        group, day, share, low, high (log-log interval), at_risk; one row per group and day on which something happened, day 0 included.

    Raises
    ------
    InputError
        If there is no row, or a duration is missing or negative.

    References
    ----------
    Kaplan & Meier (1958), JASA 53.
    """
    from lifelines import KaplanMeierFitter

    _checked(duration)
    group = pd.Series("all", index=duration.index) if group is None else group
    curves: list[pd.DataFrame] = []
    for name, waits in duration.groupby(group, observed=True):
        found = KaplanMeierFitter().fit(waits, event.loc[waits.index])
        curve: pd.DataFrame = pd.concat([found.survival_function_, found.confidence_interval_], axis=1)
        curve.columns = pd.Index(["share", "low", "high"])
        at_risk = found.event_table["at_risk"].reindex(curve.index)
        curve = curve.assign(group=name, day=curve.index, at_risk=at_risk.astype("int64"))
        curves.append(curve[["group", "day", "share", "low", "high", "at_risk"]])
    return pd.concat(curves, ignore_index=True)


def at_risk(curves: pd.DataFrame, days: list[int]) -> pd.DataFrame:
    """Numbers at risk of each group just before some days: groups in rows, days in columns."""
    rows = {}
    for name, curve in curves.groupby("group", sort=False):
        ahead = [curve.loc[curve["day"] >= day, "at_risk"] for day in days]
        rows[name] = [int(later.iloc[0]) if len(later) else 0 for later in ahead]
    return pd.DataFrame.from_dict(rows, orient="index", columns=pd.Index(days, name="day"))


def median_day(curves: pd.DataFrame) -> pd.Series:
    """The first day on which half of a group had the event; missing where that was not reached."""
    half = curves.loc[curves["share"] <= 0.5].groupby("group", sort=False)["day"].min()
    return half.reindex(curves["group"].unique()).rename("median_day")


def log_rank(duration: pd.Series, event: pd.Series, group: pd.Series) -> tuple[float, int, float]:
    """The log-rank test that all groups have the same curve: statistic, degrees of freedom, p.

    Raises
    ------
    InputError
        If there are fewer than two groups.

    References
    ----------
    Mantel (1966), Cancer Chemotherapy Reports 50.
    """
    from lifelines.statistics import multivariate_logrank_test

    _checked(duration)
    known = group.notna()
    if (groups := group[known].nunique()) < 2:
        raise InputError(
            "the log-rank test compares groups", found=f"{groups} of them", remedy="Give two groups or more."
        )
    found = multivariate_logrank_test(duration[known], group[known].astype("object"), event[known])
    return float(found.test_statistic), groups - 1, float(found.p_value)


def proportional_hazards(
    covariates: pd.DataFrame,
    duration: pd.Series,
    event: pd.Series,
    coefficients: pd.Series,
    strata: pd.Series | None = None,
) -> pd.DataFrame:
    """The score test that a covariate's effect on the hazard does not change with the rank of time.

    For each covariate x the term x · g(t) is tested, g the rank of the event times; exact, with all coefficients as
    nuisance parameters, and right within strata, unlike tests that scale residuals by the average variance.

    Parameters
    ----------
    covariates : DataFrame
        One row per client; same index as `duration` (> 0), `event` (1 or 0) and `strata`.
    coefficients : Series
        The unpenalised maximum likelihood estimate (a penalty that hardly moves it does no harm), by covariate.

    Returns
    -------
    DataFrame, index: covariate
        statistic (chi-squared, 1 degree of freedom), p.

    References
    ----------
    Grambsch & Therneau (1994), Biometrika 81; as the score test in R's survival::cox.zph from version 3.0.
    """
    happened = event.to_numpy() == 1
    times, ranks = np.unique(duration.to_numpy()[happened], return_inverse=True)
    ends = np.cumsum(np.bincount(ranks))
    rank = ends - (np.diff(ends, prepend=0) - 1) / 2
    rank = (rank - rank[ranks].mean()) / (rank[ranks].std() or 1.0)
    columns = covariates.shape[1]
    score, info = np.zeros(columns), np.zeros((3, columns, columns))
    groups = np.zeros(len(duration)) if strata is None else pd.factorize(strata)[0]
    beta = coefficients.reindex(covariates.columns).to_numpy()
    for group in np.unique(groups):
        rows = np.flatnonzero(groups == group)
        x, t, e = covariates.to_numpy()[rows], duration.to_numpy()[rows], happened[rows]
        weight = np.exp(x @ beta)
        place = np.searchsorted(times, t, side="right") - 1  # the last event time that the row was at risk at
        one = np.ones((len(rows), 1))
        outer = (x[:, :, None] * x[:, None, :]).reshape(len(rows), -1)
        parts = np.column_stack([one, x, outer]) * weight[:, None]
        sums = np.zeros((len(times), parts.shape[1]))
        np.add.at(sums, place[place >= 0], parts[place >= 0])
        sums = sums[::-1].cumsum(axis=0)[::-1]
        deaths = np.bincount(place[e], minlength=len(times))
        used = deaths > 0
        mean = sums[used, 1 : columns + 1] / sums[used, :1]
        spread = sums[used, columns + 1 :].reshape(-1, columns, columns) / sums[used, :1, None]
        spread = spread - mean[:, :, None] * mean[:, None, :]
        score += rank[place[e]] @ x[e] - (rank[used] * deaths[used]) @ mean
        for power in range(3):
            info[power] += np.einsum("t,tij->ij", rank[used] ** power * deaths[used], spread)
    from scipy.special import chdtrc

    plain, cross, squared = info
    variance = np.diag(squared - cross @ np.linalg.pinv(plain) @ cross)
    statistic = np.divide(score**2, variance, out=np.full(columns, np.nan), where=variance > 1e-12)
    return pd.DataFrame({"statistic": statistic, "p": chdtrc(1, statistic)}, index=covariates.columns)


def _checked(duration: pd.Series) -> None:
    if duration.empty:
        raise InputError("no durations to make a curve of")
    if (wrong := duration.isna() | (duration < 0)).any():
        raise InputError("durations are missing or negative", found=f"{int(wrong.sum())} of {len(duration)}")
