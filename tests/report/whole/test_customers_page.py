"""The page of all customers. Oracle: rows typed here."""

from __future__ import annotations

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from kamlib.report.whole import customers_page
from kamlib.report.whole.customers_page import write_customers


@pytest.fixture
def made(tables, tmp_path, study):
    """Three with a state, the second of whom brings most."""

    def write():
        states = pd.DataFrame({"customer_id": ["001", "002", "003"], "state": ["lost", "active", "silent"]})
        exposure = pd.DataFrame({"customer_id": ["001", "002"], "measure": "contribution", "contribution": [5.0, 9.0]})
        hrefs = write_customers(tmp_path, study, {**tables, "states": states, "exposure": exposure})
        return hrefs, BeautifulSoup((tmp_path / "customers.html").read_text(encoding="utf-8"), "html.parser")

    return write


def test_each_customer_has_a_row_that_its_href_leads_to_who_brings_most_first(made):
    hrefs, page = made()
    assert hrefs == {"002": "customers.html#c1", "001": "customers.html#c2", "003": "customers.html#c3"}
    rows = page.select("tbody tr")
    assert [row["id"] for row in rows] == ["c1", "c2", "c3"]
    assert [row.th.small.get_text() for row in rows] == ["002", "001", "003"]
    assert [row.find_all("td")[1].get_text() for row in rows] == ["€9", "€5", "unknown"]


def test_a_hostile_name_is_read_as_it_is_written(made, hostile):
    _, page = made()
    assert page.select("tbody th")[1].get_text().startswith(hostile) and not page.select("tbody script")


def test_a_page_that_would_be_too_long_says_how_many_are_left_out(made, monkeypatch):
    monkeypatch.setattr(customers_page, "MOST", 2)
    hrefs, page = made()
    assert list(hrefs) == ["002", "001"]
    assert (
        page.find(class_="asof").get_text()
        == "Those who bring most first. 1 more stands in customers.csv beside this page."
    )


def test_where_no_state_is_known_there_is_no_such_page(tmp_path, study):
    assert write_customers(tmp_path, study, {}) == {} and not list(tmp_path.iterdir())
