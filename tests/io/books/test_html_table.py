"""Tables of web pages. Oracle: what a browser shows."""

from __future__ import annotations

import pytest

from kamlib.errors import InputError
from kamlib.io.books import html_table

PAGE = """<html><head><meta http-equiv="Content-Type" content="text/html; charset={charset}"><style>td {{color: red}}</style></head>
<body><table><tr><td>Menu</td></tr></table>
<table border=1><thead><tr><th>order_id</th><th>account_id<br>id</th><th>date</th><th>amount</th></tr></thead>
<tr><td>00123</td><td>Müller &amp; S&ouml;hne</td><td>2026-01-31</td><td align="right">1&nbsp;234,50</td></tr>
<tr><td>2<td>B &lt;x&gt;
 y<td>2026-02-01<td>5</table></body></html>"""


@pytest.fixture
def tables(tmp_path):
    def of(text, encoding="utf-8"):
        (tmp_path / "x.xls").write_bytes(text.encode(encoding))
        return html_table.tables(tmp_path / "x.xls")

    return of


@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1", "windows-1252", "utf-16", "no-such"])
def test_cells_are_the_texts_that_a_browser_shows(tables, charset):
    encoding = {"no-such": "utf-8"}.get(charset, charset)
    menu, rows = tables(PAGE.format(charset=charset), encoding)
    assert menu == [["Menu"]]
    assert rows == [
        ["order_id", "account_id id", "date", "amount"],
        ["00123", "Müller & Söhne", "2026-01-31", "1\N{NO-BREAK SPACE}234,50"],
        ["2", "B <x> y", "2026-02-01", "5"],
    ]


def test_a_russian_page_is_read_by_the_encoding_that_it_states(tables):
    page = '<html><meta charset="windows-1251"><table><tr><td>Да</td></tr></table>'
    assert tables(page, "cp1251") == [[["Да"]]]


@pytest.mark.parametrize(
    ("cells", "rows"),
    [
        ("<tr><td colspan=2>a<td>b<tr><td>1<td>2<td>3", [["a", "", "b"], ["1", "2", "3"]]),
        ("<tr><td rowspan=2>a<td>b<tr><td>2<tr><td>3<td>4", [["a", "b"], ["", "2"], ["3", "4"]]),
        ("<tr><td>a<td rowspan=3>b<tr><td>2<tr><td>3<tr><td>4<td>5", [["a", "b"], ["2", ""], ["3", ""], ["4", "5"]]),
        ("<tr><td rowspan=2 colspan=2>a<td>b<tr><td>2", [["a", "", "b"], ["", "", "2"]]),
        ("<tr><td rowspan=0>a<td colspan=x>b<tr><td>1<td>2", [["a", "b"], ["1", "2"]]),
        ("<td>a<td>b", [["a", "b"]]),
        ("<tr><td></td><td/></tr>", [["", ""]]),
    ],
)
def test_a_cell_that_spans_others_leaves_them_empty(tables, cells, rows):
    assert tables(f"<table>{cells}</table>") == [rows]
    assert tables(f"<table>{cells}") == [rows], "a page that is cut off"


def test_a_table_in_a_cell_is_one_of_its_own(tables):
    page = "<table><tr><td>a<table><tr><td>b</td></tr></table></td><td>c</td></tr></table>"
    assert tables(page) == [[["b"]], [["a", "c"]]]


def test_an_absurd_span_takes_no_memory(tables):
    (rows,) = tables("<table><tr><td colspan=999999999>a</table>")
    assert len(rows[0]) == 1000


@pytest.mark.parametrize("name", ["b.xls", "b.xlsx", "b.csv"])
def test_a_page_called_a_workbook_is_read_by_its_largest_table(read, name):
    rows = read({name: PAGE.format(charset="utf-8").encode()})
    assert rows.values.tolist() == [
        ["00123", "Müller & Söhne", "2026-01-31", "1\N{NO-BREAK SPACE}234,50"],
        ["2", "B <x> y", "2026-02-01", "5"],
    ]
    menu = "<table><tr><td>a<td>b<tr><td>1<td>2</table>" + PAGE.format(charset="utf-8")
    assert read({name: menu.encode()}, dialect={"sheet": "table 1"}).values.tolist() == [["1", "2"]]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<!DOCTYPE html><html><body>Sign in</body></html>", "this is a web page without a table"),
        (b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"></Workbook>', "XML spreadsheet of Excel 2003"),
        (b"MIME-Version: 1.0\r\nX-Document-Type: Workbook\r\n", "a web page saved with all its parts"),
    ],
)  # fmt: skip
def test_what_is_no_workbook_says_what_it_is(read, content, words):
    with pytest.raises(InputError, match=rf"^b\.xls: .*{words}.*\. (Look|Open) "):
        read({"b.xls": content})
