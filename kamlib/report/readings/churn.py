"""What the page on losing customers says of who stands where, what was lost, the test, its verdict and the list."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kamlib.churn.evaluation.holdout import Evaluation, Verdict
from kamlib.churn.evaluation.level import expected_and_came
from kamlib.churn.evaluation.thresholds import Warnings
from kamlib.churn.evaluation.waits import Waits
from kamlib.churn.losses import change_in_a_year
from kamlib.churn.models.levels import unseen
from kamlib.churn.models.waiting import Model
from kamlib.churn.tested_list import Forecast
from kamlib.facts.states import are_lost
from kamlib.report.words import sentence
from kamlib.stats.reasons import Reason
from kamlib.study.settings.sections import Churn


def margin_note(by_state: pd.DataFrame) -> Reason | None:
    """That revenue stands in the place of the margin, where none is known (`kamlib.facts.states.by_state`)."""
    return Reason("revenue_in_place_of_margin") if by_state.columns[-1].startswith("revenue") else None


def year_note(by_state: pd.DataFrame) -> Reason | None:
    """That all days count, where twelve months are not on record yet (`kamlib.facts.states.by_state`)."""
    return None if by_state.columns[-1].endswith("12m") else Reason("all_days_in_place_of_a_year")


def landmarks(found: Forecast, standing: pd.DataFrame, first_day: pd.Timestamp, rules: Churn) -> Reason:
    """How many days of the past the model looks back from, and which customers are followed today."""
    days, rows = found.landmarks["as_of"], found.at_risk
    lost = are_lost(found.table["customer_id"], standing)
    values = {"now": len(found.table), "ours": int((~lost).sum()), "lost": int(lost.sum())}
    values |= {"days": (days.iloc[-1] - first_day).days, "horizon": rules.horizon_days}
    if len(days) == 1:
        return Reason("one_landmark", values)
    train = int((found.landmarks["role"] == "train").sum())
    seen = {"n": len(days), "train": train, "rows": len(rows), "customers": rows["customer_id"].nunique()}
    return Reason("many_landmarks", values | seen | {"limit": rules.at_risk_days})


def bands_differ(waits: Waits) -> Reason | None:
    """Whether bands of buyers order again at a different pace."""
    if waits.log_rank is None:
        return None
    statistic, freedom, p = waits.log_rank
    return Reason("bands_differ" if p < 0.05 else "bands_alike", {"statistic": statistic, "freedom": freedom, "p": p})


def change_of_losses(quarters: pd.DataFrame) -> Reason | None:
    """Whether more are lost in a quarter than a year ago (`kamlib.churn.losses_by_quarter`)."""
    change = change_in_a_year(quarters)
    if change.empty:
        return None
    return Reason("losses_unchanged" if change["low"] * change["high"] <= 0 else "losses_changed", dict(change))


def signs_before_losses(told: pd.DataFrame) -> Reason | None:
    """Which signs were commoner among the lost beyond chance (the comparison of `kamlib.churn.loss_causes`)."""
    if told.empty:
        return None
    first, rest = told[told["tells"]], told.loc[~told["tells"], "cause"].tolist()
    shares = zip(first["cause"], first["lost_share"], first["stayed_share"], strict=True)
    known = [
        sentence(Reason("sign_with_shares", {"cause": cause, "lost_share": lost, "stayed_share": stayed}))
        for cause, lost, stayed in shares
    ]
    also = sentence(Reason("signs_not_beyond_chance", {"signs": rest})) if rest else ""
    return Reason("signs_beyond_chance" if known else "no_sign_beyond_chance", {"known": known, "rest": also})


def choices(found: Forecast, test_date: pd.Timestamp) -> Reason:
    """The settings that were written down before the test."""
    settings = found.settings
    split = Reason("time_split", {"day": settings.split_day}) if settings.split_day else Reason("no_time_split")
    values = {"day": test_date, "penalty": settings.penalty, "split": sentence(split), "opinion": settings.opinion}
    return Reason("choices_written_down" if found.choices["landmarks"].max() > 0 else "choices_by_default", values)


def few_losses(differences: pd.DataFrame) -> Reason | None:
    """That the test saw too few for an interval."""
    return Reason("figures_are_an_anecdote") if len(differences) and differences["low"].isna().all() else None


def the_surest(predictions: pd.DataFrame, below: float = 0.01) -> Reason | None:
    """How many of those whom the model gave next to no chance of loss were lost."""
    if predictions.empty:
        return None
    surest = predictions[predictions["model"] < below]
    values = {"n": len(surest), "below": below, "lost": surest["lost"].sum(), "expected": surest["model"].sum()}
    return Reason("surest_and_lost", values)


def way_of(verdict: Verdict) -> str:
    """What gives the list, in words: the model, or a rule of thumb."""
    return sentence(Reason("by_the_model") if verdict.way == "model" else Reason("by_a_rule", {"rule": verdict.way}))


def why(verdict: Verdict) -> str:
    """What the verdict rests on, as sentences without the last point."""
    return ". ".join(capital(sentence(told)) for told in (verdict.reason, verdict.history) if told is not None)


def verdict(test: Evaluation, series: pd.DataFrame) -> Reason:
    """What gives the list, the model or a rule of thumb; or that no probability can be given, where no loss was observed yet.

    Parameters
    ----------
    series : `kamlib.churn.evaluation.losses_by_landmark`.
    """
    values = {"method": way_of(test.verdict), "reason": why(test.verdict)}
    if test.verdict.method == "untested" and len(series):
        return Reason("verdict_untested", values)
    return Reason("verdict_gives_the_list" if len(series) else "verdict_gives_no_probability", values)


def verdict_of_stops(found: Forecast) -> Reason:
    """What gives P(stopped): the model, tested or not, or a rule of thumb; or that it is not known."""
    test = found.test_of_stops
    if found.stopping is None:
        return Reason("stops_not_known")
    values = {"method": way_of(test.verdict), "reason": why(test.verdict)}
    return Reason("stops_untested" if test.verdict.method == "untested" else "verdict_of_stops", values)


def overstated(slow: pd.DataFrame) -> Reason | None:
    """How many of those who had stopped came back since, all of them and the slowest buyers (`kamlib.churn.evaluation.level.came_back`)."""
    if slow.empty:
        return None
    slowest = slow.iloc[0]
    values = {"stopped": slow["stopped"].sum(), "back": slow["came_back"].sum(), "band": slow.index[0]}
    return Reason("stops_overstated", values | {"slow": slowest["stopped"], "slow_back": slowest["came_back"]})


def level(test: Evaluation) -> Reason | None:
    """How many losses what gives the list expected on the test day, and how many came."""
    told = expected_and_came(test.predictions, test.verdict.way)
    if told.empty:
        return None
    code = "level_of_a_rule" if pd.isna(told["low"]) else "level_held"
    if not told["low"] <= told["came"] <= told["high"] and code == "level_held":
        code = "level_off"
    return Reason(code, {"day": test.verdict.test_date, **{str(name): value for name, value in told.items()}})


def where_it_helps(test: Evaluation) -> Reason | None:
    """Which rules of thumb the model beat beyond chance, by which measure."""
    if test.differences.empty or test.differences["low"].isna().all():
        return None
    better = test.differences.assign(
        won=np.where(test.differences["measure"] == "brier", test.differences["high"] < 0, test.differences["low"] > 0)
    )
    rules = {
        name: better.loc[(better["measure"] == name) & better["won"], "baseline"].tolist()
        for name in ("brier", "auc", "money")
    }
    return Reason("model_helps", {name: found or ["none_of_them"] for name, found in rules.items()})


def seasons_seen(found: Forecast, horizon_days: int) -> Reason | None:
    """That less than a year of outcomes was seen, so that the level is not known."""
    days = found.at_risk["as_of"].unique()
    known = pd.DatetimeIndex([day for day in days if day <= max(days) - pd.Timedelta(days=horizon_days)])
    return Reason("seasons_not_seen") if len(known) and unseen(known, horizon_days) else None


def own_limit(warned: Warnings, lost: pd.Series, horizon_days: int) -> Reason | None:
    """What the state *silent* would have brought, against one line for all that misses as many."""
    if warned.tried.empty:
        return None
    tried, curves = warned.tried, warned.curves
    silent = tried[(tried["way"] == "silence_in_limits") & (tried["threshold"] == 1)].iloc[0]
    days = curves[curves["way"] == "days_of_silence"]
    near = days.assign(off=(days["missed"] - silent["missed"]).abs())
    alike = near.sort_values(["off", "false_alarms"], kind="stable").iloc[0]
    values = {
        "warned": silent["warned"],
        "false": silent["false_alarms"],
        "missed": silent["missed"],
        "lost": lost.sum(),
    }
    values |= {"days": alike["threshold"], "alike": alike["missed"], "others": alike["false_alarms"]}
    return Reason("own_limit_against_one_line", values | {"horizon": horizon_days})


def changing_effects(tested: pd.DataFrame) -> Reason | None:
    """Which signs work differently on early and late orders (`kamlib.churn.explain.changing_effects`)."""
    if tested.empty:
        return None
    which = [f"sign_{sign}" for sign in tested.loc[tested["fails"], "sign"]]
    values = {"rows": tested["rows"].iloc[0], "n": len(which), "all": len(tested), "which": which}
    return Reason("effects_change" if which else "no_effect_changes", values)


def time_split(found: Forecast) -> Reason | None:
    """What a split of time does for the model."""
    if found.model is None:
        return None
    return Reason("split_gives_own_factors" if found.settings.split_day else "split_was_no_better")


def stops_expected(found: Forecast, standing: pd.DataFrame, horizon_days: int) -> Reason:
    """How many of ours are expected to have stopped, and of the lost, apart; or that it is not known."""
    code = "stops_expected" if found.stops_known else "stops_not_known"
    return _expected(found.table, standing, "p_stopped", code, horizon_days)


def losses_expected(found: Forecast, standing: pd.DataFrame, horizon_days: int) -> Reason:
    """How many of ours are expected to order nothing, and of the lost, apart."""
    if found.table["p_silent"].isna().all():
        return Reason("at_risk_without_p_silent", {"n": len(found.table), "horizon": horizon_days})
    return _expected(found.table, standing, "p_silent", "losses_expected", horizon_days)


def as_in_this_season(found: Forecast, standing: pd.DataFrame) -> Reason | None:
    """How many of ours would order nothing at the level of the same season of earlier years alone, where one was seen."""
    same = found.table.loc[~are_lost(found.table["customer_id"], standing), "p_silent_same_season"]
    return Reason("as_in_this_season", {"expected": same.sum()}) if same.notna().any() else None


def _expected(table: pd.DataFrame, standing: pd.DataFrame, event: str, code: str, horizon_days: int) -> Reason:
    known = table.dropna(subset=event)
    lost = are_lost(known["customer_id"], standing)
    ours, apart = known[~lost], known[lost]
    sums = {name: ours[f"{event}{end}"].sum() for name, end in (("expected", ""), ("low", "_low"), ("high", "_high"))}
    values = {"n": len(ours), "risky": int((ours[event] > 0.5).sum()), "lost": len(apart), "apart": apart[event].sum()}
    return Reason(code, values | sums | {"horizon": horizon_days})


def background(model: Model | None, horizon_days: int) -> Reason | None:
    """The share of customers that leave whatever their signs say."""
    return Reason("background", {"share": model.background, "horizon": horizon_days}) if model else None


def next_orders(table: pd.DataFrame, states: pd.DataFrame, horizon_days: int, within: int = 30) -> Reason:
    """How many active customers are expected to order soon (next_days of the table, state of the states)."""
    active = table.loc[table["customer_id"].isin(states.loc[states["state"] == "active", "customer_id"]), "next_days"]
    values = {"n": len(active), "soon": int((active <= within).sum()), "within": within}
    return Reason("orders_soon", values | {"later": int(active.isna().sum()), "horizon": horizon_days})


def capital(text: str) -> str:
    """With a capital letter in front, as a sentence begins."""
    return text[:1].upper() + text[1:]
