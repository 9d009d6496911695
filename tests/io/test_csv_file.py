"""One text file, record by record. Oracles: records and lines counted by hand, or each line holding its own number."""

from __future__ import annotations

import pytest

from kamlib.errors import InputError
from kamlib.io import csv_file, readers
from kamlib.study.sources import Source


def test_quotes_delimiters_and_line_breaks_inside_fields_stay(read):
    table = read({"a.csv": b'a,b\n"x, ""y""","line\nbreak"\n1,2\n'})
    assert table.to_numpy().tolist() == [['x, "y"', "line\nbreak"], ["1", "2"]]


@pytest.mark.parametrize("mark", [b"\n", b"\r\n", b"\r"])
def test_every_line_ending_is_read(read, mark):
    assert len(read({"a.csv": mark.join([b"a,b", b"1,2", b"3,4", b""])})) == 2


def test_lines_stay_right_when_a_large_file_is_read_by_many_threads(con, tmp_path):
    path = tmp_path / "large.csv"
    path.write_text("a,b\n" + "".join(f"{line},{'x' * 40}\n" for line in range(2, 400_002)))
    table = readers.store(con, readers.read(con, Source(files="large.csv"), [path], tmp_path))
    assert table.count().execute() == 400_000
    assert table.filter(table.a != table[readers.LINE].cast("string")).count().execute() == 0


BROKEN = {
    "an open quote": (b'a,b\n1,"2\n3,4\n', "line 2"),
    "an open quote below a line of too few fields": (b'a,b\n1\n3,"4\n5,6\n', "line 3"),
    "text behind a closing quote": (b'a,b\n1,"2"x\n', "line 2"),
    "nothing": (b"", "line 1"),
    "only empty lines": (b"\n\n", "line 1"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_named_with_its_line(read, name):
    content, where = BROKEN[name]
    with pytest.raises(InputError, match=rf"x\.csv, {where}"):
        read({"x.csv": content})


@pytest.mark.slow
@pytest.mark.parametrize("megabytes", [70, 140])
def test_a_line_that_is_too_long_is_refused_and_not_left_out(read, megabytes):
    with pytest.raises(InputError, match=r"x\.csv, line 3"):
        read({"x.csv": b"a,b\n1,2\n3," + b"x" * (megabytes << 20) + b"\n5,6\n"})


FOOTER = (
    "id,n,text\n"  # 1
    '1,2,"a\nb"\n'  # 2
    "\n"
    "3,4\n"  # 3: a field is missing
    '5,"x ""y""",6,7,8\n'  # 4: two too many
    "9,,\n"  # 5: empty, but there
    "10,11,12,,\n"  # 6: empty ones too many hold nothing
    "Итого\n"  # 7
)


@pytest.mark.parametrize("above", [0, 3])
def test_lines_of_too_few_or_too_many_fields_come_along_in_their_place(con, tmp_path, above):
    (tmp_path / "f.csv").write_text("Report,,\n" * above + FOOTER, encoding="utf-8")
    told: list[str] = []
    source = Source(files="f.csv", dialect={"header": above + 1})
    raw = readers.read(con, source, [tmp_path / "f.csv"], tmp_path, told)
    names = ("id", "n", "text", readers.LINE, readers.BROKEN)
    rows = [tuple(row[name] for name in names) for row in raw.to_pyarrow().to_pylist()]
    assert rows == [
        ("1", "2", "a\nb", above + 2, None),
        (None, None, None, above + 3, '"3","4"'),
        (None, None, None, above + 4, '"5","x ""y""","6","7","8"'),
        ("9", None, None, above + 5, None),
        ("10", "11", "12", above + 6, None),
        (None, None, None, above + 7, '"Итого"'),
    ]
    assert told == (["f.csv: 3 lines above the column names skipped, beginning with 'Report,,'."] if above else [])


def test_broken_lines_of_a_large_file_stay_in_their_place(con, tmp_path):
    """Every line holds its own number; a line in a thousand has a field too few or too many."""
    path = tmp_path / "large.csv"
    tail = {0: "", 500: ",1,2"}
    path.write_text("a,b\n" + "".join(f"{line}{tail.get(line % 1000, ',' + 'x' * 40)}\n" for line in range(2, 300_002)))
    table = readers.store(con, readers.read(con, Source(files="large.csv"), [path], tmp_path))
    broken = table.filter(table[readers.BROKEN].notnull())
    assert (table.count().execute(), broken.count().execute()) == (300_000, 600)
    number = table.a.fill_null(table[readers.BROKEN].re_extract(r"^\"(\d+)", 1))
    assert table.filter(number != table[readers.LINE].cast("string")).count().execute() == 0


@pytest.mark.parametrize("mark", ["", ";;", '"', "\n"])
def test_a_delimiter_is_one_character_that_ends_no_line_and_quotes_nothing(con, file, mark):
    with pytest.raises(InputError, match=r"dialect\.delimiter must be one character"):
        csv_file.stored(con, file("a;b\n1;2\n"), mark, ["a", "b"], 1, readers.BROKEN)


def test_the_first_words_above_the_names_are_told_without_a_declaration_and_in_60_letters(file):
    assert csv_file.above(file(f"sep=;\n\n {'x' * 70}\na;b\n"), 4) == "x" * 60
    assert csv_file.above(file("sep=;\na;b\n"), 2) == csv_file.above(file("a;b\n"), 1) == ""
