"""Broken files end in clean tables or in an `InputError`, and rows and money in are those kept and set aside.

Each case breaks a valid file by one to three blows drawn from a seed: case 17 is the same file everywhere. A batch of cases is
read one by one, and then collected together as the files of one study, beside the whole file.
"""

from __future__ import annotations

import csv
import faulthandler
import io
import random
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from kamlib.errors import InputError
from kamlib.intake import mapping
from kamlib.intake.pipeline import collect
from kamlib.io import readers
from kamlib.study.model import Study
from kamlib.study.sources import Source

CASES = 20  # of a batch
NAMES = ["order_id", "account_id", "date", "amount", "product", "currency"]
ROWS = [
    [f"0{n}", f"K.{n % 4}", f"2026-0{n % 6 + 1}-15", f"{n * 7.25:.2f}", 'a "b", c' if n % 3 else "жé\nд", "EUR"]
    for n in range(1, 13)
]
KINDS = ["csv", "csv", "csv", "csv", "csv", "xlsx", "parquet"]
DIALECTS = [  # encoding, delimiter, line end, dialect of the study, and how amounts and days are written
    ("utf-8", ",", "\n", {}),
    ("utf-8-sig", ";", "\r\n", {"decimal": ",", "date_format": "%d.%m.%Y"}),
    ("utf-16", "\t", "\r\n", {}),
    ("cp1251", ";", "\r\n", {"decimal": ",", "thousands": " ", "date_format": "%d.%m.%Y", "encoding": "cp1251"}),
    ("latin-1", "|", "\r", {"date_format": "excel"}),
]


def text_file(encoding: str, delimiter: str, end: str, dialect: dict) -> bytes:
    rows = [NAMES]
    for number, account, day, amount, product, currency in ROWS:
        year, month, date = day.split("-")
        day = {"%d.%m.%Y": f"{date}.{month}.{year}", "excel": str(46000 + int(month))}.get(
            dialect.get("date_format"), day
        )
        rows.append([number, account, day, amount.replace(".", dialect.get("decimal", ".")), product, currency])
    made = []
    for row in rows:
        out = io.StringIO()
        csv.writer(out, delimiter=delimiter).writerow(row)
        made.append(out.getvalue().removesuffix("\r\n") + end)
    return "".join(made).encode(encoding, "replace")


def workbook() -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in [NAMES, *[[*row[:3], float(row[3]), *row[4:]] for row in ROWS]]:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


def parquet() -> bytes:
    columns, out = zip(*ROWS, strict=True), io.BytesIO()
    table = pa.table(
        {
            name: list(map(float, found) if name == "amount" else found)
            for name, found in zip(NAMES, columns, strict=True)
        }
    )
    pq.write_table(table, out)
    return out.getvalue()


def cut(data: bytes, rng: random.Random) -> bytes:
    return data[: rng.randrange(len(data) + 1)]


def cut_before(data: bytes, rng: random.Random) -> bytes:
    return data[rng.randrange(len(data) + 1) :]


def flipped(data: bytes, rng: random.Random) -> bytes:
    made = bytearray(data)
    for _ in range(rng.randint(1, 8)):
        made[rng.randrange(len(made))] ^= 1 << rng.randrange(8)
    return bytes(made)


def inserted(data: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(data) + 1)
    odd = [
        rng.randbytes(rng.randint(1, 9)),
        b"\0" * rng.randint(1, 9),
        b"\x1a",
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"\xef\xbf\xbd",
        b"\r",
        b"\n\n",
    ]
    return data[:at] + rng.choice(odd) + data[at:]


def repeated(data: bytes, rng: random.Random) -> bytes:
    begin, end = sorted(rng.randrange(len(data) + 1) for _ in "ab")
    return data[:end] + data[begin:]


def lost(data: bytes, rng: random.Random) -> bytes:
    begin = rng.randrange(len(data) + 1)
    return data[:begin] + data[begin + rng.randint(1, 40) :]


def zeroed(data: bytes, rng: random.Random) -> bytes:
    begin, length = rng.randrange(len(data) + 1), rng.randint(1, 30)
    return data[:begin] + b"\0" * length + data[begin + length :]


def recoded(data: bytes, rng: random.Random) -> bytes:
    read, write = (
        rng.choice(["utf-8", "latin-1", "cp1252", "cp1251"]),
        rng.choice(["utf-8", "utf-16", "cp1251", "cp866", "utf-32", "utf-7"]),
    )
    return data.decode(read, "replace").encode(write, "replace")


