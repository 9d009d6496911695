"""Tables in a real browser: sorted, searched, copied and saved by keyboard; the same text without the script. Oracle: rows typed here."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from nbformat import v4

pytestmark = pytest.mark.browser

ROWS = [
    ("=1+1", "1,200.5", "under 1%"), ("Ärzte", "-3.0", "12%"), ("zebra", "unknown", "over 99%"), ("＠x", "20.0", "1%"),
    *((f"firm {n}", f"{n}.0", "50%") for n in range(100, 112)),
]  # fmt: skip


@pytest.fixture(scope="module")
def page(tmp_path_factory) -> Path:
    """A page with one table of sixteen rows: a name, a number, a share."""
    from kamlib.report.html import page

    folder = tmp_path_factory.mktemp("tables")
    head = "".join(f'<th scope="col">{name}</th>' for name in ("name", "money", "share"))
    body = "".join(
        f'<tr><td class="who">{name}</td>'
        + "".join(f'<td style="text-align: right">{cell}</td>' for cell in cells)
        + "</tr>"
        for name, *cells in ROWS
    )
    html = f"<table><caption>Whose</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    shown = v4.new_output("display_data", data={"text/html": html})
    code = v4.new_code_cell("1", execution_count=1, outputs=[shown])
    nbformat.write(v4.new_notebook(cells=[v4.new_markdown_cell("# Who?\n\n## Those"), code]), folder / "a.ipynb")
    page(folder / "a.ipynb", folder / "a.html", "Who?")
    return folder / "a.html"


@pytest.fixture
def tab(chromium, page):
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, accept_downloads=True)
    tab = context.new_page()
    tab.complaints = []
    tab.on("console", lambda message: tab.complaints.append(message.text))
    tab.on("pageerror", lambda error: tab.complaints.append(str(error)))
    tab.goto(page.as_uri())
    yield tab
    assert tab.complaints == []
    context.close()


def column(tab, place: int) -> list[str]:
    return tab.locator(f"tbody tr > :nth-child({place})").all_text_contents()


def test_a_key_on_the_head_sorts_by_value_up_then_down_and_what_is_unknown_comes_last(tab):
    tab.get_by_role("button", name="money", exact=True).focus()
    tab.keyboard.press("Enter")
    assert tab.get_by_role("columnheader", name="money").get_attribute("aria-sort") == "ascending"
    assert column(tab, 2)[:3] == ["-3.0", "20.0", "100.0"] and column(tab, 2)[-2:] == ["1,200.5", "unknown"]
    tab.keyboard.press("Space")
    assert tab.get_by_role("columnheader", name="money").get_attribute("aria-sort") == "descending"
    assert column(tab, 2)[:2] == ["1,200.5", "111.0"] and column(tab, 2)[-2:] == ["-3.0", "unknown"]


def test_a_share_under_its_step_comes_before_it_and_one_over_after_it(tab):
    tab.get_by_role("button", name="share", exact=True).click()
    shares = column(tab, 3)
    assert shares[:3] == ["under 1%", "1%", "12%"] and shares[-1] == "over 99%"


def test_names_are_sorted_as_the_language_has_them(tab):
    tab.get_by_role("button", name="name", exact=True).click()
    names = column(tab, 1)
    assert names.index("Ärzte") < names.index("firm 100") < names.index("zebra")
    assert tab.locator("th[aria-sort]").count() == 1


def test_a_search_leaves_the_rows_that_say_it_opens_those_folded_and_counts(tab):
    assert tab.locator("tbody tr:visible").count() == 10, "a longer table shows its first ten"
    field = tab.get_by_role("searchbox", name="Search: Whose")
    field.focus()
    tab.keyboard.type("FIRM 11")
    assert tab.locator("tbody tr:visible").locator("td:first-child").all_text_contents() == ["firm 110", "firm 111"]
    assert tab.locator("output").inner_text() == "2 / 16"
    field.fill("")
    assert tab.locator("tbody tr:visible").count() == 16 and tab.locator("output").inner_text() == ""


def test_what_is_saved_is_a_file_for_a_spreadsheet_in_which_nothing_runs(tab, tmp_path):
    with tab.expect_download() as coming:
        tab.get_by_role("button", name="CSV: Whose").click()
    coming.value.save_as(tmp_path / "a.csv")
    assert coming.value.suggested_filename == "Whose.csv"
    raw = (tmp_path / "a.csv").read_bytes()
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))
    assert raw.startswith(b"\xef\xbb\xbf") and len(rows) == 17 and rows[0] == ["name", "money", "share"]
    assert rows[1:5] == [
        ["'=1+1", "1200.5", "under 1%"],
        ["Ärzte", "-3", "12%"],
        ["zebra", "", "over 99%"],
        ["'＠x", "20", "1%"],
    ]


def test_what_is_copied_is_what_the_search_left(chromium, page):
    context = chromium.new_context(permissions=["clipboard-read", "clipboard-write"])
    tab = context.new_page()
    tab.goto(page.as_uri())
    tab.get_by_role("searchbox").fill("zebra")
    tab.get_by_role("button", name="Copy: Whose").click()
    tab.get_by_text("Copied").wait_for()
    assert tab.evaluate("navigator.clipboard.readText()") == "name\tmoney\tshare\r\nzebra\t\tover 99%"
    context.close()


def test_without_the_script_every_row_and_word_is_there(chromium, pages):
    said = {}
    for script in (True, False):
        context = chromium.new_context(java_script_enabled=script)
        tab = context.new_page()
        for kind in ("index", "02_scoring", "customers", "shelf", "dossiers"):
            tab.goto(pages[kind].as_uri())
            said[script, kind] = tab.locator("td, th, p, dd, dt, li, h1, h2, h3, summary").all_text_contents()
        context.close()
    for kind in ("index", "02_scoring", "customers", "shelf", "dossiers"):
        assert said[True, kind] == said[False, kind] and len(said[True, kind]) > 3


def test_head_and_first_column_stay_in_sight_in_a_long_table(chromium, sample_report):
    tab = chromium.new_page(viewport={"width": 390, "height": 800})
    tab.goto((sample_report / "customers.html").as_uri())
    box = tab.locator(".scroll").first
    box.evaluate("box => box.scrollTo(300, 4000)")
    edge = box.bounding_box()
    head, name = tab.locator("thead th").first.bounding_box(), tab.locator("tbody th").nth(60).bounding_box()
    assert abs(head["y"] - edge["y"]) < 2 and abs(head["x"] - edge["x"]) < 2 and abs(name["x"] - edge["x"]) < 2
    assert edge["height"] <= 800 and tab.evaluate("document.documentElement.scrollWidth") <= 390
    tab.close()


def test_every_customer_in_a_table_of_the_sample_leads_to_its_dossier_or_its_row_with_the_id_beside_it(sample_report):
    from bs4 import BeautifulSoup

    accounts = pd.read_parquet(sample_report / "tables" / "accounts.parquet")
    own = accounts[accounts["account_id"] == accounts["customer_id"]].dropna(subset="name")
    ids = dict(own[~own["name"].duplicated(keep=False)][["name", "customer_id"]].to_numpy())
    states = set(pd.read_parquet(sample_report / "tables" / "states.parquet")["customer_id"])
    rows = {
        tag["id"]
        for tag in BeautifulSoup((sample_report / "customers.html").read_text("utf-8"), "html.parser").select("tr[id]")
    }
    seen = 0
    for path in sorted(sample_report.glob("*.html")):
        for cell in BeautifulSoup(path.read_text("utf-8"), "html.parser").select(".who"):
            one = ids.get(" ".join((cell.a or cell).get_text(" ", strip=True).split()))
            if one not in states:
                continue
            seen += 1
            page, _, row = cell.a["href"].partition("#")
            assert (sample_report / page).exists() and (not row or row in rows), (path.name, one)
            assert one in cell.find_parent("tr").get_text(" ").split(), (path.name, one)
    assert seen > 100


def test_the_pages_of_the_sample_hold_no_row_that_is_only_counted(sample_report):
    for path in sample_report.glob("0*.html"):
        assert "more rows</small>" not in path.read_text("utf-8"), path.name
    assert json.loads((sample_report / "report.json").read_text("utf-8"))["figures"]
