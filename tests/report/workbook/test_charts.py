"""Charts: their titles answer, and hold by hand; their rows are those of the tables."""

from __future__ import annotations

import re
import zipfile

import pandas as pd

from kamlib.report.words import sentence
from kamlib.report.workbook import write_workbook
from kamlib.report.workbook.charts import charts_of

MORE = {
    "customer_cube": pd.DataFrame(
        {"customer_id": "a", "category": "x", "quarter": ["2025Q2", "2025Q3", "2025Q4", "2026Q1", "2026Q2"], "lines": 1}
        | {"revenue": [100.0, 1, 1, 1, 130], "margin": [None] * 5, "margin_known": 0.0}
    ),
    "value": pd.DataFrame(
        {"customer_id": [f"c{n}" for n in range(12)], "stake_horizon": [88.0, *[1.0] * 9, 3.0, None]}
    ),
    "ageing": pd.DataFrame({"bucket": ["not_due", "late_1_30"], "invoices": [3, 1], "open_amount": [75.0, 25.0]}),
    "abcxyz": pd.DataFrame({"customer_id": list("abc"), "abc": ["A", "A", "C"], "money": [60.0, 20.0, 20.0]}),
}


def test_the_titles_are_the_answers_by_hand(study):
    assert [sentence(one.found) for one in charts_of(study, MORE)] == [
        "Revenue of 2026Q2: 130 EUR, +30% against the quarter a year before",
        "10 customers hold 99% of the 100 EUR at stake within 180 days",
        "25% of the 100 EUR owed is past due",
        "The 2 customers of class A, of 3, bring 80% of the money",
    ]


def test_margin_is_drawn_where_it_is_known_alone_and_without_tables_there_is_no_chart(study, tables):
    assert charts_of(study, MORE)[0].series == ("revenue",) and charts_of(study, {}) == []
    assert [one.series for one in charts_of(study, tables)] == [("revenue", "margin")]
    assert sentence(charts_of(study, tables)[0].found) == "Revenue of 2026Q2: 150 EUR", "nothing to compare with"


def test_each_chart_has_an_alternative_text_and_a_title_that_is_a_text(study, tmp_path):
    write_workbook(tmp_path / "a.xlsx", study, MORE)
    with zipfile.ZipFile(tmp_path / "a.xlsx") as parts:
        seen = re.findall(r'<xdr:cNvPr [^>]*descr="([^"]+)"', parts.read("xl/drawings/drawing1.xml").decode())
        charts = [parts.read(name).decode() for name in parts.namelist() if name.startswith("xl/charts/chart")]
    assert (
        len(seen) == len(charts) == 4
        and seen[2] == "Columns of what is owed by days past due. 25% of 100 EUR is past due."
    )
    assert all("<c:title><c:tx><c:rich>" in chart for chart in charts)