def sign(data: bytes, rng: random.Random) -> bytes:
    """A sign of the format too much, or one too few."""
    signs = [
        b'"',
        b",",
        b";",
        b"\t",
        b"|",
        b'""',
        b"'",
        b"\\",
        b'","',
        b"\r\n",
        b"\n",
        b"-",
        b"(",
        b"$",
        b" ",
        "₽".encode(),
        b"=1+1",
    ]
    found = rng.choice(signs)
    if rng.random() < 0.3 and found in data:
        return data.replace(found, b"", rng.randint(1, 3))
    at = rng.randrange(len(data) + 1)
    return data[:at] + found * rng.choice([1, 1, 2, 50]) + data[at:]


def lines(data: bytes, rng: random.Random) -> bytes:
    """Lines in another order, repeated, lost, joined, or strange ones among them."""
    end = b"\r\n" if b"\r\n" in data else b"\r" if b"\r" in data else b"\n"
    rows = data.split(end)
    at, to = rng.randrange(len(rows)), rng.randrange(len(rows))
    strange = [
        rows[0], b"Total,,,5", b"Itogo;;;100,00", b"", b"   ", b"Report of 2026", b"sep=;", b"x" * 300_000, b'"' + b"y" * 200_000 + b'"',
        b"1,2", b",".join([b"1"] * 40), b"sep=,", b'"a";"b', "Отчёт".encode("cp1251"), rows[at][::-1], rows[at].swapcase(),
    ]  # fmt: skip
    blow = rng.randrange(4)
    if blow == 0:
        rows[at], rows[to] = rows[to], rows[at]
    elif blow == 1:
        rows[at : at + 2] = [b"".join(rows[at : at + 2])]
    elif blow == 2:
        del rows[at]
    else:
        rows.insert(at, rng.choice(strange))
    return end.join(rows)


def columns(data: bytes, rng: random.Random) -> bytes:
    """Two columns exchanged, in all lines or below the names, or a column doubled."""
    mark = max((b",", b";", b"\t", b"|"), key=data.count)
    rows = [row.split(mark) for row in data.split(b"\n")]
    one, two, first = rng.randrange(6), rng.randrange(6), rng.randrange(2)
    for row in rows[first:]:
        if len(row) > max(one, two):
            row[one], row[two] = (row[two], row[one]) if rng.random() < 0.95 else (row[one], row[one])
    return b"\n".join(mark.join(row) for row in rows)


def inside(data: bytes, rng: random.Random) -> bytes:
    """A part of a whole workbook broken, and the archive whole."""
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    name = rng.choice(["xl/worksheets/sheet1.xml"] * 4 + sorted(parts))
    swaps = [
        (b't="s"', b't="n"'),
        (b't="n"', b't="b"'),
        (b'r="', b'r="A'),
        (b"<v>", b"<v>-"),
        (b"<v>", b"<v>9e999"),
        (b"</row>", b""),
        (b'r="2"', b'r="1048576"'),
    ]
    if parts.get(name):
        parts[name] = (
            parts[name].replace(*rng.choice(swaps), rng.randint(1, 9))
            if rng.random() < 0.6
            else rng.choice(BLOWS)(parts[name], rng)
        )
    if rng.random() < 0.1:
        del parts[name]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as book:
        for part, content in parts.items():
            book.writestr(part, content)
    return out.getvalue()


BLOWS: list[Callable[[bytes, random.Random], bytes]] = [cut, cut_before, flipped, inserted, repeated, lost, zeroed]
OF_TEXT = [*BLOWS, recoded, sign, sign, sign, lines, lines, lines, columns]


def broken(data: bytes, kind: str, rng: random.Random) -> bytes:
    blows = rng.choice([1, 1, 2, 3])
    if kind == "xlsx" and rng.random() < 0.8:
        data, blows = inside(data, rng), rng.choice([0, 0, 0, 1])
    for _ in range(blows):
        data = rng.choice(OF_TEXT if kind == "csv" else BLOWS)(data, rng) if data else data
    return data


def readable(con, folder: Path, path: Path, dialect: dict) -> int | None:
    """How many rows of a table of orders the file holds; None where it is refused."""
    source = Source(files=path.name, dialect=dialect)
    try:
        raw = readers.read(con, source, [path], folder / "scratch")
        mapping.columns(raw, "orders", source)
        with readers.plain_errors():
            return raw.to_pyarrow().num_rows
    except InputError as error:
        assert str(error)
        return None
    finally:
        readers.forget(con)


