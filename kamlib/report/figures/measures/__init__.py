"""Pictures of measures: what changed, how sure ranks are, and how our own forecasts did."""

from kamlib.report.figures.measures.forecasts import expected_and_came, list_hits
from kamlib.report.figures.measures.ranks import rank_intervals

__all__ = ["expected_and_came", "list_hits", "rank_intervals"]
