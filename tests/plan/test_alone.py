"""Orders alone: the page on the plan says what it waits for, calls nobody and makes no figure up."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from kamlib.run.execute_step import execute_step
from kamlib.run.notebook.steps import notebook_steps
from kamlib.run.opened import Run

pytestmark = pytest.mark.kernel

STUDY = """\
name: alone
title: Orders alone
as_of: 2026Q2
sources:
  orders: {files: orders.csv}
scoring: {criteria: [{name: revenue_12m, source: facts, group: revenue, worst: 10, best: 1000, weight: 100}]}
playbook: {hours_a_week: 0}
"""
DAYS = [date(2024, 1, 5) + timedelta(days=20 * k) for k in range(45)]


def test_one_customer_without_any_other_table_and_without_hours(tmp_path, page_text):
    lines = [f"o{k},A,{day},{100 + k},30" for k, day in enumerate(DAYS)]
    (tmp_path / "orders.csv").write_text("order_id,account_id,date,amount,margin\n" + "\n".join(lines) + "\n")
    (tmp_path / "study.yaml").write_text(STUDY)
    run = Run.open(str(tmp_path / "study.yaml"), None, str(tmp_path / "run"))
    for step in notebook_steps():
        execute_step(run.present, run.folder, step)
    text = page_text(run.folder / "notebooks" / "08_plan.ipynb")
    assert not re.findall(r"\b(?:nan|NaN|NaT|inf|infinite)\b", text)
    for words in (
        "No round of offers with a control group is over",
        "No round can be drawn",
        "**0 actions** of 0 owners in 0.0 of 0.0 hours",
        "1 actions wait for 1.0 hours more",
        "hours a year; there are 0",
        "White space waits for 20 customers",
        "There is no prospect.",
    ):
        assert words in text
