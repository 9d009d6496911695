"""Our own forecasts on a real base, day after day: do the ranges hold what came; and how long rank sets of many accounts take."""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from statistics import median

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from kamlib.churn import forecast
from kamlib.churn.made_anew import earlier_forecasts
from kamlib.intake.pipeline import collect
from kamlib.measures.rank_sets import MONTHS, sets_of_ranks
from kamlib.measures.scorecard import scorecard
from kamlib.study.model import Study
from kamlib.study.settings.sections import Churn

STUDY = Path(__file__).resolve().parents[1] / "examples" / "online_retail_ii" / "study.yaml"
HORIZONS, STEP = (180, 90), 30


def section(data: Path) -> str:
    """The scorecard of each horizon over all its landmarks, and seconds and memory of rank sets."""
    study = Study.read(STUDY, values={"sources.orders.files": str(data.resolve())})
    orders = collect(study).orders
    cards = {days: over_landmarks(orders, study.as_of, days) for days in HORIZONS}
    return "\n".join(
        [
            "## Forecasts of earlier days against what came: Online Retail II, each made of what was known on its day",
            "",
            f"A landmark every {STEP} days. The range holds 80 % (sum of unequal chances, widened by the misses of the forecasts before, as far as they were over);",
            "before anything was over the level is taken to be right to within a quarter, a default. Windows overlap, so neighbours miss together.",
            "",
            "| horizon | event | forecasts | range held | expected, all | came, all | Brier | of one chance for all |",
            "|---:|---|---:|---:|---:|---:|---:|---:|",
            *(_row(days, event, rows) for days, card in cards.items() for event, rows in card.groupby("event")),
            "",
            "| horizon | event | day | expected | range | came |",
            "|---:|---|---|---:|---:|---:|",
            *(_line(days, row) for days, card in cards.items() for row in card.itertuples()),
            "",
            "Rank sets of accounts by 24 monthly sums, 1,000 draws, each in a process of its own: time of the processor, median of three.",
            "",
            "| accounts | s | memory at the peak, GB |",
            "|---:|---:|---:|",
            *(_ranks(n) for n in (2_000, 100_000)),
        ]
    )


def over_landmarks(orders: ir.Table, as_of: date, horizon_days: int) -> pd.DataFrame:
    """The scorecard of the forecasts on all landmarks whose horizon is over."""
    rules = Churn(horizon_days=horizon_days, step_days=STEP, bootstraps=100)
    at_risk = forecast(orders, as_of, rules).at_risk
    horizon = pd.Timedelta(days=horizon_days)
    days = [day for day in sorted(at_risk["as_of"].unique()) if day + horizon <= pd.Timestamp(as_of)]
    return scorecard(earlier_forecasts(at_risk, as_of, rules, days=days))


def _row(days: int, event: str, rows: pd.DataFrame) -> str:
    held, n = (rows["verdict"] == "as_expected").sum(), rows["customers"]
    brier = [(rows[name] * n).sum() / n.sum() for name in ("brier", "brier_one_chance")]
    return f"| {days} | {event} | {len(rows)} | {held} | {rows['expected'].sum():,.0f} | {rows['came'].sum():,} | {brier[0]:.4f} | {brier[1]:.4f} |"


def _line(days: int, row: object) -> str:
    ends = f"{row.expected_low:,.0f} to {row.expected_high:,.0f}"
    return f"| {days} | {row.event} | {row.as_of:%Y-%m-%d} | {row.expected:,.0f} | {ends} | {row.came:,} |"


def _ranks(n: int) -> str:
    turns = [
        [
            float(word)
            for word in subprocess.run(
                [sys.executable, "-m", "bench.scorecard", str(n)], capture_output=True, text=True, check=True
            ).stdout.split()
        ]
        for _ in range(3)
    ]
    seconds, memory = (median(each) for each in zip(*turns, strict=True))
    return f"| {n:,} | {seconds:.1f} | {memory:.2f} |"


def _timed(n: int) -> None:
    rng = np.random.default_rng(n)
    money = rng.lognormal(6, 1.5, (n, 1)) * rng.gamma(0.5, 2, (n, MONTHS))
    ids = np.repeat(np.arange(n).astype(str).astype(object), MONTHS)
    month = np.tile(pd.date_range("2024-07-01", periods=MONTHS, freq="MS"), n)
    table = pd.DataFrame({"customer_id": ids, "month": month, "revenue": money.ravel()})
    began = time.process_time()
    sets_of_ranks(table, top=35)
    print(time.process_time() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6)


if __name__ == "__main__":
    _timed(int(sys.argv[1]))
