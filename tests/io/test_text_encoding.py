"""Oracles: Python's codecs and csv module write the files; lines are counted by hand."""

from __future__ import annotations

import csv
import io

import pytest

from kamlib.errors import InputError
from kamlib.intake.pipeline import collect
from kamlib.io import text_encoding

NAMES = ["Номер", "Клиент", "Дата", "Сумма"]
ROWS = [["1", "ООО Ромашка", "31.01.2026", "12,5"], ["2", "Юг; Север", "01.02.2026", "7"], ["3", "", "", "1,5"]]
TITLE = ["Отчёт о продажах, 2026", "", "Период: 01.01.2026 - 31.03.2026"]


def text(rows, delimiter, ending="\n"):
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=ending).writerows(rows)
    return out.getvalue()


@pytest.mark.parametrize("written", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1251"])
def test_encodings_of_russian_texts_are_found(file, written):
    path = file(text([NAMES, *ROWS], ";").encode(written))
    assert path.read_bytes().decode(text_encoding.find_encoding(path)).lstrip("\ufeff") == text([NAMES, *ROWS], ";")


def test_single_cyrillic_letters_in_ids_are_no_accents(file):
    lines = [["Заказ", "Клиент", "Сумма"], *[[f"{n}", f"К{n}", f"{n}\N{NO-BREAK SPACE}000,00"] for n in range(500)]]
    assert text_encoding.find_encoding(file(text(lines, ";").encode("cp1251"))) == "cp1251"


@pytest.mark.parametrize("written", ["cp1252", "latin-1"])
def test_encodings_of_western_texts_are_found(file, written):
    found = text_encoding.find_encoding(file("firma;ort\nMüller & Söhne;Köln\nCafé Peña;León\n".encode(written)))
    assert found == "cp1252"  # both write accents with the same bytes


def test_a_broken_byte_does_not_turn_utf_8_into_another_encoding(file, make_study):
    """Read as cp1251 all names of the file would be garbled for the sake of one byte; so the line is named instead."""
    content = "order_id,account_id,date,amount\n1,ООО Ромашка,2026-01-01,1\n2,Юг,2026-01-01,1\n".encode()
    assert text_encoding.find_encoding(file(content.replace("Юг".encode(), b"\xd0\xae\xd0"))) == "utf-8"
    with pytest.raises(InputError, match=r"orders\.csv, line 3"):
        collect(make_study({"orders.csv": content.replace("Юг".encode(), b"\xd0\xae\xd0")}))


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("above", [[], TITLE, ["", ""]])
def test_delimiter_and_names_are_found_below_titles(file, delimiter, above):
    path = file("".join(line + "\r\n" for line in above) + text([NAMES, *ROWS], delimiter, "\r\n"))
    assert text_encoding.find_delimiter(path) == delimiter
    assert text_encoding.header(path, delimiter) == (len(above) + 1, NAMES)


@pytest.mark.parametrize("declared", ["sep=;", "SEP=;", '"sep=;"', "sep=;;;;"])
def test_a_declared_delimiter_is_obeyed_and_its_line_skipped(file, declared):
    path = file("\ufeff" + declared + "\na;b,c\n1;2,5\n")
    assert text_encoding.find_delimiter(path) == ";"
    assert text_encoding.header(path, ";") == (2, ["a", "b,c"])


ABOVE = {
    "a title that a spreadsheet padded": "Отчёт;;;\n",
    "parameters": "Период:;1 кв. 2026;;\nСклад:;Все;;\n\n",
    "a title with the page at the right": "Отчёт;;;стр. 1\n",
    "names of groups of columns": ";Покупатель;;\n",
    "a title with a line break": '"Отчёт\nо продажах";;;\n',
}


@pytest.mark.parametrize(
    ("above", "ending"), list(zip(ABOVE.values(), ["\n", "\r\n", "\r", "\n", "\r"], strict=True)), ids=ABOVE
)
def test_what_stands_above_the_names_is_skipped_and_lines_stay_right(file, make_study, above, ending):
    body = text([NAMES, *ROWS], ";", ending)
    path = file(above.replace("\n", ending) + body)
    records = len(list(csv.reader(io.StringIO(above, newline=""), delimiter=";")))
    assert text_encoding.header(path, ";") == (records + 1, NAMES)
    columns = dict(zip(["order_id", "account_id", "date", "amount"], NAMES, strict=True))
    dialect = {"decimal": ",", "date_format": "%d.%m.%Y"}
    sources = {"orders": {"files": "x.csv", "columns": columns, "dialect": dialect}}
    clean = collect(make_study({"x.csv": path.read_bytes()}, sources=sources))
    assert any("x.csv" in note and "above the column names" in note for note in clean.notes)
    kept = clean.orders.select("order_id", "source_line").to_pandas().set_index("order_id")["source_line"].to_dict()
    assert kept == {"1": records + 2, "2": records + 3}
    assert clean.quarantine.source_line.to_pyarrow().to_pylist() == [records + 4]


MIXED = {
    b"a\r\nb\r\n": False, b"a\nb\n": False, b"a\rb\r": False, b'a\r\n"x\ny"\r\n': False, b'"x\r\ny"\n"z"\n': False,
    b"": False, b"a\r\nb": False, b'"a""\r""b"\nc\n': False,
    b"a\rb\nc\rd\n": True, b"a\r\nb\n": True, b"a\nb\r": True, b"a\r\nb\r": True, b'"x"\r\n"y\n"\n': True,
}  # fmt: skip


@pytest.mark.parametrize("size", [1, 2, 3, 5, text_encoding.CHUNK])
def test_mixed_line_ends_are_seen_also_where_chunks_cut_them(file, monkeypatch, size):
    monkeypatch.setattr(text_encoding, "CHUNK", size)
    assert {content: text_encoding.has_mixed_ends(file(content)) for content in MIXED} == MIXED


def test_mixed_line_ends_are_read_and_breaks_inside_fields_stay(make_study):
    head = b'\xef\xbb\xbf"order_id",account_id,date,amount,product\r\n'
    body = b'1,a,2026-01-01,1,"x\r\ny"\n2,a,2026-01-02,2,"x\ry"\r3,a,2026-01-03,4,"x\ny"\r\n'
    found = collect(make_study({"orders.csv": head + body})).orders.to_pandas().set_index("source_line")
    assert found["product"].to_dict() == {2: "x\r\ny", 3: "x\ry", 4: "x\ny"}


def test_bytes_that_are_no_utf_8_are_named_with_their_line_also_where_line_ends_are_mixed(make_study):
    content = "order_id,account_id,date,amount\r\n1,ООО,2026-01-01,1\n2,Юг,2026-01-01,1\n".encode().replace(
        "Юг".encode(), b"\xff"
    )
    with pytest.raises(InputError, match=r"orders\.csv, line 3"):
        collect(make_study({"orders.csv": content}))


def test_mixed_line_ends_with_an_open_quote_name_the_line(make_study):
    content = b'order_id,account_id,date,amount\r\n1,a,2026-01-01,1\n2,a,"2026"-01-01,1\n'
    with pytest.raises(InputError, match=r"orders\.csv, line 3: the file can't be cut into records"):
        collect(make_study({"orders.csv": content}))


@pytest.mark.parametrize(
    "content",
    [
        "Name, first;Sum, net\n" + "".join(f"Meier, Hans;{n},50\n" for n in range(20)),
        "Order;Text;Sum\n" + "".join(f"{n};Screw, zinc, M8, box;{n},50\n" for n in range(20)),
        "Order;Customer, place, country, kind;Sum, EUR\n"
        + "".join(f"{n};Meier, Ulm, DE, A;{n},50\n" for n in range(20)),
    ],
)
def test_commas_inside_texts_and_numbers_do_not_beat_the_mark_that_cuts_the_lines(file, content):
    assert text_encoding.find_delimiter(file(content)) == ";"


def test_a_semicolon_inside_each_text_does_not_beat_the_comma_that_cuts_the_names(file):
    assert text_encoding.find_delimiter(file("a,b,c\n" + "".join(f"{n},x;y,2\n" for n in range(20)))) == ","
