"""Reports in groups. Oracle: what a person reads in them, added up by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest

from kamlib.errors import InputError
from kamlib.intake.pipeline import collect

COLUMNS = {"order_id": "What", "account_id": "customer", "date": "Day", "amount": "Sum"}
A = [("A", "1", 5), ("A", "2", 7)]
B = [("B", "3", 11), ("B", "4", -1)]
REPORTS = {
    "heads alone": "A,,\n 1,2026-01-01,5\n 2,2026-01-02,7\nB,,\n 3,2026-01-03,11\n 4,2026-01-04,-1\n",
    "totals below": "A,,\n1,2026-01-01,5\n2,2026-01-02,7\nTotal A,,12\nB,,\n3,2026-01-03,11\n4,2026-01-04,-1\nTotal B,,10\nGrand total,,22\n",
    "sums in the heads, as 1C has it": "A,,12\n1,2026-01-01,5\n2,2026-01-02,7\nB,,10\n3,2026-01-03,11\n4,2026-01-04,-1\nИтого,,22\n",
    "sums without words": "A,,\n1,2026-01-01,5\n2,2026-01-02,7\n,,12\nB,,\n3,2026-01-03,11\n4,2026-01-04,-1\n,,10\n,,22\n",
    "empty rows between": "A,,\n1,2026-01-01,5\n2,2026-01-02,7\n,,\nB,,\n,,\n3,2026-01-03,11\n4,2026-01-04,-1\nSumme,,10\n",
    "regions above": "North,,12\nA,,12\n1,2026-01-01,5\n2,2026-01-02,7\nSouth,,10\nB,,10\n3,2026-01-03,11\n4,2026-01-04,-1\nВсего,,22\n",
    "a customer without orders": "A,,\n1,2026-01-01,5\n2,2026-01-02,7\nNobody,,\nB,,\n3,2026-01-03,11\n4,2026-01-04,-1\n",
    "a total between customers": "A,,\n1,2026-01-01,5\n2,2026-01-02,7\nB,,\n3,2026-01-03,11\n4,2026-01-04,-1\nTotal,,22.00\n",
}


@pytest.fixture
def report(make_study):
    def of(rows, columns=COLUMNS, **groups):
        orders = {"files": "r.csv", "columns": columns, "groups": {"column": "What", "as": "customer"} | groups}
        return collect(make_study({"r.csv": "What,Day,Sum\n" + rows}, sources={"orders": orders}))

    return of


def found_in(clean):
    found = clean.orders.to_pandas().sort_values(["account_id", "order_id"])
    return list(zip(found["account_id"], found["order_id"], found["amount"].map(int), strict=True))


@pytest.mark.parametrize("rows", REPORTS.values(), ids=REPORTS)
def test_each_order_has_the_customer_above_it_and_no_sum_counts_twice(report, rows):
    clean = report(rows)
    assert found_in(clean) == A + B
    aside = clean.ledger[clean.ledger["action"] == "set_aside"]
    assert set(aside.loc[aside["rows"] > 0, "rule"]) <= {"empty_row"}
    assert not any("not the sum" in note for note in clean.notes)


def test_heads_and_totals_are_told(report):
    clean = report(REPORTS["totals below"])
    assert "r.csv: 2 rows name a group of the rows below and 3 are totals; they are no order lines." in clean.notes


def test_a_firm_that_is_called_total_is_a_customer(report):
    rows = "Total Energies,,5\n1,2026-01-01,5\nTotalausverkauf GmbH,,\n2,2026-01-02,7\nTotal,,12\n"
    assert found_in(report(rows)) == [("Total Energies", "1", 5), ("Totalausverkauf GmbH", "2", 7)]


def test_a_total_that_is_not_the_sum_of_its_rows_is_told(report):
    clean = report("A,,\n1,2026-01-01,5\nTotal A,,6\n")
    assert "r.csv: 1 totals are not the sum of rows above them: 'r.csv, line 4'." in clean.notes


def test_an_order_without_its_day_is_set_aside_and_names_no_customer(report, reasons):
    clean = report("A,,\n1,,5\n2,2026-01-02,7\n3,2026-01-02,9\n")
    assert found_in(clean) == [("A", "2", 7), ("A", "3", 9)]
    assert reasons(clean) == {3: "bad_date"}


def test_rows_above_the_first_head_have_no_customer(report, reasons):
    clean = report("1,2026-01-01,5\nA,,\n2,2026-01-02,7\n")
    assert found_in(clean) == [("A", "2", 7)] and reasons(clean) == {2: "no_account"}


def test_the_upper_of_two_heads_can_be_the_customer(report):
    rows = "A,,\nOrder 1,,\nP1,2026-01-01,5\nP2,2026-01-01,7\nOrder 2,,\nP1,2026-01-02,1\nB,,\nOrder 3,,\nP1,2026-01-03,11\n"
    columns = COLUMNS | {"order_id": "order", "account_id": "order (above)", "product": "What"}
    found = report(rows, columns, **{"as": "order"}).orders.to_pandas().sort_values(["order_id", "product"])
    assert list(zip(found["account_id"], found["order_id"], found["product"], strict=True)) == [
        ("A", "Order 1", "P1"), ("A", "Order 1", "P2"), ("A", "Order 2", "P1"), ("B", "Order 3", "P1")
    ]  # fmt: skip


def test_days_may_stand_in_the_column_of_the_groups(report):
    columns = {"account_id": "customer", "date": "What", "amount": "Sum"}
    found = report("A,,12\n2026-01-01,,5\n2026-01-02,,7\nB,,9\n2026-01-01,,9\n", columns).orders.to_pandas()
    assert sorted(zip(found["account_id"], found["amount"], strict=True)) == [("A", 5), ("A", 7), ("B", 9)]


def test_each_file_has_groups_of_its_own(make_study):
    files = {
        "a.csv": "What,Day,Sum\nA,,\n1,2026-01-01,5\n",
        "b.csv": "What,Day,Sum\n2,2026-01-02,7\nB,,\n3,2026-01-03,11\n",
    }
    orders = {"files": list(files), "columns": COLUMNS, "groups": {"column": "What", "as": "customer"}}
    clean = collect(make_study(files, sources={"orders": orders}))
    assert found_in(clean) == [("A", "1", 5), ("B", "3", 11)]
    assert clean.quarantine.to_pandas()["amount"].tolist() == [Decimal(7)]


@pytest.mark.parametrize(
    ("rows", "groups", "words"),
    [
        ("1,2026-01-01,5\n", {}, "no row names a group"),
        ("A,,\n1,2026-01-01,5\n", {"column": "Who"}, "no column 'Who', which the study names as groups.column"),
        ("A,,\n1,2026-01-01,5\n", {"as": "sum"}, "a column 'sum' is there already"),
    ],
)
def test_a_report_without_groups_is_an_error(report, rows, groups, words):
    with pytest.raises(InputError, match=words):
        report(rows, **groups)
