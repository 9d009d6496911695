"""How soon each band orders again. Oracle: customers counted by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from kamlib.churn.evaluation.waits import waits_by_band
from kamlib.stats.reasons import Reason, waits_for

BEFORE = pd.DataFrame({"order_days_12m": [1, 1, 1, 20, 20, 20]}).assign(
    **dict.fromkeys(["revenue_12m", "margin_12m", "returns_12m", "revenue", "margin", "returns", "order_days"], 1.0)
)
CAME = pd.DataFrame({"duration": [90, 90, 50, 5, 7, 90], "event": [0, 0, 1, 1, 1, 0], "lost": [1.0, 1, 0, 0, 0, 1]})


def test_each_band_by_hand():
    """Of three rare buyers two were lost, so no half ordered; of three frequent ones two ordered, the second on day 7."""
    found = waits_by_band(BEFORE, CAME)
    rare, frequent = found.losses.loc["none or one order day"], found.losses.loc["12 or more order days"]
    assert rare[["customers", "lost", "share"]].tolist() == pytest.approx([3, 2, 2 / 3])
    assert frequent[["customers", "lost", "median_day"]].tolist() == [3, 1, 7]
    assert pd.isna(rare["median_day"]) and found.losses["low"].lt(found.losses["share"]).all()
    assert found.log_rank is not None and found.log_rank[1] == 1


def test_one_band_is_compared_with_none_and_nobody_waits_for_customers():
    assert waits_by_band(BEFORE.head(3), CAME.head(3)).log_rank is None
    nobody = waits_by_band(BEFORE.head(0), CAME.head(0))
    assert nobody.curves.empty and waits_for(nobody.losses) == Reason("nobody_at_risk_then")
