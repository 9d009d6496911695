"""Pictures of measures: from year to year, cohorts, retention, rates by quarter, and groups within and outside chance."""

from kamlib.report.figures.measures.life_of_cohorts import cohort_map
from kamlib.report.figures.measures.managers import funnel_plots
from kamlib.report.figures.measures.rates import nps_intervals, rate_charts
from kamlib.report.figures.measures.retention import retention_lines
from kamlib.report.figures.measures.waterfall import bridge_waterfall

__all__ = ["bridge_waterfall", "cohort_map", "funnel_plots", "nps_intervals", "rate_charts", "retention_lines"]
