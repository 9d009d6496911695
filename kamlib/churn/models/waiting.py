"""The model of P(no order): a Cox model of the time to the next purchase, fitted on many landmarks.

Coefficients are estimated within landmarks (each landmark is a stratum with a level of its own), so that seasons and
the length of the history can't pass for a wish to leave. Where hazards are not proportional, time can be split: the
days up to the split and the days after it have coefficients of their own.

P(no order by H) = b + (1 - b) S(H | x). S alone would make the loss of a frequent buyer impossible (one in a million); b is the
small share of accounts that leave whatever their covariates say (a firm closes, a buyer goes), as the landmarks show it.

A longer silence never makes an order beyond the own limit more likely: the coefficients of those signs are bounded at 0.

A second opinion is that of the MBG/NBD model (`kamlib.churn.models.mbg_nbd`), which knows no covariates and no seasons, but takes orders to come at
random until the account leaves, as it may after any of them. P(no order) is the mean of both, or one of them alone, as the choice on earlier landmarks says. A
mean errs less than either where they err apart (Bates & Granger, 1969, Operational Research Quarterly 20; equal weights: Clemen, 1989, International Journal of
Forecasting 5).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import pairwise
from typing import Literal

import numpy as np
import pandas as pd

from kamlib.churn.landmarks import outcomes
from kamlib.churn.models.covariates import FALLING, Scale, scaled
from kamlib.churn.models.cox import NAMES, cox_data, fit_cox, sample_accounts, widening
from kamlib.churn.models.levels import background, last_where, unseen
from kamlib.churn.models.mbg_nbd import MbgNbd, fit_to_rows, p_no_order, repeats
from kamlib.errors import InputError
from kamlib.study.settings.sections import FEWEST

Opinion = Literal["signs", "both", "buyers"]
OPINIONS: dict[Opinion, float] = {"signs": 1.0, "both": 0.5, "buyers": 0.0}
"""Whose P(no order) it is, and the share that the Cox model has in it: its own, the mean, that of the MBG/NBD model."""

NO_CURVE = (0.0, 1.0)
"""Intercept and slope that leave a chance as it is."""


@dataclass(frozen=True)
class Settings:
    """What `kamlib.churn.evaluation.choice.choose` chooses: ridge penalty, day of the time split (None: none), and the opinion."""

    penalty: float = 0.01
    split_day: int | None = None
    opinion: Opinion = "both"


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
    """A fitted model: enough to predict, to explain and to say how sure it is. One piece, or two with a time split.

    level : factor on all hazards; not 1 where less than a year of outcomes was seen, so that the level is that of buyers at random.
    curve, signs_curve : intercept and slope on the log odds of no order by the horizon, of the opinion that is asked and of the signs alone
        (`kamlib.churn.models.fitting.fit`).
    """

    horizon_days: int
    until: pd.Timestamp
    settings: Settings
    scale: Scale
    pieces: tuple[Piece, ...]
    background: float
    level: float
    mbg_nbd: MbgNbd
    rows: int
    accounts: int
    curve: tuple[float, float] = NO_CURVE
    signs_curve: tuple[float, float] = NO_CURVE

    @property
    def landmarks(self) -> pd.DatetimeIndex:
        """The complete landmarks, which can give a level."""
        return pd.DatetimeIndex(self.pieces[0].events.index)


@dataclass(frozen=True)
class Training:
    """The rows that a model learns from, whatever its settings: landmarks before `until`, what came after each, covariates.

    matrix holds the standardised covariates, seen the rows up to `until`, that day's among them.
    """

    horizon_days: int
    until: pd.Timestamp
    rows: pd.DataFrame
    came: pd.DataFrame
    scale: Scale
    matrix: pd.DataFrame
    seen: pd.DataFrame

    @cached_property
    def mbg_nbd(self) -> MbgNbd:
        """The second opinion, of all that was seen up to the day itself, for it needs no outcome."""
        return fit_to_rows(self.seen)


def training(
    table: pd.DataFrame,
    until: date | pd.Timestamp,
    *,
    horizon_days: int = 180,
    most_rows: int = 1_000_000,
    seed: int = 1,
) -> Training:
    """What `kamlib.churn.models.fitting.fit` learns from; parameters and errors as there."""
    until = pd.Timestamp(until)
    rows = sample_accounts(table.loc[table["as_of"] < until], most_rows, seed)
    came = outcomes(rows, until, horizon_days=horizon_days)
    if not came["complete"].any():
        raise InputError(
            f"no landmark with accounts at risk lies a whole horizon of {horizon_days} days before {until.date()}",
            remedy="Give a longer history or a shorter horizon.",
        )
    return Training(horizon_days, until, rows, came, *scaled(rows, came["complete"]), table[table["as_of"] <= until])


def fitted(learnt: Training, settings: Settings, *, robust_rows: int = 20_000, seed: int = 1) -> Model:
    """The model on rows that are prepared already, so that several settings are tried on the same ones; it has no curves yet.

    Parameters
    ----------
    robust_rows : intervals are widened for accounts that stand at several landmarks by a robust variance on at most so many rows (0: not
        widened).

    Raises
    ------
    InputError
        If nothing happened after the landmarks, or the model can't be estimated.

    References
    ----------
    Cox (1972), JRSS B 34; van Houwelingen (2007), Scandinavian Journal of Statistics 34 (landmarks as strata);
    Lin & Wei (1989), JASA 84 (robust variance).
    """
    rows, came, matrix = learnt.rows, learnt.came, learnt.matrix
    complete = came["complete"]
    landmarks = rows.loc[complete, "as_of"].unique()
    edges = [0, *([settings.split_day] if settings.split_day else []), learnt.horizon_days]
    pieces, own = [], pd.Series(0.0, index=rows.index)
    for start, end in pairwise(edges):
        data = cox_data(matrix, rows, came, start, end)
        cox = fit_cox(data, settings.penalty, FALLING)
        covariance = cox.covariance
        if robust_rows:
            widen = widening(data, settings.penalty, cox, robust_rows, seed, FALLING)
            covariance = covariance * np.outer(widen, widen)
        risk = np.exp(matrix @ cox.coefficients)
        parts = _hazard_parts(data.loc[complete.reindex(data.index)], risk, end - start)
        events, exposure = (part.reindex(landmarks, fill_value=0.0) for part in parts)
        piece = Piece(start, end, cox.coefficients, covariance, events, exposure)
        own += rows["as_of"].map(whole_hazards(piece)) * risk
        pieces.append(piece)
    share = background(own[complete].mul(-1).pipe(np.exp), came.loc[complete, "lost"])
    return Model(
        learnt.horizon_days,
        learnt.until,
        settings,
        learnt.scale,
        tuple(pieces),
        share,
        _level(learnt, pieces, share, pd.DatetimeIndex(landmarks)),
        learnt.mbg_nbd,
        len(rows),
        rows["customer_id"].nunique(),
    )


def _level(learnt: Training, pieces: list[Piece], share: float, landmarks: pd.DatetimeIndex) -> float:
    """The factor on all hazards until a year of outcomes was seen: to the level at which as many of those seen on the day itself
    order nothing as buyers at random would. 1 afterwards, and below 30 customers who bought twice."""
    last = learnt.seen[learnt.seen["as_of"] == learnt.seen["as_of"].max()]
    if not unseen(landmarks, learnt.horizon_days) or (last["gaps"] > 0).sum() < FEWEST.segmented:
        return 1.0
    z = learnt.scale.of(last)
    of = list(landmarks)
    parts = [daily_hazard(piece, of).sum() * np.exp(z @ piece.coefficients) for piece in pieces]
    orders = np.sum(parts, axis=0)
    total = p_no_order(learnt.mbg_nbd, *repeats(last, last["as_of"]), learnt.horizon_days).sum()
    logs = np.log(1e-3), np.log(1e3)
    level = last_where(lambda log: (share + (1 - share) * np.exp(-np.exp(log) * orders)).sum() > total, *logs)
    return float(np.exp(level))


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
    rows = piece.events.index.get_indexer(pd.DatetimeIndex(landmarks))
    events, exposure = (part.to_numpy()[rows].sum(axis=0) for part in (piece.events, piece.exposure))
    hazard: np.ndarray = np.divide(events, exposure, out=np.zeros(len(events)), where=exposure > 0)
    return hazard


def whole_hazards(piece: Piece) -> pd.Series:
    """The sum of `daily_hazard` over the whole piece, of each landmark by itself."""
    return (piece.events / piece.exposure.where(piece.exposure > 0)).sum(axis=1)
