"""Intervals, survival curves, checks and reasons as codes, that know nothing of customers."""

from kamlib.stats.checks import one_row_each
from kamlib.stats.intervals import newcombe, resampled_sums, wilson
from kamlib.stats.reasons import Reason, waiting
from kamlib.stats.survival import kaplan_meier, log_rank, median_day, proportional_hazards

__all__ = [
    "Reason",
    "kaplan_meier",
    "log_rank",
    "median_day",
    "newcombe",
    "one_row_each",
    "proportional_hazards",
    "resampled_sums",
    "waiting",
    "wilson",
]
