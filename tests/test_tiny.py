"""Three customers and a hundred days of history: notebook 05 answers in words, with no figure that it can't know."""

from __future__ import annotations

import re
from datetime import date, timedelta

import nbformat
import pandas as pd
import pytest

from kamlib.run.steps import notebook_steps
from kamlib.run.store import Run

STUDY = """\
name: tiny
title: Three customers
as_of: 2026Q2
sources:
  orders: {files: orders.csv}
"""


@pytest.mark.kernel
def test_three_customers_with_a_hundred_days_get_words_and_no_numbers(tmp_path):
    begin = date(2026, 6, 30) - timedelta(days=100)
    lines = [
        f"o{who}-{k},{who:03d},{begin + timedelta(days=11 * k + who)},{100 + k}" for who in range(3) for k in range(9)
    ]
    (tmp_path / "orders.csv").write_text("order_id,account_id,date,amount\n" + "\n".join(lines) + "\n")
    (tmp_path / "study.yaml").write_text(STUDY)
    run = Run.open(str(tmp_path / "study.yaml"), None, str(tmp_path / "run"))
    for step in notebook_steps():
        if step.name in ("01_cleaning", "05_churn"):
            run.execute(step)
    book = nbformat.read(run.folder / "notebooks" / "05_churn.ipynb", as_version=4)
    outputs = [out for cell in book.cells if cell.cell_type == "code" for out in cell.outputs]
    assert not [out for out in outputs if out.output_type in ("error", "stream")]
    text = "\n".join(out["data"].get("text/plain", "") for out in outputs)
    assert not re.findall(r"\b(?:nan|NaN|NaT|inf)\b", text)
    for words in (
        "No P(return) can be given",
        "nobody can be seen lost",
        "not tested",
        "no round of offers is over yet",
    ):
        assert words in text
    assert run.load("churn")["p_lost"].isna().all()
    assert [len(run.load(name)) for name in ("losses", "winback", "winback_actions")] == [0, 0, 0]
    assert isinstance(run.load("value"), pd.DataFrame)
