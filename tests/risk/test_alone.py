"""Orders alone, one customer, cash below zero, all shares negative: the page on risk says it in words and makes no figure up."""

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
scoring: {criteria: [{name: revenue_12m, source: facts, group: revenue, worst: 10, best: 1000, weight: 100}]}
"""
DAYS = [date(2024, 1, 5) + timedelta(days=20 * k) for k in range(45)]


@pytest.fixture
def page(tmp_path, page_text):
    """What the page on risk says of a study of these order lines."""

    def told(lines: list[str], more: str) -> str:
        (tmp_path / "orders.csv").write_text("order_id,account_id,date,amount,margin\n" + "\n".join(lines) + "\n")
        (tmp_path / "study.yaml").write_text(STUDY + more)
        run = Run.open(str(tmp_path / "study.yaml"), None, str(tmp_path / "run"))
        for step in notebook_steps():
            execute_step(run.present, run.folder, step)
        text = page_text(run.folder / "notebooks" / "06_risk.ipynb")
        assert not re.findall(r"\b(?:nan|NaN|NaT|inf|infinite)\b", text)
        return text

    return told


def test_one_customer_and_cash_below_zero_are_told(page):
    lines = [f"o{k},A,{day},{100 + k},30" for k, day in enumerate(DAYS)]
    text = page(lines, "money: {fixed_costs: 50, opening_cash: -10}\n")
    for words in (
        "**A is the only customer with revenue in 12 months.**",
        "one customer has all of it",
        "**Cash is below zero today.** Without the largest",
        "cash is below zero today (-10)",
        "waits for the table interactions",
        "References wait for interactions of the kind referral",
    ):
        assert words in text


@pytest.mark.proof
def test_customers_that_only_send_back_have_no_shares_and_no_fixed_costs_no_result(page):
    bought = [f"o{who}-{k},C{who},{day},100,10" for who in range(4) for k, day in enumerate(DAYS) if day.year == 2024]
    back = [f"c{who}-{k},C{who},{day},-50,-5" for who in range(4) for k, day in enumerate(DAYS) if day.year > 2025]
    text = page(bought + back, "")
    for words in (
        "no customer has money above zero",
        "All contribution of 12 months together is not above zero",
        "waits for `money.fixed_costs`",
        "No customers are named that could be lost together.",
    ):
        assert words in text
