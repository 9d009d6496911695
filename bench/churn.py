"""The honest test on Online Retail II, beside customer-base models on the same clients and the figures measured elsewhere."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from bench.churn_peers import PEERS, predictions
from bench.runs import EXAMPLE
from kamlib.churn.evaluation.baselines import BASELINES
from kamlib.churn.evaluation.choice import choose, chosen
from kamlib.churn.evaluation.holdout import evaluate
from kamlib.churn.evaluation.metrics import compare
from kamlib.churn.landmark_history import at_risk_history
from kamlib.churn.landmarks import landmark_dates
from kamlib.facts import account_facts
from kamlib.intake.pipeline import collect
from kamlib.report.words import sentence, word
from kamlib.study.model import Study

AS_OF, LANDMARK, H = "2011-12-07", "2011-06-10", 180
# Measured elsewhere on 4,331 clients at this landmark, 43.0 % of them lost: AUC, Brier score.
ELSEWHERE = {
    "base rate": (None, 0.2462),
    "silence alone": (0.732, 0.2195),
    "BG/NBD": (0.781, 0.1935),
    "MBG/NBD": (0.782, 0.1946),
    "Pareto/NBD": (0.782, 0.1934),
    "Cox of ten covariates": (0.7857, 0.1878),
}
AT_RISK = {f"{name}_at_risk": f"{words}, fitted on those at risk" for name, words in PEERS.items()}
WORDS = {
    "buyers_at_random": word("buyers_at_random"),
    "model": "the kit's model",
    **{name: word(name) for name in BASELINES},
    **PEERS,
    **AT_RISK,
}
MEASURES = {
    "auc": "AUC of lost at H",
    "c": "C of the time to the next order",
    "brier": "Brier score",
    "slope": "calibration slope",
    "money": "share of lost money in the top decile",
}


def section(data: Path) -> str:
    """Choices, measures with 95 % intervals, and paired differences to every rule of thumb and every other model."""
    title = f"## Who is lost: Online Retail II, landmark {LANDMARK}, {H} days"
    if not data.is_file():
        return f"{title}\n\nNot measured: the data set is absent."
    study = Study.read(EXAMPLE, as_of=AS_OF, values={"sources.orders.files": str(data.resolve())})
    orders = collect(study).orders.cache()
    first = orders.date.min().to_pyarrow().as_py()
    days = [day.date() for day in landmark_dates(first, study.as_of, horizon_days=H)["as_of"]]
    table = at_risk_history(orders, days, horizon_days=H)
    choices = choose(table, LANDMARK, horizon_days=H)  # reads nothing after the landmark; then one evaluation
    test = evaluate(table, study.as_of, chosen(choices), horizon_days=H, bootstraps=1000)
    now = table[table["as_of"] == LANDMARK].reset_index(drop=True)
    everyone = account_facts(orders, pd.Timestamp(LANDMARK).date(), horizon_days=H)
    peers = [predictions(everyone[everyone["last_order"].notna()], now, H), predictions(now, now, H)]
    both = pd.concat([test.predictions, peers[0], peers[1].add_suffix("_at_risk")], axis=1)
    measures, differences = compare(both, ["model", *BASELINES, *PEERS, *AT_RISK], bootstraps=1000)
    lost = test.predictions["lost"]
    found = chosen(choices)
    lines = [
        title,
        "",
        f"{len(lost):,} clients, {lost.mean():.1%} lost. Written down on landmarks before it: penalty {found.penalty:g}, split of "
        f"time after day {found.split_day}, {word(found.opinion)}. Verdict: {sentence(test.verdict.reason)}.",
        "",
        "BG/NBD, MBG/NBD and Pareto/NBD are fitted by lifetimes on every client up to the landmark, and once more on those at risk",
        "alone; P(no order) is the probability of no order in the horizon, for a client gone or alive (bench/churn_peers.py).",
        "",
        *_table(measures, "method", "value", ".4f"),
        "",
        "The model less each other, paired by client: a Brier score below 0 and an AUC above 0 are better.",
        "",
        *_table(differences[differences["measure"].isin(["brier", "auc", "c"])], "baseline", "difference", "+.4f"),
        "",
        "Measured elsewhere on 4,331 clients:",
        "",
        "| method | AUC | Brier score |",
        "|---|---:|---:|",
        *(
            f"| {name} | {'' if auc is None else f'{auc:.4g}'} | {brier:.4f} |"
            for name, (auc, brier) in ELSEWHERE.items()
        ),
    ]
    return "\n".join(lines)


def _table(rows: pd.DataFrame, who: str, what: str, form: str) -> list[str]:
    known = rows.dropna(subset=what)
    body = [
        f"| {WORDS[row[who]]} | {MEASURES[row['measure']]} | {row[what]:{form}} | {row['low']:{form}} | {row['high']:{form}} |"
        for row in known.to_dict("records")
    ]
    return [f"| {who} | measure | {what} | low | high |", "|---|---|---:|---:|---:|", *body]
