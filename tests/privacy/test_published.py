"""Reports that still hold a person. Oracle: a name put by hand into one file of each kind, as that kind writes it."""

from __future__ import annotations

import json

import pandas as pd
import pytest
import xlsxwriter

from kamlib.privacy import published
from kamlib.privacy.person import Person

KATJA = Person(frozenset({"c1"}), frozenset({"Katja Mémikov"}), frozenset(), frozenset({"a"}))
PNG = "iVBORw0KGgo" * 50


def page(body: str) -> str:
    return f'<!DOCTYPE html><p><img src="data:image/png;base64,{PNG}">{body}</p>'


def held(path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".parquet":
        pd.DataFrame({"n": [1, 2], "name": ["x", text]}).to_parquet(path)
    elif path.suffix == ".xlsx":
        with xlsxwriter.Workbook(path) as book:
            book.add_worksheet().write_string(0, 0, text)
    elif path.suffix in (".json", ".ipynb"):
        path.write_text(json.dumps({"cells": [{"text": [text], "image/png": PNG}]}))
    else:
        path.write_text(page(text) if path.suffix == ".html" else text, encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "text"),
    [("1.html", "<b>Katja</b> M&eacute;mikov"), ("1.html", '<img alt="sums of Memikov, Katja">'), ("tables/a.parquet", "Katja Memikov"),
     ("accounts.xlsx", "KATJA MÉMIKOV"), ("run.json", "Katja Mémikov"), ("notebooks/1.ipynb", "K. Mémikov"), ("notebooks/2.ipynb", "<text>Katja</text><text>Mémikov</text>"),
     ("dossiers/K.1.html", "Katja Mémikov, management"), ("dossiers/handover/K.1.html", "Katja Mémikov"), ("actions.csv", "a1,K.1,call Katja Memikov"), ("quarantine/1.csv", "1;katja_memikov")],
)  # fmt: skip
def test_a_report_that_holds_the_person_is_named_whatever_kind_of_file_holds_it(tmp_path, name, text):
    held(tmp_path / "t" / "2026Q1" / name, text)
    held(tmp_path / "t" / "2026Q2" / name, "Katja Roden and T. Memikov")
    held(tmp_path / "other" / "2026Q1" / name, text)
    assert published.holding(tmp_path, "t", KATJA) == {tmp_path / "t" / "2026Q1": 1}


def test_what_stands_beside_the_reports_is_named_by_itself(tmp_path):
    for name in ("index.html", "batch.json", "t/2026Q1.log", "t/2026Q1/a.html", "t/2026Q1/b.html"):
        held(tmp_path / name, "Katja Memikov")
    assert published.holding(tmp_path, "t", KATJA) == {
        tmp_path / "batch.json": 1, tmp_path / "index.html": 1, tmp_path / "t" / "2026Q1": 2, tmp_path / "t" / "2026Q1.log": 1,
    }  # fmt: skip


def test_no_reports_hold_nobody(tmp_path):
    assert published.holding(tmp_path / "none", "t", KATJA) == {}
