"""The churn model: a Cox model of the time to the next purchase, fitted on many landmarks.

Coefficients are estimated within landmarks (each landmark is a stratum with a level of its own), so that seasons and
the length of the history can't pass for a wish to leave. Where hazards are not proportional, time can be split: the
days up to the split and the days after it have coefficients of their own.

P(lost by H) = b + (1 - b) S(H | x). S alone would make the loss of a frequent buyer impossible (one in a million); b is the
small share of accounts that leave whatever their covariates say (a firm closes, a buyer goes), as the landmarks show it.

A second opinion can be asked: that of the MBG/NBD model (`kamlib.churn.mbg_nbd`), which knows no covariates, but takes orders to come at
random until the account leaves, as it may after any of them. P(lost) is then the mean of both, which errs less than either where they err apart (Bates & Granger,
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
from kamlib.churn.mbg_nbd import MbgNbd, fit_mbg_nbd, repeats
from kamlib.errors import InputError

Level = Literal["year", "season", "latest"]
LEVELS: tuple[Level, ...] = ("year", "season", "latest")


@dataclass(frozen=True)
class Settings:
    """What `kamlib.churn.evaluation.choice.choose` chooses: ridge penalty, level of the prediction, day of the time split (None: none), and
    whether P(lost) is the mean with that of the MBG/NBD model (buyers)."""

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
    mbg_nbd: MbgNbd | None
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
        train["as_of"].map({day: cumulative_hazard(piece, [day]) for day in piece.events.index})
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
        _mbg_nbd(train) if settings.buyers else None,
        len(train),
        train["customer_id"].nunique(),
    )


def _mbg_nbd(rows: pd.DataFrame) -> MbgNbd:
    """Fitted on each account as it was last seen: who has fallen silent for good stays in it, for its last row holds all its orders."""
    last = rows.sort_values("as_of", kind="stable").drop_duplicates("customer_id", keep="last")
    return fit_mbg_nbd(*repeats(last, rows["as_of"].max()))


def background(p: pd.Series, lost: pd.Series) -> float:
    """The share b that fits best where each account is lost with probability b + (1 - b) p: maximum likelihood, by bisection.

    Parameters
    ----------
    p, lost : P(lost) by the covariates alone, and 1 for an account that was lost, 0 for one that ordered.
    """
    gone, stayed = p[lost == 1].to_numpy(), int((lost == 0).sum())
    low, high = 0.0, 1.0
    for _ in range(50):
        b = (low + high) / 2
        more = ((1 - gone) / (b + (1 - b) * gone)).sum() > stayed / (1 - b)
        low, high = (b, high) if more else (low, b)
    return low


def _usable(natural: pd.DataFrame, landmark: pd.Series) -> list[str]:
    """Covariates that are known for most rows and differ between accounts of one landmark."""
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
    hazard: np.ndarray = np.divide(events, exposure, out=np.zeros(len(events)), where=exposure > 0)
    return hazard


def cumulative_hazard(piece: Piece, landmarks: list[pd.Timestamp]) -> float:
    """The sum of `daily_hazard` over the whole piece."""
    return float(daily_hazard(piece, landmarks).sum())
