"""Empty rows, repeated headers and totals: each with its near miss. Oracle: rows that a person told apart."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pytest

from kamlib.errors import InputError
from kamlib.intake.ledger import faults
from kamlib.intake.pipeline import collect
from kamlib.intake.sheet_rows import not_filled_in, without_guards

HEAD = "order,client,day,value,remark\n"
FIRST = "1,a,2026-01-01,1,\n"
SOURCE = {
    "files": "orders.csv",
    "columns": {"order_id": "order", "account_id": "client", "date": "day", "amount": "value"},
}


HEADERS = ("order,client,day,value,remark", " order ,client,day,value,what was said")
NO_HEADERS = {
    "order,client,2026-01-01,5,remark": None,
    "order,client,day,5,remark": "bad_date",
    "order,,day,value,remark": "no_account",
}
WORDS = (
    *(
        "Total",
        "TOTAL:",
        "* Total *",
        "Grand total",
        "Subtotal",
        "sub-total",
        "Sum",
        "Итого",
        "ИТОГО:",
        "Всего",
        "Подытог",
    ),
    *(
        "Общий итог",
        "Summe",
        "Gesamt",
        "Gesamtsumme",
        "Zwischensumme",
        "Total general",
        "Suma",
        "Totales",
        "Sous-total",
    ),
)
TOTALS = (
    "{},,,100,",
    ",{},,100,",
    ",{},2026-01-31,100,",  # the sum of a day
    ",,2026-01-31,100,{}",  # in a column that is not mapped
)
BEGUN = (
    "Total January,,,100,",
    ",Итого по клиенту К.1,,100,",
    ",,Summe (Januar),100,",
    "Всего: 12 заказов,,,100,",
    "Nord GmbH Total,,,100,",
    "*,,,100,",
)
NO_TOTALS = {
    "7,Total Energies,2026-01-02,100,": None,  # a firm
    ",Total Energies,2026-01-02,100,": None,  # the firm again; its order has no number
    "7,Total,2026-01-02,100,Total": None,  # nothing is missing
    ",Sommer GmbH,2026-01-02,100,": None,
    ",,2026-01-02,100,Summer sale": "no_account",
    ",,2026-01-02,100,Всегомне": "no_account",
    "Totalcar,,,100,": "no_account",
    "Total Energies,,2026-01-02,100,": "no_account",
}


@pytest.fixture(scope="module")
def reason(make_study_in, tmp_path_factory):
    """Why a line of one file that holds them all is set aside; None where it is kept."""
    lines = [*HEADERS, *NO_HEADERS, *(line.format(word) for word in WORDS for line in TOTALS), *BEGUN, *NO_TOTALS]
    text = HEAD + FIRST + "".join(f"{line}\n" for line in lines)
    clean = collect(make_study_in(tmp_path_factory.mktemp("rows"), {"orders.csv": text}, sources={"orders": SOURCE}))
    aside = clean.quarantine.to_pandas().set_index("source_line")["reason"].to_dict()
    kept = clean.orders.source_line.to_pyarrow().to_pylist()
    assert sorted([*aside, *kept]) == list(range(2, len(lines) + 3))
    return {line: aside.get(number) for number, line in enumerate(lines, start=3)}.__getitem__


@pytest.mark.parametrize("line", HEADERS)
def test_a_header_that_stands_in_the_middle_is_found_by_its_mapped_columns(reason, line):
    assert reason(line) == "repeated_header"


@pytest.mark.parametrize(("line", "why"), NO_HEADERS.items())
def test_a_line_that_repeats_only_some_names_is_no_header(reason, line, why):
    assert reason(line) == why


@pytest.mark.parametrize("word", WORDS)
def test_a_total_is_known_by_a_cell_that_is_the_word_and_a_missing_id(reason, word):
    assert {reason(line.format(word)) for line in TOTALS} == {"total_row"}


@pytest.mark.parametrize("line", BEGUN)
def test_a_total_may_begin_with_the_word_where_two_ids_are_missing(reason, line):
    assert reason(line) == "total_row"


@pytest.mark.parametrize(("line", "why"), NO_TOTALS.items())
def test_a_name_that_looks_like_a_total_is_none(reason, line, why):
    assert reason(line) == why


def test_totals_and_headers_do_not_count_against_the_limits(make_study):
    """Two of four rows, and half of the money, are a header and a total."""
    text = HEAD + FIRST + "order,client,day,value,remark\n2,a,2026-01-02,9,\nTotal,,,10,\n"
    study = make_study({"orders.csv": text}, sources={"orders": SOURCE}, cleaning={"most_rows": 0, "most_amount": 0})
    assert collect(study).orders.count().execute() == 2


@pytest.mark.parametrize("empty", [",,,", " ,, , ", '"","","",""', "\t,\N{NO-BREAK SPACE},,"])
def test_an_empty_row_is_a_line_of_the_ledger_of_its_own(make_study, lines, kept, empty):
    rows = ["order_id,account_id,date,amount", "1,A,2026-01-31,5", *[empty] * 9, "2,B,2026-02-01,7", ",B,,", ",,,3"]
    clean = collect(
        make_study(
            {"orders.csv": "\n".join(rows) + "\n", "accounts.csv": f"account_id,name,size,region\n{empty}\nA,a,,\n"}
        )
    )
    assert kept(clean) == ["1", "2"]
    assert (lines(clean, "empty_row")["rows"], lines(clean, "empty_row")["amount"]) == (9, 0)
    assert (lines(clean, "no_account")["rows"], lines(clean, "bad_amount")["rows"]) == (1, 1)
    assert lines(clean, "empty_row", "accounts")["rows"] == 1 and lines(clean, "no_account", "accounts")["rows"] == 0


def test_empty_rows_do_not_count_towards_the_limit(make_study):
    rows = "order_id,account_id,date,amount\n" + "1,A,2026-01-31,5\n" * 9 + ",,,\n" * 90
    clean = collect(make_study({"orders.csv": rows}, cleaning={"most_rows": 0.05, "most_amount": 0.05}))
    assert faults(clean.ledger).to_dict() == {"rows": 0, "amount": 0, "rows_in_time": 9, "share": 0}
    with pytest.raises(InputError, match=r"10\.0% of the rows .*no_account 10\.0%"):
        collect(
            make_study({"orders.csv": rows + "1,,2026-01-31,5\n"}, cleaning={"most_rows": 0.05, "most_amount": 0.5})
        )


def test_the_guard_before_what_a_spreadsheet_takes_for_a_formula_is_taken_away():
    rows = pa.table(
        {
            "account_id": ["'=1", "=1", "'x", None],
            "text": ["'-5", "'+7", "'@a", "it's"],
            "topic": ["'\t=1", "'＝1", "'n", ""],
            "source": pa.nulls(4, pa.string()),
        }
    )
    made = without_guards(rows, "notes").to_pydict()
    assert made["account_id"] == ["=1", "=1", "'x", None] and made["text"] == ["-5", "+7", "@a", "it's"]
    assert made["topic"] == ["\t=1", "＝1", "'n", ""] and made["source"] == [None] * 4


def test_a_fact_that_is_asked_for_and_not_filled_in_is_an_empty_row_of_notes_alone():
    frame = pd.DataFrame(
        {
            "date": [pd.NaT, pd.NaT, pd.Timestamp("2026-01-01")],
            "text": [None, None, None],
            "unreadable": [False, True, False],
        }
    )
    assert not_filled_in("notes", frame).tolist() == [True, False, False], "a day that can't be read is a fault"
    assert not not_filled_in("actions", frame).any()
