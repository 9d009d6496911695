"""`kam init`: what it proposes, what it leaves to a person, and what it refuses."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from kamlib.study.model import Study

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "data" / "sample"


@pytest.mark.slow
def test_dates_that_nothing_decides_are_refused_by_a_clear_word_until_a_person_chooses(
    kam, agrees, tmp_path, rows, write
):
    few = [line for line in rows("%d/%m/%Y", str) if int(line[2][:2]) <= 12]
    write(tmp_path / "orders.csv", ["Order", "Customer", "Date", "Amount"], few)
    status, out, _ = kam("init", "orders.csv")
    assert status == 0
    assert "nothing tells day and month apart" in out
    status, _, err = kam("check", "study.yaml", "--set", "currency=EUR")
    assert status == 2
    assert "1 question is open" in err and "date_format" in err and "line " in err and "%d/%m/%Y or %m/%d/%Y" in err
    made = (tmp_path / "study.yaml").read_text(encoding="utf-8")
    (tmp_path / "study.yaml").write_text(made.replace('"? %d/%m/%Y or %m/%d/%Y"', '"%d/%m/%Y"'), encoding="utf-8")
    total = sum(Decimal(line[3]) for line in few)
    late = [line for line in few if line[2].endswith("2026")]
    assert not late
    status, out, err = kam("check", "study.yaml", "--as-of", "2025Q4", "--set", "currency=EUR")
    assert status == 0, err
    assert f"{total:,.2f}" in out


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_online_retail_ii_maps_as_the_example_does(kam, tmp_path, kind):
    n = 300
    frame = pd.DataFrame(
        {
            "Invoice": [f"C{490000 + i // 3}" if i % 25 == 0 else f"{489434 + i // 3}" for i in range(n)],
            "StockCode": [("85123A", "22752", "POST")[i % 3] for i in range(n)],
            "Description": [f"GIFT {i % 11}" for i in range(n)],
            "Quantity": [-1 if i % 25 == 0 else 1 + i % 12 for i in range(n)],
            "InvoiceDate": pd.date_range("2010-01-04 08:26:00", periods=n, freq="31h"),
            "Price": [0.85 + i % 7 for i in range(n)],
            "Customer ID": [f"{12346 + i // 3 % 21}" if i // 3 % 4 else None for i in range(n)],
            "Country": ["United Kingdom"] * n,
        }
    )
    if kind == "csv":
        frame.to_csv(tmp_path / "online_retail_ii.csv", index=False)
    else:
        frame.to_parquet(tmp_path / "online_retail_ii.parquet")
    assert kam("init", f"online_retail_ii.{kind}")[0] == 0
    study = Study.read("study.yaml", values={"currency": "EUR"})
    example = Study.read(ROOT / "examples" / "online_retail_ii" / "study.yaml")
    assert study.sources["orders"][0].columns == example.sources["orders"][0].columns
    assert study.cleaning.cancelled == example.cleaning.cancelled == "^C"
    assert study.name == "online_retail_ii"
    confirmed = ("--set", "currency=EUR", "--set", "proposed=false")  # a quarter of the lines has no customer
    assert kam("check", "study.yaml", *confirmed)[0] == 0


@pytest.mark.slow
def test_the_ten_tables_of_the_sample_map_to_themselves_and_can_be_scored(kam, tmp_path):
    for file in SAMPLE.glob("*.csv"):
        lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
        (tmp_path / file.name).write_text(
            "".join([lines[0], *lines[1 :: max(1, len(lines) // 1500)]]), encoding="utf-8"
        )
    status, out, err = kam("init", "*.csv")
    assert status == 0, err
    study = Study.read("study.yaml", values={"currency": "EUR"})
    planted = Study.read(SAMPLE / "study.yaml")
    assert set(study.sources) == set(planted.sources)
    for table, (source,) in study.sources.items():
        asked = {ours: theirs for ours, theirs in source.columns.items() if ours != theirs}
        assert asked == planted.sources[table][0].columns
        assert source.files == [f"{table}.csv"]
    assert study.unit == "group"
    assert "can't be run yet" not in out, out
    assert study.scoring.criteria[0].name == "margin_12m"
    assert sum(criterion.weight for criterion in study.scoring.criteria) == 100
    assert kam("check", "study.yaml", "--set", "currency=EUR")[0] == 0


@pytest.mark.slow
def test_hostile_names_come_through(kam, agrees, tmp_path, rows, write):
    names = ['Order: "no" # 1', "Customer\nID", "- Date", "{Amount}, [net]", "💥" * 30, "'", "x" * 3000]
    lines = rows("%Y-%m-%d", str, lambda i: "a", lambda i: "b", lambda i: "c")
    write(tmp_path / "sales #1: 'x', {y}.csv", names, lines)
    status, _, err = kam("init", "sales #1: 'x', {y}.csv")
    assert status == 0, err
    assert Study.read("study.yaml", values={"currency": "EUR"}).sources["orders"][0].columns == dict(
        zip(("order_id", "account_id", "date", "amount"), names, strict=False)
    )
    agrees()


@pytest.mark.slow
def test_a_study_file_is_never_overwritten_unasked(kam, rows, write, tmp_path):
    write(tmp_path / "orders.csv", ["Order", "Customer", "Date", "Amount"], rows("%Y-%m-%d", str))
    (tmp_path / "study.yaml").write_text("mine")
    status, _, err = kam("init", "orders.csv")
    assert status == 2
    assert "study.yaml" in err and "--force" in err
    assert (tmp_path / "study.yaml").read_text() == "mine"
    assert kam("init", "orders.csv", "--out", "other.yaml")[0] == 0
    assert kam("init", "orders.csv", "--force")[0] == 0
    assert (tmp_path / "study.yaml").read_text(encoding="utf-8") != "mine"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "no such file"),
        ("", "the file is empty"),
        ("a,b\n1,x\n2,y\n", "order lines"),
        ("Order,Customer,Date,Amount\n", "names of columns and no order lines"),
    ],
    ids=["no-file", "empty", "no-order-lines", "no-rows"],
)
def test_files_without_order_lines_get_one_clear_error(kam, tmp_path, content, says):
    if content is not None:
        (tmp_path / "orders.csv").write_text(content)
    status, _, err = kam("init", "orders.csv")
    assert status == 2
    assert says in err and "Traceback" not in err
    assert not (tmp_path / "study.yaml").exists()


@pytest.mark.parametrize("pattern", ["a**.csv", "**a/*.csv", "exports/**"])
def test_a_pattern_that_pythons_read_in_different_ways_is_refused_in_words(kam, pattern):
    status, _, err = kam("init", pattern)
    assert status == 2
    assert "no valid pattern of files" in err and pattern in err and "Traceback" not in err


def test_a_file_that_is_called_like_a_pattern_is_that_file(kam, agrees, tmp_path, rows, write):
    write(tmp_path / "a**.csv", ["Order", "Customer", "Date", "Amount"], rows("%Y-%m-%d", str))
    (tmp_path / "ab.csv").write_text("x\n1\n")
    status, out, err = kam("init", "a**.csv")
    assert status == 0, err
    assert "ab.csv" not in out


def test_a_password_in_a_url_is_refused_and_not_repeated(kam, tmp_path):
    status, out, err = kam("init", "postgresql://me:geheim@localhost/shop")
    assert status == 2
    assert "password" in err and "geheim" not in out + err
    assert not (tmp_path / "study.yaml").exists()


def test_a_day_with_two_figures_of_the_year_inside_a_text_is_asked_and_then_read(kam, tmp_path):
    """Oracle: the 120 days are 2024-01-01 and every third day after it; the file is made here."""
    days = [date(2024, 1, 1) + timedelta(days=3 * i) for i in range(120)]
    lines = [f"Order {i} from {day:%d.%m.%y};Client {i % 9};{i}.50" for i, day in enumerate(days)]
    (tmp_path / "orders.csv").write_text("Document;Customer;Amount\n" + "\n".join(lines) + "\n", encoding="utf-8")
    path = tmp_path / "asked.yaml"
    assert kam("init", "orders.csv", "--out", "asked.yaml")[0] == 0
    text = path.read_text(encoding="utf-8")
    assert '"? *%d.%m.%y*"' in text
    path.write_text(text.replace('"? *', '"*').replace('currency: "?"', "currency: EUR"), encoding="utf-8")
    status, said, _ = kam("check", "asked.yaml", "--as-of", "2024-12-31")
    assert status == 0 and "2024-01-01 to 2024-12-23" in said


def test_no_example_of_a_cell_is_a_whole_long_text(kam, tmp_path):
    texts = [
        f"Delivery note {i} of {i % 28 + 1:02d}.01.2026 " + "to the second warehouse beyond the river " * 5
        for i in range(60)
    ]
    lines = [f"{text};Client {i % 9} {'and partners ' * 12};{i}.50" for i, text in enumerate(texts)]
    (tmp_path / "notes.csv").write_text("Document;Customer;Amount\n" + "\n".join(lines) + "\n", encoding="utf-8")
    assert kam("init", "notes.csv", "--out", "long.yaml")[0] == 0
    remarks = [line.partition("e.g. ")[2] for line in (tmp_path / "long.yaml").read_text(encoding="utf-8").splitlines()]
    assert any("of 01.01.2026" in remark for remark in remarks)
    assert all(len(example) <= 44 for remark in remarks for example in remark.split(", "))
