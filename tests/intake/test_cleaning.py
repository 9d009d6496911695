"""Oracles: ledgers added up by hand; the rules told again in plain Python for random lines."""

from __future__ import annotations

import csv
import io
from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kamlib.errors import InputError
from kamlib.intake.overlapping_files import shared_days
from kamlib.intake.pipeline import collect

HEAD = "order_id,account_id,date,amount\n"


def lines(clean, rule, table="orders"):
    return clean.ledger[(clean.ledger["table"] == table) & (clean.ledger["rule"] == rule)].iloc[0]


def kept(clean):
    return sorted(clean.orders.order_id.to_pyarrow().to_pylist())


def reasons(clean):
    table = clean.quarantine.to_pandas()
    return dict(zip(table["source_line"], table["reason"], strict=True))


def test_a_ledger_worked_out_by_hand(make_study):
    """Money in: 10 + 20 + 40 + 80 + 160 = 310 (a bad amount is worth nothing); set aside 20 + 40 + 80 = 140."""
    text = (
        HEAD
        + "1,a,2026-01-01,10\n2,,2026-01-01,20\n3,a,x,40\n4,a,2026-07-01,80\n5,b,2026-06-30,160\n6,b,2026-01-01,?\n"
    )
    clean = collect(make_study({"orders.csv": text}))
    assert kept(clean) == ["1", "5"]
    assert reasons(clean) == {3: "no_account", 4: "bad_date", 5: "after_as_of", 7: "bad_amount"}
    assert (lines(clean, "came in")["rows"], lines(clean, "came in")["amount"]) == (6, Decimal(310))
    assert (lines(clean, "kept")["rows"], lines(clean, "kept")["amount"]) == (2, Decimal(170))
    assert clean.ledger.iloc[0]["rule"] == "came in" and clean.ledger.iloc[-1]["rule"] == "kept"


def test_the_first_rule_is_the_reason_and_every_rule_counts_what_it_hits(make_study):
    text = HEAD + "1,,2026-07-01,5\n2,a,2026-07-01,7\n3,a,2026-01-01,1\n"
    clean = collect(make_study({"orders.csv": text}))
    late = lines(clean, "after_as_of")
    assert (late["matched_rows"], late["matched_amount"]) == (2, Decimal(12))
    assert (late["rows"], late["amount"]) == (1, Decimal(7))


def test_the_quarantine_keeps_file_line_and_original_text(make_study):
    text = 'order_id,account_id,date,amount,remark\n1,a,2026-01-01,1,\n2,a,31/12/2025,"1,5","say ""no"""\n'
    row = collect(make_study({"orders.csv": text})).quarantine.to_pandas().iloc[0]
    assert (row["table"], row["source_file"], row["source_line"]) == ("orders", "orders.csv", 3)
    assert next(csv.reader(io.StringIO(row["original"]))) == ["2", "a", "31/12/2025", "1,5", 'say "no"']


FOOTER = HEAD + "1,a,2026-01-01,10\n2,a,2026-01-02,20,,surplus\n3,b,2026-01-03,40\nИтого;70\n"


def test_a_footer_of_fewer_fields_does_not_stop_the_study(make_study):
    """10 + 40 kept; the second line and the footer are counted as lines and hold no money that could be told."""
    clean = collect(make_study({"orders.csv": FOOTER}))
    assert kept(clean) == ["1", "3"] and reasons(clean) == {3: "broken_line", 5: "broken_line"}
    assert (lines(clean, "came in")["rows"], lines(clean, "came in")["amount"]) == (4, Decimal(50))
    assert (lines(clean, "broken_line")["rows"], lines(clean, "broken_line")["amount"]) == (2, 0)
    assert clean.orders.filter(clean.orders.order_id == "3").source_line.to_pyarrow().to_pylist() == [4]
    found = clean.quarantine.to_pandas().set_index("source_line")["original"].to_dict()
    assert found == {3: '"2","a","2026-01-02","20","","surplus"', 5: '"Итого;70"'}


def test_too_many_broken_lines_stop_the_study(make_study):
    with pytest.raises(InputError, match=r"orders\.csv, line 3: 50\.0% of the rows.*broken_line 50\.0%"):
        collect(make_study({"orders.csv": FOOTER}, cleaning={"most_rows": 0.1}))


def test_what_stands_above_the_column_names_is_told(make_study):
    clean = collect(
        make_study({"orders.csv": "Sales of the North\n\n" + HEAD + "1,a,2026-01-01,10\n2,,2026-01-02,20\n"})
    )
    assert "orders.csv: 2 lines above the column names skipped, beginning with 'Sales of the North'." in clean.notes
    assert reasons(clean) == {5: "no_account"}


