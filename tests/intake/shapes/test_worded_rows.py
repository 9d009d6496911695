"""Rows that count, or give money back, by a word in a column. Oracle: files of a few lines, counted by hand."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from kamlib.errors import InputError
from kamlib.intake.pipeline import collect

CASE = Path(__file__).resolve().parents[2] / "cases" / "crm-stages-counted-as-sales"
ORDERS = """\
order_id,account_id,date,amount,STATUS
1,a,2026-01-01,1,Shipped
2,a,2026-01-02,2, shipped\N{NO-BREAK SPACE}
3,b,2026-01-03,4,Cancelled
4,b,2026-01-04,8,
5,,no day,16,On Hold
6,b,2026-01-06,32,SHIPPED
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "counted"),
    [
        ("Shipped", {"1", "2", "6"}),
        (["shipped", "Cancelled"], {"1", "2", "3", "6"}),
        (["Shipped", ""], {"1", "2", "4", "6"}),
    ],
)
def test_lines_with_the_words_count_and_others_are_set_aside_with_their_money(make_study, kept, lines, words, counted):
    clean = collect(make_study({"orders.csv": ORDERS}, cleaning={"only": {"STATUS": words}}))
    assert set(kept(clean)) == counted
    gone = {1, 2, 3, 4, 5, 6} - set(map(int, counted))
    found = lines(clean, "not_counted")
    assert (found["rows"], found["amount"]) == (len(gone), sum(2 ** (n - 1) for n in gone))
    assert lines(clean, "came in")["amount"] == 63
    assert "no_account" not in set(clean.quarantine.reason.to_pyarrow().to_pylist()), "what does not count has no fault"


@pytest.mark.slow
def test_what_counts_and_what_does_not_is_told_and_so_is_a_word_that_no_line_has(make_study):
    clean = collect(make_study({"orders.csv": ORDERS}, cleaning={"only": {"STATUS": ["Shipped", "Cancled"]}}))
    told = " ".join(clean.notes)
    assert "Column 'STATUS': counted are 'SHIPPED' (1), 'Shipped' (1), 'shipped' (1), not counted '' (1)" in told
    assert "'Cancelled' (1)" in told and "no row has 'Cancled' in the column 'STATUS'" in told


@pytest.mark.slow
def test_what_a_study_leaves_out_is_no_reason_to_stop(make_study, kept):
    """Two of three deals were not won: no fault of the file, whatever the limits."""
    text = "order_id,account_id,date,amount,Stage\n" + "".join(
        f"{n},a,2026-01-{n:02d},1,{stage}\n"
        for n, stage in enumerate(["Closed Won", "Closed Lost", "Prospecting"] * 9, 1)
    )
    limits = {"most_rows": 0.0, "most_amount": 0.0}
    clean = collect(make_study({"orders.csv": text}, cleaning={"only": {"Stage": "Closed Won"}} | limits))
    assert len(kept(clean)) == 9
    with pytest.raises(InputError, match=r"every order line was set aside; found .not_counted 27;.*cleaning\.only"):
        collect(make_study({"orders.csv": text}, cleaning={"only": {"Stage": "won"}}))


def test_a_column_that_is_not_there_is_an_error(make_study):
    with pytest.raises(InputError, match=r"orders\.csv.*no column 'Stage', which cleaning\.only names"):
        collect(make_study({"orders.csv": ORDERS}, cleaning={"only": {"Stage": "Won"}}))


