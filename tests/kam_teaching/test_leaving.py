"""Who leaves in the sample: the planted losses, the signs before them, and the probabilities stated beside them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

SAMPLE = Path(__file__).parents[2] / "data" / "sample"
END = pd.Timestamp("2026-06-30")


def test_at_least_60_groups_left_in_the_last_180_days_and_100_before(groups, last_order):
    left = groups.join(last_order.rename("last"), how="inner").dropna(subset=["left_on"])
    assert (left["last"] <= left["left_on"]).all()
    recent = left["left_on"] > END - pd.Timedelta(days=180)
    assert recent.sum() >= 60 and (recent & (left["last"] > END - pd.Timedelta(days=180))).sum() >= 60
    assert (~recent).sum() >= 100


def test_groups_that_are_there_still_order_and_some_that_came_back_do(groups, last_order):
    silence = (END - last_order.reindex(groups.index)).dt.days
    there = groups["left_on"].isna()
    assert silence[there].quantile(0.95) < 180
    back = groups.index[groups["returned_on"].notna() & there]
    assert len(back) >= 5 and (last_order[back] >= pd.to_datetime(groups.loc[back, "returned_on"])).mean() > 0.8


def test_silence_alone_does_not_separate_and_rhythm_and_rates_help(groups, last_order):
    """Among groups silent for a year at most: who has left? 0.5 is chance, 1 is certainty."""
    from scipy.stats import gamma
    from sklearn.metrics import roc_auc_score

    silence = (END - last_order.reindex(groups.index)).dt.days
    part = groups[silence <= 365].assign(silence=silence)
    gone = part["left_on"].notna()
    still_waiting = gamma.sf(part["silence"], part["gap_shape"], scale=part["mean_gap_days"] / part["gap_shape"])
    monthly = part["month_end_chance"].notna()
    still_waiting[monthly] = (1 - part["month_end_chance"][monthly]) ** (part["silence"][monthly] / 30.4)
    by_silence = roc_auc_score(gone, part["silence"])
    by_rhythm = roc_auc_score(gone, -still_waiting)
    by_all = roc_auc_score(gone, part["p_silent_180_seen"])
    assert 0.8 < by_silence < by_rhythm < by_all < 0.99
    assert by_all - by_silence > 0.015


def signs_at(day: pd.Timestamp, talks: pd.DataFrame, goods: pd.DataFrame, who: pd.Index) -> pd.DataFrame:
    """Signs on a day from the tables alone: trailing windows, nothing after the day."""
    half, year = talks["date"] > day - pd.DateOffset(months=6), talks["date"] > day - pd.DateOffset(months=12)
    past = talks["date"] < day
    sent = talks[past & half & (talks["kind"] == "delivery")]
    case = talks[past & year & talks["kind"].isin(["claim", "dispute"])]
    slow = case[(case["closed"].fillna(pd.Timestamp.max) - case["date"]).dt.days > 30]
    touch = talks[past & half & talks["kind"].isin(["call", "meeting", "visit"])]
    sold = goods[(goods["date"] < day) & (goods["date"] > day - pd.DateOffset(months=12))]
    return pd.DataFrame(
        {
            "late_share": (sent["date"] > sent["promised"]).groupby(sent["group"]).mean().reindex(who).fillna(0.0),
            "slow_claims": slow.groupby("group").size().reindex(who).fillna(0.0),
            "few_touches": (touch.groupby("group").size().reindex(who).fillna(0) < 2).astype(float),
            "new_manager": (sold.groupby("group")["manager"].nunique().reindex(who).fillna(1) > 1).astype(float),
        }
    )


def test_signs_in_the_tables_come_before_the_leaving(goods, groups, text):
    """The score test of the Cox model at 0, month by month: leavers' signs against those of all then at risk."""
    heads = text("truth/accounts").set_index("account_id")["group_id"]
    talks = text("interactions").assign(group=lambda t: t["account_id"].map(heads))
    talks = talks.assign(**{c: pd.to_datetime(talks[c].replace("", None)) for c in ("date", "promised", "closed")})
    first = goods.groupby("group")["date"].min().reindex(groups.index)
    score, variance = 0.0, 0.0
    for day in pd.date_range("2024-07-01", "2026-06-01", freq="MS"):
        at_risk = groups.index[(first < day) & ~(groups["left_on"] < day) & groups["returned_on"].isna()]
        leaves = groups.loc[at_risk, "left_on"].between(day, day + pd.offsets.MonthEnd(0))
        sign = signs_at(day, talks, goods, at_risk)
        score = score + (sign[leaves] - sign.mean()).sum()
        variance = variance + leaves.sum() * sign.var(ddof=0)
    z = score / np.sqrt(variance)
    assert (z > 2).all(), z  # one-sided 2.3 % each
    assert (z > 4).sum() >= 2, z


def test_signs_do_not_decide(groups):
    left = groups["left_on"].notna()
    calm = (groups["late_share_6m"] == 0) & (groups["slow_claims_12m"] == 0) & (groups["new_manager_12m"] == 0)
    assert 0.1 < left[calm].mean() < 0.9 and 0.1 < left[~calm].mean() < 0.9


def test_rates_of_leaving_are_those_of_the_stated_signs(groups):
    """log rate = -1.95 + segment - 1.8 key + 2.4 late + 0.9 slow + 0.6 few + 0.9 new, as README.md says."""
    there = groups[groups["left_on"].isna()]
    segment = there["behaviour"].map({"partner": 0.3, "regular": 0.1, "small": 0.0, "project": -0.3})
    log_rate = -1.95 + segment - 1.8 * there["candidate"] + 2.4 * there["late_share_6m"]
    log_rate += 0.9 * there["slow_claims_12m"] + 0.6 * there["few_touches_6m"] + 0.9 * there["new_manager_12m"]
    assert np.allclose(np.exp(log_rate), there["leave_rate_per_year"], rtol=1e-3)
    page = (SAMPLE / "README.md").read_text(encoding="utf-8")
    assert "log rate = -1.95 + segment (partner +0.3, regular +0.1, small +0, project -0.3) -1.8" in page