def test_rules_can_be_turned_by_the_study(make_study):
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


def test_marks_and_service_lines(make_study):
    clean = collect(make_study({"orders.csv": GOODS}, cleaning=RULES))
    table = clean.orders.to_pandas().set_index("order_id")
    assert table["mark"].dropna().to_dict() == {
        "C2": "cancellation", "3": "negative_not_cancelled", "4": "zero_price", "5": "negative_price", "6": "absurd_price"
    }  # fmt: skip
    assert reasons(clean) == {8: "not_goods"}
    assert lines(clean, "kept")["amount"] == Decimal(6 - 3 - 2 - 4 + 2000)


def test_credit_notes_are_netted_dropped_or_refused(make_study):
    dropped = collect(make_study({"orders.csv": GOODS}, cleaning={**RULES, "credit_notes": "drop"}))
    assert kept(dropped) == ["1", "4", "6"]
    assert reasons(dropped) == {3: "cancellation", 4: "credit_note", 6: "credit_note", 8: "not_goods"}
    with pytest.raises(InputError, match=r"orders\.csv, line 3: 3 lines are credit notes.*order C2"):
        collect(make_study({"orders.csv": GOODS}, cleaning={**RULES, "credit_notes": "refuse"}))


def test_lines_before_the_start_are_set_aside(make_study):
    clean = collect(make_study({"orders.csv": HEAD + "1,a,2025-12-31,1\n2,a,2026-01-01,1\n"}, start="2026-01-01"))
    assert reasons(clean) == {2: "before_start"}


MONEY = "order_id,account_id,date,amount,cost,currency\n1,a,2026-01-01,10.01,3,EUR\n2,a,2026-01-01,3.33,1,usd\n3,a,2026-01-01,7,,XXX\n4,a,2026-01-01,1,,\n"


def test_other_currencies_are_converted_exactly(make_study):
    """3.33 * 0.1 = 0.333 and (3.33 - 1) * 0.1 = 0.233, exactly."""
    clean = collect(make_study({"orders.csv": MONEY}, rates={"USD": 0.1}))
    table = clean.orders.to_pandas().set_index("order_id")
    assert table["amount"].to_dict() == {"1": Decimal("10.01"), "2": Decimal("0.333"), "4": Decimal(1)}
    assert table.loc["2", "margin"] == Decimal("0.233")
    assert reasons(clean) == {4: "no_rate"}


def test_other_currencies_without_any_rate_stop_the_study(make_study):
    with pytest.raises(InputError, match=r"other currencies than EUR.*'USD', 'XXX'"):
        collect(make_study({"orders.csv": MONEY}))


def test_two_files_that_overlap_keep_one_copy_of_each_line(make_study):
    """The first file ends with A, A, B of 2 January; the second begins with A, A, A, C: two copies, k-th to k-th."""
    first = HEAD + "0,a,2026-01-01,1\nA,a,2026-01-02,2\nA,a,2026-01-02,2\nB,a,2026-01-02,4\n"
    second = HEAD + "A,a,2026-01-02,2\nA,a,2026-01-02,2\nA,a,2026-01-02,2\nC,a,2026-01-02,8\nD,a,2026-01-03,16\n"
    files = {"y1.csv": first, "y2.csv": second}
    for order in (["y1.csv", "y2.csv"], ["y2.csv", "y1.csv"]):
        clean = collect(make_study(files, sources={"orders": {"files": order}}))
        assert kept(clean) == ["0", "A", "A", "A", "B", "C", "D"]
        found = clean.quarantine.to_pandas()
        assert found["source_file"].tolist() == ["y2.csv", "y2.csv"]
        assert set(found["reason"]) == {"overlap"}


def test_the_part_column_is_left_out_of_the_comparison(make_study):
    text = "order_id,account_id,date,amount,sheet\nA,a,2026-01-02,2,one\nA,a,2026-01-02,2,one\nA,a,2026-01-02,2,two\n"
    clean = collect(make_study({"orders.csv": text}, sources={"orders": {"files": "orders.csv", "part": "sheet"}}))
    assert reasons(clean) == {4: "overlap"}
    assert "overlap" in set(clean.ledger["rule"]) and lines(clean, "overlap")["matched_rows"] == 1


def test_repeated_lines_of_one_file_are_no_copies(make_study):
    clean = collect(make_study({"orders.csv": HEAD + "A,a,2026-01-02,2\n" * 3}))
    assert kept(clean) == ["A"] * 3


