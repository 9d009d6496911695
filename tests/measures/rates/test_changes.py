"""Whether a rate has changed. Oracle: counts by hand, and changes that were planted or not."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from kamlib.measures.rates import charts
from kamlib.measures.rates.by_period import spans
from kamlib.measures.rates.changes import year_on_year
from kamlib.stats.reasons import waits_for

DAY = date(2026, 6, 30)


def rates(part: list[float], whole: float = 400, measure: str = "on_time") -> pd.DataFrame:
    table = spans(DAY)[:8].assign(measure=measure, source="", part=part, whole=whole)
    return table.assign(value=table["part"] / table["whole"])


def deliveries(before: float, now: float, measure: str = "on_time") -> pd.DataFrame:
    """400 customers with ten cases in either year, each in the quarter that ends with it."""
    rng, parts = np.random.default_rng(4), []
    for day, share in (("2025-05-01", before), ("2026-05-01", now)):
        hits = rng.binomial(10, share, 400).astype(float)
        parts.append(
            pd.DataFrame(
                {
                    "customer_id": [f"c{who}" for who in range(400)],
                    "date": pd.Timestamp(day),
                    "part": hits,
                    "whole": 10.0,
                }
            )
        )
    return pd.concat(parts).assign(measure=measure, source="")


def test_a_quarter_outside_the_limits_is_told_and_others_are_noise():
    """Seven quarters of 360 in 400 and the latest of 320: 0.8 against 0.8875, whose limits of 99 % are 0.8875 ± 2.58 · 0.0158 or so."""
    table = charts(rates([320, *[360] * 7]))
    assert table["quarter"].tolist()[:2] == ["2024Q3", "2024Q4"] and table["quarter"].iloc[-1] == "2026Q2"
    assert table["verdict"].tolist() == ["noise"] * 7 + ["worse"]
    assert table["low"].iloc[0] == pytest.approx(0.8875 - 2.58 * 0.0158, abs=0.01)


def test_fewer_claims_are_better_and_rates_by_money_have_no_chart():
    assert charts(rates([320, *[360] * 7], measure="claims_rate"))["verdict"].iloc[-1] == "better"
    assert waits_for(charts(rates([320, *[360] * 7], measure="bids_won_value"))).code == "no_quarters_to_compare"
    assert waits_for(charts(rates([320] * 8).assign(value=np.nan))).code == "no_quarters_to_compare"


@pytest.mark.parametrize(("now", "verdict"), [(0.9, "noise"), (0.8, "worse"), (0.97, "better")])
def test_a_year_is_held_against_the_year_before_and_a_quarter_against_the_same_one(now, verdict):
    table = year_on_year(deliveries(0.9, now), None, DAY)
    assert table["window_months"].tolist() == [12, 3] and table["verdict"].tolist() == [verdict] * 2
    assert table["now"].tolist() == pytest.approx([now] * 2, abs=0.02)


def test_each_customer_counts_once_in_the_net_promoter_score():
    """a, promoter, answers thrice, b, detractor, once: 0 and not 1/2. Of so few nothing can be said."""
    said = pd.DataFrame(
        {"customer_id": list("aaab"), "date": pd.Timestamp("2026-05-01"), "kind": "nps", "score": [10, 10, 10, 0]}
    )
    table = year_on_year(deliveries(0.9, 0.9)[:0], pd.concat([said, said.assign(date=pd.Timestamp("2025-05-01"))]), DAY)
    assert table[["before", "now"]].to_numpy().tolist() == [[0, 0]] * 2 and table["verdict"].eq("unknown").all()


def test_without_records_there_is_nothing_to_compare():
    assert waits_for(year_on_year(deliveries(0.9, 0.9)[:0], None, DAY)).code == "no_quarters_to_compare"
