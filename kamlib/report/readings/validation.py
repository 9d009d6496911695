"""What the page of the validation concludes."""

from __future__ import annotations

from kamlib.churn.aft import AftCheck
from kamlib.stats.reasons import Reason

ALIKE = 0.9


def another_model(check: AftCheck) -> Reason | None:
    """Whether Cox and AFT rank the customers alike and predict equally well; None where there is nothing to check."""
    if check.differences.empty:
        return None
    gap = check.differences.set_index("measure").loc["brier"]
    values = {"ranks": "ranks_alike" if check.spearman > ALIKE else "ranks_differently", "spearman": check.spearman}
    values |= {"chance": "beyond_chance" if gap["low"] * gap["high"] > 0 else "within_chance"}
    return Reason("another_model", {**values, **gap[["difference", "low", "high"]]})
