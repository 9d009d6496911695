"""Orders alone, a hundred days of them, or ten customers with odd names: the page on measures says so in words and makes no figure up."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from kamlib.run.execute_step import execute_step
from kamlib.run.notebook.steps import notebook_steps
from kamlib.run.opened import Run

pytestmark = [pytest.mark.kernel, pytest.mark.usefixtures("warm_kernels")]

STUDY = """\
name: alone
title: Orders alone
as_of: 2026Q2
sources:
  orders: {files: orders.csv}
"""
SCORING = (
    "scoring: {criteria: [{name: revenue_12m, source: facts, group: revenue, worst: 10, best: 1000, weight: 100}]}\n"
)
HUNDRED_DAYS = [date(2026, 6, 30) - timedelta(days=100 - 11 * k) for k in range(9)]
FOUR_YEARS = [date(2022, 7, 5) + timedelta(days=20 * k) for k in range(73)]


@pytest.fixture
def page(tmp_path, page_text):
    """What the page on measures says of a study of these order lines."""

    def told(lines: list[str], head: str = "order_id,account_id,date,amount", more: str = "", **files: str) -> str:
        (tmp_path / "orders.csv").write_text(head + "\n" + "\n".join(lines) + "\n")
        for name, text in files.items():
            (tmp_path / f"{name}.csv").write_text(text)
        (tmp_path / "study.yaml").write_text(STUDY + more + SCORING)
        run = Run.open(str(tmp_path / "study.yaml"), None, str(tmp_path / "run"))
        for step in notebook_steps():
            if step.name[:2] <= "07":
                execute_step(run.present, run.folder, step)
        text = page_text(run.folder / "notebooks" / "07_measures.ipynb")
        assert not re.findall(r"\b(?:nan|NaN|NaT|inf|infinite)\b", text)
        return text

    return told


def test_a_hundred_days_are_no_two_years(page):
    text = page([f"o{who}-{k},C{who},{day},{100 + k}" for who in range(3) for k, day in enumerate(HUNDRED_DAYS)])
    for words in (
        "This waits for order lines of two whole years up to the day; the records begin on 2026-03-22.",
        "Nobody's first half-year with us is over yet.",
        "Targets wait for the section",
    ):
        assert words in text
    assert "better" not in re.sub(r"lower is better", "", text)


@pytest.mark.proof
def test_ten_customers_with_odd_names_are_too_few_to_tell_much(page):
    lines = [
        f"o{who}-{k},C{who},{day},{100 + 7 * who + k % 5},{30 + k % 3}"
        for who in range(10)
        for k, day in enumerate(FOUR_YEARS)
    ]
    names = "".join(f'C{who},"<b>$x^2$ *{who}* {"y" * 300}"\n' for who in range(10))
    text = page(
        lines,
        "order_id,account_id,date,amount,margin",
        "  accounts: {files: accounts.csv}\n",
        accounts="account_id,name\n" + names,
    )
    assert "waits for the columns product and quantity" in text and "no invoices are on record" in text


@pytest.mark.proof
def test_one_customer_has_no_interval_and_no_verdict(page):
    text = page([f"o{k},A,{day},{100 + k}" for k, day in enumerate(FOUR_YEARS)])
    assert (
        "Too few customers moved to tell that from chance." in text and "so few customers that one more or less" in text
    )