def records(data: bytes, encoding: str, delimiter: str) -> int | None:
    """How many records stand below the names, as Python's csv module counts them; None where that is not for sure."""
    csv.field_size_limit(1 << 24)
    try:
        text = io.StringIO(data.decode(encoding).removeprefix("\ufeff"), newline="")
        rows = list(csv.reader(text, delimiter=delimiter, strict=True))
    except (UnicodeError, csv.Error):
        return None
    return sum(row != [] for row in rows[1:]) if rows and rows[0] == NAMES and "\0" not in text.getvalue() else None


def collected(folder: Path, rows: dict[str, int], dialect: dict) -> bool:
    """Whether the files, as those of one study, could be collected; the rows and money in are those that came out."""
    sources = {"orders": {"files": list(rows), "dialect": dialect}}
    cleaning = {"most_rows": 1, "most_amount": 1, "rules": {"overlap": "off", "no_rate": "set_aside"}}
    tree = {"name": "t", "title": "T", "as_of": "2026-06-30", "sources": sources, "cleaning": cleaning}
    (folder / "study.yaml").write_text(yaml.safe_dump(tree), encoding="utf-8")
    try:
        clean = collect(Study.read(folder / "study.yaml"))
    except InputError as error:
        assert str(error)
        return False
    kept, aside = clean.orders, clean.quarantine
    ledger = clean.ledger.set_index("rule")
    assert ledger.loc["came in", "rows"] == sum(rows.values()) == kept.count().execute() + aside.count().execute()
    sums = [table.amount.sum().execute() or Decimal(0) for table in (kept, aside)]
    assert ledger.loc["came in", "amount"] == sum(sums) and ledger.loc["kept", "amount"] == sums[0]
    whole = kept.filter(kept.source_file == next(iter(rows)))
    assert whole.count().execute() == len(ROWS) and whole.amount.sum().execute() == sum(Decimal(row[3]) for row in ROWS)
    return True


def batch(folder: Path, number: int) -> tuple[int, bool]:
    """How many of the cases could be read, and whether those were collected together."""
    rng, kind = random.Random(number), KINDS[number % len(KINDS)]
    written = DIALECTS[number % len(KINDS)] if kind == "csv" else ("", "", "", {})
    whole = {"csv": lambda: text_file(*written), "xlsx": workbook, "parquet": parquet}[kind]()
    rows, con = {}, readers.engine()
    for case in range(CASES + 1):
        path = folder / f"{number}_{case}.{kind}"
        path.write_bytes(broken(whole, kind, rng) if case else whole)
        if (found := readable(con, folder, path, written[3])) is not None:
            rows[path.name] = found
            expected = records(path.read_bytes(), *written[:2]) if kind == "csv" else None
            assert expected in (None, found), path.name
    con.disconnect()
    assert rows.get(f"{number}_0.{kind}") == len(ROWS)
    return len(rows) - 1, collected(folder, rows, written[3])


def run(folder: Path, batches: range) -> None:
    """All batches; one that hangs ends the process with a traceback. A test that refuses everything would show nothing."""
    faulthandler.dump_traceback_later(60 * len(batches), exit=True)
    try:
        results = [batch(folder, number) for number in batches]
    finally:
        faulthandler.cancel_dump_traceback_later()
    assert sum(read for read, _ in results) > 0.3 * CASES * len(batches)
    assert sum(whole for _, whole in results) > 0.6 * len(batches)


@pytest.mark.slow
def test_200_broken_files_end_in_clean_tables_or_a_clear_error(tmp_path):
    run(tmp_path, range(10))


@pytest.mark.proof
def test_5000_broken_files_end_in_clean_tables_or_a_clear_error(tmp_path):
    run(tmp_path, range(10, 260))


@pytest.mark.parametrize("name", ["orders.csv", "orders.xlsx", "orders.parquet"])
@pytest.mark.parametrize(
    "content",
    [b"", b"\0", b"\0" * 5000, b"\xff" * 5000, b'"', b"\n", b"PK\x03\x04", b"PAR1", b"PAR1PAR1", b"\xef\xbb\xbf"],
)
def test_a_file_of_nothing_much_is_refused(make_study, name, content):
    with pytest.raises(InputError, match=r"orders\."):
        collect(make_study({name: content}))


@pytest.mark.parametrize("name", ["orders.csv", "orders.xlsx", "orders.parquet"])
def test_a_folder_instead_of_a_file_is_refused(make_study, tmp_path, name):
    (tmp_path / name).mkdir()
    with pytest.raises(InputError, match="This is a folder"):
        collect(make_study({}, sources={"orders": {"files": name}}))
