"""Three customers and a hundred days of history: notebook 05 answers in words, with no figure that it can't know."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pandas as pd
import pytest

pytestmark = [pytest.mark.kernel, pytest.mark.usefixtures("warm_kernels")]


def test_three_customers_with_a_hundred_days_get_words_and_no_numbers(run_of, page_text):
    begin = date(2026, 6, 30) - timedelta(days=100)
    lines = [
        f"o{who}-{k},{who:03d},{begin + timedelta(days=11 * k + who)},{100 + k}" for who in range(3) for k in range(9)
    ]
    run = run_of(["01_cleaning", "05_churn"], lines)
    text = page_text(run.folder / "notebooks" / "05_churn.ipynb")
    assert not re.findall(r"\b(?:nan|NaN|NaT|inf)\b", text)
    for words in (
        "No P(return) can be given",
        "nobody can be seen lost",
        "not tested",
        "no round of offers is over yet",
    ):
        assert words in text
    assert run.load("churn")["p_silent"].isna().all()
    assert [len(run.load(name)) for name in ("losses", "winback", "winback_actions")] == [0, 0, 0]
    assert isinstance(run.load("value"), pd.DataFrame)


def test_the_tables_of_a_fiscal_study_follow_its_year(run_of, page_text):
    """Eight customers order on the 10th of each month of 2024, two on 1 January as well; three stop in February, April and May.

    The year begins in July. 180 days after 1 January is 29 June, so FY2025Q1, July to September, is the first quarter
    told. The last orders + 180 days are 8 August, 7 October and 6 November: of 8 customers 1 is lost in FY2025Q1, of
    the other 7 then 2 in FY2025Q2. Lines until June: 5 * 6 + 2 + 4 + 5 + 2 = 43; from July on 5 * 6 = 30.
    """
    last = {1: 2, 2: 4, 3: 5}
    days = [(who, f"2024-{month:02d}-10") for who in range(1, 9) for month in range(1, last.get(who, 12) + 1)]
    days += [(who, "2024-01-01") for who in (7, 8)]
    lines = [f"o{place},{who:03d},{day},100" for place, (who, day) in enumerate(days)]
    run = run_of(["01_cleaning", "05_churn"], lines, as_of="FY2025Q2", study="year_begins: 7\n")
    assert run.as_of == date(2024, 12, 31)
    cleaning, churn = (page_text(run.folder / "notebooks" / f"{name}.ipynb") for name in ("01_cleaning", "05_churn"))
    assert re.search(r"FY2024 +FY2025\nkept +43 +30\b", cleaning)
    for page in (cleaning, churn):
        assert "The fiscal year begins in July: FY2026 is the one that ends in 2026." in page
    assert re.findall(r"^(FY\w+) +(\d) +(\d) ", churn, re.M) == [("FY2025Q1", "8", "1"), ("FY2025Q2", "7", "2")]
    assert not re.search(r"\b2024Q", churn)
