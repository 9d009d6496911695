"""What the report of a whole run holds: its pages, tables and files, on the sample, with other parameters, and of ten clients."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd
import pytest

from kamlib.run.notebook.steps import notebook_steps
from kamlib.run.places import SAMPLE
from kamlib.run.publish import run_study


@pytest.fixture
def report(sample_report) -> Path:
    """The folder of one run of the sample."""
    return sample_report


@pytest.fixture(scope="module")
def early(tmp_path_factory) -> Path:
    """The folder of a run of the sample with another horizon, at a quarter before the first rating."""
    out = tmp_path_factory.mktemp("early")
    return run_study(SAMPLE, as_of="2024Q1", out=out, values={"churn.horizon_days": 120}).parent


def test_a_run_publishes_the_index_a_page_a_notebook_and_every_declared_table(report):
    assert report.parts[-2:] == ("sample", "2026Q2")
    assert (report / "index.html").exists()
    for step in notebook_steps():
        assert (report / f"{step.name}.html").exists()
        assert (report / "notebooks" / step.path.name).exists()
        for table in step.makes:
            assert (report / "tables" / f"{table}.parquet").exists()


def test_a_report_holds_nothing_else_and_no_place_of_a_file(report):
    names = {path.name for path in report.iterdir()}
    pages = {f"{step.name}.html" for step in notebook_steps()}
    assert (
        names
        == {
            "index.html",
            "run.json",
            "tables",
            "notebooks",
            "dossiers",
            "accounts.xlsx",
            "actions.csv",
            "customers.csv",
            "customers.html",
            "digest.html",
            "glossary.html",
            "report.json",
        }
        | pages
    )
    assert not [path for path in report.rglob("*.json") if str(SAMPLE.parent).encode() in path.read_bytes()]


def test_every_link_of_the_report_leads_somewhere(report):
    for page in report.rglob("*.html"):
        for href in re.findall(r'<a [^>]*href="([^"#]+)', page.read_text(encoding="utf-8")):
            assert (page.parent / href).exists(), f"{page.name}: {href}"


def test_every_key_account_has_a_dossier_and_the_tables_lead_to_it(report):
    scores = pd.read_parquet(report / "tables" / "scores.parquet")
    for one in scores.loc[scores["key"], "customer_id"]:
        assert (report / "dossiers" / f"{one}.html").exists() and (
            report / "dossiers" / "handover" / f"{one}.html"
        ).exists()
        for page in ("index.html", "02_scoring.html"):
            assert f'href="dossiers/{one}.html"' in (report / page).read_text(encoding="utf-8")


def test_no_contact_is_named_in_a_report(report):
    contacts = set(pd.read_parquet(report / "tables" / "contacts.parquet")["name"].dropna())
    assert len(contacts) > 1000
    for page in report.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert not [name for name in contacts if name in text], page


def test_what_managers_fill_in_holds_every_action_on_record(report):
    actions = pd.read_parquet(report / "tables" / "actions.parquet")
    out = pd.read_csv(report / "actions.csv", dtype=str, encoding="utf-8-sig", keep_default_na=False)
    assert len(out) >= len(actions) and set(actions["account_id"]) <= set(out["account_id"])


def test_the_index_names_the_key_accounts(report):
    scores = pd.read_parquet(report / "tables" / "scores.parquet")
    keys = scores.loc[scores["key"], "customer_id"]
    assert len(keys) >= 3
    text = (report / "index.html").read_text(encoding="utf-8")
    assert all(account in text for account in keys)


def test_run_json_tells_versions_parameters_inputs_and_seconds(report):
    record = json.loads((report / "run.json").read_text())
    assert record["as_of"] == "2026-06-30"
    assert set(record["seconds"]) == {step.name for step in notebook_steps()}
    assert all(len(row["sha256"]) == 64 for row in record["inputs"])
    assert record["parameters"]["churn"]["horizon_days"] == 180
    assert record["versions"]["pandas"].startswith("2.")


@pytest.mark.kernel
def test_a_run_with_other_parameters_shows_other_tables(report, early):
    assert early.name == "2024Q1"
    made = (
        "facts",
        "states",
        "churn",
        "value",
        "scores",
        "rfm",
        "abcxyz",
        "lifecycle",
        "crosstabs",
        "migration",
        "clusters",
    )
    for name in made:
        first, second = (pd.read_parquet(folder / "tables" / f"{name}.parquet") for folder in (report, early))
        assert not first.equals(second), name
    assert pd.read_parquet(early / "tables" / "facts.parquet")["last_order"].max() <= pd.Timestamp("2024-03-31")
    assert json.loads((early / "run.json").read_text())["parameters"]["churn"]["horizon_days"] == 120


@pytest.mark.kernel
def test_a_quarter_before_the_first_rating_is_an_ordinary_run(early):
    scores = pd.read_parquet(early / "tables" / "scores.parquet")
    assert (scores["high"] > scores["low"]).all(), "what nobody has rated yet leaves an interval"
    assert scores["key"].sum() >= 3


def words(page: Path) -> str:
    """The text of a page, without its scripts and its style."""
    return re.sub(r"(?s)<(script|style)\b.*?</\1>|<[^>]*>", " ", page.read_text(encoding="utf-8"))


def test_ten_clients_with_half_a_year_of_order_lines_and_a_negative_one_get_a_whole_report(ten_batch):
    report = ten_batch / "out" / "ten" / "2026Q2"
    pages = {page.relative_to(report).with_suffix("").as_posix(): words(page) for page in report.rglob("*.html")}
    assert not {name: found for name, text in pages.items() if (found := re.findall(r"\b(?:nan|NaN|NaT|inf)\b", text))}
    assert "000" in pages["index"] and "None could be estimated" in pages["index"]
    assert pd.read_parquet(report / "tables" / "churn.parquet")["p_silent"].isna().all(), "too few to say"
