"""Oracles: ledgers added up by hand; the rules told again in plain Python for random lines."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import ibis
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kamlib.errors import InputError
from kamlib.intake import cleaning
from kamlib.intake.pipeline import collect
from kamlib.io.values import MONEY as OF_MONEY
from kamlib.io.values import WIDE, as_rate, fitting
from kamlib.stats.reasons import waits_for

HEAD = "order_id,account_id,date,amount\n"


def test_the_quarantine_keeps_file_line_and_original_text(make_study):
    text = 'order_id,account_id,date,amount,remark\n1,a,2026-01-01,1,\n2,a,31/12/2025,"1,5","say ""no"""\n'
    row = collect(make_study({"orders.csv": text})).quarantine.to_pandas().iloc[0]
    assert (row["table"], row["source_file"], row["source_line"]) == ("orders", "orders.csv", 3)
    assert next(csv.reader(io.StringIO(row["original"]))) == ["2", "a", "31/12/2025", "1,5", 'say "no"']


FOOTER = HEAD + "1,a,2026-01-01,10\n2,a,2026-01-02,20,,surplus\n3,b,2026-01-03,40\nИтого;70\n"


@pytest.mark.slow
def test_a_footer_of_fewer_fields_does_not_stop_the_study(make_study, lines, kept, reasons):
    """10 + 40 kept; the second line and the footer are counted as lines and hold no money that could be told."""
    clean = collect(make_study({"orders.csv": FOOTER}))
    assert kept(clean) == ["1", "3"] and reasons(clean) == {3: "broken_line", 5: "broken_line"}
    assert (lines(clean, "came in")["rows"], lines(clean, "came in")["amount"]) == (4, Decimal(50))
    assert (lines(clean, "broken_line")["rows"], lines(clean, "broken_line")["amount"]) == (2, None)
    assert clean.orders.filter(clean.orders.order_id == "3").source_line.to_pyarrow().to_pylist() == [4]
    found = clean.quarantine.to_pandas().set_index("source_line")["original"].to_dict()
    assert found == {3: '"2","a","2026-01-02","20","","surplus"', 5: '"Итого;70"'}


@pytest.mark.slow
def test_too_many_broken_lines_stop_the_study(make_study):
    with pytest.raises(InputError, match=r"orders\.csv, line 3: 50\.0% of the rows.*broken_line 50\.0%"):
        collect(make_study({"orders.csv": FOOTER}, cleaning={"most_rows": 0.1}))


def test_what_stands_above_the_column_names_is_told(make_study, reasons):
    clean = collect(
        make_study({"orders.csv": "Sales of the North\n\n" + HEAD + "1,a,2026-01-01,10\n2,,2026-01-02,20\n"})
    )
    assert "orders.csv: 2 lines above the column names skipped, beginning with 'Sales of the North'." in clean.notes
    assert reasons(clean) == {5: "no_account"}


@pytest.mark.slow
def test_rules_can_be_turned_by_the_study(make_study, kept, reasons):
    text = HEAD + "1,a,2026-01-01,1\nTEST,b,2026-01-01,2\n"
    files = {"orders.csv": text, "accounts.csv": "account_id\na\n"}
    clean = collect(make_study(files))
    assert clean.orders.filter(clean.orders.order_id == "TEST").mark.to_pyarrow().to_pylist() == ["unknown_account"]
    clean = collect(make_study(files, cleaning={"rules": {"unknown_account": "set_aside"}}))
    assert kept(clean) == ["1"] and reasons(clean) == {3: "unknown_account"}
    assert '"TEST","b"' in clean.quarantine.to_pandas()["original"][0]
    clean = collect(make_study(files, cleaning={"rules": {"unknown_account": "off"}}))
    assert "unknown_account" not in set(clean.ledger["rule"])
    with pytest.raises(InputError, match=r"unknown rules 'no_acount'.*'no_account'"):
        collect(make_study(files, cleaning={"rules": {"no_acount": "off"}}))


def test_a_pattern_that_the_engine_can_not_read_is_refused(make_study):
    with pytest.raises(InputError, match=r"cleaning\.not_goods is no pattern.*knows no look-around"):
        collect(make_study({"orders.csv": HEAD + "1,a,2026-01-01,1\n"}, cleaning={"not_goods": "(?=x)"}))


