"""The real data set, read by examples/online_retail_ii/study.yaml: its ledger shows the published and checked figures.

Oracle: the facts that independent copies of Online Retail II gave (Chen, Sain & Guo 2012; UCI Machine Learning
Repository). The file is not part of the project; these tests skip, saying so, where it is absent.
"""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from kamlib.intake import Clean, cleaning, collect, identity
from kamlib.notebooks import steps
from kamlib.publish import run_study
from kamlib.study import Study

ROOT = Path(__file__).resolve().parents[1]
FOLDER = Path(os.environ.get("KAM_REFERENCE_DATA", ROOT.parent / "shared" / "data"))
FILE = FOLDER / "online_retail_ii.parquet"
STUDY = ROOT / "examples" / "online_retail_ii" / "study.yaml"

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(
        not FILE.is_file(), reason=f"{FILE.name} lies neither in ../shared/data nor in KAM_REFERENCE_DATA"
    ),
]


@pytest.fixture(scope="module")
def clean() -> Clean:
    return collect(Study.read(STUDY, values={"sources.orders.files": str(FILE.resolve())}))


@pytest.mark.parametrize(
    ("rule", "rows", "amount"),
    [
        ("came in", 1_067_371, "19287250.5680"),
        ("no_account", 243_007, "2638958.1800"),
        ("overlap", 22_523, "377488.4500"),
        ("not_goods", 6_092, "-95225.4420"),
        ("cancellation", 19_494, None),
        ("negative_not_cancelled", 3_457, None),
        ("zero_price", 6_202, "0"),
        ("negative_price", 5, None),
        ("absurd_price", 245, None),
        ("bad_amount", 0, "0"),
        ("bad_date", 0, "0"),
        ("after_as_of", 0, "0"),
    ],
)
def test_the_ledger_shows_the_known_figures_to_the_row_and_the_cent(clean, rule, rows, amount):
    line = clean.ledger.set_index("rule").loc[rule]
    assert line["matched_rows"] == rows
    assert amount is None or line["matched_amount"] == Decimal(amount)


def test_rows_and_money_in_are_rows_and_money_kept_and_set_aside(clean):
    """Without the second copy of the overlap 1,044,848 rows worth 18,909,762.118 are there; the rest by reason."""
    ledger = clean.ledger.set_index("rule")
    aside = ledger[ledger["action"] == "set_aside"]
    assert ledger.loc["came in", "rows"] == ledger.loc["kept", "rows"] + aside["rows"].sum()
    assert ledger.loc["came in", "amount"] == ledger.loc["kept", "amount"] + aside["amount"].sum()
    assert clean.orders.count().execute() == ledger.loc["kept", "rows"]
    assert clean.orders.amount.sum().execute() == ledger.loc["kept", "amount"]
    assert ledger.loc["came in", "rows"] - ledger.loc["overlap", "matched_rows"] == 1_044_848
    assert ledger.loc["came in", "amount"] - ledger.loc["overlap", "matched_amount"] == Decimal("18909762.1180")


def test_the_overlap_lies_in_the_nine_days_that_both_sheets_cover(clean):
    copies = clean.quarantine.filter(clean.quarantine.reason == "overlap")
    first, last = copies.date.min().to_pyarrow().as_py(), copies.date.max().to_pyarrow().as_py()
    assert (first.isoformat(), last.isoformat()) == ("2010-12-01", "2010-12-09")


def test_accounts_are_whole_numbers_as_text(clean):
    """The file stores them as numbers: ``12346``, never ``12346.0``."""
    accounts = clean.orders.account_id
    assert accounts.type().is_string()
    assert accounts.re_search("^[0-9]{5}$").all().execute()


def test_fractions_of_a_cent_are_kept(clean):
    """18 lines of the file have them."""
    tables = (clean.orders, clean.quarantine)
    assert sum(table.filter(table.amount != table.amount.round(2)).count().execute() for table in tables) == 18


def test_no_account_is_rolled_up(clean):
    proof = identity.double_count(clean.orders).iloc[0]
    assert proof["members"] == proof["units"] and proof["groups"] == 0


def test_the_month_of_the_overlap_stands_out(clean):
    monthly = cleaning.by_month(clean.orders, clean.quarantine)
    assert monthly.loc[monthly["reason"] == "overlap", "month"].dt.strftime("%Y-%m").tolist() == ["2010-12"]


def test_the_whole_study_runs_and_its_report_shows_the_ledger(tmp_path):
    index = run_study(STUDY, out=tmp_path, values={"sources.orders.files": str(FILE.resolve())})
    assert index.parent.name == "2011-12-09"
    pages = {path.stem: path.read_text(encoding="utf-8") for path in index.parent.glob("*.html")}
    assert set(pages) == {"index", *(step.name for step in steps())}
    for figure in ("1,067,371", "243,007", "2,638,958.18", "22,523", "377,488.45", "19,494", "6,092", "-95,225.44"):
        assert figure in pages["01_cleaning"], figure
    scores = pd.read_parquet(index.parent / "tables" / "scores.parquet")
    assert scores["key"].sum() == 35  # min(35, max(3, 5 % of some 3,500))
    assert all(account in pages["index"] for account in scores.loc[scores["key"], "account_id"])
