"""The sections of a dossier. Oracle: rows typed here."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kamlib.plan.dossier import dossiers
from kamlib.report.dossier.sections import NONE, SHOWN, bars, grid, shortened, strip, written
from kamlib.report.numbers import Numbers
from kamlib.report.words import catalogue
from kamlib.study.model import Study
from kamlib.study.settings.dossier import Dossier

STUDY = Study(name="x", title="X", as_of="2026-06-30", sources={"orders": {"files": "o.csv"}})
SCORES = pd.DataFrame({"customer_id": ["a", "b"], "key": True, "rank": [1, 2]})


def test_each_part_says_what_it_lacks_in_words_of_the_catalogue():
    assert SHOWN.keys() == NONE.keys() and set(NONE.values()) <= catalogue().keys()
    enough = STUDY.model_copy(update={"dossier": Dossier(complete=0)})
    sections = written(dossiers({"scores": SCORES}, enough))["a"]
    assert all(one.instead and not one.rows for one in sections.values())


def test_rows_go_to_their_customer_and_the_rest_is_counted():
    notes = pd.DataFrame({"customer_id": ["a"] * 12 + ["b"], "date": pd.Timestamp("2026-01-01"), "source": None})
    notes = notes.assign(topic=[*"abcdefghijkl", "needs"], text="line\nbreak <b>")
    made = written(dossiers({"scores": SCORES, "notes": notes}, STUDY))
    assert len(made["a"]["notes"].rows) == 8 and made["a"]["notes"].left_out == 4
    assert made["b"]["notes"].rows == [["needs", "2026-01-01", "line break <b>", ""]], (
        "escaped by the template, not here"
    )


def test_a_long_text_is_cut_at_a_word():
    assert shortened("word " * 100, 20) == "word word word word …" and shortened("x" * 300, 10) == "x" * 10 + " …"
    assert shortened("short", 10) == "short"


def test_bars_stand_on_the_ground_and_the_largest_fills_the_height():
    money = pd.DataFrame({"revenue": [50.0, 100.0, np.nan], "contribution": [-5.0, 25.0, np.nan]})
    found = bars(money, height=40, width=300)
    assert [(y, h) for _, y, _, h, _ in found] == [(20, 20), (40, 0), (0, 40), (30, 10), (40, 0), (40, 0)]
    assert bars(money * 0) == [] and bars(money * np.nan) == []


def test_the_strip_has_quarters_in_columns_and_the_cell_of_each():
    money = pd.DataFrame({"quarter": ["2026Q1", "2026Q2"], "until": pd.to_datetime(["2026-03-31", "2026-06-30"])})
    money = money.assign(revenue=[1500.0, np.nan], margin=0.0, cost_to_serve=0.0, contribution=0.0)
    path = pd.DataFrame({"as_of": [pd.Timestamp("2026-06-30")], "cell": ["invest"], "attractiveness": [8.76]})
    quarters, rows = strip(money, path, Numbers())
    assert quarters == ["2026Q1", "2026Q2"] and rows[0] == ("revenue", ["€1.5K", "unknown"])
    assert rows[4] == ("KAISM cell", ["", "invest"]) and rows[5][1] == ["unknown", "8.8"]
    assert len(strip(money, None, Numbers())[1]) == 4


def test_within_a_month_a_cell_stands_in_the_quarter_of_money_that_ended_last():
    money = pd.DataFrame({"quarter": ["2026Q1", "2026Q2"], "until": pd.to_datetime(["2026-01-31", "2026-04-30"])})
    money = money.assign(revenue=1.0, margin=0.0, cost_to_serve=0.0, contribution=0.0)
    path = pd.DataFrame({"as_of": pd.to_datetime(["2025-11-15", "2026-05-15"]), "cell": ["invest", "maintenance"]})
    rows = strip(money, path.assign(attractiveness=5.0), Numbers())[1]
    assert rows[4][1] == ["", "maintenance"] and rows[5][1] == ["unknown", "5.0"]


def test_the_grid_shows_roles_and_names_only_where_they_are_given():
    scheme = pd.DataFrame(
        {
            "contact_id": ["1", "2", "3"],
            "role": ["buyer", "buyer", "boss"],
            "influence": ["high", "high", "decides"],
            "support": ["for", "for", ""],
        }
    )
    by_role = dict(grid(scheme, {}))
    assert by_role["high"] == ["buyer × 2", "", "", ""] and by_role["decides"] == ["", "", "", "boss"]
    assert dict(grid(scheme, {"3": "Jane Doe"}))["decides"][3] == "Jane Doe, boss"
    assert grid(scheme[:0], {}) == grid(None, {}) == []
