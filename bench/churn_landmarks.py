"""P(no order) of the kit at landmarks six weeks apart, as it gave it on each day, beside customer-base models and rules of thumb."""

from __future__ import annotations

from pathlib import Path

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from bench.churn_peers import PEERS, predictions
from bench.runs import EXAMPLE, ROOT, SAMPLE
from kamlib.churn import forecast
from kamlib.churn.evaluation.baselines import BASELINES, baseline_predictions
from kamlib.churn.landmarks import outcomes
from kamlib.churn.models.prediction import same_season
from kamlib.facts import account_facts, next_orders
from kamlib.intake.pipeline import collect
from kamlib.report.words import word
from kamlib.stats.intervals import resampled_sums
from kamlib.study.model import Study
from kamlib.study.settings.sections import Churn

AS_OF, STEP, HORIZONS = "2011-12-09", 42, (90, 180)
AT_RISK = {f"{name}_at_risk": f"{words}, at risk" for name, words in PEERS.items()}
WORDS = {"kit": "the kit", **PEERS, **AT_RISK, **{name: word(name) for name in BASELINES}}


def section(data: Path) -> str:
    """For each base and horizon: Brier scores at each landmark, expected against came, and the kit less the best single peer."""
    parts = [
        "## Who orders nothing: the kit beside other models, at landmarks six weeks apart",
        "At each landmark everything later is taken away; then what was predicted is held against what came. The peers are fitted by "
        "lifetimes on every client, and once more on those at risk alone. The best single peer is that with the least mean Brier score over all "
        "landmarks; differences to it are paired by client, with their 95 % interval.",
    ]
    studies = {"the sample": Study.read(ROOT / SAMPLE)}
    if data.is_file():
        given = {"sources.orders.files": str(data.resolve())}
        studies["Online Retail II"] = Study.read(EXAMPLE, as_of=AS_OF, values=given)
    for name, study in studies.items():
        orders = collect(study).orders.cache()
        for horizon in HORIZONS:
            found = landmarks(orders, pd.Timestamp(study.as_of), horizon)
            parts.append(_told(f"{name}, H = {horizon}", found))
    return "\n\n".join(parts)


def landmarks(orders: ir.Table, last: pd.Timestamp, horizon: int) -> pd.DataFrame:
    """A row a client at risk and landmark: as_of, lost, season (whether the same season was seen a year before), and P(no order) by each way."""
    first = pd.Timestamp(orders.date.min().to_pyarrow().as_py())
    days = pd.date_range(last - pd.Timedelta(days=horizon), first + pd.Timedelta(days=2 * horizon), freq=f"-{STEP}D")
    return pd.concat([_landmark(orders, day, last, horizon) for day in days[::-1]], ignore_index=True)


def _landmark(orders: ir.Table, day: pd.Timestamp, last: pd.Timestamp, horizon: int) -> pd.DataFrame:
    known = orders.filter(orders.date <= day.date())
    found = forecast(known, day.date(), Churn(horizon_days=horizon, bootstraps=200))
    now = found.at_risk[found.at_risk["as_of"] == day].drop(columns="next_order")
    after = next_orders(orders, [day.date()], last.date())
    now = now.merge(after[["customer_id", "next_order"]], on="customer_id", how="left")
    lost = outcomes(now, day + pd.Timedelta(days=horizon), horizon_days=horizon)["lost"]
    everyone = account_facts(known, day.date(), horizon_days=horizon)
    peers = predictions(everyone[everyone["last_order"].notna()], now, horizon)
    at_risk = predictions(now, now, horizon).add_suffix("_at_risk")
    tested = found.landmarks.loc[found.landmarks["as_of"] <= day - pd.Timedelta(days=horizon), "as_of"]
    rules = baseline_predictions(found.at_risk, day, now, horizon_days=horizon)
    kit = now["customer_id"].map(found.table.set_index("customer_id")["p_silent"])
    told = pd.DataFrame({"as_of": day, "lost": lost, "way": found.test.verdict.way, "kit": kit})
    told["season"] = bool(same_season(pd.DatetimeIndex(tested), day, horizon))
    return pd.concat([told, peers, at_risk, rules], axis=1)


def _told(title: str, found: pd.DataFrame) -> str:
    """The tables of one base and horizon."""
    ways = [name for name in WORDS if name in found]
    squared = found[ways].sub(found["lost"], axis=0) ** 2
    each = squared.groupby(found["as_of"]).mean()
    best = each[list(PEERS) + list(AT_RISK)].dropna(axis=1).mean().idxmin()
    rows = []
    for day, part in found.groupby("as_of"):
        gain = (squared.loc[part.index, "kit"] - squared.loc[part.index, best]).to_numpy()
        low, high = np.percentile(resampled_sums(gain[:, None], 1000, 1) / len(gain), [2.5, 97.5])
        season = "yes" if part["season"].iloc[0] else "no"
        scores = " | ".join(f"{each.loc[day, name]:.4f}" for name in ways)
        rows.append(
            f"| {day:%Y-%m-%d} | {len(part):,} | {part['lost'].sum():.0f} | {part['kit'].sum():.0f} | {word(part['way'].iloc[0])} | {season} | {scores} | "
            f"{gain.mean():+.4f} ({low:+.4f} to {high:+.4f}) |"
        )
    head = f"| landmark | clients | came | expected | given by | season seen | {' | '.join(WORDS[name] for name in ways)} | kit less {WORDS[best]} |"
    means = " | ".join(f"{each[name].mean():.4f}" for name in ways)
    mean = f"| mean | | | | | | {means} | {(each['kit'] - each[best]).mean():+.4f} |"
    line = "|---|" + "---:|" * 3 + "---|---|" + "---:|" * (len(ways) + 1)
    return "\n".join([f"### {title}", "", head, line, *rows, mean])
