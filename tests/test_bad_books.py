"""Books that can't feed every part: the report comes, each part that can't be made says why, and the rest goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pandas as pd
import pytest
import yaml

from kamlib.run.notebook.steps import notebook_steps
from kamlib.run.publish import run_study

Line = tuple[str, date, float]
END = date(2026, 6, 30)
#: those of the README
CRITERIA = [
    {"name": "revenue_12m", "source": "facts", "group": "revenue", "worst": 0, "best": 10_000, "weight": 80},
    {"name": "growth", "source": "facts", "group": "development", "worst": -0.5, "best": 0.5, "weight": 20},
]
KNOWN = [CRITERIA[0] | {"name": "average_order", "weight": 100}]


def monthly(customers: int = 12, months: int = 30, day: int = 5) -> Iterator[Line]:
    """Customers that order on one day of each month up to the end, for 100, 101, ... each."""
    last = 12 * END.year + END.month - 1
    for who in range(customers):
        for month in range(last - months + 1, last + 1):
            yield f"C{who}", date(month // 12, month % 12 + 1, day), 100.0 + who


def owing() -> Iterator[Line]:
    """Every customer gets a credit note for more than it ever bought."""
    yield from monthly()
    yield from ((f"C{who}", END, -1e6) for who in range(12))


def gone() -> Iterator[Line]:
    yield from ((who, day - timedelta(days=500), amount) for who, day, amount in monthly())


def one_newcomer() -> Iterator[Line]:
    """Nobody must make room for the newcomer: the list is by a threshold, and nobody else moves."""
    yield from monthly()
    yield from (("NEW", END - timedelta(days=20 + k), 9_000.0) for k in range(15))


def one_day() -> Iterator[Line]:
    yield from ((f"C{who}", END - timedelta(days=40), 100.0 + who) for who in range(40))


#: lines, criteria, what else the section scoring holds, and what the page of the key accounts must say
BOOKS: dict[str, tuple[Callable[[], Iterator[Line]], list[dict], dict, str]] = {
    "twelve months that begin on a weekend": (
        lambda: monthly(months=12), CRITERIA, {}, "needs an order line on or before 2025-07-01",
    ),
    "every customer owes us money": (owing, CRITERIA, {}, "What key accounts give together can't be told"),
    "everybody is lost": (gone, CRITERIA, {}, "There is no list: nobody can be scored."),
    "only a newcomer": (one_newcomer, KNOWN, {"threshold": 50}, "not scored at the earlier date"),
    "all on one day": (one_day, CRITERIA, {}, "There is no list: of the 40 customers no criterion is known"),
    "fewer than the list is long": (monthly, KNOWN, {"top_least": 30, "top_most": 40}, "Key: 12 of 12 ranked customers."),
}  # fmt: skip


@pytest.mark.kernel
@pytest.mark.parametrize("name", BOOKS)
def test_a_part_that_cannot_be_made_says_why_and_the_report_is_there(name, tmp_path, page_text, warm_kernels):
    lines, criteria, scoring, words = BOOKS[name]
    rows = pd.DataFrame(lines(), columns=["account_id", "date", "amount"])
    rows.rename_axis("order_id").to_csv(tmp_path / "orders.csv")
    study = {
        "name": "bad", "title": "Bad books", "as_of": END, "sources": {"orders": {"files": "orders.csv"}},
        "churn": {"bootstraps": 100}, "clustering": {"bootstraps": 5, "nulls": 10},
        "scoring": scoring | {"draws": 200, "criteria": criteria},
    }  # fmt: skip
    (tmp_path / "study.yaml").write_text(yaml.safe_dump(study))
    index = run_study(tmp_path / "study.yaml", out=tmp_path / "reports", workers=warm_kernels)
    pages = {path.stem for path in index.parent.glob("*.html")}
    assert pages == {"index", "customers", "digest", "glossary", *(step.name for step in notebook_steps())}
    assert words in page_text(index.parent / "notebooks" / "02_scoring.ipynb")
    for path in (index.parent / "notebooks").glob("*.ipynb"):
        assert not pd.Series(page_text(path).split()).isin(["nan", "NaN", "NaT", "inf"]).any(), path.name
