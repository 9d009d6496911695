"""Orders alone, of one customer, a hundred days, or odd names: the pages on risk, measures and the plan say so and make no figure up."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from kamlib.run.notebook.steps import notebook_steps

pytestmark = [pytest.mark.kernel, pytest.mark.usefixtures("warm_kernels")]

SCORING = (
    "scoring: {criteria: [{name: revenue_12m, source: facts, group: revenue, worst: 10, best: 1000, weight: 100}]}\n"
)
PLAIN, WITH_MARGIN = "order_id,account_id,date,amount", "order_id,account_id,date,amount,margin"
HUNDRED_DAYS = [date(2026, 6, 30) - timedelta(days=100 - 11 * k) for k in range(9)]
TWO_YEARS = [date(2024, 1, 5) + timedelta(days=20 * k) for k in range(45)]
FOUR_YEARS = [date(2022, 7, 5) + timedelta(days=20 * k) for k in range(73)]


@pytest.fixture
def page(run_of, page_text):
    """What a page says of a study of these order lines; the notebooks before it run, too."""

    def told(name: str, lines: list[str], head: str, more: str = "", **files: str) -> str:
        before = [step.name for step in notebook_steps() if step.name <= name]
        run = run_of(before, lines, head, study=more + SCORING, **files)
        text = page_text(run.folder / "notebooks" / f"{name}.ipynb")
        assert not re.findall(r"\b(?:nan|NaN|NaT|inf|infinite)\b", text)
        return text

    return told


def test_one_customer_and_cash_below_zero_are_told_on_the_page_on_risk(page):
    lines = [f"o{k},A,{day},{100 + k},30" for k, day in enumerate(TWO_YEARS)]
    text = page("06_risk", lines, WITH_MARGIN, "money: {fixed_costs: 50, opening_cash: -10}\n")
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
    bought = [
        f"o{who}-{k},C{who},{day},100,10" for who in range(4) for k, day in enumerate(TWO_YEARS) if day.year == 2024
    ]
    back = [f"c{who}-{k},C{who},{day},-50,-5" for who in range(4) for k, day in enumerate(TWO_YEARS) if day.year > 2025]
    text = page("06_risk", bought + back, WITH_MARGIN)
    for words in (
        "no customer has money above zero",
        "All contribution of 12 months together is not above zero",
        "waits for `money.fixed_costs`",
        "No customers are named that could be lost together.",
    ):
        assert words in text


def test_a_hundred_days_are_no_two_years(page):
    lines = [f"o{who}-{k},C{who},{day},{100 + k}" for who in range(3) for k, day in enumerate(HUNDRED_DAYS)]
    text = page("07_measures", lines, PLAIN)
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
    more = "  accounts: {files: accounts.csv}\n"
    text = page("07_measures", lines, WITH_MARGIN, more, accounts="account_id,name\n" + names)
    assert "waits for the columns product and quantity" in text and "no invoices are on record" in text


@pytest.mark.proof
def test_one_customer_has_no_interval_and_no_verdict(page):
    text = page("07_measures", [f"o{k},A,{day},{100 + k}" for k, day in enumerate(FOUR_YEARS)], PLAIN)
    assert (
        "Too few customers moved to tell that from chance." in text and "so few customers that one more or less" in text
    )


def test_one_customer_without_any_other_table_and_without_hours_has_a_plan_that_waits(page):
    lines = [f"o{k},A,{day},{100 + k},30" for k, day in enumerate(TWO_YEARS)]
    text = page("08_plan", lines, WITH_MARGIN, "playbook: {hours_a_week: 0}\n")
    for words in (
        "No round of offers with a control group is over",
        "No round can be drawn",
        "**0 actions** of 0 owners in 0.0 of 0.0 hours",
        "1 action waits for 1.0 hours more",
        "hours a year; there are 0",
        "White space waits for 20 customers",
        "There is no prospect.",
    ):
        assert words in text
