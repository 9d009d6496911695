"""A password is never printed, logged or published. Oracle: one word planted in URLs of many spellings, looked for in all that
comes out."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import quote

import nbformat
import pytest
import yaml

from kamlib.errors import InputError, StepError
from kamlib.passwords import hidden, shows
from kamlib.run.notebook.execute import execute
from kamlib.study.model import Study
from kamlib.study.sources import Engine, Source

WORD = "geh31m"
URL = f"postgresql://me:{WORD}@host/shop"
SPELLINGS = [
    URL, f"POSTGRESQL://me:{WORD}@host/shop", f"postgres://me:{WORD}@host/shop", f"postgresql+psycopg://me:{WORD}@host/shop",
    f"mysql://me:{WORD}@host/shop", f"spark://me:{WORD}@host:7077", f"s3a://KEY:{WORD}@bucket/kam", f"https://{WORD}@host/shop",
    f"postgresql://:{WORD}@host/shop", f"postgresql://me:a@b:{WORD}@host/shop", f"postgresql://me:a/{WORD}@host/shop",
    f"postgresql://me:a b{WORD}@host/shop", f"postgresql://${{ME}}:{WORD}@host/shop", f"postgresql://me:${{PART}}{WORD}@host/shop",
    f"postgresql://me:${{PART:-{WORD}}}@host/shop", f"postgresql://me%3A{WORD}@host/shop", f"postgresql://me:{WORD}%40host/shop",
    quote(URL, safe=""), quote(quote(URL, safe=""), safe=""), f"postgresql:/me:{WORD}@host/shop", f"postgresql:\\\\me:{WORD}@host/shop",
    f"//me:{WORD}@host/shop", f"me:{WORD}@host/shop", f"postgresql://host/shop?password={WORD}", f"postgresql://host/shop?user=me&PASSWORD={WORD}",
    f"postgresql://host/shop?sslpassword={WORD}", f"postgresql://host/shop?pass%77ord={WORD}", f"postgresql://host/shop?password%3D{WORD}",
    f"postgresql://host/shop?options=-c%20pwd={WORD}", f"host=host user=me password={WORD}", f"host=host password = '{WORD}'",
    f"jdbc:postgresql://host/shop?user=me&password={WORD}", f"jdbc:oracle:thin:me/{WORD}@host:1521/shop", f"sqlite:///shop.db?key=1&token={WORD}",
    f"ｐｏｓｔｇｒｅｓｑｌ：／／me：{WORD}＠host", f"https://host/a.csv?sig={WORD}",
]  # fmt: skip
PLAIN = [
    "postgresql://me@host/shop", "postgresql://me:${SECRET}@host/shop", "postgresql://${ME}:${A}${B}@host/shop", "postgresql://host:5432/shop",
    "postgresql://host/shop?user=me&password=${SECRET}", "postgresql://host/shop?password=${SECRET}&sslmode=require", "spark://host:7077",
    "local[*]", "s3a://bucket/orders/*.parquet", "sqlite:///data/shop.db", "duckdb:///C:/data/shop.duckdb", "C:\\data\\a.csv", "orders.csv",
    "../exports/2026-01-01T12:00.csv", "mailto:me@host.example", "me@host.example", "12:30", "the password is asked for", "^CN-", "a = b", "50 % of it",
    "https://host.example/a?b=c", "Ask ann@host.example: 20%", "compass = north",
]  # fmt: skip
EVERYWHERE = {"study.yaml", "batch.yaml", "orders.csv", "a.ipynb"}


def tree(**more) -> dict:
    return {"name": "t", "title": "T", "as_of": "2026-06-30", "sources": {"orders": {"files": "orders.csv"}}} | more


FIELDS = {
    "title": lambda url: tree(title=url),
    "name": lambda url: tree(name=url),
    "engine": lambda url: tree(engine=url),
    "engine.url": lambda url: tree(engine={"url": url}),
    "engine.spill": lambda url: tree(engine={"spill": url}),
    "sources": lambda url: tree(sources=url),
    "orders": lambda url: tree(sources={"orders": url}),
    "files": lambda url: tree(sources={"orders": {"files": url}}),
    "one of files": lambda url: tree(sources={"orders": {"files": ["orders.csv", url]}}),
    "url": lambda url: tree(sources={"orders": {"url": url, "table": "t"}}),
    "table": lambda url: tree(sources={"orders": {"url": "sqlite:///shop.db", "table": url}}),
    "column": lambda url: tree(sources={"orders": {"files": "orders.csv", "columns": {"date": url}}}),
    "unknown key": lambda url: tree(options={"dsn": url}),
    "key": lambda url: tree(**{url: 1}),
    "currency": lambda url: tree(currency=url),
    "as_of": lambda url: tree(as_of=url),
    "review": lambda url: tree(identity={"review": url}),
    "pattern": lambda url: tree(cleaning={"cancelled": url}),
}


def came_out(folder: Path, *printed: str) -> list[str]:
    """What was printed, or the files besides those that were given, that hold the word or its end."""
    given = [text for text in printed if WORD in text]
    return given + [str(path) for path in folder.rglob("*") if path.is_file() and path.name not in EVERYWHERE and WORD.encode() in path.read_bytes()]  # fmt: skip


def test_there_are_enough_spellings_to_mean_something():
    assert len(set(SPELLINGS)) >= 24


@pytest.mark.parametrize("url", SPELLINGS)
def test_every_spelling_is_known_and_hidden_in_every_message(url):
    assert shows(url)
    about = InputError("no file", file=url, column=url, found=url, remedy=f"Mend {url}.")
    step = StepError("a.ipynb", 1, f"OperationalError: {url}", f"connect('{url}')")
    told = [str(about), str(step), step.cause, step.trace]
    assert "a b" in url or not [text for text in told if WORD in text]  # a blank ends a URL in a sentence


@pytest.mark.parametrize("text", PLAIN)
def test_what_is_no_password_stays_as_it_is(text):
    assert (
        not shows(text)
        and hidden(text) == text
        and hidden(f"a.csv, line 1: no file; found '{text}'. Mend it.").count(text)
    )


@pytest.mark.parametrize("field", FIELDS)
def test_no_field_of_a_study_lets_one_out(kam, tmp_path, field):
    for url in SPELLINGS:
        (tmp_path / "study.yaml").write_text(yaml.safe_dump(FIELDS[field](url), allow_unicode=True), encoding="utf-8")
        for command in ("check", "run"):
            status, out, err = kam(command, "study.yaml")
            assert status == 2 and "a password has no place" in err and "line" in err, url
            assert not came_out(tmp_path, out, err), url


@pytest.mark.parametrize("where", ["study", "as_of", "values", "key"])
def test_no_field_of_a_batch_lets_one_out(kam, tmp_path, where):
    for url in SPELLINGS:
        entry = {
            "study": {"study": url}, "as_of": {"study": "study.yaml", "as_of": [url]},
            "values": {"study": "study.yaml", "values": {"sources.orders.url": url}}, "key": {"study": "study.yaml", url: 1},
        }[where]  # fmt: skip
        (tmp_path / "batch.yaml").write_text(yaml.safe_dump({"studies": [entry]}, allow_unicode=True), encoding="utf-8")
        status, out, err = kam("batch", "batch.yaml")
        assert status == 2 and not came_out(tmp_path, out, err), url


def test_a_study_of_a_batch_that_shows_one_fails_alone_and_the_page_does_not_say_it(kam, tmp_path):
    for number, url in enumerate(SPELLINGS):
        (tmp_path / f"{number}").mkdir()
        study = tree(engine={"url": url})
        (tmp_path / f"{number}" / "study.yaml").write_text(yaml.safe_dump(study, allow_unicode=True), encoding="utf-8")
    (tmp_path / "batch.yaml").write_text("studies: [{study: '*/study.yaml'}]")
    status, out, err = kam("batch", "batch.yaml")
    entries = json.loads((tmp_path / "reports" / "batch.json").read_text())
    assert status == 1 and [entry["status"] for entry in entries] == ["failed"] * len(SPELLINGS)
    assert all("a password has no place" in entry["cause"] for entry in entries)
    assert "a password has no place" in (tmp_path / "reports" / "index.html").read_text()
    assert not came_out(tmp_path, out, err)


@pytest.mark.parametrize(
    "words",
    [["run", "study.yaml", "--set", "engine.url={}"], ["run", "{}"], ["check", "{}"], ["check", "study.yaml", "--as-of", "{}"], ["init", "{}"],
     ["batch", "{}"], ["batch", "study.yaml", "--jobs", "{}"], ["open", "--out", "{}"], ["{}"], ["run", "study.yaml", "{}"], ["check", "--{}"], ["run", "study.yaml", "--set={}"],
     ["person", "{}", "x"], ["anonymise", "study.yaml", "{}"], ["firms", "{}"], ["new", "{}"], ["sample", "{}"]],
)  # fmt: skip
def test_no_word_of_a_command_lets_one_out(kam, tmp_path, words):
    for url in SPELLINGS:
        status, out, err = kam(*(word.format(url) for word in words))
        assert status == 2 and not came_out(tmp_path, out, err), url
    assert {path.name for path in tmp_path.iterdir()} == {"study.yaml", "orders.csv"}


def test_no_parameter_of_a_notebook_lets_one_out(tmp_path):
    cell = nbformat.v4.new_code_cell("title = ''", metadata={"tags": ["parameters"]})
    nbformat.write(
        nbformat.v4.new_notebook(
            cells=[cell], metadata={"kernelspec": {"name": "python3", "display_name": "x", "language": "python"}}
        ),
        tmp_path / "a.ipynb",
    )
    for url in SPELLINGS:
        with pytest.raises(InputError, match="the parameter 'title' shows a password") as error:
            execute(tmp_path / "a.ipynb", tmp_path / "out.ipynb", {"title": url})
        assert not came_out(tmp_path, str(error.value)), url


def test_a_crash_tells_neither_the_terminal_nor_the_log(kam, monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    def crash(*_: object, **__: object) -> Study:
        raise RuntimeError(f"connection to {URL} failed: password={WORD}")

    monkeypatch.setattr(Study, "read", crash)
    status, out, err = kam("check", "study.yaml")
    logs = list(tmp_path.glob("kam-*.log"))
    assert status == 1 and len(logs) == 1 and "RuntimeError" in logs[0].read_text()
    assert not came_out(tmp_path, out, err)


@pytest.mark.parametrize("url", SPELLINGS)
def test_a_part_of_a_study_made_in_python_tells_none(url):
    for make in (lambda: Engine(url=url), lambda: Source(url=url, table="t"), lambda: Source(url=url)):
        with pytest.raises(ValueError) as error:
            make()
        assert WORD not in str(error.value)
