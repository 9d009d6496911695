"""Pictures of measures: from year to year, cohorts, rates and groups within chance, our forecasts, and ranks left open."""

from kamlib.report.figures.measures.forecasts import expected_and_came, list_hits
from kamlib.report.figures.measures.life_of_cohorts import cohort_map
from kamlib.report.figures.measures.managers import funnel_plots
from kamlib.report.figures.measures.ranks import rank_intervals
from kamlib.report.figures.measures.rates import nps_intervals, rate_charts
from kamlib.report.figures.measures.retention import retention_lines
from kamlib.report.figures.measures.waterfall import bridge_waterfall

__all__ = [
    "bridge_waterfall",
    "cohort_map",
    "expected_and_came",
    "funnel_plots",
    "list_hits",
    "nps_intervals",
    "rank_intervals",
    "rate_charts",
    "retention_lines",
]
