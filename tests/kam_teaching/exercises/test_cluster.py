"""Exercise 4: figures by hand, and the giants that were planted."""

from __future__ import annotations

import pandas as pd
import pytest

from kam_teaching.exercises import read
from kam_teaching.exercises.cluster import grouped, scaled
from kam_teaching.exercises.feedback import tasks


def test_a_scaled_column_has_mean_0_and_standard_deviation_1():
    assert scaled(pd.DataFrame({"x": [1.0, 3.0]}))["x"].tolist() == [-1, 1]


@pytest.mark.slow
def test_what_makes_a_group_of_its_own_are_the_largest_by_revenue():
    table = read("behaviour")
    groups = grouped(table)
    (smallest,) = [name for name, rows in groups.groupby(groups) if len(rows) == tasks("cluster")["smallest"].traps[0].answer]  # fmt: skip
    alone = groups.index[groups == smallest]
    assert set(alone) == set(table["revenue"].nlargest(len(alone)).index)
