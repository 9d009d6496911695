"""The churn model: a Cox model of the time to the next purchase, fitted on many landmarks.

Coefficients are estimated within landmarks (each landmark is a stratum with a level of its own), so that seasons and
the length of the history can't pass for signs of leaving. Where hazards are not proportional, time can be split: the
days up to the split and the days after it have coefficients of their own. The level of a prediction is a choice too:
pooled over the landmarks of the last year, those of the same season, or the latest one.

P(lost by H) = b + (1 - b) S(H | x). S alone would make the loss of a frequent buyer impossible (one in a million); b is the
small share of accounts that leave whatever their signs say (a firm closes, a buyer goes), as the landmarks show it.

A second opinion can be asked: that of `kamlib.churn.mbg_nbd`, which knows no signs, but takes each account for a buyer at random that may
leave after any order. P(lost) is then the mean of both, which errs less than either where they err apart (Bates & Granger,
1969, Operational Research Quarterly 20; equal weights: Clemen, 1989, International Journal of Forecasting 5).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Literal

import numpy as np
import pandas as pd

from kamlib.churn.covariates import Usual, covariates, usual
from kamlib.churn.cox import NAMES, cox_data, fit_cox, sample_accounts, widening
from kamlib.churn.landmarks import outcomes
from kamlib.churn.mbg_nbd import MbgNbd, fit_mbg_nbd, p_no_order, repeats
from kamlib.errors import InputError

Level = Literal["year", "season", "latest"]
LEVELS: tuple[Level, ...] = ("year", "season", "latest")
_SEASON_DAYS = 45  # landmarks this near to the same day of an earlier year are of the same season


@dataclass(frozen=True)
class Settings:
    """What `kamlib.churn.evaluation.holdout.choose` chooses: ridge penalty, level of the prediction, day of the time split (None: none), and
    whether P(lost) is the mean with that of a buyer at random."""

    penalty: float = 0.01
    level: Level = "year"
    split_day: int | None = None
    buyers: bool = False


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
    background: float
    buyers: MbgNbd | None
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
        `kamlib.churn.landmarks.landmark_table`; rows at `until` or later are not used.
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
    natural = covariates(train, common)
    columns = _usable(natural, train["as_of"])
    mean, sd = natural[columns].mean(), natural[columns].std(ddof=0)
    matrix = ((natural[columns] - mean) / sd).fillna(0.0)
    edges = [0, *([settings.split_day] if settings.split_day else []), horizon_days]
    pieces = []
    for start, end in pairwise(edges):
        data = cox_data(matrix, train, came, start, end)
        fitted = fit_cox(data.drop(columns=NAMES["account"]), settings.penalty)
        coefficients, covariance = fitted.params_.reindex(columns), fitted.variance_matrix_.loc[columns, columns]
        if robust_rows:
            widen = widening(data, fitted, robust_rows, seed).reindex(columns)
            covariance = covariance * np.outer(widen, widen)
        whole = data.loc[complete.reindex(data.index)]
        parts = _hazard_parts(whole, np.exp(whole[columns] @ coefficients), end - start)
        events, exposure = (part.reindex(train.loc[complete, "as_of"].unique(), fill_value=0.0) for part in parts)
        pieces.append(Piece(start, end, coefficients, covariance, events, exposure))
    own = sum(
        train["as_of"].map({day: _hazard(piece, [day]) for day in piece.events.index})
        * np.exp(matrix @ piece.coefficients)
        for piece in pieces
    )
    return Model(
        horizon_days,
        until,
        settings,
        common,
        mean,
        sd,
        tuple(pieces),
        background(np.exp(-own[complete]), came.loc[complete, "lost"]),
        _buyers(train) if settings.buyers else None,
        len(train),
        train["account_id"].nunique(),
    )


def predict(model: Model, table: pd.DataFrame) -> pd.DataFrame:
    """P(lost by H) of each row, with the range between the mildest and the hardest landmark seen.

    Returns
    -------
    DataFrame, index of `table`
        p_lost; low and high: by the landmark with the most and with the fewest orders, each at the end of the 95 %
        interval of the coefficients. A second opinion moves all three alike.
    """
    z = standardised(model, table)
    risks = relative_risks(model, z)
    p_lost = still_waiting(model, table, risks, model.horizon_days)
    most, fewest = np.zeros(len(table)), np.zeros(len(table))
    each = [sum(_hazard(piece, [day]) for piece in model.pieces) for day in model.landmarks]
    mildest, hardest = model.landmarks[int(np.argmax(each))], model.landmarks[int(np.argmin(each))]
    for piece, risk in zip(model.pieces, risks, strict=True):
        spread = np.exp(1.96 * np.sqrt(np.einsum("ij,jk,ik->i", z, piece.covariance, z, optimize=True).clip(min=0)))
        most += _hazard(piece, [mildest]) * risk * spread
        fewest += _hazard(piece, [hardest]) * risk / spread
    high = model.background + (1 - model.background) * np.exp(-fewest)
    low, high = (_averaged(model, table, p, model.horizon_days) for p in (np.exp(-most), high))
    return pd.DataFrame(
        {"p_lost": p_lost, "low": np.minimum(low, p_lost), "high": np.maximum(high, p_lost)}, index=table.index
    )


def still_waiting(model: Model, table: pd.DataFrame, risks: list[np.ndarray], days: np.ndarray | int) -> np.ndarray:
    """P(no order within `days`) of each row, up to the horizon: what `predict` gives at the horizon.

    Parameters
    ----------
    risks : of `relative_risks`.
    days : for all rows, or for each.
    """
    expected = np.zeros(len(table))
    for piece, risk in zip(model.pieces, risks, strict=True):
        passed = np.clip(days - piece.start, 0, piece.end - piece.start)
        for day in table["as_of"].unique():
            hazard = np.append(0.0, np.cumsum(daily_hazard(piece, level_of(model, day))))
            expected += np.where(table["as_of"] == day, hazard[passed] * risk, 0.0)
    return _averaged(model, table, model.background + (1 - model.background) * np.exp(-expected), days)


def relative_risks(model: Model, z: pd.DataFrame) -> list[np.ndarray]:
    """The hazard of each row of `standardised` against the average account's, piece by piece."""
    return [np.exp((z @ piece.coefficients).to_numpy()) for piece in model.pieces]


