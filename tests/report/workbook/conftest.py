"""Tables of a run by hand, hostile where they can be, and a spreadsheet that recalculates."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from kamlib.report.workbook import write_workbook
from kamlib.scoring.scores import contributions, members, score
from kamlib.study.model import Study

IDS = ["=1+1", "00123", "K.1", "K.2"]
NAMES = ["=cmd|' /C calc'!A0", '@SUM(1)<r>&"', "<r><t>x</t></r>", "+7 http://example.com \ufffe\x07"]
CRITERIA = [
    {"name": "revenue", "source": "facts", "column": "revenue_12m", "group": "revenue", "worst": 0, "best": 100, "weight": 60},
    {"name": "fame", "source": "rating", "group": "reputation", "worst": 1, "best": 11, "weight": 40},
]  # fmt: skip


@pytest.fixture(scope="session")
def study(make_study_in: Callable[..., Study], tmp_path_factory) -> Study:
    lines = "order_id,account_id,date,amount\no1,K.1,2026-01-05,10\n"
    scoring = {"criteria": CRITERIA, "top_least": 2, "top_most": 2}
    return make_study_in(tmp_path_factory.mktemp("study"), {"orders.csv": lines}, scoring=scoring, currency="EUR")


@pytest.fixture(scope="session")
def tables(study) -> dict[str, pd.DataFrame]:
    """Utilities of revenue 0.9, 0.5, 0.1 and 0.9, of fame 0.2, 0.9, none and 0.2; the last is knocked out."""
    ids = pd.Index(IDS, name="customer_id")
    values = pd.DataFrame({"revenue": [90.0, 50, 10, 90], "fame": [3.0, 10, None, 3]}, ids)
    out = pd.DataFrame(
        {"customer_id": ["K.2"], "reason": ["account_closed"], "reason_values": ['{"day": "2026-01-01"}']}
    )
    scores = members(score(values, study.scoring.criteria), study.scoring, knocked=out)
    scores = scores.assign(why="", why_values="{}", p_key=[0.9, 0.8, 0.1, None])
    days = pd.Timestamp("2026-06-30")
    facts = pd.DataFrame(
        {"customer_id": IDS, "as_of": days, "revenue_12m": [90.0, 50, 10, float("inf")], "last_order": pd.NaT}
    )
    cube = pd.DataFrame(
        {"customer_id": IDS, "category": ['=HYPERLINK("http://x")', None, "-1", "x"], "quarter": "2026Q2", "lines": 1}
    )
    cube = cube.assign(revenue=[90.0, 50, 10, 0.01], margin=[1.0, None, 2, 3], margin_known=[1.0, 0, 1, 1])
    ledger = pd.DataFrame(
        [
            ("orders", "came in", "", "all", 5, 155.01, 5, 155.01),
            ("orders", "no_account", "set_aside", "no account", 1, 5.0, 1, 5.0),
        ],
        columns=["table", "rule", "action", "words", "matched_rows", "matched_amount", "rows", "amount"],
    )
    return {
        "accounts": pd.DataFrame({"customer_id": IDS, "account_id": IDS, "name": NAMES, "industry": "=2+2"}),
        "facts": facts,
        "scores": scores,
        "contributions": contributions(values, study.scoring.criteria),
        "customer_cube": cube,
        "ledger": ledger,
    }  # fmt: skip


@pytest.fixture(scope="session")
def made(study, tables, tmp_path_factory) -> Path:
    """The workbook of the tables; to be read."""
    path = tmp_path_factory.mktemp("workbook") / "accounts.xlsx"
    write_workbook(path, study, tables)
    return path


@pytest.fixture
def recalculated(tmp_path) -> Callable[..., list[Path]]:
    """``recalculated(path, …)``: the workbooks as LibreOffice opens them, calculates all of them and saves them."""
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("libreoffice is not installed")
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"

    def call(*paths: Path) -> list[Path]:
        out = tmp_path / "saved"
        told = [office, profile, "--headless", "--convert-to", "xlsx", "--outdir", str(out), *map(str, paths)]
        subprocess.run(told, check=True, capture_output=True, timeout=240)
        return [out / path.name for path in paths]

    return call