@pytest.mark.slow
def test_each_source_has_its_own_column_and_one_without_any_counts_whole(make_study, kept):
    files = {
        "a.csv": "order_id,account_id,date,amount,STATUS\na1,a,2026-01-01,1,Shipped\na2,a,2026-01-01,1,Lost\n",
        "b.csv": "order_id,account_id,date,amount,Стадия\nb1,b,2026-02-01,1,Отгружен\nb2,b,2026-02-01,1,Новая\n",
        "c.csv": "order_id,account_id,date,amount\nc1,c,2026-03-01,1\n",
    }
    only = {"STATUS": "Shipped", "Стадия": "отгружен"}
    clean = collect(make_study(files, sources={"orders": [{"files": name} for name in files]}, cleaning={"only": only}))
    assert kept(clean) == ["a1", "b1", "c1"]
    assert "c.csv: it has no column of cleaning.only, and all its rows count." in clean.notes


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "columns", "only", "dialect", "currency", "total"),
    [
        (
            "report.csv",
            {"order_id": "Opportunity ID", "account_id": "Account ID", "date": "Close Date", "amount": "Amount",
             "currency": "Amount Currency"},
            {"Stage": "Closed Won"}, {"date_format": "%m/%d/%Y"}, "EUR", 20570,
        ),
        (
            "deals.csv",
            {"order_id": "ID", "account_id": "Компания", "date": "Дата закрытия", "amount": "Сумма", "currency": "Валюта"},
            {"Стадия сделки": "Сделка успешна"}, {"date_format": "%d.%m.%Y"}, "RUB", 20580,
        ),
    ],
)  # fmt: skip
def test_of_the_deals_of_a_crm_those_that_were_won_count(
    make_study, tmp_path, file, columns, only, dialect, currency, total
):
    """Sixty deals, 20 of them won; the report of Salesforce ends in two lines that are none. Sums of a spreadsheet."""
    shutil.copy(CASE / file, tmp_path)
    sources = {"orders": {"files": file, "columns": columns, "dialect": dialect}}
    study = make_study({}, sources=sources, cleaning={"only": only}, currency=currency, as_of="2026-12-31")
    clean = collect(study)
    kept = clean.orders.to_pandas()["amount"]
    assert (len(kept), kept.sum()) == (20, total)
    assert (clean.quarantine.reason == "not_counted").sum().execute() == 40


CREDITS = """\
order_id,account_id,date,amount,margin,quantity,Type
1,a,2026-01-01,100,40,5,Invoice
2,a,2026-01-02,30,12,2, credit memo
3,b,2026-01-03,-7,-3,-1,Credit Memo
4,b,2026-01-04,50,20,4,
5,b,2026-01-05,9,4,-3,RETURN
"""


@pytest.mark.slow
def test_lines_that_give_money_back_are_turned_with_margin_and_quantity_and_those_below_zero_stay(make_study, lines):
    """100 - 30 - 7 + 50 - 9 = 104."""
    clean = collect(make_study({"orders.csv": CREDITS}, cleaning={"credits": {"Type": ["Credit memo", "Return"]}}))
    found = clean.orders.to_pandas().set_index("order_id")
    assert found["amount"].astype(float).to_dict() == {"1": 100, "2": -30, "3": -7, "4": 50, "5": -9}
    assert found["margin"].astype(float).to_dict() == {"1": 40, "2": -12, "3": -3, "4": 20, "5": -4}
    assert found["quantity"].astype(float).to_dict() == {"1": 5, "2": -2, "3": -1, "4": 4, "5": -3}
    assert lines(clean, "came in")["amount"] == lines(clean, "kept")["amount"] == 104
    assert any(
        "Column 'Type': money goes back by 'Credit Memo' (1), 'RETURN' (1), 'credit memo' (1), not by" in note
        for note in clean.notes
    )


@pytest.mark.slow
def test_credits_and_what_counts_go_together_and_a_column_that_is_not_there_is_an_error(make_study, kept):
    both = {"only": {"Type": ["Invoice", "Return"]}, "credits": {"type": "Return"}}
    clean = collect(make_study({"orders.csv": CREDITS}, cleaning=both))
    assert kept(clean) == ["1", "5"] and clean.orders.amount.sum().execute() == 91
    with pytest.raises(InputError, match=r"no column 'Kind', which cleaning\.credits names"):
        collect(make_study({"orders.csv": CREDITS}, cleaning={"credits": {"Kind": "Return"}}))
