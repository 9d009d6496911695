"""The churn model: a Cox model of the time to the next purchase, fitted on many landmarks.

Coefficients are estimated within landmarks (each landmark is a stratum with a level of its own), so that seasons and
the length of the history can't pass for signs of leaving. Where hazards are not proportional, time can be split: the
days up to the split and the days after it have coefficients of their own. The level of a prediction is a choice too:
pooled over the landmarks of the last year, those of the same season, or the latest one. P(lost by H) = S(H | x).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from kamlib.errors import InputError
from kamlib.landmarks import outcomes
from kamlib.signs import Usual, signs, usual

if TYPE_CHECKING:
    from lifelines.fitters.coxph_fitter import SemiParametricPHFitter

Level = Literal["year", "season", "latest"]
LEVELS: tuple[Level, ...] = ("year", "season", "latest")
_SEASON_DAYS = 45  # landmarks this near to the same day of an earlier year are of the same season
_NAMES = {"duration": "_duration", "event": "_event", "landmark": "_landmark", "account": "_account"}


@dataclass(frozen=True)
class Settings:
    """What `kamlib.honest.choose` chooses: ridge penalty, level of the prediction, day of the time split (None: none)."""

    penalty: float = 0.01
    level: Level = "year"
    split_day: int | None = None


@dataclass(frozen=True)
class Piece:
    """The model between two days after the landmark.

    coefficients and covariance are per standard deviation of each covariate; events and exposure hold, for each
    complete landmark (row), the orders on each day (column) and the summed risk of those who still waited.
    """

    start: int
    end: int
    coefficients: pd.Series
    covariance: pd.DataFrame
    events: pd.DataFrame
    exposure: pd.DataFrame


@dataclass(frozen=True)
class Model:
    """A fitted model: enough to predict, to explain and to say how sure it is. One piece, or two with a time split."""

    horizon_days: int
    until: pd.Timestamp
    settings: Settings
    common: Usual
    mean: pd.Series
    sd: pd.Series
    pieces: tuple[Piece, ...]
    rows: int
    accounts: int

    @property
    def landmarks(self) -> pd.DatetimeIndex:
        """The complete landmarks, which can give a level."""
        return pd.DatetimeIndex(self.pieces[0].events.index)


def fit(
    table: pd.DataFrame,
    until: date | pd.Timestamp,
    settings: Settings | None = None,
    *,
    horizon_days: int = 180,
    most_rows: int = 1_000_000,
    robust_rows: int = 20_000,
    seed: int = 1,
) -> Model:
    """Fit the model on all landmarks before `until`, with what was known at `until`.

    Parameters
    ----------
    table : DataFrame
        `kamlib.landmarks.landmark_table`; rows at `until` or later are not used.
    until : the day of the prediction. Landmarks nearer than the horizon are censored at it and give no level.
    settings : penalty (lifelines' `penalizer`, on standardised covariates) and time split; None: the defaults.
    most_rows, robust_rows : above `most_rows` whole accounts are sampled for the fit; intervals are widened for accounts
        that stand at several landmarks by a robust variance on at most `robust_rows` rows (0: not widened).

    Raises
    ------
    InputError
        If no landmark was complete by `until`, nothing happened after them, or the model can't be estimated.

    References
    ----------
    Cox (1972), JRSS B 34; van Houwelingen (2007), Scandinavian Journal of Statistics 34 (landmarks as strata);
    Lin & Wei (1989), JASA 84 (robust variance).
    """
    until, settings = pd.Timestamp(until), settings or Settings()
    train = sample_accounts(table.loc[table["as_of"] < until], most_rows, seed)
    came = outcomes(train, until, horizon_days=horizon_days)
    complete = came["complete"]
    if not complete.any():
        raise InputError(
            f"no landmark with accounts at risk lies a whole horizon of {horizon_days} days before {until.date()}",
            remedy="Give a longer history or a shorter horizon.",
        )
    common = usual(train[complete])
    natural = signs(train, common)
    columns = _usable(natural, train["as_of"])
    mean, sd = natural[columns].mean(), natural[columns].std(ddof=0)
    matrix = ((natural[columns] - mean) / sd).fillna(0.0)
    edges = [0, *([settings.split_day] if settings.split_day else []), horizon_days]
    pieces = []
    for start, end in pairwise(edges):
        data = cox_data(matrix, train, came, start, end)
        fitted = cox(data.drop(columns=_NAMES["account"]), settings.penalty)
        coefficients, covariance = fitted.params_.reindex(columns), fitted.variance_matrix_.loc[columns, columns]
        if robust_rows:
            widen = _widening(data, fitted, robust_rows, seed).reindex(columns)
            covariance = covariance * np.outer(widen, widen)
        whole = data.loc[complete.reindex(data.index)]
        parts = _hazard_parts(whole, np.exp(whole[columns] @ coefficients), end - start)
        events, exposure = (part.reindex(train.loc[complete, "as_of"].unique(), fill_value=0.0) for part in parts)
        pieces.append(Piece(start, end, coefficients, covariance, events, exposure))
    return Model(
        horizon_days, until, settings, common, mean, sd, tuple(pieces), len(train), train["account_id"].nunique()
    )


def predict(model: Model, table: pd.DataFrame) -> pd.DataFrame:
    """P(lost by H) of each row, with the range between the mildest and the hardest landmark seen.

    Returns
    -------
    DataFrame, index of `table`
        p_lost; low and high: by the landmark with the most and with the fewest orders, each at the end of the 95 %
        interval of the coefficients.
    """
    z = covariates(model, table)
    days = pd.DatetimeIndex(table["as_of"].unique())
    expected, most, fewest = (np.zeros(len(table)) for _ in range(3))
    each = [sum(_hazard(piece, [day]) for piece in model.pieces) for day in model.landmarks]
    mildest, hardest = model.landmarks[int(np.argmax(each))], model.landmarks[int(np.argmin(each))]
    for piece in model.pieces:
        score = (z @ piece.coefficients).to_numpy()
        spread = 1.96 * np.sqrt(np.einsum("ij,jk,ik->i", z, piece.covariance, z, optimize=True).clip(min=0))
        base = {day: _hazard(piece, _level(model, day)) for day in days}
        expected += table["as_of"].map(base).to_numpy(dtype="float64") * np.exp(score)
        most += _hazard(piece, [mildest]) * np.exp(score + spread)
        fewest += _hazard(piece, [hardest]) * np.exp(score - spread)
    p_lost = np.exp(-expected)
    return pd.DataFrame(
        {"p_lost": p_lost, "low": np.minimum(np.exp(-most), p_lost), "high": np.maximum(np.exp(-fewest), p_lost)},
        index=table.index,
    )


def covariates(model: Model, table: pd.DataFrame) -> pd.DataFrame:
    """The standardised covariates of each row, by the training landmarks' statistics; a missing one stands at the mean."""
    natural = signs(table, model.common)[model.mean.index]
    return ((natural - model.mean) / model.sd).fillna(0.0)


def level_landmarks(complete: pd.Index, day: pd.Timestamp, level: Level) -> list[pd.Timestamp]:
    """Which complete landmarks give the level of a prediction at `day`; empty where the level can't be had."""
    complete = pd.DatetimeIndex(complete)
    if level == "latest":
        return [complete.max()]
    if level == "year":
        return list(complete[complete > complete.max() - pd.Timedelta(days=365)])
    back = -(complete - day).days
    return list(complete[(np.abs((back + 182.625) % 365.25 - 182.625) <= _SEASON_DAYS) & (back > 182)])


def _level(model: Model, day: pd.Timestamp) -> list[pd.Timestamp]:
    if found := level_landmarks(model.landmarks, day, model.settings.level):
        return found
    raise InputError(
        f"no complete landmark gives the level {model.settings.level!r} for {day.date()}",
        remedy='Take the level "year", or give a longer history.',
    )


def cox_data(
    matrix: pd.DataFrame, rows: pd.DataFrame, came: pd.DataFrame, start: int = 0, end: int | None = None
) -> pd.DataFrame:
    """Covariates with duration, event, landmark and account as `cox` takes them, for the days from `start` to `end`.

    Rows that no longer wait at `start` are left out; time is counted from `start` and cut at `end`.
    """
    last = came["duration"] if end is None else came["duration"].clip(upper=end)
    data = matrix.copy()
    data[_NAMES["duration"]] = last - start
    data[_NAMES["event"]] = (came["event"] == 1) & (came["duration"] <= last)
    data[_NAMES["landmark"]] = rows["as_of"].astype("datetime64[ns]").astype("int64")
    data[_NAMES["account"]] = pd.factorize(rows["account_id"])[0]
    return data.loc[came["duration"] > start]


def cox(data: pd.DataFrame, penalty: float, *, cluster: bool = False) -> SemiParametricPHFitter:
    """A lifelines Cox model on `cox_data`, with a stratum for each landmark.

    Parameters
    ----------
    data : DataFrame
        From `cox_data`; without its account column unless `cluster`.
    cluster : rows of one account belong together (robust variance).
    """
    from lifelines.exceptions import ConvergenceError
    from lifelines.fitters.coxph_fitter import SemiParametricPHFitter

    class Fitter(SemiParametricPHFitter):
        """Without the medians of each stratum, which only plots need and which take half the time."""

        def _compute_central_values_of_raw_training_data(self, df, strata=None, name="baseline"):
            return super()._compute_central_values_of_raw_training_data(df, None, name)

    remedy = "Give a longer history, or a higher churn.penalties."
    if not data[_NAMES["event"]].any():
        raise InputError("no account bought again after any landmark", remedy=remedy)
    try:
        return Fitter(penalizer=penalty).fit(
            data,
            _NAMES["duration"],
            _NAMES["event"],
            strata=[_NAMES["landmark"]],
            cluster_col=_NAMES["account"] if cluster else None,
        )
    except ConvergenceError as error:
        found = str(error).splitlines()[0]
        raise InputError("the model can't be estimated from this history", found=found, remedy=remedy) from None


def sample_accounts(table: pd.DataFrame, most: int, seed: int, column: str = "account_id") -> pd.DataFrame:
    """All rows of a random part of the accounts, about `most` rows; the table itself where it is not longer."""
    if len(table) <= most:
        return table
    ids = table[column].unique()
    keep = np.random.default_rng(seed).permutation(len(ids))[: max(1, int(len(ids) * most / len(table)))]
    return table.loc[table[column].isin(ids[keep])]


def _widening(data: pd.DataFrame, fitted: SemiParametricPHFitter, rows: int, seed: int) -> pd.Series:
    """Robust over naive standard error of each coefficient, accounts as clusters, on a sample of whole accounts."""
    part, penalty = sample_accounts(data, rows, seed, _NAMES["account"]), fitted.penalizer
    naive = fitted if len(part) == len(data) else cox(part.drop(columns=_NAMES["account"]), penalty)
    return cox(part, penalty, cluster=True).standard_errors_ / naive.standard_errors_


def _usable(natural: pd.DataFrame, landmark: pd.Series) -> list[str]:
    """Signs that are known for most rows and differ between accounts of one landmark."""
    known = natural.notna().mean() > 0.5
    within = natural - natural.groupby(landmark).transform("mean")
    return [str(name) for name in natural.columns if known[name] and within[name].std(ddof=0) > 1e-9]


def _hazard_parts(data: pd.DataFrame, risk: pd.Series, length: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Orders on, and summed risk at the start of, each day of a piece after each landmark (rows)."""
    frame = pd.DataFrame(
        {
            "landmark": pd.to_datetime(data[_NAMES["landmark"]]),
            "day": data[_NAMES["duration"]].astype(int),
            "event": data[_NAMES["event"]].astype(int),
            "risk": risk,
        }
    )
    sums = frame.groupby(["landmark", "day"])[["event", "risk"]].sum()
    wide = [sums[name].unstack().reindex(columns=range(1, length + 1)).fillna(0.0) for name in ("event", "risk")]
    return wide[0], wide[1].iloc[:, ::-1].cumsum(axis=1).iloc[:, ::-1]


def _hazard(piece: Piece, landmarks: list[pd.Timestamp]) -> float:
    """Breslow's cumulative hazard over the piece, pooled over `landmarks`."""
    exposure = piece.exposure.loc[landmarks].sum()
    return float((piece.events.loc[landmarks].sum() / exposure.where(exposure > 0)).sum())
