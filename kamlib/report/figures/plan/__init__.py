"""Pictures of the plan: what rounds of offers showed, whose hours are full, where the list of key accounts may end."""

from kamlib.report.figures.plan.hours import owner_hours
from kamlib.report.figures.plan.lengths import score_gaps
from kamlib.report.figures.plan.odds import round_odds

__all__ = ["owner_hours", "round_odds", "score_gaps"]
