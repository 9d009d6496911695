"""README and the pages beside it are true: what they name is there, what they tell to type works."""

from __future__ import annotations

import os
import re
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import nbformat
import numpy as np
import pandas as pd
import pytest
import yaml
from typer.testing import CliRunner

from kamlib import scoring
from kamlib.cli import app
from kamlib.run import batch
from kamlib.study.model import Study
from kamlib.study.sources import Engine

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
OWN_NOTEBOOK, ENGINES, OWN_DATA, BATCHES = (
    (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")
    for name in ("own_notebook", "engines", "own_data", "batches")
)
OWN, WAREHOUSE = (re.search(r"```python\n(.+?)```", page, re.S)[1] for page in (OWN_NOTEBOOK, ENGINES))
RESULTS = (ROOT / "bench" / "RESULTS.md").read_text(encoding="utf-8")
REAL = Path(os.environ.get("KAM_REFERENCE_DATA", ROOT.parent / "shared" / "data")) / "online_retail_ii.parquet"


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


PAGES = [ROOT / "README.md", *sorted(ROOT.glob("docs/**/*.md"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_kam_command_and_option_that_a_page_tells_to_type_exists(page):
    text = page.read_text(encoding="utf-8")
    blocks = re.findall(r"^```(?:sh|console)\n(.*?)^```", text, re.M | re.S)
    inline = re.findall(r"`(kam \w+[^`]*)`", text)
    typed = re.findall(r"(?:^|[\s/])kam (\w+)((?: [^#\n&|]*)?)", "\n".join([*blocks, *inline]))
    for command, rest in set(typed):
        told = CliRunner().invoke(app, [command, "--help"], env={"COLUMNS": "200", "NO_COLOR": "1"})
        assert told.exit_code == 0, command
        assert not [option for option in re.findall(r"--[a-z-]+", rest) if option not in told.output]


def test_readme_makes_its_own_data_in_three_commands():
    (block,) = (text for text in re.findall(r"```sh\n(.*?)```", README, re.S) if "kam init" in text)
    assert [line.split()[1] for line in block.splitlines()] == ["init", "check", "run"]


def test_readme_is_a_screen_and_a_half():
    assert len(README.splitlines()) <= 90


@pytest.mark.parametrize("page", ["README.md", "docs/compare.md"])
def test_every_measured_figure_is_that_of_the_results(page):
    told = (ROOT / page).read_text(encoding="utf-8")
    figures = set(re.findall(r"\b(?:0\.\d{4}|\d+\.\d+(?= (?:s|GB)\b)|\d{1,3}(?:,\d{3})+|\d+\.\d%)", told))
    assert len(figures) >= 5
    assert not [figure for figure in figures if not re.search(rf"(?<![\d.,]){re.escape(figure)}(?!\d)", RESULTS)]


@pytest.mark.slow
def test_the_study_file_by_hand_is_whole_and_fits_a_file_with_its_four_columns(tmp_path):
    (example,) = re.findall(r"```yaml\n(.+?)```", OWN_DATA, re.S)
    (tmp_path / "study.yaml").write_text(example, encoding="utf-8")
    theirs = {"order_id": "Invoice", "account_id": "Customer", "date": "Day", "amount": "Net"}
    lines = pd.read_csv(ROOT / "data" / "sample" / "orders.csv", dtype=str, nrows=1000)
    lines[list(theirs)].rename(columns=theirs).to_csv(tmp_path / "orders.csv", index=False)
    told = CliRunner().invoke(app, ["check", str(tmp_path / "study.yaml")])
    assert told.exit_code == 0, told.output
    assert re.search(r"came in +1,000 ", told.output)
    study = Study.read(tmp_path / "study.yaml")
    assert study.scoring.criteria, "without a criterion nobody can be key"


def test_every_engine_that_is_told_of_is_one():
    lines = re.findall(r"`(engine: .+?)`", ENGINES)
    found = [Engine.model_validate(yaml.safe_load(line)["engine"]).url for line in lines]
    assert {url.partition(":")[0].partition("[")[0] for url in found} == {"postgresql", "local", "spark"}


def test_the_warehouse_needs_a_customer_a_day_and_an_amount(tmp_path, monkeypatch, capsys):
    lines = {
        "Customer": ["A", "B"],
        "Day": pd.to_datetime(["2026-01-31 17:30", "2026-03-31 08:00"]),
        "Net": [10.5, 3.0],
    }
    pd.DataFrame(lines).to_parquet(tmp_path / "orders.parquet")
    monkeypatch.chdir(tmp_path)
    exec(compile(WAREHOUSE, "engines.md", "exec"), {})
    assert re.search(r"^0 +A 2026-06-30 .*^1 +B 2026-06-30 ", capsys.readouterr().out, re.S | re.M)


def own_notebook(frame: pd.DataFrame, day: date) -> SimpleNamespace:
    made = {"frame": frame, "day": day, "scoring": scoring}
    exec(compile(OWN, "own_notebook.md", "exec"), made)
    (key,) = re.findall(r"`(scoring\.score_list\(.+?\))`", OWN_NOTEBOOK)
    return SimpleNamespace(**made, key=eval(key, made))


@pytest.mark.slow
def test_five_lines_of_ones_own_group_and_say_that_thirteen_months_are_too_short_for_a_test():
    assert len([line for line in OWN.splitlines() if line and not line.startswith("from ")]) == 5
    days = pd.to_datetime(["2025-03-01", "2026-01-10", "2026-02-10", "2026-03-10", "2026-03-12"])
    lines = {
        "Customer ID": [7, 8, 8, 8, 9],
        "InvoiceDate": days,
        "Amount": [5.0, 900, 900, 900, 30],
        "Invoice": range(5),
    }
    made = own_notebook(pd.DataFrame(lines), date(2026, 3, 31))
    assert set(made.rfm["customer_id"]) == {"7", "8", "9"}
    # 7 bought nothing in the last twelve months, the longest window that was observed
    assert dict(made.abc_xyz[["customer_id", "cell"]].to_numpy()) == {"8": "AN", "9": "CN", "7": "no order in window"}
    assert made.leaving.test.verdict.method == "baseline" and made.leaving.test.verdict.test_date is None
    assert sorted(made.leaving.table["customer_id"]) == ["8", "9"]
    assert made.key.table["customer_id"].tolist() == ["8", "9"]


def silence_and_limit(bought: pd.DataFrame, day: pd.Timestamp) -> tuple[pd.Series, pd.Series]:
    """Days since the last purchase, and three times the pace until then with one usual gap in it, 30 to 400; by customer."""
    days = bought.groupby("Customer ID")["day"]
    last, n = days.max(), days.nunique()
    span = (last - days.min()).dt.days
    usual = np.exp(np.log(span / (n - 1))[n > 1].mean())
    return (day - last).dt.days, (3 * (span + usual) / n).clip(30, 400)


@pytest.mark.real
@pytest.mark.skipif(not REAL.is_file(), reason=f"{REAL.name} lies neither in ../shared/data nor in KAM_REFERENCE_DATA")
def test_five_lines_of_ones_own_on_a_real_data_set_agree_with_counts_by_hand():
    """The counts are made here from the frame by pandas, without the kit."""
    frame = pd.read_parquet(REAL).dropna(subset="Customer ID")
    frame = frame[~((frame["Sheet"] == "Year 2009-2010") & (frame["InvoiceDate"] >= "2010-12-01"))]
    frame = frame.assign(Amount=frame["Quantity"] * frame["Price"])
    day = date(2011, 12, 9)
    made = own_notebook(frame, day)
    assert len(made.rfm) == len(made.abc_xyz) == frame["Customer ID"].nunique() == 5_942
    exact = frame["Quantity"] * (frame["Price"] * 10_000).round().astype("int64")
    net = exact.where(frame["InvoiceDate"] >= "2009-12-10", 0).groupby(frame["Customer ID"]).sum()  # of two years
    assert made.abc_xyz["cell"].isin(["net<=0", "no order in window"]).sum() == (net <= 0).sum() == 153
    bought = frame[(frame["Amount"] > 0)].assign(day=lambda t: t["InvoiceDate"].dt.normalize())
    silent, limit = silence_and_limit(bought, pd.Timestamp(day))
    at_risk = silent[silent <= limit.clip(lower=365)]
    assert sorted(made.leaving.table["customer_id"]) == sorted(f"{number:.0f}" for number in at_risk.index)
    lost = made.abc_xyz.set_index("customer_id")["xyz"] == "L"
    assert lost.sum() == (silent > limit.clip(lower=180)).sum()
    then = pd.Timestamp(day) - pd.Timedelta(days=180)
    silent, limit = silence_and_limit(bought[bought["day"] <= then], then)
    asked = silent[silent <= limit.clip(lower=365)].index
    came = bought.loc[bought["day"] > then, "Customer ID"].unique()
    verdict = made.leaving.test.verdict
    assert (verdict.test_date, verdict.losses) == (then, len(set(asked) - set(came)))
    assert made.leaving.table["p_silent"].between(0, 1).all()
    assert made.key.table["key"].sum() == 35


def test_the_batch_file_is_read(tmp_path):
    (example,) = re.findall(r"```yaml\n(.+?)```", BATCHES, re.S)
    (tmp_path / "quarter.yaml").write_text(example, encoding="utf-8")
    assert [entry.study for entry in batch.read(tmp_path / "quarter.yaml").studies] == [
        *("north/study.yaml", "units/*/study.yaml")
    ]


def test_every_make_target_in_readme_is_in_the_makefile():
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"(?:^|`)make (\w+)", README, re.M))
    assert {"report", "test", "help"} <= targets
    assert not [target for target in targets if not re.search(rf"^{target}:", makefile, re.M)]
