"""Books that can't feed every part: the report comes, each part that can't be made says why, and the rest goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pandas as pd
import pytest
import yaml

from kamlib.run.execute_step import execute_step
from kamlib.run.notebook.steps import notebook_steps
from kamlib.run.opened import Run
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


def bad_invoices() -> pd.DataFrame:
    """Of every order one of 1.2 times its amount, paid after 35 days; one of them stands twice with another amount, one is due before its issue, one
    was paid before it, one is of nobody with an order, one takes back more than was ever billed, one is in dollars, one in pounds."""
    lines = pd.DataFrame(monthly(25), columns=["account_id", "issued", "amount"])
    due, paid = (lines["issued"] + timedelta(days=days) for days in (30, 35))
    table = lines.assign(due=due, paid=paid.where(paid <= END), amount=1.2 * lines["amount"], currency="EUR")
    table.loc[3, "due"] = table.loc[3, "issued"] - timedelta(days=10)
    more = [
        ("GHOST", date(2026, 5, 1), 777, date(2026, 6, 1), None, "EUR"),
        ("C1", date(2026, 6, 1), -99_999, date(2026, 7, 1), None, "EUR"),
        ("C2", date(2026, 6, 1), 50, date(2026, 7, 1), date(2026, 5, 20), "EUR"),
        ("C3", date(2026, 6, 1), 60, date(2026, 7, 1), None, "USD"),
        ("C3", date(2026, 6, 1), 60, date(2026, 7, 1), None, "GBP"),
    ]
    table = pd.concat([table, pd.DataFrame(more, columns=list(table))], ignore_index=True)
    table.insert(0, "invoice_id", [f"F{n}" for n in range(len(table))])
    return pd.concat([table, table.iloc[[7]].assign(amount=1.0)])


@pytest.mark.kernel
def test_bad_invoices_are_told_and_the_page_on_risk_makes_no_figure_up(tmp_path, page_text, warm_kernels):
    """Twelve months of 750 invoices are kept with the four that can be read; fixed costs are not given, cash is below zero today."""
    rows = pd.DataFrame(monthly(25), columns=["account_id", "date", "amount"]).assign(category="seals")
    rows.assign(margin=0.4 * rows["amount"]).rename_axis("order_id").to_csv(tmp_path / "orders.csv")
    bad_invoices().to_csv(tmp_path / "invoices.csv", index=False)
    study = {
        "name": "bad", "title": "Bad invoices", "as_of": END, "rates": {"USD": 0.5},
        "sources": {"orders": {"files": "orders.csv"}, "invoices": {"files": "invoices.csv"}},
        "money": {"opening_cash": -5000, "vat": 0.2, "supplier_days": 30},
        "churn": {"bootstraps": 100}, "scoring": {"draws": 200, "criteria": CRITERIA},
    }  # fmt: skip
    (tmp_path / "study.yaml").write_text(yaml.safe_dump(study))
    run = Run.open(str(tmp_path / "study.yaml"), None, str(tmp_path / "run"))
    for step in notebook_steps():
        if step.name in ("01_cleaning", "02_scoring", "05_churn", "06_risk"):
            execute_step(run.present, run.folder, step)
    invoices, ledger = run.load("invoices"), run.load("ledger")
    assert len(invoices) == 750 + 4 and invoices.loc[invoices["invoice_id"] == "F753", "amount"].tolist() == [30]
    aside = ledger[(ledger["table"] == "invoices") & (ledger["action"] == "set_aside") & (ledger["rows"] > 0)]
    assert dict(zip(aside["rule"], aside["rows"], strict=True)) == {"no_rate": 1, "repeated_key": 1}
    text = page_text(run.folder / "notebooks" / "06_risk.ipynb")
    for words in (
        "1 invoices are due before they were issued",
        "1 invoices were paid before they were issued",
        "1 customers were billed, less credit notes 777, and no order of theirs is on record",
        "1 customers have credit notes of",
        "What is left if they go waits for `money.fixed_costs`",
        "The path of cash waits for money.fixed_costs",
    ):
        assert words in text, words
    assert not pd.Series(text.split()).isin(["nan", "NaN", "NaT", "inf"]).any()
