"""Every picture of nothing is no picture: an absent table, an empty one, one in which all is missing."""

from __future__ import annotations

import matplotlib
import pandas as pd
import pytest

from kamlib.plan.worth import Effect
from kamlib.report import figures
from kamlib.report.words import catalogue

#: of each picture the columns of its table, and what else it must be given
EUR, TITLE, DATES = {"currency": "EUR"}, {"title": "t"}, {"before": "March", "after": "June"}
POINTS = pd.DataFrame(columns=["component", "explained", "a", "b"])
PICTURES: dict[str, tuple[str, tuple, dict]] = {
    "abcxyz_grid": ("abc xyz accounts money", (), {}),
    "against_baselines": ("method measure value low high", (), {}),
    "ageing_bars": ("bucket open_amount roll_rate", (), EUR),
    "aside_by_month": ("month reason rows amount", (), EUR),
    "bridge_waterfall": ("as_of measure step customers amount", (), EUR),
    "calibration_plot": ("accounts predicted lost low high", (), {}),
    "cash_paths": ("until balance", (pd.DataFrame(),), EUR | {"others": {}}),
    "class_flows": ("from to accounts money_before money_after", (["A"],), DATES),
    "class_grid": ("trait value stage accounts revenue", ("industry", "stage", ["loyal"]), {}),
    "cluster_choice": ("method k silhouette null stability chosen", (), {}),
    "cluster_map": ("customer_id first second", (POINTS, pd.Series(dtype=object)), {}),
    "cluster_profiles": ("cluster name accounts share_of_accounts money share_of_money gap_median", (), {}),
    "cluster_segments": ("core faded", (), {"agreement": float("nan")}),
    "cohort_map": ("among cohort quarters customers kept_share money_kept", (), {}),
    "concentration_curves": ("measure place cumulative_share", (), {}),
    "concentration_trend": ("as_of effective_number top_1", (), {}),
    "funnel_plots": ("trait measure value whole rate centre high_95 high_998 verdict", (), {"trait": "manager"}),
    "expected_and_came": ("event as_of expected expected_low expected_high came verdict", (), {}),
    "group_bars": (
        "customer_id accounts net_revenue largest_account share",
        (),
        EUR | {"names": pd.Series(dtype=object)},
    ),
    "kaism": ("customer_id attractiveness horizontal reading cell", (), {}),
    "key_probability": ("rank customer_id key p_key", (), {}),
    "ledger_bars": ("table rule action matched_rows matched_amount rows amount", (), EUR),
    "list_hits": ("event as_of listed hits_expected hits", (), {}),
    "loss_histogram": ("amount", (pd.DataFrame(),), EUR),
    "loss_series": ("quarter margin returned_margin", (pd.DataFrame(),), EUR | {"money": "margin"}),
    "losses_by_landmark": ("as_of accounts losses share low high", (), {}),
    "nps_intervals": ("window_months until nps low high customers", (), {}),
    "owner_hours": ("owner hours used waiting_hours", (), {}),
    "pareto": ("share share_with abc", (), {}),
    "priority_list": ("customer_id stake p_silent reason", (), EUR | {"years": 3}),
    "quiet_blocks": (
        "customer_id category change since order_days_a_year",
        (pd.DataFrame(),),
        {"names": pd.Series(dtype=object)},
    ),
    "rank_intervals": ("customer_id rank rank_best rank_worst among_top", (), {"top": 3}),
    "ranked_scores": (
        "rank customer_id score low high key points_revenue points_reputation points_development",
        (),
        {},
    ),
    "rate_charts": ("measure quarter rate centre low high verdict", (), {}),
    "retention_lines": ("as_of cohort nrr nrr_low nrr_high grr grr_low grr_high", (), {}),
    "return_curves": ("kind days_lost p_return low high", (), {"horizon_days": 180, "overall": 0.1}),
    "returned_by_month": ("month outcome rows amount", (), EUR),
    "rfm_grid": ("r f money window_months measure", (), {}),
    "round_odds": ("round_begun offered control odds_ratio odds_low odds_high", (Effect(),), {}),
    "score_gaps": ("rank score", (pd.DataFrame(),), {}),
    "segment_money": ("segment accounts share_of_accounts share_of_money", (), {}),
    "silence_rhythm": ("customer_id silence_days gap_median rhythm m money", (pd.DataFrame(),), {}),
    "survival_curves": ("group day share low high at_risk", (), TITLE),
    "typical_buyers": ("buyer gap_days customers silence days p_silent low high", (), {"horizon_days": 180}),
    "warning_lines": ("way above above_values false_share missed_share", (), {}),
    "whale_curve": ("customer_id contribution place cumulative_share", (), {}),
    "unpaid_curve": ("amount issued open days", ("2026-06-30",), {}),
    "trait_margins": ("trait value revenue share_of_revenue margin margin_known margin_rate", (), {}),
}


def test_all_pictures_are_asked():
    assert set(PICTURES) == set(figures.__all__) - {"set_style", "show"}


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_of_nothing_is_none(name):
    (columns, more, named), open_before = PICTURES[name], matplotlib.pyplot.get_fignums()
    empty = pd.DataFrame(columns=columns.split())
    missing = pd.DataFrame(float("nan"), index=range(3), columns=columns.split())
    for table in (pd.DataFrame(), empty, missing):
        assert getattr(figures, name)(table, *more, **named) is None
    assert matplotlib.pyplot.get_fignums() == open_before


@pytest.mark.parametrize("name", PICTURES)
def test_every_picture_has_its_sentence_in_the_catalogue(name):
    assert f"alt_{name}" in catalogue()