GOODS = (
    "order_id,account_id,date,quantity,price,product\n"
    "1,a,2026-01-01,2,3,P1\n"  # 6
    "C2,a,2026-01-02,-1,3,P1\n"  # -3, a cancellation
    "3,a,2026-01-03,-1,2,P1\n"  # -2, units back without a cancellation
    "4,a,2026-01-04,1,0,P1\n"  # a gift
    "5,a,2026-01-05,1,-4,B\n"  # -4, a correction
    "6,a,2026-01-06,1,2000,P9\n"  # 2000
    "7,a,2026-01-07,1,5,POST\n"  # 5
)
RULES = {"cancelled": "^C", "not_goods": "^(POST|TEST.*)$", "highest_price": 1000}


@pytest.mark.slow
def test_marks_and_service_lines(make_study, lines, reasons):
    clean = collect(make_study({"orders.csv": GOODS}, cleaning=RULES))
    table = clean.orders.to_pandas().set_index("order_id")
    assert table["mark"].dropna().to_dict() == {
        "C2": "cancellation", "3": "negative_not_cancelled", "4": "zero_price", "5": "negative_price", "6": "absurd_price"
    }  # fmt: skip
    assert reasons(clean) == {8: "not_goods"}
    assert lines(clean, "kept")["amount"] == Decimal(6 - 3 - 2 - 4 + 2000)


@pytest.mark.slow
def test_credit_notes_are_netted_dropped_or_refused(make_study, kept, reasons):
    dropped = collect(make_study({"orders.csv": GOODS}, cleaning={**RULES, "credit_notes": "drop"}))
    assert kept(dropped) == ["1", "4", "6"]
    assert reasons(dropped) == {3: "cancellation", 4: "credit_note", 6: "credit_note", 8: "not_goods"}
    with pytest.raises(InputError, match=r"orders\.csv, line 3: 3 lines are credit notes.*order C2"):
        collect(make_study({"orders.csv": GOODS}, cleaning={**RULES, "credit_notes": "refuse"}))


def test_lines_before_the_start_are_set_aside(make_study, reasons):
    clean = collect(make_study({"orders.csv": HEAD + "1,a,2025-12-31,1\n2,a,2026-01-01,1\n"}, start="2026-01-01"))
    assert reasons(clean) == {2: "before_start"}


MONEY = "order_id,account_id,date,amount,cost,currency\n1,a,2026-01-01,10.01,3,EUR\n2,a,2026-01-01,3.33,1,usd\n3,a,2026-01-01,7,,XXX\n4,a,2026-01-01,1,,\n"


@pytest.mark.slow
def test_other_currencies_are_converted_exactly(make_study, reasons):
    """3.33 * 0.1 = 0.333 and (3.33 - 1) * 0.1 = 0.233, exactly."""
    clean = collect(make_study({"orders.csv": MONEY}, rates={"USD": 0.1}))
    table = clean.orders.to_pandas().set_index("order_id")
    assert table["amount"].to_dict() == {"1": Decimal("10.01"), "2": Decimal("0.333"), "4": Decimal(1)}
    assert table.loc["2", "margin"] == Decimal("0.233")
    assert reasons(clean) == {4: "no_rate"}


LARGE = (
    "order_id,account_id,date,amount,cost,currency\n1,a,2026-01-01,12000,-99999999999999,USD\n2,a,2026-01-01,-99999999999999,1,USD\n"
    "3,a,2026-01-01,0.0001,99999999999999,EUR\n4,a,2026-01-01,1000000000,,IRR\n5,a,2026-01-01,2,,KWD\n6,a,2026-01-01,12000000,,KWD\n"
)


def test_no_product_with_a_rate_overflows(make_study, reasons):
    """Python's decimals: 12000 * 0.9; -99999999999999 * 0.9; 10**9 * 0.0000237; 2 * 98765432.1; what no amount can hold is no amount."""
    rates = {"USD": 0.9, "IRR": 0.0000237, "KWD": 98765432.1}
    clean = collect(make_study({"orders.csv": LARGE}, rates=rates))
    table = clean.orders.to_pandas().set_index("order_id")
    assert table["amount"].to_dict() == {
        "1": Decimal(10800),
        "2": Decimal("-89999999999999.1"),
        "3": Decimal("0.0001"),
        "4": Decimal(23700),
        "5": Decimal("197530864.2"),
    }
    assert table["margin"].astype(object).where(table["margin"].notna(), None).tolist() == [
        None,
        None,
        Decimal("-99999999999998.9999"),
        None,
        None,
    ]
    assert reasons(clean) == {7: "bad_amount"}


