"""How content customers are: net promoter score by account, who answers, and whether an answer predicts that a customer stops."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from kamlib.measures.rates.by_period import spans
from kamlib.measures.rates.cases import SCALES, read
from kamlib.stats.intervals import wilson
from kamlib.stats.reasons import or_waiting, reason_columns
from kamlib.study.periods import months_before
from kamlib.study.settings.sections import FEWEST

_PROMOTER, _DETRACTOR = 9, 6  # the lowest score of the one, the highest of the other
_MONTHS = 12  # that an answer may be old


def net_promoters(means: pd.Series) -> pd.Series:
    """The net promoter score of customers, with its 95 % interval.

    Parameters
    ----------
    means : mean of each customer's answers, of which each is 1 (promoter), 0 or -1 (detractor).

    Returns
    -------
    Series: customers, nps (100 Σx / n), adjusted, low, high, from -100 to 100: m = Σx / (n + 3), variance (Σx² + 1.5) / (n + 3) - m², ends
    m ± 1.96 √(variance / (n + 3)). Of nobody nothing is known.

    References
    ----------
    Agresti & Coull (1998), The American Statistician 52, carried over to three answers: half a promoter, a half and two neutral ones are added.
    """
    n, total = len(means), float(means.sum())
    if not n:
        return pd.Series({"customers": 0.0} | dict.fromkeys(("nps", "adjusted", "low", "high"), np.nan))
    middle = total / (n + 3)
    half = 1.96 * np.sqrt(((means**2).sum() + 1.5) / (n + 3) - middle**2) / np.sqrt(n + 3)
    told = {"nps": total / n, "adjusted": middle, "low": max(middle - half, -1.0), "high": min(middle + half, 1.0)}
    return pd.Series({"customers": float(n)} | {name: 100 * value for name, value in told.items()})


def nps(surveys: pd.DataFrame | None, as_of: date) -> pd.DataFrame:
    """`net_promoters` of each of the last quarters and years; each customer counts once, with the mean of its answers in the period.

    Parameters
    ----------
    surveys : clean table: customer_id, date, kind, score. Answers outside 0 to 10 count nowhere.

    Returns
    -------
    DataFrame, quarters before years, the latest first
        window_months (3 or 12), until; answers, customers, nps, adjusted, low, high; reason, reason_values. The score is missing with fewer than 20
        customers.
    """
    told, rows = answers(surveys, as_of, "nps"), []
    for span in spans(as_of).itertuples():
        inside = told[(told["date"] > span.since) & (told["date"] <= span.until)]
        each = inside["place"].groupby(inside["customer_id"], sort=False).mean()
        row = {"window_months": span.window_months, "until": span.until, "answers": float(len(inside))}
        rows.append(row | net_promoters(each).to_dict())
    table = pd.DataFrame(rows)
    few = table["customers"] < FEWEST.averaged
    table.loc[few, ["nps", "adjusted", "low", "high"]] = np.nan
    if told.empty:
        table[["answers", "customers"]] = np.nan
    cases = [
        (pd.Series(told.empty, table.index), "not_on_record", {}),
        (few, "too_few_answered", {"n": table["customers"], "enough": FEWEST.averaged}),
    ]
    return table.join(reason_columns(cases))


def scored(scores: pd.DataFrame) -> pd.DataFrame:
    """The rows of `nps` with a score; it waits where there is none."""
    return or_waiting(scores[scores["nps"].notna()].reset_index(drop=True), "no_score_known")


def response(surveys: pd.DataFrame | None, buyers: pd.Series, as_of: date) -> pd.DataFrame:
    """How many of the customers with an order in the last 12 months answered in them: of whom was asked, nothing is on record.

    Parameters
    ----------
    buyers : ids of the customers with an order in the 12 months.

    Returns
    -------
    DataFrame, a row for each kind of survey on record
        kind, customers (that answered), buying (customers with an order), response_rate, low, high (95 %, Wilson).
    """
    since, rows, asked = pd.Timestamp(months_before(as_of, _MONTHS)), [], pd.Index(buyers).unique()
    for kind in SCALES:
        told = answers(surveys, as_of, kind)
        if len(told) and len(asked):
            rows.append((kind, int(asked.isin(told.loc[told["date"] > since, "customer_id"]).sum()), len(asked)))
    table = pd.DataFrame(rows, columns=["kind", "customers", "buying"])
    low, high = wilson(table["customers"], table["buying"])
    table = table.assign(response_rate=table["customers"] / table["buying"], low=low, high=high)
    return or_waiting(table, "no_survey_on_record")


def predicts(surveys: pd.DataFrame | None, past: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Whether a low answer predicts that a customer stops: its latest answer in the 12 months to an earlier day, against what came after it.

    Parameters
    ----------
    past : customer_id, as_of (an earlier day), stopped (1 or 0, missing where that is not known yet); a customer may stand at several days.

    Returns
    -------
    DataFrame, a row for each kind of survey
        kind, customers (with an answer and an outcome), stopped (of them, at any of the days), auc (chance that one who stopped had answered lower
        than one who stayed; 0.5 is no better than a coin), low, high (95 %), verdict: *predicts*, *predicts_the_reverse*, *no_sign* (the interval holds
        0.5) or *not_tested*; reason, reason_values. With fewer than ten customers of either kind it isn't tested.

    References
    ----------
    Obuchowski (1997), Biometrics 53: rows of one customer are not taken for independent.
    """
    rows = [_prediction(kind, answers(surveys, as_of, kind), past) for kind in SCALES]
    table = pd.DataFrame(rows)
    untested = table["auc"].isna()
    cases = [
        (untested & (table["customers"] == 0), "not_on_record", {}),
        (
            untested,
            "too_few_answers_of_both",
            {"stopped": table["stopped"], "stayed": table["stayed"], "enough": FEWEST.compared},
        ),
    ]
    return table.drop(columns="stayed").join(reason_columns(cases))


