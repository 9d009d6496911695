"""Pages of the published sample in every language: no word of theirs stands outside the catalogue. Oracle: a catalogue in which every sentence is marked."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from kamlib.report import language
from kamlib.report.language import TOLD, own_words
from kamlib.run.places import SAMPLE
from kamlib.study.model import Study

WORD = re.compile(r"[^\W\d_]{2,}")
NOT_WORDS = {"EUR", "KAISM", "RFM", "ABC", "XYZ", "VaR", "NPS", "DSO"}


@pytest.fixture
def marked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every sentence, head and word of the kit between ⟦ and ⟧."""

    class Heads(dict):
        def get(self, name, default=None):
            return f"⟦{name}⟧"

    told = {code: f"⟦{text}⟧" for code, text in own_words("en").items()}
    known = {name: set(words) for name, words in language._source("ru")["values"].items()}
    monkeypatch.setattr(language, "_whole", lambda _: told)

    def value_word(name: str, value: str) -> str:
        return f"⟦{value}⟧" if value in known.get(name, ()) else value

    for place in ("tables", "words", "html", "dossier.sections", "index.key_figures"):
        monkeypatch.setattr(f"kamlib.report.{place}.value_word", value_word)
    monkeypatch.setattr("kamlib.report.tables.heads_of", lambda: Heads())


def seen(page: BeautifulSoup) -> Iterator[str]:
    """All that a reader sees or hears."""
    for tag in page(["style", "script"]):
        tag.decompose()
    yield from (str(text) for text in page.body.find_all(string=True))
    yield from (
        str(tag[name]) for tag in page.find_all(True) for name in ("aria-label", "alt", "title") if tag.get(name)
    )


def from_data(tables: dict[str, pd.DataFrame], study: Study) -> set[str]:
    """Every word that stands in a text of the tables, or that the study's own playbook has."""
    texts = pd.concat([rows[name] for rows in tables.values() for name in rows.select_dtypes(["object", "string"])])
    told = (
        " ".join(texts.dropna().astype(str).unique())
        + study.to_yaml()
        + " January February March April May June July August September October November December"
    )
    return set(WORD.findall(told)) | NOT_WORDS


def test_no_word_of_the_pages_stands_outside_the_catalogue(marked, sample_tables, sample_pages, tmp_path):
    known = from_data(sample_tables, Study.read(SAMPLE))
    for path in sample_pages(tmp_path, "en"):
        for text in seen(BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")):
            while (bare := re.sub(r"⟦[^⟦⟧]*⟧", " ", text)) != text:
                text = bare
            assert not set(WORD.findall(text)) - known, (path.name, text)


@pytest.mark.parametrize("code", TOLD)
def test_the_index_of_the_sample_is_written_in_each_language(code, sample_pages, tmp_path):
    for path in sample_pages(tmp_path, code)[:2]:
        page = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        assert page.html["lang"] == code
        assert not re.search(r"[{}⟦⟧]|\bNone\b|\bnan\b", page.body.get_text())
    index = BeautifulSoup((tmp_path / "index.html").read_text(encoding="utf-8"), "html.parser")
    shown = " ".join(index.body.get_text(" ").split())
    for words in {
        "en": ["Key accounts", "30 June 2026"],
        "ru": ["Ключевые клиенты", "30 июня 2026"],
        "ca": ["Clients clau", "30 de juny"],
    }[code]:
        assert words in shown
    russian = [tag.get_text() for tag in index.select("th span[lang=ru]")]
    assert (code == "ru") != any(name.startswith("ООО") for name in russian), "the page's own language needs no mark"


@pytest.mark.proof
@pytest.mark.parametrize("code", ["ru", "ca"])
def test_a_whole_run_speaks_the_language_of_its_study(code, tmp_path):
    from kamlib.run.publish import run_study

    index = run_study(SAMPLE, out=tmp_path, values={"language": code})
    assert len(list(index.parent.glob("0*.html"))) > 5
    for path in index.parent.rglob("*.html"):
        page = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        assert page.html["lang"] == code, path.name
    part = BeautifulSoup((index.parent / "02_scoring.html").read_text(encoding="utf-8"), "html.parser")
    prose = part.select("article p[lang=en]")
    told = [tag.get_text() for tag in part.select("article p:not([lang])")]
    assert prose and any({"ru": "ключевых клиентов", "ca": "clients clau"}[code] in text for text in told)