@given(
    st.decimals(-(10**9), 10**9, places=4, allow_nan=False),
    st.floats(1e-9, 1e4, allow_nan=False, allow_infinity=False),
)
@settings(max_examples=300)
def test_any_amount_at_any_rate_is_the_decimal_product_rounded_once(amount, rate):
    wide = ibis.literal(amount, OF_MONEY).cast(WIDE) * as_rate(rate)
    rounded = Decimal(repr(rate)).quantize(Decimal(1).scaleb(max(Decimal(repr(rate)).adjusted() + 1, 0) - 18))
    expected = (amount * rounded).quantize(Decimal("0.0001"), ROUND_HALF_UP)
    assert fitting(wide, OF_MONEY).to_pyarrow().as_py() == expected


def test_a_sign_of_several_currencies_is_our_own_where_it_may_be(make_study, kept):
    text = "order_id,account_id,date,amount\n1,a,2026-01-01,5 kr\n2,a,2026-01-01,7 kr.\n3,a,2026-01-01,9\n4,a,2026-01-01,¥9\n"
    clean = collect(make_study({"orders.csv": text}, currency="SEK", cleaning={"rules": {"no_rate": "set_aside"}}))
    assert kept(clean) == ["1", "2", "3"]
    yen = collect(make_study({"orders.csv": text}, rates={"CNY": 0.13}, cleaning={"rules": {"no_rate": "set_aside"}}))
    assert kept(yen) == ["3", "4"] and yen.orders.amount.sum().execute() == Decimal("10.17")


def test_other_currencies_without_any_rate_stop_the_study(make_study):
    with pytest.raises(InputError, match=r"other currencies than EUR.*'USD', 'XXX'"):
        collect(make_study({"orders.csv": MONEY}))


MONTHLY = pd.DataFrame(
    [
        (pd.Timestamp("2025-12-01"), "kept", 9, Decimal(90)),
        (pd.Timestamp("2026-01-01"), "kept", 3, Decimal(30)),
        (pd.Timestamp("2026-01-01"), "no_account", 1, Decimal(5)),
        (pd.Timestamp("2026-02-01"), "after_as_of", 2, Decimal(7)),
        (pd.NaT, "bad_date", 4, None),
    ],
    columns=["month", "reason", "rows", "amount"],
)


def test_rows_and_money_by_reason_and_year_with_those_of_no_date():
    rows = cleaning.by_year(MONTHLY, "rows")
    assert rows.loc["kept"].to_dict() == {"2025": 9, "2026": 3, "no date": 0} and rows.loc["bad_date", "no date"] == 4
    assert cleaning.by_year(MONTHLY, "amount").loc["kept"].to_dict() == {"2025": 90, "2026": 30, "no date": 0}


def test_rows_by_year_follow_the_year_of_the_study():
    """From February on: December and January lie in the year that ends with January 2026, February in the next."""
    rows = cleaning.by_year(MONTHLY, "rows", year_begins=2)
    assert rows.loc["kept"].to_dict() == {"FY2026": 12, "FY2027": 0, "no date": 0}
    assert rows.loc["after_as_of", "FY2027"] == 2 and rows.loc["bad_date", "no date"] == 4


def test_a_quarter_of_a_month_was_set_aside_and_months_without_lines_kept_have_no_share():
    shares = cleaning.share_aside(MONTHLY)
    assert shares.to_dict() == {pd.Timestamp("2025-12-01"): 0, pd.Timestamp("2026-01-01"): 0.25}


@pytest.mark.slow
def test_the_records_run_from_the_first_to_the_last_day_kept_and_examples_are_cut(make_study):
    text = "order_id,account_id,date,amount\n1,a,2026-02-01,1\n2,a,2026-01-05,1\n3,,2026-01-01,12345\n"
    clean = collect(make_study({"orders.csv": text}))
    assert cleaning.period(clean.orders) == (date(2026, 1, 5), date(2026, 2, 1))
    whole = cleaning.examples(clean.quarantine)["original"].iloc[0]
    assert "12345" in whole and cleaning.examples(clean.quarantine, width=4)["original"].iloc[0] == whole[:4]
    nothing = cleaning.examples(clean.quarantine.filter(clean.quarantine.reason == "none"))
    assert waits_for(nothing).code == "nothing_set_aside"
