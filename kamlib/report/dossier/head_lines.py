"""What stands at the top of a dossier: the facts of `kamlib.plan.dossier.heads`, each with its name and its period."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from kamlib.measures.lifetime.lifetime_value import span_years
from kamlib.report.dossier.sections import shortened
from kamlib.report.tables import cells
from kamlib.report.text import unknown
from kamlib.report.words import from_to, sentence, word
from kamlib.stats.reasons import Reason
from kamlib.study.model import Study

FACTS: Mapping[str, tuple[str, ...]] = {
    "facts_firm": (
        "industry",
        "size",
        "employees",
        "country",
        "region",
        "since",
        "manager",
        "sponsor",
        "contract_end",
        "referred",
    ),
    "facts_money": (
        "rank",
        "score",
        "cell",
        "revenue",
        "share",
        "margin",
        "contribution",
        "growth",
        "wallet",
        "wallet_share",
        "potential",
        "remaining_value",
    ),
    "facts_rhythm": (
        "state",
        "last_order",
        "gap_median",
        "silence_limit",
        "next_days",
        "p_stopped",
        "stake",
        "categories_12m",
    ),
    "facts_service": (
        "payer",
        "terms_days",
        "median_late",
        "open_amount",
        "overdue",
        "oldest_days",
        "on_time",
        "deliveries",
        "mean_answer",
    ),
}
"""What stands at the top, by what it tells; each is written as the dictionary says, and called by its code head_…"""
RANGES: Mapping[str, tuple[str, str]] = {
    "p_stopped": ("p_stopped_low", "p_stopped_high"),
    "on_time": ("on_time_low", "on_time_high"),
    "next_days": ("next_from", "next_to"),
}
"""Values that stand with their range."""


def head_facts(heads: pd.DataFrame, study: Study) -> dict[str, dict[str, list[tuple[str, str]]]]:
    """By customer and by what it tells: the facts that are known, each as its name and what is written.

    Parameters
    ----------
    heads : `kamlib.plan.dossier.heads`, without the name and the reason.
    study : for the years that a value is told over.
    """
    _, lines, _ = cells(heads, index=False)
    columns = [str(column) for column in heads if not str(column).endswith("_values")]
    years = {"years": span_years(study.churn.horizon_days, study.value.days)}
    labels = {name: sentence(Reason(f"head_{name}", years)) for names_ in FACTS.values() for name in names_}
    made = {}
    for one, line in zip(heads.index, lines, strict=True):
        said = dict(zip(columns, line, strict=True))
        for name, (low, high) in RANGES.items():
            if unknown() not in (said[name], said[low], said[high]):
                said[name] += f" ({from_to(said[low], said[high])})"
        made[str(one)] = {
            word(told): [
                (labels[name], shortened(said[name], 60)) for name in names_ if said[name] not in ("", unknown())
            ]
            for told, names_ in FACTS.items()
        }
    return made
