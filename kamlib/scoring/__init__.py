"""Who is key, why, and how sure that is."""

from kamlib.scoring.categories import customer_categories
from kamlib.scoring.contradictions import contradicting_signs
from kamlib.scoring.criteria import criterion_values
from kamlib.scoring.kaism import kaism_matrix
from kamlib.scoring.list_changes import changes
from kamlib.scoring.scores import contributions, members, score
from kamlib.scoring.sensitivity import smallest_change
from kamlib.scoring.smaa import acceptability

__all__ = [
    "acceptability",
    "changes",
    "contradicting_signs",
    "contributions",
    "criterion_values",
    "customer_categories",
    "kaism_matrix",
    "members",
    "score",
    "smallest_change",
]
