"""Every customer in a row of its own: where a name leads to that has no dossier."""

from __future__ import annotations

from pathlib import Path

from kamlib.report.html import write_page
from kamlib.report.index.handed_on import customers
from kamlib.report.index.summary_facts import Tables, contributions
from kamlib.report.numbers import Numbers, day
from kamlib.report.words import word_if_known
from kamlib.study.model import Study
from kamlib.study.periods import period_label

PAGE, MOST = "customers.html", 2_000
"""The page, and the rows that it holds at most; customers.csv has all."""


def write_customers(folder: Path, study: Study, tables: Tables) -> dict[str, str]:
    """Write the page of all customers, those who bring most first.

    Parameters
    ----------
    folder : of the report.
    study, tables : as for `kamlib.report.index.summary.summary`.

    Returns
    -------
    dict
        By customer_id, its row as an href seen from the folder. Empty where the run tells no customer's state: there is no such page then.
    """
    rows = customers(tables)
    if rows.empty:
        return {}
    worth = contributions(tables)
    rows = rows.assign(worth=rows["customer_id"].map(worth).astype(float))
    rows = rows.sort_values(["worth", "customer_id"], ascending=[False, True], na_position="last", ignore_index=True)
    shown = rows.head(MOST)
    shown = shown.assign(**{name: shown[name].map(word_if_known, na_action="ignore") for name in ("state", "tier")})
    write_page(
        folder / PAGE,
        "customers.html.j2",
        title=study.title,
        day=day(study.as_of),
        period=period_label(study.as_of, study.year_begins),
        numbers=Numbers(study.language, study.currency),
        worth=str(worth.name),
        days=study.churn.horizon_days,
        rows=shown,
        left_out=len(rows) - len(shown),
    )
    return {str(one): f"{PAGE}#c{place}" for place, one in enumerate(shown["customer_id"], start=1)}
