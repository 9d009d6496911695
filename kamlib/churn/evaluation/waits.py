"""How soon each band of buyers ordered again after a landmark, and how many did not."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from kamlib.facts.frequency_bands import bands
from kamlib.stats.intervals import wilson
from kamlib.stats.reasons import waiting
from kamlib.stats.survival import kaplan_meier, log_rank, median_day


@dataclass(frozen=True)
class Waits:
    """What came after one landmark, by band.

    curves : `kamlib.stats.survival.kaplan_meier` of the bands; empty without customers.
    losses : index band: customers, lost, share (with low and high, Wilson), median_day (missing where half had not ordered).
    log_rank : statistic, degrees of freedom and p of the test that the bands are alike; None below two of them.
    """

    curves: pd.DataFrame
    losses: pd.DataFrame
    log_rank: tuple[float, int, float] | None


def waits_by_band(before: pd.DataFrame, came: pd.DataFrame) -> Waits:
    """The wait for the next order after a landmark in each band of `kamlib.facts.frequency_bands.bands`.

    Parameters
    ----------
    before : the landmark table at one day.
    came : `kamlib.churn.outcomes` of it.
    """
    band = bands(before)
    if before.empty:
        columns = ["customers", "lost", "share", "low", "high", "median_day"]
        nobody = waiting(columns, "nobody_at_risk_then")
        return Waits(pd.DataFrame(columns=["group", "day", "share", "low", "high", "at_risk"]), nobody, None)
    curves = kaplan_meier(came["duration"], came["event"], band)
    losses = came["lost"].groupby(band, observed=True).agg(customers="size", lost="sum")
    low, high = wilson(losses["lost"], losses["customers"])
    losses = losses.assign(share=losses["lost"] / losses["customers"], low=low, high=high).join(median_day(curves))
    differ = log_rank(came["duration"], came["event"], band) if band.nunique() > 1 else None
    return Waits(curves, losses.rename_axis("group"), differ)
