"""Pictures: a table in, Axes out; `show` hands them to the notebook with their alternative text."""

from kamlib.report.figures.churn import (
    against_baselines,
    calibration_plot,
    priority_list,
    typical_buyers,
    warning_lines,
)
from kamlib.report.figures.cleaning import aside_by_month, ledger_bars, returned_by_month
from kamlib.report.figures.clusters import cluster_choice, cluster_map, cluster_profiles, cluster_segments
from kamlib.report.figures.crosstabs import class_grid, trait_margins
from kamlib.report.figures.drawing import show
from kamlib.report.figures.flows import class_flows
from kamlib.report.figures.groups import group_bars
from kamlib.report.figures.losses import loss_series, return_curves
from kamlib.report.figures.matrix import kaism
from kamlib.report.figures.measures import (
    bridge_waterfall,
    cohort_map,
    expected_and_came,
    funnel_plots,
    list_hits,
    nps_intervals,
    rank_intervals,
    rate_charts,
    retention_lines,
)
from kamlib.report.figures.plan import owner_hours, round_odds, score_gaps
from kamlib.report.figures.rhythm import silence_rhythm
from kamlib.report.figures.risk import (
    ageing_bars,
    cash_paths,
    concentration_curves,
    concentration_trend,
    loss_histogram,
    quiet_blocks,
    unpaid_curve,
    whale_curve,
)
from kamlib.report.figures.scoring import key_probability, ranked_scores
from kamlib.report.figures.segments import abcxyz_grid, pareto, rfm_grid, segment_money
from kamlib.report.figures.style import set_style
from kamlib.report.figures.survival import losses_by_landmark, survival_curves

__all__ = [
    "abcxyz_grid",
    "against_baselines",
    "ageing_bars",
    "aside_by_month",
    "bridge_waterfall",
    "calibration_plot",
    "cash_paths",
    "class_flows",
    "class_grid",
    "cluster_choice",
    "cluster_map",
    "cluster_profiles",
    "cluster_segments",
    "cohort_map",
    "concentration_curves",
    "concentration_trend",
    "expected_and_came",
    "funnel_plots",
    "group_bars",
    "kaism",
    "key_probability",
    "ledger_bars",
    "list_hits",
    "loss_histogram",
    "loss_series",
    "losses_by_landmark",
    "nps_intervals",
    "owner_hours",
    "pareto",
    "priority_list",
    "quiet_blocks",
    "rank_intervals",
    "ranked_scores",
    "rate_charts",
    "retention_lines",
    "return_curves",
    "returned_by_month",
    "rfm_grid",
    "round_odds",
    "score_gaps",
    "segment_money",
    "set_style",
    "show",
    "silence_rhythm",
    "survival_curves",
    "trait_margins",
    "typical_buyers",
    "unpaid_curve",
    "warning_lines",
    "whale_curve",
]