def _averaged(model: Model, table: pd.DataFrame, p: np.ndarray, days: np.ndarray | int) -> np.ndarray:
    """`p` itself, or its mean with what the second opinion says of so many days."""
    if model.buyers is None:
        return p
    return (p + p_no_order(model.buyers, *repeats(table, table["as_of"]), days).to_numpy()) / 2


def _buyers(rows: pd.DataFrame) -> MbgNbd:
    """Fitted on each account as it was last seen: who has fallen silent for good stays in it, for its last row holds all its orders."""
    last = rows.sort_values("as_of", kind="stable").drop_duplicates("account_id", keep="last")
    return fit_mbg_nbd(*repeats(last, rows["as_of"].max()))


def background(p: pd.Series, lost: pd.Series) -> float:
    """The share b that fits best where each account is lost with probability b + (1 - b) p: maximum likelihood, by bisection.

    Parameters
    ----------
    p, lost : P(lost) by the signs alone, and 1 for an account that was lost, 0 for one that ordered.
    """
    gone, stayed = p[lost == 1].to_numpy(), int((lost == 0).sum())
    low, high = 0.0, 1.0
    for _ in range(50):
        b = (low + high) / 2
        more = ((1 - gone) / (b + (1 - b) * gone)).sum() > stayed / (1 - b)
        low, high = (b, high) if more else (low, b)
    return low


def standardised(model: Model, table: pd.DataFrame) -> pd.DataFrame:
    """The standardised covariates of each row, by the training landmarks' statistics; a missing one stands at the mean."""
    natural = covariates(table, model.common)[model.mean.index]
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


def level_of(model: Model, day: pd.Timestamp) -> list[pd.Timestamp]:
    """The landmarks that give the level of this model's prediction at `day`; an `InputError` where there are none."""
    if found := level_landmarks(model.landmarks, day, model.settings.level):
        return found
    raise InputError(
        f"no complete landmark gives the level {model.settings.level!r} for {day.date()}",
        remedy='Take the level "year", or give a longer history.',
    )


def _usable(natural: pd.DataFrame, landmark: pd.Series) -> list[str]:
    """Signs that are known for most rows and differ between accounts of one landmark."""
    known = natural.notna().mean() > 0.5
    within = natural - natural.groupby(landmark).transform("mean")
    return [str(name) for name in natural.columns if known[name] and within[name].std(ddof=0) > 1e-9]


def _hazard_parts(data: pd.DataFrame, risk: pd.Series, length: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Orders on, and summed risk at the start of, each day of a piece after each landmark (rows)."""
    frame = pd.DataFrame(
        {
            "landmark": pd.to_datetime(data[NAMES["landmark"]]),
            "day": data[NAMES["duration"]].astype(int),
            "event": data[NAMES["event"]].astype(int),
            "risk": risk,
        }
    )
    sums = frame.groupby(["landmark", "day"])[["event", "risk"]].sum()
    wide = [sums[name].unstack().reindex(columns=range(1, length + 1)).fillna(0.0) for name in ("event", "risk")]
    return wide[0], wide[1].iloc[:, ::-1].cumsum(axis=1).iloc[:, ::-1]


def daily_hazard(piece: Piece, landmarks: list[pd.Timestamp]) -> np.ndarray:
    """Breslow's hazard of an account with average covariates on each day of the piece, pooled over `landmarks`."""
    events, exposure = (part.loc[landmarks].sum().to_numpy() for part in (piece.events, piece.exposure))
    return np.divide(events, exposure, out=np.zeros(len(events)), where=exposure > 0)


def _hazard(piece: Piece, landmarks: list[pd.Timestamp]) -> float:
    return float(daily_hazard(piece, landmarks).sum())
