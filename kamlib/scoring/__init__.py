"""Who is key, why, and how sure that is."""

from kamlib.scoring.categories import customer_categories
from kamlib.scoring.contradictions import contradicting_signs
from kamlib.scoring.criteria import criterion_values
from kamlib.scoring.doubt.sensitivity import smallest_change
from kamlib.scoring.doubt.smaa import acceptability
from kamlib.scoring.kaism import kaism_matrix
from kamlib.scoring.key_list import ScoreList, score_list
from kamlib.scoring.list_changes import changes
from kamlib.scoring.ratings import latest_ratings

__all__ = [
    "ScoreList",
    "acceptability",
    "changes",
    "contradicting_signs",
    "criterion_values",
    "customer_categories",
    "kaism_matrix",
    "latest_ratings",
    "score_list",
    "smallest_change",
]
