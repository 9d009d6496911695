"""The digest. Oracle: the summary that the first page shows; a program of one line in place of the browser."""

from __future__ import annotations

import shutil

import pytest
from bs4 import BeautifulSoup

from kamlib.errors import InputError
from kamlib.report.index.summary import summary
from kamlib.report.whole import digest
from kamlib.report.whole.digest import print_pdf, write_digest


def written(tmp_path, study, tables) -> BeautifulSoup:
    write_digest(tmp_path, study, summary(study, tables))
    return BeautifulSoup((tmp_path / "digest.html").read_text(encoding="utf-8"), "html.parser")


def test_it_has_the_sentences_and_blocks_of_the_first_page(tmp_path, study, tables):
    page = written(tmp_path, study, tables)
    told = summary(study, tables)
    assert [dd.get_text() for dd in page.select(".answer dd")] == [one.waits or one.value for one in told.answer]
    heads = [head.get_text() for head in page.find_all("h2")]
    assert heads == ["The answer", "Warnings", "The last four quarters", "Key accounts", "Whom to call first"]


def test_key_accounts_beyond_the_first_are_counted(tmp_path, study, tables, monkeypatch):
    monkeypatch.setattr(digest, "LISTED", 1)
    section = written(tmp_path, study, tables).find(id="accounts").parent
    every = len(summary(study, tables).accounts)
    assert len(section.select("tbody tr")) == 1 < every
    assert f"The first 1 of {every}; all stand in the summary." in section.get_text()


def browser(folder, script: str):
    path = folder / "printer"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return lambda name: str(path) if name == "chromium" else None


def test_the_pdf_is_what_the_browser_prints(tmp_path, monkeypatch):
    script = 'for word; do case "$word" in --print-to-pdf=*) echo "%PDF $word" > "${word#*=}";; esac; done'
    monkeypatch.setattr(shutil, "which", browser(tmp_path, script))
    (tmp_path / "digest.html").write_text("x")
    assert print_pdf(tmp_path / "digest.html").read_text().startswith("%PDF")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["digest.html", "digest.pdf", "printer"]


def test_a_browser_that_prints_nothing_and_none_at_all_are_said(tmp_path, monkeypatch):
    (tmp_path / "digest.html").write_text("x")
    monkeypatch.setattr(shutil, "which", browser(tmp_path, "echo no display >&2"))
    with pytest.raises(InputError, match=r"no PDF was printed; found .*no display"):
        print_pdf(tmp_path / "digest.html")
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(InputError, match="nothing that prints a PDF is installed"):
        print_pdf(tmp_path / "digest.html")
    assert not (tmp_path / "digest.pdf").exists()
