"""Pictures of measures: rates by quarter, and groups of customers within and outside chance."""

from kamlib.report.figures.measures.managers import funnel_plots
from kamlib.report.figures.measures.rates import nps_intervals, rate_charts

__all__ = ["funnel_plots", "nps_intervals", "rate_charts"]