def test_shared_days_are_those_of_at_least_two_parts():
    import pandas as pd

    spans = pd.DataFrame(
        {
            "first": pd.to_datetime(["2026-01-01", "2026-01-05", "2026-01-08", "2026-03-01"]),
            "last": pd.to_datetime(["2026-01-10", "2026-01-07", "2026-01-12", "2026-03-02"]),
        }
    )
    found = [(first.day, last.day) for first, last in shared_days(spans)]
    assert found == [(5, 7), (8, 10)]


FIELD = {
    "account": st.sampled_from(["a", "b", "", " "]),
    "date": st.sampled_from(["2026-01-01", "2026-06-30", "2026-07-01", "", "soon"]),
    "amount": st.one_of(
        st.decimals(-1000, 1000, places=4, allow_nan=False).map(str), st.sampled_from(["", "x", "nan", "1,5"])
    ),
    "product": st.sampled_from(["P", "POST"]),
}


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(*FIELD.values()), min_size=1, max_size=12))
def test_rows_and_money_in_are_rows_and_money_kept_and_set_aside(make_study, rows):
    rows = [("a", "2026-01-01", "1", "P"), *rows]
    text = "order_id,account_id,date,amount,product\n" + "".join(
        f'{place},{account},{day},"{amount}",{product}\n' for place, (account, day, amount, product) in enumerate(rows)
    )
    clean = collect(make_study({"orders.csv": text}, cleaning={"not_goods": "^POST$"}))

    def money(amount):
        return None if amount in ("", "x", "nan", "1,5") else Decimal(amount)

    def reason(account, day, amount, product):
        if not account.strip():
            return "no_account"
        if money(amount) is None:
            return "bad_amount"
        if day in ("", "soon"):
            return "bad_date"
        if day > "2026-06-30":
            return "after_as_of"
        return "not_goods" if product == "POST" else "kept"

    found = [reason(*row) for row in rows]
    counts = Counter(found)
    sums = {
        name: sum(money(row[2]) or 0 for row, why in zip(rows, found, strict=True) if why == name) for name in counts
    }
    ledger = clean.ledger.set_index("rule")
    for rule in ("no_account", "bad_amount", "bad_date", "after_as_of", "not_goods", "kept"):
        assert ledger.loc[rule, "rows"] == counts.get(rule, 0)
        assert ledger.loc[rule, "amount"] == sums.get(rule, 0)
    assert (
        ledger.loc["came in", "rows"]
        == len(rows)
        == clean.orders.count().execute() + clean.quarantine.count().execute()
    )
    assert ledger.loc["came in", "amount"] == sum(sums.values())


def test_a_study_of_which_too_much_is_set_aside_stops(make_study):
    text = HEAD + "1,a,2026-01-01,1\n" * 6 + "2,,2026-01-01,30\n3,a,2026-09-01,1000\n"
    with pytest.raises(InputError, match=r"14\.3% of the rows.*most_rows allows 10\.0%.*no_account 14\.3%"):
        collect(make_study({"orders.csv": text}, cleaning={"most_rows": 0.1}))
    with pytest.raises(InputError, match=r"83\.3% of the amount.*most_amount allows 50\.0%"):
        collect(make_study({"orders.csv": text}, cleaning={"most_amount": 0.5}))
    collect(
        make_study({"orders.csv": text}, cleaning={"most_rows": 0.15, "most_amount": 0.84})
    )  # a late line is no fault


def test_a_study_without_a_line_left_is_refused(make_study):
    with pytest.raises(InputError, match="no order line in the file"):
        collect(make_study({"orders.csv": HEAD}))
    with pytest.raises(InputError, match=r"as_of 2020-01-01.*after_as_of 1"):
        collect(make_study({"orders.csv": HEAD + "1,a,2026-01-01,1\n"}, as_of="2020-01-01"))
    with pytest.raises(InputError, match=r"every order line was set aside.*no_account 1"):
        collect(make_study({"orders.csv": HEAD + "1,,2026-01-01,1\n"}))


def test_what_was_set_aside_first_is_shown_with_its_line(make_study):
    """The most frequent reason is bad_amount; its first line is the third of the file."""
    text = HEAD + '1,,2026-01-01,5\n2,a,2026-01-01,"7,5"\n3,a,2026-01-02,"8,5"\n'
    with pytest.raises(InputError, match=r"orders\.csv, line 3: every.*bad_amount 2, no_account 1.*\"7,5\".*decimal"):
        collect(make_study({"orders.csv": text}))


@pytest.mark.parametrize("amount", ["0", "-5"])
def test_order_lines_without_a_single_sale_are_refused(make_study, amount):
    with pytest.raises(InputError, match=r"orders\.csv: no order line has an amount above zero; found '1 lines"):
        collect(make_study({"orders.csv": HEAD + f"1,a,2026-01-01,{amount}\n"}))
