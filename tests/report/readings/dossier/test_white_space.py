"""Oracle: figures typed here."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kamlib.report.readings.dossier.white_space import held_out_year, white_cells
from kamlib.report.words import sentence
from kamlib.stats.reasons import waiting


def held_out(begun: int, base: int) -> pd.DataFrame:
    rows = [
        ("first_cells", 100, begun, begun / 100, 0.02, 0.11, 420.0, 440.0),
        ("open_cells", 1000, base, base / 1000, 0.005, 0.02, np.nan, 900.0),
    ]
    names = ["among", "cells", "taken_up", "taken_up_share", "low", "high", "usual_amount", "taken_up_amount"]
    return pd.DataFrame(rows, columns=names)


def test_the_first_cell_is_named_with_its_interval_and_its_period():
    cells = pd.DataFrame(
        {
            "customer_id": ["k", "k"],
            "category": ["belts", "tools"],
            "usual_amount": [1000.0, 2.0],
            "low": [900.0, 1.0],
            "high": [1200.0, 3.0],
        }
    )
    told = sentence(white_cells(cells, pd.Series({"k": "Acme"}), "EUR", 0.6))
    assert "2 cells** of 1 customers".replace("**", "") in told.replace("**", "") and "60%" in told
    assert "belts" in told and "Acme" in told and "1,000 EUR (from 900 to 1,200)" in told and "12 months" in told


def test_the_test_is_told_as_times_of_the_base():
    told = sentence(held_out_year(held_out(5, 10), "EUR"))
    assert "5.0%" in told and "1.0%" in told and "5.0 times" in told and "420" in told and "440" in told


def test_nothing_begun_is_said_to_be_so():
    assert held_out_year(held_out(0, 10), "EUR").code == "white_space_none_of_them_begun"
    assert (
        sentence(held_out_year(held_out(0, 0), "EUR"))
        == "In the held-out year none of 1,000 open cells was begun: whether the list tells anything can't be told."
    )


def test_what_waits_says_so():
    assert white_cells(waiting([], "no_white_space"), pd.Series(dtype=object), "EUR", 0.6).code == "no_white_space"
    assert held_out_year(waiting([], "white_space_not_tested"), "EUR").code == "white_space_not_tested"
