"""Pictures of measures: how the money of a year became that of the next, what became of cohorts, and which part is kept."""

from kamlib.report.figures.measures.life_of_cohorts import cohort_map
from kamlib.report.figures.measures.retention import retention_lines
from kamlib.report.figures.measures.waterfall import bridge_waterfall

__all__ = ["bridge_waterfall", "cohort_map", "retention_lines"]
