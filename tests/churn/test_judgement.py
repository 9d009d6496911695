"""What may be said on a day. Oracle: the same landmarks without anything that came after the day."""

from __future__ import annotations

import pandas as pd
import pytest

from kamlib.churn.judgement import judge
from kamlib.study.settings.sections import Churn

RULES = Churn(horizon_days=90, step_days=30, penalties=[0.01], bootstraps=100, fewest_losses=10)


def before(table: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """The table as it could be known on a day: later landmarks and what came later are not there."""
    known = table[table["as_of"] <= day]
    return known.assign(
        **{name: known[name].where(known[name] <= day) for name in ("next_order", "later_order", "ended_on")}
    )


@pytest.mark.slow
def test_what_came_after_the_day_changes_nothing(table):
    day = table["as_of"].unique()[-4]
    found, blind = judge(table, day, RULES), judge(before(table, day), day, RULES)
    for name in ("silent", "stopped", "choices"):
        pd.testing.assert_frame_equal(getattr(found, name), getattr(blind, name))
    assert found.test.verdict == blind.test.verdict and found.test_of_stops.verdict == blind.test_of_stops.verdict
    assert found.silent["p_silent"].notna().all()
