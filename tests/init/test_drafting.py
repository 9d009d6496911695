"""Pieces as a draft. Oracle: files written here, and what a person would say of them."""

from __future__ import annotations

import pytest

from kamlib.init.drafting import counted

LINES = "Order,Customer,Date,Amount,Status\n" + "".join(
    f"{i},{i % 3},2026-01-{i:02d},{i}.50,{('Shipped', 'Cancelled')[i % 2]}\n" for i in range(1, 9)
)


def test_which_rows_count_is_asked_with_the_words_of_the_column_and_their_rows(drafted):
    only = counted(drafted(a=LINES)[0])[1]["only"]
    assert only.question
    assert only.value == {"Status": ["Shipped"]}
    assert "Shipped 4" in only.doubt and "Cancelled 4" in only.doubt


def test_where_all_rows_are_of_one_state_nothing_is_asked(drafted):
    assert counted(drafted(a=LINES.replace("Cancelled", "Shipped"))[0])[1] == {}


@pytest.mark.slow
def test_deals_that_were_lost_or_are_open_are_no_sales(kam, tmp_path):
    deals = "Account ID,Amount,Close Date,Stage,Opportunity ID\n" + "".join(
        f"A{i % 4},{100 + i}.00,2026-0{1 + i % 6}-{1 + i % 28:02d},{('Closed Won', 'Closed Lost', 'Prospecting')[i % 3]},P{i:03d}\n"
        for i in range(60)
    )
    (tmp_path / "report.csv").write_text(deals)
    assert kam("init", "report.csv")[0] == 0
    status, _, err = kam("check", "study.yaml", "--set", "currency=EUR")
    assert status == 2 and "cleaning.only.Stage: ? Closed Won" in err
    text = (tmp_path / "study.yaml").read_text().replace('"? Closed Won"', "Closed Won")
    (tmp_path / "study.yaml").write_text(text)
    status, out, err = kam("check", "study.yaml", "--set", "currency=EUR")
    won = sum(100 + i for i in range(0, 60, 3))
    assert f"{won:,}.00" in out, err


@pytest.mark.slow
def test_credit_notes_above_zero_are_asked_about_and_then_taken_off(kam, tmp_path):
    """Every fifth document is a credit memo; of all states two in three were posted."""
    rows = [
        f"D{i:03},K{i % 7},2025-{1 + i % 12:02}-05,{100 + i}.00,{'Credit Memo' if i % 5 == 0 else 'Invoice'},{'Posted' if i % 3 else 'Draft'}"
        for i in range(60)
    ]
    (tmp_path / "orders.csv").write_text("\n".join(["No,Customer,Date,Amount EUR,Document Type,Status", *rows]))
    assert kam("init", "orders.csv")[0] == 0
    err = kam("check", "study.yaml")[2]
    assert "cleaning.only.Status: ? Posted" in err and "cleaning.credits.Document Type: ? Credit Memo" in err
    text = (tmp_path / "study.yaml").read_text(encoding="utf-8")
    (tmp_path / "study.yaml").write_text(text.replace('"? Posted"', "Posted").replace('"? Credit Memo"', "Credit Memo"))
    out, err = kam("check", "study.yaml", "--set", "as_of=2025Q4")[1:]
    net = sum((100 + i) * (1 if i % 5 else -1) for i in range(60) if i % 3)
    assert f"{net:,}.00" in out, err


@pytest.mark.slow
@pytest.mark.parametrize(("foreign", "asked"), [(1, False), (12, True)])
def test_lines_in_other_currencies_are_asked_about_where_they_are_many(kam, tmp_path, foreign, asked):
    rows = [f"{i},K{i % 7},2025-{1 + i % 12:02}-05,{100 + i}.00,{'USD' if i < foreign else 'EUR'}" for i in range(60)]
    (tmp_path / "orders.csv").write_text("\n".join(["Order,Customer,Date,Amount,Currency", *rows]))
    assert kam("init", "orders.csv")[0] == 0
    status, out, err = kam("check", "study.yaml")
    assert ("cleaning.rules.no_rate: ? set_aside" in err) == asked
    text = (tmp_path / "study.yaml").read_text(encoding="utf-8").replace('"? set_aside"', "set_aside")
    (tmp_path / "study.yaml").write_text(text, encoding="utf-8")
    status, out, err = kam("check", "study.yaml")
    assert status == 0 and f"{sum(100 + i for i in range(foreign, 60)):,}.00" in out, err
