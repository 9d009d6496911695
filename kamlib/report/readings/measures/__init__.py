"""What the page on measures concludes: how our own forecasts did, and how sure the order of customers is."""

from kamlib.report.readings.measures.forecasts import held, hits, left_out, ranks_left_open, value_biased

__all__ = ["held", "hits", "left_out", "ranks_left_open", "value_biased"]
