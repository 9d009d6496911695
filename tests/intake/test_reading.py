"""Several sources of one table. Oracle: files of a few lines, put together by hand; sums of what was written."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kamlib.errors import InputError
from kamlib.intake.pipeline import collect

FIRST = "Invoice,Customer,Date,Sum\n1,a,05.01.2026,10.50\n2,b,06.01.2026,20\n"
SECOND = "No;Client;Day;Net\n3;a;2026-02-05;1.000,25\n4;c;2026-02-06;-3\n"
SOURCES = [
    {
        "files": "h1.csv",
        "columns": {"order_id": "Invoice", "account_id": "Customer", "date": "Date", "amount": "Sum"},
        "dialect": {"date_format": "%d.%m.%Y"},
    },
    {
        "files": "h2.csv",
        "columns": {"order_id": "No", "account_id": "Client", "date": "Day", "amount": "Net"},
        "dialect": {"decimal": ",", "thousands": "."},
    },
]


def rows(clean):
    table = clean.orders.to_pandas().sort_values(["source_file", "source_line"])
    return list(
        table[["order_id", "account_id", "amount", "source_file", "source_line"]].itertuples(index=False, name=None)
    )


@pytest.mark.slow
def test_each_file_is_read_by_its_own_names_days_and_marks(make_study):
    clean = collect(make_study({"h1.csv": FIRST, "h2.csv": SECOND}, sources={"orders": SOURCES}))
    assert rows(clean) == [
        ("1", "a", Decimal("10.50"), "h1.csv", 2), ("2", "b", Decimal(20), "h1.csv", 3),
        ("3", "a", Decimal("1000.25"), "h2.csv", 2), ("4", "c", Decimal(-3), "h2.csv", 3),
    ]  # fmt: skip


@pytest.mark.slow
def test_what_one_file_does_not_have_is_missing_there(make_study):
    second = SECOND.replace("Net\n", "Net;Article\n").replace("25\n", "25;P\n").replace("-3\n", "-3;Q\n")
    sources = [SOURCES[0], SOURCES[1] | {"columns": SOURCES[1]["columns"] | {"product": "Article"}}]
    clean = collect(make_study({"h1.csv": FIRST, "h2.csv": second}, sources={"orders": sources}))
    found = clean.orders.to_pandas().set_index("order_id")["product"]
    assert found.where(found.notna(), None).to_dict() == {"1": None, "2": None, "3": "P", "4": "Q"}


@pytest.mark.slow
def test_the_same_days_in_two_files_of_other_names_count_once(make_study, kept):
    """The second file goes on where the first ends, and repeats its last day in its own words."""
    second = SECOND + "2;b;2026-01-06;20,00\n5;b;2026-01-06;20,00\n"
    clean = collect(make_study({"h1.csv": FIRST, "h2.csv": second}, sources={"orders": SOURCES}))
    assert kept(clean) == ["1", "2", "3", "4", "5"]


@pytest.mark.slow
def test_files_of_one_name_in_two_folders_are_told_apart(make_study, tmp_path):
    for folder, text in (("2024", FIRST), ("2025", SECOND)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "sales.csv").write_text(text, encoding="utf-8")
    sources = [source | {"files": f"{year}/sales.csv"} for source, year in zip(SOURCES, (2024, 2025), strict=True)]
    clean = collect(make_study({}, sources={"orders": sources}))
    assert [row[3] for row in rows(clean)] == ["2024/sales.csv"] * 2 + ["2025/sales.csv"] * 2


@pytest.mark.slow
def test_two_sheets_of_one_workbook_may_each_have_a_map(make_study, tmp_path):
    import openpyxl

    book = openpyxl.Workbook()
    for name, text, mark in (("A", FIRST, ","), ("B", SECOND, ";")):
        sheet = book.create_sheet(name)
        for row in text.splitlines():
            sheet.append(row.split(mark))
    book.save(tmp_path / "book.xlsx")
    sources = [
        source | {"files": "book.xlsx", "dialect": source["dialect"] | {"sheet": sheet}}
        for source, sheet in zip(SOURCES, "AB", strict=True)
    ]
    clean = collect(make_study({}, sources={"orders": sources}))
    assert [row[0] for row in rows(clean)] == ["1", "2", "3", "4"] and len({row[3:] for row in rows(clean)}) == 4


@pytest.mark.slow
def test_a_small_table_may_have_several_sources_too(make_study):
    files = {
        "orders.csv": "order_id,account_id,date,amount\n1,a,2026-01-01,1\n2,b,2026-01-01,1\n",
        "de.csv": "Kunde;Firma\na;Alpha\n",
        "ru.csv": "Клиент,Название\nb,Бета\na,Альфа\n",
    }
    accounts = [
        {"files": "de.csv", "columns": {"account_id": "Kunde", "name": "Firma"}},
        {"files": "ru.csv", "columns": {"account_id": "Клиент", "name": "Название"}},
    ]
    clean = collect(make_study(files, sources={"orders": {"files": "orders.csv"}, "accounts": accounts}))
    assert dict(clean.tables["accounts"][["account_id", "name"]].to_numpy()) == {"a": "Alpha", "b": "Бета"}
    assert (clean.quarantine.reason.to_pyarrow().to_pylist(), clean.quarantine.source_file.to_pyarrow().to_pylist()) == (
        ["repeated_key"], ["ru.csv"],
    )  # fmt: skip


@pytest.mark.slow
def test_a_key_by_our_names_is_that_column_in_each_source(make_study, kept):
    """`Invoice` is the order in the first file and something else in the second."""
    second = "No;Client;Day;Net;Invoice\n3;a;2026-02-05;1;X\n3;a;2026-02-06;1;Y\n4;a;2026-02-06;1;X\n"
    study = make_study({"h1.csv": FIRST, "h2.csv": second}, sources={"orders": SOURCES}, cleaning={"key": ["order_id"]})
    assert kept(collect(study)) == ["1", "2", "3", "4"]


def test_a_missing_column_is_named_with_the_file_that_lacks_it(make_study):
    with pytest.raises(InputError, match=r"h2\.csv.*no column 'Net'"):
        collect(make_study({"h1.csv": FIRST, "h2.csv": SECOND.replace("Net", "Netto")}, sources={"orders": SOURCES}))


@pytest.mark.slow
def test_cancellations_by_order_id_need_one(make_study):
    text = "account_id,date,amount\nCarl,2026-01-01,1\nCarl,2026-01-01,2\nb,2026-01-01,4\n"
    clean = collect(make_study({"orders.csv": text}))
    assert clean.orders.order_id.nunique().execute() == 2
    assert "orders.csv: no column is an order id; what a customer orders on one day is one order." in clean.notes
    with pytest.raises(InputError, match=r"cleaning\.cancelled is a pattern of order ids, and no column is mapped"):
        collect(make_study({"orders.csv": text}, cleaning={"cancelled": "^C"}))


@pytest.mark.slow
def test_totals_are_found_without_order_ids_and_a_firm_called_total_is_a_customer(make_study, reasons):
    text = "account_id,date,amount\nTotal Energies,2026-01-01,1\nTotal Energies,32.01.2026,2\nTotal,,3\n,,3\n"
    clean = collect(make_study({"orders.csv": text}))
    assert reasons(clean) == {3: "bad_date", 4: "total_row", 5: "no_account"}


CELL = st.sampled_from(["1", "2.5", "-4", "0.01", "x", "", "1e3", "7,5"])
LINE = st.tuples(
    st.sampled_from(["1", "2", "3", ""]), st.sampled_from(["a", "b", "", "TEST"]),
    st.sampled_from(["2026-01-05", "2027-01-01", "2020-01-01", "never", ""]), CELL, st.sampled_from(["yes", "no", ""]),
)  # fmt: skip


@pytest.mark.slow
@settings(max_examples=5)
@given(st.lists(LINE, min_size=1, max_size=6), st.lists(LINE, min_size=1, max_size=6))
def test_rows_and_money_in_are_kept_and_set_aside_whatever_the_files_hold(
    tmp_path_factory, make_study_in, first, second
):
    """The money of each line is what Python reads in it."""
    folder = tmp_path_factory.mktemp("any")
    good = ("1", "a", "2026-01-05", "100", "yes")
    files = {}
    for name, lines, names in (
        ("one.csv", [*first, good], "order_id,account_id,date,amount,ok"),
        ("two.csv", second, "No,Who,Day,Sum,ok"),
    ):
        files[name] = "\n".join([names, *[f'{o},{w},{d},"{a}",{ok}' for o, w, d, a, ok in lines]]) + "\n"
    named = {"order_id": "No", "account_id": "Who", "date": "Day", "amount": "Sum"}
    study = make_study_in(
        folder, files, sources={"orders": [{"files": "one.csv"}, {"files": "two.csv", "columns": named}]},
        start="2021-01-01", cleaning={"only": {"ok": "yes"}, "tests": "^TEST"},
    )  # fmt: skip
    clean = collect(study)
    money = {cell: Decimal(cell) for cell in ("1", "2.5", "-4", "0.01", "1e3", "100")}
    came = [money.get(line[3], Decimal(0)) for line in [*first, good, *second]]
    aside = clean.quarantine.to_pandas()
    kept = clean.orders.to_pandas()["amount"].sum()
    assert len(kept_rows := clean.orders.to_pandas()) + len(aside) == len(came) and len(kept_rows) >= 1
    assert kept + sum(aside["amount"].dropna(), Decimal(0)) == sum(came)
