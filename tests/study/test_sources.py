"""Where tables lie and how they are written: what a source may say. Oracle: mistakes made by hand."""

from __future__ import annotations

import pytest
import yaml
from pydantic import ValidationError

from kamlib.errors import InputError
from kamlib.study.model import Study
from kamlib.study.sources import Dialect, Engine, Source


def test_a_single_file_needs_no_list():
    assert Source(files="orders.csv").files == ["orders.csv"]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ("{status: {Kunde: client, Interessent: lead}}", "expected client / prospect on the right, not 'lead'"),
        ("{name: {a: b}}", "no column of choices; these are: size, status"),
    ],
)
def test_the_users_words_stand_for_choices_of_the_table(write, values, words, mistake, good):
    message = mistake(write(good.replace("files: accounts.csv", f"files: accounts.csv\n    values: {values}")))
    assert f"line 12: sources.accounts.values.{'status' if 'status' in values else 'name'}: {words}" in message


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ({}, "expected either files, or url and table"),
        ({"files": "a.csv", "url": "sqlite:///a.db", "table": "t"}, "expected either files, or url and table"),
        ({"url": "sqlite:///a.db"}, "expected either files, or url and table"),
        ({"files": "a.csv", "table": "t"}, "expected either files, or url and table"),
        ({"url": "mysql://host/db", "table": "t"}, "url: expected postgresql://"),
        ({"url": "postgresql://me:geheim@host/db", "table": "t"}, "a password has no place in a file"),
        ({"url": "postgresql://me:geh/eim@host/db", "table": "t"}, "a password has no place in a file"),
        ({"url": "postgresql://host/db?user=me&password=geheim", "table": "t"}, "a password has no place in a file"),
        ({"url": "postgresql://me:${NAME}geheim@host/db", "table": "t"}, "a password has no place in a file"),
    ],
)
def test_a_mistaken_source_is_named_with_its_line_and_without_its_password(tmp_path, source, words):
    tree = {"name": "t", "title": "T", "as_of": "2026-06-30", "sources": {"orders": source}}
    (tmp_path / "study.yaml").write_text(yaml.safe_dump(tree, sort_keys=False))
    with pytest.raises(InputError, match=r"line 5: sources\.orders: ") as error:
        Study.read(tmp_path / "study.yaml")
    assert words in str(error.value) and "geheim" not in str(error.value)


@pytest.mark.parametrize("form", ["%d.%m", "%H:%M", "day", "", "%d/%m/%Y or %m/%d/%Y", "%d.%m.%Y%"])
def test_a_date_format_that_names_no_day_is_refused(form):
    with pytest.raises(ValidationError, match="expected one strptime format with day, month and year"):
        Dialect(date_format=form)


@pytest.mark.parametrize("form", ["%d.%m.%Y", "%-d/%-m/%y", "%b %d, %Y", "%Y%m%d", "%d.%m.%Y %H:%M", "excel", None])
def test_a_date_format_that_names_a_day_is_kept(form):
    assert Dialect(date_format=form).date_format == form


def test_a_place_names_the_files_or_the_table():
    assert Source(files=["a.csv", "b.csv"]).place == "a.csv, b.csv"
    assert Source(url="sqlite:///shop.db", table="orders").place == "orders"


def test_memory_of_an_engine_has_a_unit():
    assert Engine(memory="1.5GB").memory == "1.5GB"
    with pytest.raises(ValidationError, match="memory"):
        Engine(memory="1500")


def _study_on(folder, engine, orders):
    tree = {
        "name": "engines",
        "title": "Engines",
        "as_of": "2026-06-30",
        "engine": engine,
        "sources": {"orders": orders},
    }
    (folder / "study.yaml").write_text(yaml.safe_dump(tree))
    return Study.read(folder / "study.yaml")


@pytest.mark.parametrize(
    "url", ["mysql://x", "postgresql://kam:secret@host/db", "spark:", "http://x", "local[0]", "DuckDB"]
)
def test_an_engine_that_is_none_or_shows_a_password_is_refused(tmp_path, url):
    with pytest.raises(InputError, match=r"expected|password") as told:
        _study_on(tmp_path, {"url": url}, {"table": "x"})
    assert "secret" not in str(told.value)


def test_orders_of_an_engine_are_a_table_of_it(tmp_path):
    with pytest.raises(InputError, match=r"sources\.orders: expected table"):
        _study_on(tmp_path, {"url": "postgresql://kam@host/db"}, {"files": "orders.parquet"})
    with pytest.raises(InputError, match=r"sources\.orders: expected url beside table"):
        _study_on(tmp_path, {}, {"table": "lines"})
    with pytest.raises(InputError, match=r"spill: expected a folder that every machine of the cluster reaches"):
        _study_on(tmp_path, {"url": "spark://host:7077"}, {"files": "s3a://bucket/orders"})
