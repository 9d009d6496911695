"""Where the column names stand. Oracle: rows that a person told apart."""

from __future__ import annotations

import pytest

from kamlib.errors import InputError
from kamlib.io import text_encoding
from kamlib.io.edges import header_row

NAMES = ["Номер", "Клиент", "Дата", "Сумма"]


FIRST = {
    "one column": "id\nK.01\nK.02\n",
    "years as names": "Клиент;2024;2025\nА;1;2\nБ;3;4\n",
    "a nameless first column": ";id;sum\n0;a;2\n1;b;3\n",
    "sparse rows": "a;b;c;d\n1;2;;\n1;;3;\n;2;3;\n",
    "names of numbers only": "1;2;3\n4;5;6\n",
    "names alone": "a;b;c\n",
    "names above names": "a;b;c\na;b;c\n1;2;3\n",
    "a total below": "a;b;c\n1;2;3\nИтого;;3\n",
    "one row with a field too much": "a;b\n1;2\n3;4;5\n",
}


@pytest.mark.parametrize("content", FIRST.values(), ids=FIRST)
def test_a_first_row_of_names_wins(file, content):
    assert text_encoding.header(file(content), ";") == (1, content.split("\n")[0].split(";"))


def test_data_are_never_taken_for_names_or_titles(file):
    """Rows of data, and further down the names once more: taking those would drop the rows above in silence."""
    data = "1;А;5\n2;Б;7\n"
    assert text_encoding.header(file(data + "Номер;Клиент;Сумма\n" + data), ";")[0] == 1
    with pytest.raises(InputError, match=r"x\.csv, line 1: no line holds column names; found 'Отчёт'"):
        text_encoding.header(file("Отчёт\n1;2;3\n4;5;6\n"), ";")


def test_the_study_states_the_line_of_the_names(file):
    path = file("Отчёт;за;год;2026\nНомер;Клиент;Дата;Сумма\n1;А;x;2\n")
    assert text_encoding.header(path, ";", 2) == (2, NAMES)
    for line in (4, 1000):
        with pytest.raises(InputError, match=rf"x\.csv, line {line}: no column names in line {line}"):
            text_encoding.header(path, ";", line)


@pytest.mark.parametrize("content", ["", "\n\r\n", " ; \n", "\ufeff"])
def test_an_empty_file_is_said_to_be_empty(file, content):
    with pytest.raises(InputError, match=r"x\.csv, line 1: the file is empty"):
        text_encoding.header(file(content), ";")


def test_rows_without_text_hold_no_names():
    assert header_row.names_at([]) is None and header_row.names_at([[], [None, " "]]) is None


@pytest.mark.parametrize(
    ("content", "line", "names"),
    [
        ("Контрагент;Документ;Отгрузка;\n;;Дата;Сумма\nА;1;x;5\nБ;2;x;7\n", 2, ["Контрагент", "Документ", "Дата", "Сумма"]),
        ("Report\n\nCustomer;Sales;\n;Pieces;Money\nA;1;5\nB;2;7\n", 4, ["Customer", "Pieces", "Money"]),
        ("Kunde;2025;;2026;\n;Menge;Umsatz;Menge;Umsatz\nA;1;5;2;6\nB;2;7;3;8\n", 2,
         ["Kunde", "2025 Menge", "2025 Umsatz", "2026 Menge", "2026 Umsatz"]),
        ("Cliente;Pedido;Venta;;Saldo\n;;Fecha;Importe;\nA;1;x;5;3\nB;2;x;7;1\n", 2, ["Cliente", "Pedido", "Fecha", "Importe", "Saldo"]),
        ("Client;Comanda;Venda;\n;;Data;Import\nA;1;x;5\nB;2;x;7\n", 2, ["Client", "Comanda", "Data", "Import"]),
    ],
)  # fmt: skip
def test_names_over_two_lines_are_put_together(file, content, line, names):
    path = file(content)
    assert text_encoding.header(path, ";") == (line, names)
    assert text_encoding.header(path, ";", line) == (line, names), "as the study states it"


@pytest.mark.parametrize(
    "content",
    [
        "Order;Customer;Date;Amount\n;;;EUR\n1;A;x;5\n2;B;x;7\n",
        "Name;Town;Note\nA;;\nB;C;\n",
        "Name;;Note\nA;x;y\nB;z;\n",
    ],
)
def test_a_row_of_data_or_units_is_no_second_line_of_names(file, content):
    assert text_encoding.header(file(content), ";") == (1, content.split("\n")[0].split(";"))


def test_names_that_repeat_or_are_empty_or_are_the_kits_own_are_told_apart():
    given = ["\ufeffSum", " sum ", "", "SUM", "Sum (2)", "kam:file", "a\0b"]
    assert header_row.unique(given, ("kam:file",)) == [
        "Sum", "sum (2)", "column 3", "SUM (3)", "Sum (2) (2)", "kam:file (2)", "ab"
    ]  # fmt: skip


def test_names_that_repeat_stand_behind_the_names_of_their_groups(file):
    years = "Customer;2024;;2025;\n;Jan;Feb;Jan;Feb\n".replace("Customer;", ";", 1).replace(";Jan", "Customer;Jan", 1)
    assert text_encoding.header(file(years + "A;1;2;3;4\nB;1;2;3;4\n"), ";")[1] == [
        "Customer",
        "2024 Jan",
        "2024 Feb",
        "2025 Jan",
        "2025 Feb",
    ]
    merged = "Customer;;Document;;Value\nNo.;Name;No.;Date;Net\n1;A;7;2025-01-02;5,50\n2;B;8;2025-01-03;6,50\n"
    assert text_encoding.header(file(merged), ";") == (
        2,
        ["Customer No.", "Customer Name", "Document No.", "Document Date", "Value Net"],
    )


def test_a_title_above_names_that_do_not_repeat_says_nothing(file):
    content = "Report;;;Page 1;\nNo.;Name;Town;Day;Net\n1;A;x;2025-01-01;5,50\n2;B;y;2025-01-02;6,50\n"
    assert text_encoding.header(file(content), ";")[1] == ["No.", "Name", "Town", "Day", "Net"]


def test_a_line_of_parameters_that_is_wider_than_the_table_is_no_row_of_names(file):
    content = '"EXTF";700;21;"Batch";2025;4;"EUR"\nSum (net);Account;Field 1\n' + "".join(
        f"{n},50;{n};R{n}\n" for n in range(20)
    )
    assert text_encoding.header(file(content), ";") == (2, ["Sum (net)", "Account", "Field 1"])
