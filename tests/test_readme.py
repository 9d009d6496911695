"""README is true: what it names is there, what it tells to type works."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pandas as pd
import pytest
import yaml
from typer.testing import CliRunner

from kamlib.cli import app
from kamlib.run import batch
from kamlib.study.model import Study
from kamlib.study.sources import Engine

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_file_that_readme_links_is_there():
    links = re.findall(r"\]\(([^)#]+)\)", README)
    assert len(links) >= 8
    assert not [link for link in links if not (ROOT / link).exists()]


def test_readme_lists_every_notebook_with_the_question_it_opens_with():
    listed = dict(re.findall(r"^\| (.+?) \| \[(\w+)\]\(notebooks/\2\.ipynb\)", README, re.M))
    books = sorted((ROOT / "notebooks").glob("*.ipynb"))
    assert sorted(listed.values()) == [book.stem for book in books]
    opens = {book.stem: nbformat.read(book, as_version=4).cells[0].source.splitlines()[0] for book in books}
    assert {name: f"# {question}" for question, name in listed.items()} == opens


def test_every_kam_command_and_option_in_readme_exists():
    typed = re.findall(r"^(?:\.venv/bin/)?kam (\w+)(.*?)(?:#.*)?$", README, re.M)
    assert {"run", "check", "batch", "sample"} <= {command for command, _ in typed}
    for command, rest in typed:
        told = CliRunner().invoke(app, [command, "--help"], env={"COLUMNS": "200", "NO_COLOR": "1"})
        assert told.exit_code == 0, command
        assert not [option for option in re.findall(r"--[a-z-]+", rest) if option not in told.output]


@pytest.mark.slow
def test_the_study_file_in_readme_is_whole_and_fits_a_file_with_its_four_columns(tmp_path):
    (example,) = re.findall(r"```yaml\n(.+?)```", README, re.S)
    (tmp_path / "study.yaml").write_text(example, encoding="utf-8")
    theirs = {"order_id": "Invoice", "account_id": "Customer", "date": "Day", "amount": "Net"}
    lines = pd.read_csv(ROOT / "data" / "sample" / "orders.csv", dtype=str, nrows=1000)
    lines[list(theirs)].rename(columns=theirs).to_csv(tmp_path / "orders.csv", index=False)
    told = CliRunner().invoke(app, ["check", str(tmp_path / "study.yaml")])
    assert told.exit_code == 0, told.output
    assert re.search(r"came in +1,000 ", told.output)
    study = Study.read(tmp_path / "study.yaml")
    assert study.scoring.criteria, "without a criterion nobody can be key"


def test_every_engine_in_readme_is_one():
    lines = re.findall(r"`(engine: .+?)`", README)
    found = [Engine.model_validate(yaml.safe_load(line)["engine"]).url for line in lines]
    assert {url.partition(":")[0].partition("[")[0] for url in found} == {"postgresql", "local", "spark"}


def test_the_python_of_readme_runs_on_clean_lines(clean_orders, tmp_path, monkeypatch, capsys):
    (code,) = re.findall(r"```python\n(.+?)```", README, re.S)
    clean_orders([("A", "2026-01-31", "10.50"), ("B", "2026-03-31", "3")]).to_parquet(tmp_path / "orders.parquet")
    monkeypatch.chdir(tmp_path)
    exec(compile(code, "README.md", "exec"), {})
    assert re.search(r"^0 +A 2026-06-30 .*^1 +B 2026-06-30 ", capsys.readouterr().out, re.S | re.M)


def test_the_batch_file_in_readme_is_read(tmp_path):
    (example,) = re.findall(r"`(studies: .+?)`", README)
    (tmp_path / "quarter.yaml").write_text(example, encoding="utf-8")
    assert [entry.study for entry in batch.read(tmp_path / "quarter.yaml").studies] == [
        *("north/study.yaml", "south/study.yaml")
    ]


def test_every_make_target_in_readme_is_in_the_makefile():
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"(?:^|`)make (\w+)", README, re.M))
    assert {"report", "test", "help"} <= targets
    assert not [target for target in targets if not re.search(rf"^{target}:", makefile, re.M)]