def _prediction(kind: str, said: pd.DataFrame, past: pd.DataFrame) -> dict[str, object]:
    known = past.dropna(subset="stopped")[["customer_id", "as_of", "stopped"]].astype({"customer_id": object})
    known = known.sort_values("as_of", kind="stable")
    both = pd.merge_asof(
        known.assign(as_of=known["as_of"].astype("datetime64[ns]")),
        said.rename(columns={"date": "as_of"})[["customer_id", "as_of", "score"]].sort_values("as_of", kind="stable"),
        on="as_of",
        by="customer_id",
        tolerance=pd.Timedelta(days=365),
    ).dropna(subset="score")
    went = both["stopped"].astype(bool)
    counts = {"stopped": both.loc[went, "customer_id"].nunique(), "stayed": both.loc[~went, "customer_id"].nunique()}
    told = {"kind": kind, "customers": both["customer_id"].nunique(), **counts}
    told |= {"auc": np.nan, "low": np.nan, "high": np.nan, "verdict": "not_tested"}
    if min(counts.values()) < FEWEST.compared:
        return told
    auc, low, high = _auc(both["score"], went, both["customer_id"])
    verdict = "predicts" if low > 0.5 else "predicts_the_reverse" if high < 0.5 else "no_sign"
    return told | {"auc": auc, "low": low, "high": high, "verdict": verdict}


def _auc(score: pd.Series, went: pd.Series, whose: pd.Series) -> tuple[float, float, float]:
    """The chance that a score of those who `went` is lower than one of the others, ties half, and its interval on the logit scale."""
    rank_all, n = score.rank(), len(score)
    within = score.groupby(went).rank()
    others = np.where(went, n - went.sum(), went.sum())
    below = (rank_all - within) / others  # share of the other kind that lies below, ties half
    place = (1 - below).where(went, below)
    auc = float(place[went].mean())
    parts = (place - auc) / np.where(went, went.sum(), n - went.sum())
    each = parts.groupby(whose).sum()
    spread = float(np.sqrt((each**2).sum() * len(each) / (len(each) - 1)))
    if not 0 < auc < 1:
        return auc, np.nan, np.nan
    middle, half = np.log(auc / (1 - auc)), 1.96 * spread / (auc * (1 - auc))
    low, high = (float(1 / (1 + np.exp(-(middle + side * half)))) for side in (-1, 1))
    return auc, low, high


def answers(surveys: pd.DataFrame | None, as_of: date, kind: str) -> pd.DataFrame:
    """Answers of a kind on its scale, as they were known: customer_id, date, score, place (1, 0 or -1: promoter, neutral, detractor)."""
    said = read(as_of, surveys=surveys)[2]
    kept = said[said["kind"].eq(kind) & said["score"].between(*SCALES[kind]).fillna(False)]
    score = kept["score"].astype(float)
    place = (score >= _PROMOTER).astype(float) - (score <= _DETRACTOR).astype(float)
    return kept.assign(date=kept["date"].astype("datetime64[ns]"), score=score, place=place)[
        ["customer_id", "date", "score", "place"]
    ]
