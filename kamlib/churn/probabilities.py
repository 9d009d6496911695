"""The chances of both events for each account at risk, each by what its test allows: the model, or a simpler way."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from kamlib.churn.evaluation.baselines import BUYERS, baseline_predictions, baseline_range, by_buyers, recent
from kamlib.churn.evaluation.holdout import Evaluation, Verdict
from kamlib.churn.explain import reasons
from kamlib.churn.landmarks import stops
from kamlib.churn.models.covariates import signs, usual
from kamlib.churn.models.fitting import fit
from kamlib.churn.models.levels import chances, log_odds, shift_interval, unseen
from kamlib.churn.models.prediction import predict
from kamlib.churn.models.stopping import Stopping, fit_stopping, p_stopped
from kamlib.churn.models.waiting import Model, Settings
from kamlib.errors import InputError
from kamlib.stats.reasons import joined, reason_columns
from kamlib.study.settings.sections import FEWEST


def silent_probabilities(
    table: pd.DataFrame, as_of: date | pd.Timestamp, verdict: Verdict, model: Model | None, *, horizon_days: int = 180
) -> pd.DataFrame:
    """P(no order by H) of each account at risk at `as_of`, by the model or by the way that the verdict fell back to.

    Parameters
    ----------
    table : DataFrame
        `kamlib.churn.landmarks.landmark_table` with `as_of` among its landmarks.
    model : of `final_model`; needed where the verdict's method is "model".

    Returns
    -------
    DataFrame, index of the rows of `table` at `as_of`
        p_silent, p_silent_low, p_silent_high (of seasons), p_silent_same_season (`kamlib.churn.models.prediction.predict`), method (model,
        untested or baseline), reason and reason_values. Where no landmark was complete by `as_of`, p_silent is missing and the reason says so.
    """
    now = table.loc[table["as_of"] == pd.Timestamp(as_of)]
    if verdict.method == "model" and model is None:
        raise InputError("the verdict asks for a model, and none is given")
    if model is not None:
        found = predict(model, now).add_prefix("p_silent_").rename(columns={"p_silent_p_silent": "p_silent"})
        return found.assign(method=verdict.method).join(reasons(model, now))
    return _by_baseline(table, as_of, now, verdict.baseline, horizon_days)


def stopped_probabilities(
    table: pd.DataFrame,
    as_of: date | pd.Timestamp,
    test: Evaluation,
    model: Stopping | None,
    *,
    horizon_days: int = 180,
) -> pd.DataFrame:
    """P(stopped) of each account at risk at `as_of`, by the model or by the rule that its test fell back to.

    Parameters
    ----------
    model : fitted at `as_of`; None where none can be.

    Returns
    -------
    DataFrame, index of the rows of `table` at `as_of`
        p_stopped, p_stopped_low, p_stopped_high (of seasons), method_stopped: model, untested (a model on which no test could be
        held) or baseline. All are missing without a model: no window was over, and P(no order) must do.
    """
    now = table.loc[table["as_of"] == pd.Timestamp(as_of)]
    if model is None:
        columns = ["p_stopped", "p_stopped_low", "p_stopped_high"]
        return pd.DataFrame(np.nan, index=now.index, columns=columns).assign(method_stopped=None)
    if (method := test.verdict.method) != "baseline":
        found = p_stopped(model, now)
    else:
        rule = test.verdict.baseline
        given = baseline_predictions(table, as_of, now, horizon_days=horizon_days, event=stops)[rule]
        ends = baseline_range(table, as_of, now, rule, horizon_days=horizon_days, event=stops)
        found = _with_ends(given, ends).rename(columns={"p": "p_stopped"})
    return found.rename(columns={"low": "p_stopped_low", "high": "p_stopped_high"}).assign(method_stopped=method)


def final_model(
    table: pd.DataFrame, as_of: date | pd.Timestamp, verdict: Verdict, settings: Settings, *, horizon_days: int = 180
) -> Model | None:
    """The model with the chosen settings, refitted with all that is known at `as_of`; None where another way won the test.

    Where no test could be held, None too below ten customers who were lost, ten who were not, or 30 in all.
    """
    if verdict.method == "model":
        return fit(table, as_of, settings, horizon_days=horizon_days)
    if verdict.method == "baseline":
        return None
    try:
        rows, lost = recent(table, as_of, horizon_days)
        kinds = [rows.loc[lost == kind, "customer_id"].nunique() for kind in (0, 1)]
        enough = min(kinds) >= FEWEST.compared and rows["customer_id"].nunique() >= FEWEST.segmented
        return fit(table, as_of, settings, horizon_days=horizon_days) if enough else None
    except InputError:  # no landmark is complete, or the model can't be estimated: a simpler way must do
        return None


def final_stopping(table: pd.DataFrame, as_of: date | pd.Timestamp, *, horizon_days: int = 180) -> Stopping | None:
    """The model of P(stopped) with all that is known at `as_of`; None where it can't be estimated."""
    try:
        return fit_stopping(table, as_of, horizon_days=horizon_days)
    except InputError:
        return None


