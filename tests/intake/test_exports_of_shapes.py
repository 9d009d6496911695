"""Exports in shapes of their own, read by studies written by hand. Oracle: what `truth.json` says they hold."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from kamlib.intake.pipeline import collect
from kamlib.study.model import Study

EXPORTS = Path(__file__).resolve().parents[1] / "exports"
TRUTH = json.loads((EXPORTS / "truth.json").read_text(encoding="utf-8"))
SOURCES = {
    "grouped-report": {
        "files": "report.xlsx",
        "groups": {"column": "Customer / Order", "as": "customer"},
        "columns": {"order_id": "Customer / Order", "account_id": "customer", "date": "Date", "amount": "Amount"},
    },
    "pivot-by-month": {
        "files": "pivot.xlsx",
        "months": [f"2024-{month:02}" for month in range(1, 10)],
        "columns": {"account_id": "Customer"},
    },
    "runs-of-blanks": {
        "files": "purchases.txt",
        "columns": {"account_id": "column 1", "date": "column 2", "quantity": "column 3", "amount": "column 4"},
        "dialect": {"delimiter": "blanks", "header": 0, "date_format": "%Y%m%d"},
    },
    "empty-rows": {"files": "export.csv", "columns": {"order_id": "order", "account_id": "customer"}},
    "russian-months": {
        "files": "prodazhi.csv",
        "columns": {"order_id": "Документ", "account_id": "Контрагент", "date": "Дата", "amount": "Сумма, руб."},
        "dialect": {"decimal": ",", "thousands": " ", "date_format": "%d %b %Y"},
    },
    "amount-by-arithmetic": {
        "files": "fact.csv",
        "columns": {"order_id": "DOCNO", "account_id": "PARTNER", "date": "DOCDATE", "amount": "LINE TOTAL EXCL"},
        "dialect": {"date_format": "%d-%b-%y"},
    },
}


@pytest.fixture(params=SOURCES)
def export(request, tmp_path):
    """An export's name, and what came of it."""
    source = SOURCES[request.param]
    orders = source | {"files": str(EXPORTS / request.param / source["files"])}
    tree = {"name": "t", "title": "T", "as_of": "2025-01-31", "sources": {"orders": orders}}
    tree["currency"] = TRUTH[request.param].get("currency", "EUR")
    path = tmp_path / "study.yaml"
    path.write_text(yaml.safe_dump(tree, allow_unicode=True), encoding="utf-8")
    return request.param, collect(Study.read(path))


def test_an_export_in_a_shape_of_its_own_is_read_right(export):
    name, clean = export
    truth, found = TRUTH[name], clean.orders.to_pandas()
    assert sum(found["amount"]) == Decimal(str(truth["total"]))
    assert found["customer_id"].nunique() == truth["customers"]
    assert [str(day) for day in (found["date"].min().date(), found["date"].max().date())] == [
        truth["first"],
        truth["last"],
    ]
    assert len(found) == truth.get("lines", len(found))
    assert found[["customer_id", "order_id"]].drop_duplicates().shape[0] == truth.get(
        "orders", found["order_id"].nunique()
    )
    aside = clean.ledger[clean.ledger["action"] == "set_aside"]
    assert set(aside.loc[aside["rows"] > 0, "rule"]) == ({"empty_row"} if name == "empty-rows" else set())
