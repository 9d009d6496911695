"""The honest test on Online Retail II, beside the figures that others' models reach on the same clients."""

from __future__ import annotations

from pathlib import Path

from bench.runs import EXAMPLE
from kamlib.facts import account_facts, next_orders
from kamlib.honest import choose, chosen, honest_test
from kamlib.intake import collect
from kamlib.landmarks import landmark_dates, landmark_table
from kamlib.study import Study

AS_OF = "2011-12-07"
# Measured on 4,331 clients at the landmark 2011-06-10: AUC, Brier score.
OTHERS = {"BG/NBD": (0.781, 0.1935), "MBG/NBD": (0.782, 0.1946), "Pareto/NBD": (0.782, 0.1934)}


def section(data: Path) -> str:
    """Choices, measures with 95 % intervals, and paired differences to the baselines."""
    title = "## Who is lost: Online Retail II, landmark 2011-06-10, 180 days"
    if not data.is_file():
        return f"{title}\n\nNot measured: the data set is absent."
    study = Study.read(EXAMPLE, as_of=AS_OF, values={"sources.orders.files": str(data.resolve())})
    orders = collect(study).orders.cache()
    first = orders.date.min().to_pyarrow().as_py()
    days = [day.date() for day in landmark_dates(first, study.as_of)["as_of"]]
    table = landmark_table(account_facts(orders, days), next_orders(orders, days, study.as_of))
    choices = choose(table, "2011-06-10")
    found = honest_test(table, study.as_of, chosen(choices), bootstraps=1000)
    lost = found.predictions["lost"]
    lines = [
        title,
        "",
        f"{len(lost):,} clients, {lost.mean():.1%} lost. Choices made on earlier landmarks: {chosen(choices)}.",
        f"Verdict: {found.verdict.method}.",
        "",
        "| method | measure | value | low | high |",
        "|---|---|---:|---:|---:|",
    ]
    lines += [
        f"| {r.method} | {r.measure} | {r.value:.4f} | {r.low:.4f} | {r.high:.4f} |"
        for r in found.measures.dropna(subset="value").itertuples()
    ]
    for name, (auc, brier) in OTHERS.items():
        lines += [
            f"| {name} (measured elsewhere) | auc | {auc:.3f} | | |",
            f"| {name} (measured elsewhere) | brier | {brier:.4f} | | |",
        ]
    lines += [
        "",
        "Model less baseline, paired by client:",
        "",
        "| baseline | measure | difference | low | high |",
        "|---|---|---:|---:|---:|",
    ]
    lines += [
        f"| {r.baseline} | {r.measure} | {r.difference:+.4f} | {r.low:+.4f} | {r.high:+.4f} |"
        for r in found.differences.dropna(subset="difference").itertuples()
    ]
    return "\n".join(lines)
