"""Studies written by hand for exports as systems write them. Oracle: `tests/exports/truth.json`, and sums in exact decimals."""

from __future__ import annotations

import csv
import json
import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from kamlib.intake.pipeline import collect

EXPORTS = Path(__file__).resolve().parents[1] / "exports"
TRUTH = json.loads((EXPORTS / "truth.json").read_text(encoding="utf-8"))
LINES = {"product": "productID", "price": "unitPrice", "quantity": "quantity", "discount": "discount"}
BY_NAME = {"order_id": "Order", "account_id": "Customer", "date": "Date", "amount": "Amount"}

STUDIES = {
    "heads-and-lines": {
        "orders": {
            "files": "order_details.csv",
            "heads": {"files": "orders.csv", "key": "orderID"},
            "columns": {"order_id": "orderID", "account_id": "customerID", "date": "orderDate", **LINES},
        },
        "accounts": {"files": "customers.csv", "columns": {"account_id": "customerID", "name": "companyName"}},
    },
    "price-quantity-discount": {
        "orders": {
            "files": "lines.csv",
            "columns": {"order_id": "orderID", "account_id": "customerID", "date": "orderDate", **LINES},
        }
    },
    "purchase-order-number": {
        "orders": {
            "files": "sales.csv",
            "columns": {
                **{"order_id": "SalesOrderNumber", "account_id": "ResellerKey", "date": "OrderDate"},
                **{"quantity": "OrderQuantity", "amount": "SalesAmount", "cost": "TotalProductCost"},
            },
        }
    },
    "months-that-change": {
        "orders": [
            {
                "files": "2024-h1.csv",
                "columns": {"order_id": "Invoice", "account_id": "Customer", "date": "Date", "amount": "Sum"},
                "dialect": {"date_format": "%d.%m.%Y"},
            },
            {
                "files": "2024-h2.csv",
                "columns": {
                    **{"order_id": "Document no", "account_id": "Client"},
                    **{"date": "Posting date", "amount": "Amount"},
                },
            },
        ]
    },
    "status-column": {
        "orders": {
            "files": "orders.csv",
            "columns": {
                **{"order_id": "ORDERNUMBER", "account_id": "CUSTOMERNAME", "date": "ORDERDATE"},
                **{"quantity": "QUANTITYORDERED", "price": "PRICEEACH", "amount": "SALES"},
            },
            "dialect": {"date_format": "%m/%d/%Y"},
        }
    },
    "customer-in-the-lines": {
        "orders": {
            "files": "export.csv",
            "columns": {
                **{"order_id": "Order ID", "account_id": "Customer ID", "date": "Order Date"},
                **{"amount": "Sales", "margin": "Profit"},
            },
        },
        "accounts": {
            "from": "orders",
            "columns": {
                "account_id": "Customer ID",
                "name": "Customer Name",
                "industry": "Segment",
                "region": "Region",
            },
        },
    },
    "customers-by-name": {"orders": {"files": "lines.csv", "columns": BY_NAME}},
    "invoices-only": {
        "orders": {
            "files": "invoices.csv",
            "columns": {
                **{"order_id": "invoiceNumber", "account_id": "customerID"},
                **{"date": "InvoiceDate", "amount": "InvoiceAmount"},
            },
            "dialect": {"date_format": "%m/%d/%Y"},
        },
        "invoices": {
            "files": "invoices.csv",
            "columns": {
                **{"invoice_id": "invoiceNumber", "account_id": "customerID", "issued": "InvoiceDate"},
                **{"due": "DueDate", "amount": "InvoiceAmount", "paid": "SettledDate"},
            },
            "dialect": {"date_format": "%m/%d/%Y"},
        },
    },
}
EXACT = {"heads-and-lines": "order_details.csv", "price-quantity-discount": "lines.csv"}


@pytest.fixture
def study_of(make_study, tmp_path):
    """The study written for an export, beside a copy of its files."""

    def make(name, **values):
        shutil.copytree(EXPORTS / name, tmp_path, dirs_exist_ok=True)
        only = {"only": {"STATUS": ["Shipped"]}} if name == "status-column" else {}
        return make_study({}, sources=STUDIES[name], cleaning=only, as_of="2025-03-31", **values)

    return make


def exact_total(path):
    """Price times quantity less the discount, line by line in decimals."""
    with path.open(encoding="utf-8", newline="") as stream:
        return sum(
            Decimal(row["unitPrice"]) * Decimal(row["quantity"]) * (1 - Decimal(row["discount"]))
            for row in csv.DictReader(stream)
        )


@pytest.mark.slow
@pytest.mark.parametrize("name", STUDIES)
def test_an_export_gives_its_lines_orders_customers_total_days_and_margin(study_of, name):
    """Where lines have a discount, the truth's total is of floats rounded line by line: it is 2 cents less than the exact one."""
    clean, truth = collect(study_of(name)), TRUTH[name]
    orders = clean.orders.to_pandas()
    total = exact_total(EXPORTS / name / EXACT[name]) if name in EXACT else Decimal(str(truth["total"]))
    assert orders["amount"].sum() == total and abs(total - Decimal(str(truth["total"]))) <= Decimal("0.02")
    assert len(orders) == truth["lines"] and orders["order_id"].nunique() == truth.get("orders", len(orders))
    days = pd_days(orders)
    assert days == (truth["first"], truth["last"])
    if "margin" in truth:
        assert orders["margin"].sum() == Decimal(str(truth["margin"]))
    if name != "customers-by-name":
        assert orders["customer_id"].nunique() == truth["customers"]


def pd_days(orders):
    days = orders["date"].astype(str).str.slice(0, 10)
    return days.min(), days.max()


@pytest.mark.slow
def test_customers_in_the_lines_make_the_table_of_accounts(study_of):
    clean = collect(study_of("customer-in-the-lines"))
    accounts = clean.tables["accounts"].set_index("account_id")
    assert len(accounts) == 10 and accounts.loc["106", "name"] == "АО «Тесей»"
    assert accounts[["industry", "region"]].notna().all(axis=None)
    assert "unknown_account" not in set(clean.ledger.loc[clean.ledger["matched_rows"] > 0, "rule"])


@pytest.mark.slow
def test_invoices_alone_are_orders_and_invoices_of_one_sum(study_of):
    clean = collect(study_of("invoices-only"))
    assert clean.tables["invoices"]["amount"].sum() == pytest.approx(float(clean.orders.amount.sum().execute()))
    assert len(clean.tables["invoices"]) == 120


@pytest.mark.slow
def test_firms_known_by_name_alone_are_joined_at_one_word(study_of, kam, monkeypatch, tmp_path):
    """27 spellings, ten customers: `kam check` says that names look alike, `kam firms` proposes them, `same` joins them."""
    study_of("customers-by-name")
    status, said, _ = kam("check", "study.yaml")
    assert status == 0 and "pairs of them look alike" in " ".join(said.split()) and "kam firms" in said
    assert kam("firms", "study.yaml")[0] == 0
    review = tmp_path / "firms.csv"
    head, *rows = review.read_text(encoding="utf-8-sig").splitlines()
    assert head.endswith(",decision") and all(row.endswith(",") for row in rows)
    review.write_text("\n".join([head, *[f"{row}same" for row in rows]]), encoding="utf-8")
    study = study_of("customers-by-name", identity={"review": "firms.csv"})
    clean = collect(study)
    assert clean.orders.customer_id.nunique().execute() == TRUTH["customers-by-name"]["customers"]
    status, said, _ = kam("check", "study.yaml")
    assert status == 0 and "look alike" not in said
