"""What the page on measures concludes: of change, of rates and of our own forecasts."""

from kamlib.report.readings.measures.change import board, by_whom, kept

__all__ = ["board", "by_whom", "kept"]
