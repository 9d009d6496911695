"""A small run to make pages of: made-up tables, and notebooks in every state."""

from __future__ import annotations

import datetime as dt
from base64 import b64encode
from decimal import Decimal

import nbformat
import numpy as np
import pandas as pd
import pytest
from nbformat import v4

from kamlib.study.model import Study

HOSTILE = "<script>alert('x')</script> & \"Söhne\" [a](javascript:b) | *c* `d` $e$"
PNG = b64encode(
    bytes.fromhex(
        "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
        "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
    )
).decode()


@pytest.fixture
def hostile() -> str:
    return HOSTILE


@pytest.fixture
def entries() -> list[dict]:
    """Two reports that stand and one that failed."""
    stands = {"study": "a", "title": HOSTILE, "cause": None, "seconds": 31.25}
    return [
        {**stands, "as_of": "2026-06-30", "period": "2026Q2", "status": "done", "href": "a/2026Q2/index.html"},
        {**stands, "as_of": "2026-09-30", "period": "2026Q3", "status": "kept", "href": "a/2026Q3/index.html"},
        {
            **{
                "study": "b",
                "title": "B",
                "as_of": "soon",
                "period": "soon",
                "status": "failed",
                "href": None,
                "seconds": 0.1,
            },
            "cause": "line 4: <as_of>\n  mend it",
        },
    ]


@pytest.fixture
def study() -> Study:
    return Study(
        name="demo", title="Nuts & <b>Bolts</b>", as_of=dt.date(2026, 9, 30), sources={"orders": {"files": "o.csv"}}
    )


@pytest.fixture
def tables() -> dict[str, pd.DataFrame]:
    """Four customers: revenue 50, 30, 15, 5 (thousand) of 100; the first and the last are key."""
    ids = ["001", "002", "003", "004"]
    day, before = pd.Timestamp("2026-09-30"), pd.Timestamp("2026-06-30")
    facts = pd.DataFrame(
        {
            "customer_id": ids,
            "as_of": day,
            "order_days": [10, 5, 3, 0],
            "silence_days": [5.0, 20.0, 400.0, np.nan],
            "revenue": [90e3, 60e3, 20e3, 5e3],
            "revenue_12m": [50e3, 30e3, 15e3, 5e3],
            "margin": [20e3, 9e3, 3e3, 1e3],
        }
    )
    return {
        "facts": pd.concat([facts, facts.assign(as_of=before, revenue_12m=1.0)], ignore_index=True),
        "accounts": pd.DataFrame(
            {
                "customer_id": [*ids, "001"],
                "account_id": [*ids, "077"],
                "name": [HOSTILE, "Two", "Three", None, "A branch"],
            }
        ),
        "scores": pd.DataFrame(
            {
                "customer_id": ids,
                "score": [81.26, 60.0, 40.0, 75.0],
                "rank": pd.array([1, 3, 4, 2], dtype="Int64"),
                "key": [True, False, False, True],
                "p_key": [0.99, 0.4, 0.1, 0.61],
            }
        ),
        "kaism": pd.DataFrame({"customer_id": ids, "cell": ["invest", "development", "maintenance", "unknown"]}),
        "abcxyz": pd.DataFrame(
            {
                "customer_id": ids,
                "cell": ["AX", "AY", "BL", "CN"],
                "xyz": [*"XYLN"],
                "uncertain": [False, True, False, False],
            }
        ),
        "churn": pd.DataFrame(
            {
                "customer_id": ids[:3],
                "p_silent": [0.1, 0.5, np.nan],
                "p_silent_low": [0.05, 0.4, np.nan],
                "p_silent_high": [0.15, 0.7, np.nan],
            }
        ).assign(method="model"),
        "value": pd.DataFrame({"customer_id": ids[:2], "stake": [2000.0, 6000.0], "stake_horizon": [500.0, 1500.0]}),
        "ledger": pd.DataFrame(
            [
                ("orders", "came in", "", 1040, Decimal("101000.00")),
                ("orders", "no_account", "set_aside", 8, Decimal("700.00")),
                ("orders", "after_as_of", "set_aside", 40, Decimal("100.00")),
                ("orders", "not_goods", "set_aside", 2, Decimal("300.00")),
                ("orders", "kept", "", 990, Decimal("99900.00")),
            ],
            columns=["table", "rule", "action", "rows", "amount"],
        ).assign(matched_rows=lambda ledger: ledger["rows"]),
        "states": pd.DataFrame({"customer_id": ids, "state": "active"}),
    }


@pytest.fixture
def record() -> pd.DataFrame:
    return pd.DataFrame({"item": ["kam", "input <o>.csv"], "value": ["0.1.0", "9f2c1d8a"]})


def notebook(*outputs, source: str = "secret_code()", tags: tuple[str, ...] = ()):
    node = v4.new_notebook()
    node.cells = [
        v4.new_markdown_cell("# Who pays?\n\nThe question."),
        v4.new_markdown_cell("### Too deep\n\nSee [the source](https://doi.org/10.1000/1) & `code`."),
        v4.new_code_cell(source, execution_count=1, outputs=list(outputs), metadata={"tags": list(tags)}),
        v4.new_markdown_cell("## Limits\n\nText."),
    ]
    return node


@pytest.fixture
def executed(tmp_path):
    """Write a notebook with these outputs and give its path."""

    def write(*outputs, **more):
        path = tmp_path / "02_scoring.ipynb"
        nbformat.write(notebook(*outputs, **more), path)
        return path

    return write


@pytest.fixture
def outputs() -> list:
    """One of each kind."""
    from kamlib.report.tables import _as_html, cells
    from kamlib.report.text import fill

    frame = pd.DataFrame({"name": [HOSTILE, "Two"], "share": [0.5, None]})
    return [
        v4.new_output("stream", name="stdout", text="1,040 lines <read>"),
        v4.new_output("stream", name="stderr", text="FutureWarning: secret"),
        v4.new_output(
            "display_data",
            data={"image/png": PNG, "text/plain": "[figure]"},
            metadata={"image/png": {"alt": 'Revenue "falls" <fast>', "width": 640}},
        ),
        v4.new_output("display_data", data={"text/markdown": fill("**{n}** leads.", n=HOSTILE), "text/plain": "x"}),
        v4.new_output(
            "display_data",
            data={"text/html": _as_html(*cells(frame), [True, False], "Shares", 30, 2), "text/plain": "x"},
        ),
        v4.new_output("display_data", data={"text/html": frame._repr_html_(), "text/plain": "x"}),
        v4.new_output(
            "display_data", data={"application/javascript": "alert(1)", "text/html": "<script>alert(1)</script>"}
        ),
    ]


@pytest.fixture
def shown(monkeypatch):
    """What a notebook would display."""
    calls: list = []
    monkeypatch.setattr("IPython.display.display", lambda data, **more: calls.append(data))
    return calls