def _by_baseline(
    table: pd.DataFrame, as_of: date | pd.Timestamp, now: pd.DataFrame, name: str, horizon_days: int
) -> pd.DataFrame:
    try:
        if name == BUYERS and (buyers := _by_buyers(table, as_of, now, horizon_days)) is not None:
            p_silent, ends = buyers
        else:
            name = "silence_alone" if name == BUYERS else name  # too few for buyers at random
            p_silent = baseline_predictions(table, as_of, now, horizon_days=horizon_days)[name]
            ends = baseline_range(table, as_of, now, name, horizon_days=horizon_days)
        told = reason_columns(signs(now, usual(table))["silence"], default="buys_as_usual")
    except InputError:  # no landmark is complete: the probability is missing, and says why
        p_silent = pd.Series(np.nan, index=now.index)
        ends = pd.DataFrame({"low": p_silent, "high": p_silent})
        told = reason_columns([(p_silent.isna(), "no_landmark_back", {})])
    names = {"p": "p_silent", "low": "p_silent_low", "high": "p_silent_high"}
    found = _with_ends(p_silent, ends).rename(columns=names).assign(p_silent_same_season=np.nan, method="baseline")
    return found.join(joined([told, reason_columns([(p_silent.notna(), "judged_by", {"rule": name})])]))


def _by_buyers(
    table: pd.DataFrame, as_of: date | pd.Timestamp, now: pd.DataFrame, horizon_days: int
) -> tuple[pd.Series, pd.DataFrame] | None:
    """P(no order) of buyers at random, and its ends: how far the losses after single landmarks lay from it; None with too few."""
    known = table[table["as_of"] <= pd.Timestamp(as_of)]
    train, lost = recent(table, as_of, horizon_days)
    everyone = by_buyers(known, known, horizon_days)
    if everyone is None:
        return None
    p, odds, days = everyone[now.index], log_odds(everyone[train.index].to_numpy()), train["as_of"].to_numpy()
    ends = [shift_interval(odds[days == day], float(lost[days == day].sum())) for day in np.unique(days)]
    wide = unseen(pd.DatetimeIndex(days), horizon_days)
    low, high = min(low for low, _ in ends), max(high for _, high in ends)
    here = log_odds(p.to_numpy())
    moved = {"low": chances(here + min(low, -wide)), "high": chances(here + max(high, wide))}
    return p, pd.DataFrame(moved, index=now.index)


def _with_ends(p: pd.Series, ends: pd.DataFrame) -> pd.DataFrame:
    low, high = np.minimum(ends["low"], p), np.maximum(ends["high"], p)
    return pd.DataFrame({"p": p, "low": low, "high": high}, index=p.index)
