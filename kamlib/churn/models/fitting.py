"""The model of P(no order) as it is used: its chances set right by what came after landmarks of the past."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd

from kamlib.churn.models.levels import curve, unseen
from kamlib.churn.models.prediction import levels, relative_risks, still_waiting
from kamlib.churn.models.waiting import NO_CURVE, Model, Settings, Training, fitted, training


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

    Who is silent may be gone or only slow, and the longer one waits the more of those still waiting are gone: hazards in one proportion
    make such a customer too likely to order, and so does the mean of two opinions, which is less sure than either. Both errors are seen in
    the outcomes, so a curve of two numbers on the log odds sets them right. Until the outcomes of a year were seen there is none.

    Parameters
    ----------
    table : DataFrame
        `kamlib.churn.landmarks.landmark_table`; rows after `until` are not used, those at it by the second opinion alone.
    until : the day of the prediction. Landmarks nearer than the horizon are censored at it and give no level.
    settings : penalty (a ridge on standardised covariates, `kamlib.churn.models.cox.fit_cox`), time split and opinion; None: the defaults.
    most_rows : above it whole accounts are sampled for the fit.
    robust_rows : as in `kamlib.churn.models.waiting.fitted`.

    Raises
    ------
    InputError
        If no landmark was complete by `until`, nothing happened after them, or the model can't be estimated.

    References
    ----------
    Cox (1958), Biometrika 45 (the curve); Ranjan & Gneiting (2010), JRSS B 72 (a mean of forecasts is less sure than either).
    """
    learnt = training(table, until, horizon_days=horizon_days, most_rows=most_rows, seed=seed)
    return _set_right(fitted(learnt, settings or Settings(), robust_rows=robust_rows, seed=seed), learnt)


def _set_right(model: Model, learnt: Training) -> Model:
    """The model with its curves, of the landmarks that give it its level, in the same shares; a customer counts once."""
    if unseen(model.landmarks, model.horizon_days):
        return model
    sets = [learnt.rows["as_of"].isin(days).to_numpy() for days in levels(model, model.until)]
    weight = np.sum([at / at.sum() for at in sets], axis=0)
    used = weight > 0
    rows, lost = learnt.rows[used], learnt.came.loc[used, "lost"].to_numpy()
    weight = weight[used] / weight.sum() * rows["customer_id"].nunique()
    risks = relative_risks(model, learnt.matrix[used])
    plain = replace(model, curve=NO_CURVE)
    signs = replace(plain, settings=replace(model.settings, opinion="signs"))
    own, of_signs = (curve(still_waiting(one, rows, risks, model.horizon_days), lost, weight) for one in (plain, signs))
    return replace(model, curve=own, signs_curve=of_signs)
