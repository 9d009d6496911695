"""What the pages conclude from their results: codes with values, one module a page, that the catalogue puts into words."""

from kamlib.report.readings.segments import held_still, largest_segment, left_healthy

__all__ = ["held_still", "largest_segment", "left_healthy"]
