"""The value of the next block beside simple rules, at landmarks six weeks apart, as the kit gave it on each day and as it then came."""

from __future__ import annotations

from pathlib import Path

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from bench.runs import EXAMPLE, ROOT, SAMPLE
from kamlib.churn import forecast
from kamlib.facts import account_facts
from kamlib.facts.blocks import span_sums
from kamlib.facts.service import serving_costs
from kamlib.intake.pipeline import collect
from kamlib.measures.lifetime.holdout import held_out_spans, sums_of_spans
from kamlib.measures.lifetime.whole_base import base_value, value_test
from kamlib.report.words import word
from kamlib.stats.intervals import resampled_sums
from kamlib.study.model import Study
from kamlib.study.settings.sections import Value

AS_OF, STEP, HORIZONS = "2011-12-09", 42, (90, 180)
RIVALS = ("last_horizon", "year_pro_rata", "block_last_year")


def section(data: Path) -> str:
    """A table for each base and horizon: mean error and bias at each landmark, and the difference to the best single rival."""
    title = "## What the next block brings: the value beside simple rules"
    about = (
        "At each landmark the kit forecasts, tests its value a horizon before and gives the value of the next block, with nothing later on record; then it is "
        "held against what came. Mean errors by customer; the best single rival is that with the least mean error over all landmarks; differences are paired "
        "by customer, with their 95 % interval."
    )
    studies = {"the sample": Study.read(ROOT / SAMPLE)}
    if data.is_file():
        given = {"sources.orders.files": str(data.resolve())}
        studies["Online Retail II"] = Study.read(EXAMPLE, as_of=AS_OF, values=given)
    parts = [title, about]
    for name, study in studies.items():
        clean = collect(study)
        orders = clean.orders.cache()
        costs = serving_costs(clean.tables["interactions"], study.money.hour)
        for horizon in HORIZONS:
            parts.append(_told(f"{name}, H = {horizon}", landmarks(orders, study, horizon, costs)))
    return "\n\n".join(parts)


def landmarks(orders: ir.Table, study: Study, horizon: int, costs: pd.DataFrame) -> pd.DataFrame:
    """A row a customer and landmark: as_of, way, the value of the next block, its `RIVALS`, and what came."""
    first, last = (pd.Timestamp(day) for day in (orders.date.min().to_pyarrow().as_py(), study.as_of))
    days = pd.date_range(
        last - pd.Timedelta(days=horizon), first + pd.Timedelta(days=max(180, horizon)), freq=f"-{STEP}D"
    )
    return pd.concat([_landmark(orders, study, day, horizon, costs) for day in days], ignore_index=True)


def _landmark(orders: ir.Table, study: Study, day: pd.Timestamp, horizon: int, costs: pd.DataFrame) -> pd.DataFrame:
    known = orders.filter(orders.date <= day.date())
    then = costs[costs["date"] <= day]
    rules = study.churn.model_copy(update={"horizon_days": horizon})
    found = forecast(known, day.date(), rules)
    before = found.test.predictions.rename(columns={found.test.verdict.way: "p_silent"})
    tried = value_test(found.some, before, found.test.verdict.test_date, horizon_days=horizon, costs=then)
    facts = account_facts(known, day.date(), horizon_days=horizon)
    block = Value(days=horizon, discount=0.0)  # the first block alone
    more = {"horizon_days": horizon, "some": found.some, "costs": then, "tried": tried}
    base = base_value(known, facts[facts["last_order"].notna()], found.at_risk, found.table, block, **more)
    table = base.table.loc[base.table["p_silent"].notna(), ["customer_id", "remaining_value"]]
    each = sums_of_spans(table, span_sums(orders, held_out_spans(day, horizon)), day, horizon, costs)
    year = min(365, (day - pd.Timestamp(orders.date.min().to_pyarrow().as_py())).days + 1)
    ways = {"value": each["remaining_value"], "last_horizon": each["recent"], "block_last_year": each["last"]}
    return each.assign(as_of=day, way=base.way, came=each["after"], year_pro_rata=each["year"] * horizon / year, **ways)


def _told(name: str, rows: pd.DataFrame) -> str:
    errors = rows[["value", *RIVALS]].sub(rows["came"], axis=0).abs()
    by_day = errors.groupby(rows["as_of"]).mean()
    over = by_day.mean()
    best = str(over[list(RIVALS)].idxmin())
    lines = [f"### {name}", ""]
    lines.append(
        f"Mean error over {len(by_day)} landmarks: {over['value']:,.1f}; the best single rival, *{word(best)}*, {over[best]:,.1f}: "
        f"{over['value'] / over[best] - 1:+.1%}. " + "; ".join(f"{word(one)} {over[one]:,.1f}" for one in RIVALS) + "."
    )
    heads = [
        "landmark",
        "margins",
        "customers",
        "value",
        *map(word, RIVALS),
        "bias",
        f"less {word(best)}",
        "low",
        "high",
    ]
    lines += ["", f"| {' | '.join(heads)} |", "|---|---|" + "---:|" * (len(heads) - 2)]
    for day, own in rows.groupby("as_of"):
        gap = (errors.loc[own.index, "value"] - errors.loc[own.index, best]).to_numpy()
        rival = by_day.loc[day, best]
        low, high = np.percentile(resampled_sums(gap[:, None], 500, 1) / len(own), [2.5, 97.5]) / rival
        figures = [f"{by_day.loc[day, one]:,.1f}" for one in ("value", *RIVALS)]
        figures += [
            f"{own['value'].sum() / own['came'].sum() - 1:+.0%}",
            *(f"{one:+.1%}" for one in (gap.mean() / rival, low, high)),
        ]
        lines.append(f"| {day:%Y-%m-%d} | {word(own['way'].iloc[0])} | {len(own)} | {' | '.join(figures)} |")
    return "\n".join(lines)
