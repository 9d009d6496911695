"""Pages on single customers: whole, harmless with any name, quick. Oracle: what was put into the tables."""

from __future__ import annotations

import re
import time

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from kamlib.report.dossier.pages import write_dossiers
from kamlib.report.html import TEMPLATES
from kamlib.study.model import Study

SCRIPT = (TEMPLATES / "tables.js").read_text(encoding="utf-8")

HOSTILE = "<img src=x onerror=alert(1)> & $x^2$ " + "long" * 70
IDS = ["../../x", "Ромашка", "K1", "k1", "a" * 300]


def study(**dossier) -> Study:
    return Study(name="x", title="X", as_of="2026-06-30", sources={"orders": {"files": "o.csv"}}, dossier=dossier)


def tables() -> dict[str, pd.DataFrame]:
    day = pd.Timestamp("2026-06-01")
    first = IDS[0]
    return {
        "scores": pd.DataFrame({"customer_id": IDS, "key": True, "rank": range(1, 6)}),
        "accounts": pd.DataFrame(
            {"customer_id": IDS, "account_id": IDS, "name": [HOSTILE, None, "B", "C", "D"], "industry": "paper"}
        ),
        "contacts": pd.DataFrame(
            {
                "customer_id": first,
                "contact_id": ["1"],
                "role": ["buyer"],
                "name": ["Jane Doe"],
                "influence": ["decides"],
                "support": ["for"],
            }
        ),
        "notes": pd.DataFrame(
            {
                "customer_id": first,
                "date": day,
                "topic": ["budget", "needs"],
                "text": [HOSTILE, "his wife is pregnant"],
                "source": "call",
            }
        ),
    }


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run") / "dossiers"
    return folder, write_dossiers(folder, study(), tables())


def test_every_key_account_has_a_page_and_a_handover_inside_the_folder(made):
    folder, pages = made
    assert list(pages) == IDS and len({page.lower() for page in pages.values()}) == len(IDS)
    written = {path.relative_to(folder).as_posix() for path in folder.rglob("*.html")}
    assert written == {*pages.values(), *(f"handover/{page}" for page in pages.values()), "index.html"}
    assert {path.name for path in folder.parent.iterdir()} == {"dossiers"}, "nothing left the folder"


def test_pages_link_to_each_other_and_back(made):
    folder, _ = made
    for path in folder.rglob("*.html"):
        for link in BeautifulSoup(path.read_text("utf-8"), "html.parser").find_all("a"):
            if not link["href"].startswith(("#", "../index.html", "../../index.html", "../glossary.html")):
                assert (path.parent / link["href"]).resolve().exists(), (path, link)


def test_a_hostile_name_acts_nowhere_and_no_page_loads_anything(made):
    for path in made[0].rglob("*.html"):
        page = BeautifulSoup(path.read_text("utf-8"), "html.parser")
        assert {tag.string for tag in page.find_all("script")} <= {SCRIPT}
        assert not page.find(["img", "iframe", "form"]) and not [t for t in page.find_all(True) if "onerror" in t.attrs]
        assert not re.search(r"url\(|@import", page.find("style").get_text())
        ids = [tag["id"] for tag in page.find_all(id=True)]
        assert len(ids) == len(set(ids)) and page.find(id="content")
        levels = [int(tag.name[1]) for tag in page.find_all(re.compile("^h[1-6]$"))]
        assert levels[0] == 1 and levels.count(1) == 1 and max(levels) <= 2


def test_contacts_stand_by_their_role_unless_the_study_allows_names(made, tmp_path):
    folder, _ = made
    assert not [path for path in folder.rglob("*.html") if "Jane Doe" in path.read_text("utf-8")]
    allowed = write_dossiers(tmp_path, study(contact_names=True), tables())
    assert "Jane Doe, buyer" in (tmp_path / allowed[IDS[0]]).read_text("utf-8")


def test_no_refused_fact_reaches_a_page(made):
    assert not [path for path in made[0].rglob("*.html") if "pregnant" in path.read_text("utf-8")]
    assert "left out: personal" in (made[0] / made[1][IDS[0]]).read_text("utf-8")


def test_without_scores_there_are_no_pages(tmp_path):
    assert write_dossiers(tmp_path / "none", study(), {}) == {} and not (tmp_path / "none").exists()


def test_no_key_account_leaves_a_list_that_says_so(tmp_path):
    empty = {"scores": tables()["scores"][:0]}
    assert write_dossiers(tmp_path, study(), empty) == {}
    assert "no key account" in (tmp_path / "index.html").read_text("utf-8")


@pytest.mark.slow
def test_thirty_dossiers_of_the_sample_in_2_seconds(sample_clean, tmp_path):
    ids = sample_clean.tables["accounts"]["customer_id"].unique()[:30]
    scores = pd.DataFrame({"customer_id": ids, "key": True, "rank": range(1, 31)})
    write_dossiers(tmp_path / "first", study(), {"scores": scores[:1]})  # what is imported and parsed once
    began = time.process_time()
    write_dossiers(tmp_path / "all", study(), {**sample_clean.tables, "scores": scores})
    assert time.process_time() - began < 2


@pytest.mark.slow
def test_five_hundred_dossiers_in_20_seconds(sample_clean, tmp_path):
    ids = sample_clean.tables["accounts"]["customer_id"].unique()[:500]
    scores = pd.DataFrame({"customer_id": ids, "key": True, "rank": range(1, 501)})
    began = time.process_time()
    assert len(write_dossiers(tmp_path, study(), {**sample_clean.tables, "scores": scores})) == 500
    assert time.process_time() - began < 20


def test_what_was_changed_by_hand_is_listed_with_the_workbook_to_fill_in(tmp_path):
    changes = pd.DataFrame(
        {"sheet": ["actions"], "row": ["a1"], "change": ["changed"], "sent": [None], "now": [HOSTILE]}
    )
    write_dossiers(tmp_path, study(), tables(), changes=changes, workbook="../accounts.xlsx")
    page = BeautifulSoup((tmp_path / "index.html").read_text("utf-8"), "html.parser")
    assert (
        page.find("a", href="../accounts.xlsx")
        and "<img src=x" in page.find(attrs={"aria-label": "Changed by hand"}).get_text()
    )


def test_without_changes_the_list_says_nothing_of_them(made):
    page = (made[0] / "index.html").read_text("utf-8")
    assert "Changed by hand" not in page and "To be filled in" not in page
