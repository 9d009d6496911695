"""The forecasts of earlier days made anew, each from what was known on it, and what came: the test of ourselves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd

from kamlib.churn.evaluation.returns import learn_returns
from kamlib.churn.judgement import Tried, judge
from kamlib.churn.landmarks import outcomes, stops
from kamlib.churn.returns import lost_at, p_return, returned, without_offer
from kamlib.facts.worth import worth_column
from kamlib.stats.reasons import or_waiting
from kamlib.study.periods import quarter_frequency
from kamlib.study.settings.sections import Churn

_QUARTERS = 8
COLUMNS = ["customer_id", "as_of", "event", "chance", "method", "over_on", "came", "worth"]


def earlier_forecasts(
    at_risk: pd.DataFrame,
    as_of: date,
    rules: Churn | None = None,
    *,
    days: Sequence[pd.Timestamp] | None = None,
    year_begins: int = 1,
    tried: Tried | None = None,
) -> pd.DataFrame:
    """What `kamlib.churn.forecast` would have said on earlier days, and what came by `as_of`.

    All choices, tests and fits are those of each day: only landmarks up to it are read, with what was known on it.

    Parameters
    ----------
    at_risk : the landmark table of the forecast (`kamlib.churn.Forecast.at_risk`).
    rules : the section `churn` of the study; None: its defaults.
    days : landmarks whose horizon is over; None: the last such day of each of the last eight quarters.
    year_begins : the month, 1 to 12, with which quarters begin.
    tried : what the forecast tried by the same rules (`kamlib.churn.Forecast.tried`); None: all is tried here.

    Returns
    -------
    DataFrame, a row for each customer at risk, day and event
        customer_id, as_of, event (*silent*, *stopped*), chance (0 to 1), method (of `Verdict`), over_on (the day on which it could be seen), came (1, 0; missing
        where it could not be seen by `as_of`), worth (margin of the 12 months before, where no margin is known revenue). It waits where no
        day has a forecast.
    """
    rules = rules or Churn()
    end, horizon = pd.Timestamp(as_of), pd.Timedelta(days=rules.horizon_days)
    if days is None:
        over = pd.Series(
            sorted(day for day in at_risk["as_of"].unique() if day + horizon <= end), dtype="datetime64[ns]"
        )
        days = over.groupby(over.dt.to_period(quarter_frequency(year_begins))).max().tail(_QUARTERS).tolist()
    tried = tried or Tried()
    parts = [_of_day(at_risk, day, end, rules, tried) for day in days]
    found = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=COLUMNS)
    return or_waiting(found[found["chance"].notna()].reset_index(drop=True), "no_forecast_before")


def events_of(now: pd.DataFrame, end: pd.Timestamp, rules: Churn) -> pd.DataFrame:
    """Both events of the customers at risk on a day: customer_id, as_of, event, over_on, came and worth, as in `earlier_forecasts`.

    Parameters
    ----------
    now : one landmark of `kamlib.churn.landmarks.landmark_table`.
    end : what came later is not known.
    """
    horizon = pd.Timedelta(days=rules.horizon_days)
    window = pd.to_timedelta(now["stop_window"].round(), unit="D")
    money = worth_column(now)
    worth = now[money].fillna(now[money.rsplit("_", 1)[0]])
    parts = []
    for event, after, over_on in (
        ("silent", outcomes, now["as_of"] + horizon),
        ("stopped", stops, now["as_of"] + horizon + window),
    ):
        came = after(now, end, horizon_days=rules.horizon_days)
        known = {"over_on": over_on, "came": came["lost"].where(came["complete"]), "worth": worth}
        parts.append(now[["customer_id", "as_of"]].assign(event=event, **known))
    return pd.concat(parts, ignore_index=True)


def returns_of(away: pd.DataFrame, day: date | pd.Timestamp, end: pd.Timestamp, rules: Churn) -> pd.DataFrame:
    """The returns within the horizon of those lost on a day: customer_id, as_of, event, over_on, came and worth, as in `earlier_forecasts`.

    Parameters
    ----------
    away : rows of `kamlib.churn.loss_episodes` that were lost on the day; a return after an offer is none.
    end : as in `events_of`.
    """
    day = pd.Timestamp(day)
    over_on = day + pd.Timedelta(days=rules.horizon_days)
    came = returned(away, over_on).astype(float) if over_on <= end else float("nan")
    worth = away["margin"].fillna(away["amount"])
    return away[["customer_id"]].assign(as_of=day, event="returned", over_on=over_on, came=came, worth=worth)


def _of_day(at_risk: pd.DataFrame, day: pd.Timestamp, end: pd.Timestamp, rules: Churn, tried: Tried) -> pd.DataFrame:
    now, found = at_risk[at_risk["as_of"] == day], judge(at_risk, day, rules, tried)
    chances = {"chance": [*found.silent["p_silent"], *found.stopped["p_stopped"]]}
    methods = {"method": [*found.silent["method"], *found.stopped["method_stopped"]]}
    return events_of(now, end, rules).assign(**chances, **methods)[COLUMNS]


def with_returns(
    forecasts: pd.DataFrame, episodes: pd.DataFrame, as_of: date, rules: Churn | None = None
) -> pd.DataFrame:
    """`forecasts` and the returns promised on the same days, of those lost for longer than the models follow, at the rates of that day.

    Parameters
    ----------
    forecasts : `earlier_forecasts`.
    episodes : `kamlib.churn.loss_episodes` at `as_of`; offered_on (`kamlib.churn.with_offers`) where offers are on record: then a
        return without an offer is promised, up to its day.

    Returns
    -------
    DataFrame
        The rows of `forecasts`, and for event *returned*: chance of an order within the horizon, method (`kamlib.churn.evaluation.returns.WAYS`), worth (margin of
        the 365 days up to the last order, where it is not known revenue). Days without rates are left out.
    """
    rules, end = rules or Churn(), pd.Timestamp(as_of)
    known, horizon = {"horizon_days": rules.horizon_days}, pd.Timedelta(days=rules.horizon_days)
    parts = [forecasts]
    for day in pd.to_datetime(forecasts["as_of"].unique()):
        found = learn_returns(
            episodes, day, beyond_days=rules.at_risk_days, bootstraps=rules.bootstraps, seed=rules.seed, **known
        )
        away = without_offer(lost_at(episodes, day), day)
        away = away[(day - away["last_order"]).dt.days > rules.at_risk_days]
        if found.rates.empty or away.empty or day + horizon > end:
            continue
        chance = p_return(found.rates, away, day, until_offer=True, **known)["p_return"]
        parts.append(returns_of(away, day, end, rules).assign(chance=chance, method=found.way)[COLUMNS])
    return pd.concat(parts, ignore_index=True) if len(parts) > 1 else forecasts
