"""What the churn models say: their reasons, hazard ratios, and whether hazards are proportional."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kamlib.churn.landmarks import outcomes
from kamlib.churn.models.covariates import COVARIATES, covariates, own_gap, signs
from kamlib.churn.models.cox import cox_data, fit_cox, sample_accounts
from kamlib.churn.models.prediction import relative_risks, still_waiting
from kamlib.churn.models.stopping import Stopping
from kamlib.churn.models.waiting import Model, Piece
from kamlib.stats.reasons import joined, reason_columns, waiting
from kamlib.stats.survival import proportional_hazards

_HARDLY = 1e-4  # a penalty that only keeps an estimate finite
_REASON_FROM = (
    0.1  # a group of covariates is a reason when it lowers the chance of the next order by about 10 % or more
)


def reasons(model: Model | Stopping, table: pd.DataFrame, *, most: int = 2) -> pd.DataFrame:
    """The main reasons for a high chance of loss: the groups of covariates that lower the chance of an order, or of staying, most.

    The pull of a group is its part of the log hazard against the average account; with a time split, the parts of
    the pieces are weighed by the orders expected in them. A second opinion knows no covariates and gives no reasons.

    Returns
    -------
    DataFrame, index of `table`
        reason (codes of `kamlib.churn.models.covariates.signs`, at most `most` of them, or nothing_unusual) and reason_values.
    """
    z = model.scale.of(table)
    groups = {name: COVARIATES[str(name)].group for name in z}
    weighed = z * model.coefficients if isinstance(model, Stopping) else _pulls(model, z)
    pull = pd.DataFrame(weighed).T.groupby(groups, sort=False).sum().T
    said = signs(table, model.scale.common)
    concern = np.column_stack([np.logical_or.reduce([flag for flag, _, _ in said[str(group)]]) for group in pull])
    low = np.where(concern, pull.to_numpy(), 0.0)
    order = np.argsort(low, axis=1, kind="stable")[:, :most]
    strong = np.take_along_axis(low, order, axis=1) < -_REASON_FROM
    parts = []
    for place, (at, tells) in enumerate(zip(order.T, strong.T, strict=True)):
        cases = [
            (flag & tells & (at == number), code, values)
            for number, group in enumerate(pull)
            for flag, code, values in said[str(group)]
        ]
        parts.append(reason_columns(cases, default="" if place else "nothing_unusual"))
    return joined(parts)


def hazard_ratios(model: Model | None, table: pd.DataFrame) -> pd.DataFrame:
    """Each sign with the factor on the chance of the next order per step, with its 95 % interval; what goes together as one.

    The signs of silence move together, and in opposite directions: none of them says anything alone. So their factor is that of the
    whole, where the silence of a customer grows by one step, on the mean over the customers of the last landmark. Order days, too, are
    doubled with what they change in the silence of a frequent buyer.

    Parameters
    ----------
    table : `kamlib.churn.landmarks.landmark_table`.

    Returns
    -------
    DataFrame, within each piece silence first, then the strongest by its effect per standard deviation
        days (of the piece), sign (a covariate, or longer_silence, far_longer_silence), meaning and step (codes of what it is, and of what
        the ratio is for), ratio, low, high. Below 1: orders come later, the account is more likely to be lost. Penalised, so a
        little nearer to 1. Without a model it waits for one.
    """
    if model is None:
        return waiting(["days", "sign", "meaning", "step", "ratio", "low", "high"], "no_model_accepted")
    moves = _moves(model, table[table["as_of"] == table["as_of"].max()])
    tables = []
    for piece in model.pieces:
        effect = moves @ piece.coefficients
        error = pd.Series(np.sqrt(np.einsum("ij,jk,ik->i", moves, piece.covariance, moves)), index=moves.index)
        effect, error = effect[error > 0], error[error > 0]  # a sign that is held at its bound says nothing
        rows = pd.DataFrame(
            {
                "days": f"{piece.start + 1}-{piece.end}",
                "sign": effect.index,
                "meaning": "sign_" + effect.index,
                "step": "step_" + effect.index,
                **{
                    name: np.exp((effect + z * error).to_numpy())
                    for name, z in (("ratio", 0), ("low", -1.96), ("high", 1.96))
                },
            }
        )
        alone = piece.coefficients.reindex(effect.index).abs().fillna(np.inf).to_numpy()
        tables.append(rows.iloc[np.argsort(-alone, kind="stable")])
    return pd.concat(tables, ignore_index=True)


def _moves(model: Model, now: pd.DataFrame) -> pd.DataFrame:
    """What each step changes in the covariates that the model uses, in standard deviations: a row a sign, silence as a whole first."""
    used = list(model.scale.mean.index)
    single = [name for name in used if COVARIATES[name].group != "silence"]
    moves = pd.DataFrame(0.0, index=single, columns=used)
    for name in single:
        moves.loc[name, name] = COVARIATES[name].step
    if {"order_days", "silence_by_days"} <= set(used):
        moves.loc["order_days", "silence_by_days"] = (
            COVARIATES["order_days"].step * np.log1p(now["silence_days"]).mean()
        )
    gap, limit = own_gap(now, model.scale.common), now["own_limit"]
    whole = {
        name: (_silent_for(model, now, end) - _silent_for(model, now, begin)).mean()
        for name, begin, end in (("longer_silence", gap, 2 * gap), ("far_longer_silence", limit, 2 * limit))
    }
    return pd.concat([pd.DataFrame(whole).T[used], moves]) / model.scale.sd[used]


def _silent_for(model: Model, now: pd.DataFrame, days: pd.Series) -> pd.DataFrame:
    """The covariates of the customers, if each had been silent for so many days."""
    return covariates(now.assign(silence_days=days), model.scale.common)


def typical_buyers(model: Model | None, table: pd.DataFrame) -> pd.DataFrame:
    """P(no order within the horizon) of three typical buyers as their silence grows: all signs, and the second opinion, together.

    The customers of the last landmark fall into three parts of one size by their usual gap. Each part is asked what the model would say,
    on the mean over its customers, had each been silent for its own gap, for its own limit, or for twice that, all else as it is.

    Parameters
    ----------
    table : `kamlib.churn.landmarks.landmark_table`.

    Returns
    -------
    DataFrame, those who order most often first, the shortest silence first
        buyer and silence (codes), gap_days and days (medians of the usual gap and of the silence), customers; p_silent, low, high: each
        customer's at the ends of the 95 % interval of its coefficients, so the interval of the mean is rather too wide. Without a model
        it waits for one.
    """
    columns = ["buyer", "gap_days", "customers", "silence", "days", "p_silent", "low", "high"]
    if model is None:
        return waiting(columns, "no_model_accepted")
    now = table[table["as_of"] == table["as_of"].max()]
    gap, limit = own_gap(now, model.scale.common), now["own_limit"]
    part = np.minimum(3 * (gap.rank(method="first") - 1) // max(len(now), 1), 2)
    rows = []
    for place, buyer in enumerate(("buyer_often", "buyer_usual", "buyer_seldom")):
        own = now[part == place]
        for silence, days in (("silent_own_gap", gap), ("silent_own_limit", limit), ("silent_twice_limit", 2 * limit)):
            if len(own):
                days = days[own.index].round()
                chances = [p.mean() for p in _had_they_been_silent(model, own, days)]
                rows.append([buyer, gap[own.index].median(), len(own), silence, days.median(), *chances])
    return pd.DataFrame(rows, columns=columns)


def _had_they_been_silent(model: Model, rows: pd.DataFrame, days: pd.Series) -> list[np.ndarray]:
    """P(no order) of rows whose orders all lay so far back that the last is `days` old, and its low and its high end."""
    last = rows["as_of"] - pd.to_timedelta(days, unit="D")
    rows = rows.assign(
        silence_days=days, last_order=last, first_order=rows["first_order"] + (last - rows["last_order"])
    )
    z = model.scale.of(rows)
    risks = relative_risks(model, z)
    spread = [np.exp(1.96 * np.sqrt(np.einsum("ij,jk,ik->i", z, p.covariance, z).clip(min=0))) for p in model.pieces]
    ends = (
        risks,
        [r * s for r, s in zip(risks, spread, strict=True)],
        [r / s for r, s in zip(risks, spread, strict=True)],
    )
    return [still_waiting(model, rows, at, model.horizon_days) for at in ends]


def changing_effects(model: Model | None, table: pd.DataFrame, *, rows: int = 20_000, seed: int = 1) -> pd.DataFrame:
    """Whether each covariate works alike on early and late orders: proportional hazards, tested before any time split.

    The model is refitted nearly without penalty on whole accounts sampled to at most `rows` rows.

    Returns
    -------
    DataFrame, smallest p first
        sign (the covariate), statistic and p (`kamlib.stats.survival.proportional_hazards`), adjusted (Holm), fails (adjusted p
        below 0.05), rows (in the sample); no row without a model.

    References
    ----------
    Holm (1979), Scandinavian Journal of Statistics 6.
    """
    if model is None:
        return waiting(["sign", "statistic", "p", "adjusted", "fails", "rows"], "no_model_accepted")
    train = sample_accounts(table.loc[table["as_of"] < model.until], rows, seed)
    came = outcomes(train, model.until, horizon_days=model.horizon_days)
    z = model.scale.of(train)
    coefficients = fit_cox(cox_data(z, train, came), _HARDLY).coefficients
    seen = came["duration"] > 0
    found = proportional_hazards(
        z[seen], came.loc[seen, "duration"], came.loc[seen, "event"], coefficients, train.loc[seen, "as_of"]
    ).sort_values("p")
    adjusted = (found["p"] * np.arange(len(found), 0, -1)).cummax().clip(upper=1.0)
    found = found.rename_axis("sign").reset_index().assign(adjusted=adjusted.to_numpy(), rows=int(seen.sum()))
    return found.assign(fails=found["adjusted"] < 0.05)


def _pulls(model: Model, z: pd.DataFrame) -> pd.DataFrame:
    """What each covariate adds to the log hazard, the pieces weighed by the orders expected in them."""
    expected = np.array([risk * _total(p) for p, risk in zip(model.pieces, relative_risks(model, z), strict=True)])
    share = expected / expected.sum(axis=0)
    parts = [z * piece.coefficients * s[:, None] for piece, s in zip(model.pieces, share, strict=True)]
    return pd.DataFrame(sum(parts[1:], start=parts[0]))


def _total(piece: Piece) -> float:
    exposure = piece.exposure.sum()
    return float((piece.events.sum() / exposure.where(exposure > 0)).sum())
