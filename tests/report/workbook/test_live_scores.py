"""Scores by live weights. Oracle: hand calculations, and `kamlib.scoring` at the weights that LibreOffice calculated with."""

from __future__ import annotations

import pandas as pd
import pytest
from openpyxl import load_workbook

from kamlib.report.workbook import write_workbook
from kamlib.report.workbook.live_scores import TOP, scored
from kamlib.run.places import SAMPLE
from kamlib.scoring.scores import members, score
from kamlib.study.model import Study

FIRST = 13  # column of the first weight


def table(path) -> pd.DataFrame:
    found = pd.read_excel(path, sheet_name="scores", header=TOP, engine="calamine", dtype={"customer id": str})
    numbers = ["rank", "score", "low", "high", "places up"]
    return found.assign(**{name: pd.to_numeric(found[name], errors="coerce") for name in numbers})


def with_weights(made, path, weights, places=None):
    book = load_workbook(made)
    for place, weight in enumerate(weights):
        book["scores"].cell(2, FIRST + place).value = weight
    if places is not None:
        book["scores"].cell(2, 3).value = places
    book.save(path)
    return path


def test_before_anything_is_changed_the_cells_hold_what_the_report_says(made, tables):
    """1 + 99 (0.6 · 0.5 + 0.4 · 0.9) = 66.34; 1 + 99 (0.6 · 0.9 + 0.4 · 0.2) = 62.38; 1 + 99 (0.06 + 0.4 / 2) = 26.74, from 6.94 to 46.54."""
    found = table(made).set_index("customer id")
    assert found["score"].round(6).to_dict() == {"00123": 66.34, "=1+1": 62.38, "K.1": 26.74, "K.2": 62.38}
    assert found["rank"].tolist()[:3] == [1, 2, 3] and found["key"].tolist() == [True, True, False, False]
    assert found.loc["K.1", ["low", "high"]].astype(float).round(6).tolist() == [6.94, 46.54]
    assert "2026-01-01" in found.loc["K.2", "knock out"] and pd.isna(found.loc["K.2", "rank"])


@pytest.mark.slow
def test_other_weights_by_hand_a_tie_over_the_border_and_weights_of_nothing(made, recalculated, tmp_path):
    """Revenue alone: 0.9, 0.5 and 0.1 of 99. At 7 : 4 the first two are equal (0.9 · 7 + 0.2 · 4 = 0.5 · 7 + 0.9 · 4 = 7.1 of 11): with one
    place each has half a seat, which is enough; both are first, the third is third."""
    cases = {"alone": ([1, 0], None), "tied": ([7, 4], 1), "none": ([0, 0], None)}
    paths = [with_weights(made, tmp_path / f"{name}.xlsx", *case) for name, case in cases.items()]
    alone, tied, none = (table(path).set_index("customer id") for path in recalculated(*paths))
    assert alone["score"].round(6).to_dict() == {"=1+1": 90.1, "00123": 50.5, "K.1": 10.9, "K.2": 90.1}
    assert alone["rank"].dropna().to_dict() == {"=1+1": 1, "00123": 2, "K.1": 3}
    assert alone["places up"].dropna().to_dict() == {"=1+1": 1, "00123": -1, "K.1": 0}
    assert tied["rank"].dropna().to_dict() == {"=1+1": 1, "00123": 1, "K.1": 3}
    assert tied["key"].to_dict() == {"=1+1": True, "00123": True, "K.1": False, "K.2": False}
    assert none[["score", "rank", "low", "high"]].isna().all(axis=None) and not none["key"].any()


@pytest.mark.slow
def test_changed_weights_of_the_sample_give_the_ranking_that_scoring_gives(sample_report, recalculated, tmp_path):
    sample, weights = Study.read(SAMPLE), [5, 6, 30, 6, 1, 12, 40, 0]
    tables = {
        name: pd.read_parquet(sample_report / "tables" / f"{name}.parquet")
        for name in ("scores", "contributions", "accounts")
    }
    write_workbook(tmp_path / "sample.xlsx", sample, tables)
    (path,) = recalculated(with_weights(tmp_path / "sample.xlsx", tmp_path / "changed.xlsx", weights))
    found, scores = table(path).set_index("customer id"), tables["scores"]
    criteria = [
        one.model_copy(update={"weight": weight}) for one, weight in zip(sample.scoring.criteria, weights, strict=True)
    ]
    values = tables["contributions"].pivot(index="customer_id", columns="criterion", values="value")[
        [one.name for one in criteria]
    ]
    out = scores.loc[scores["knock_out"] != "", ["customer_id"]].assign(reason="account_closed", reason_values="{}")
    wanted = members(score(values, criteria), sample.scoring, knocked=out).set_index("customer_id").loc[found.index]
    assert found["rank"].tolist() == pytest.approx(wanted["rank"].astype(float).tolist(), nan_ok=True)
    assert found["score"].tolist() == pytest.approx(wanted["score"].tolist(), abs=1e-9)
    assert found["key"].tolist() == wanted["key"].tolist() and (found["places up"] != 0).sum() > 400


def test_a_value_that_is_not_known_is_an_empty_cell(study, tables):
    found = scored(study, tables).set_index("customer_id")
    assert found["utility_fame"].isna().to_dict() == {"00123": False, "=1+1": False, "K.1": True, "K.2": False}


def test_a_threshold_and_revenue_that_alone_qualifies_are_in_the_formulas(study, tables, tmp_path):
    rules = study.scoring.model_copy(update={"threshold": 65.0, "qualifying_revenue": 80.0})
    other = study.model_copy(update={"scoring": rules})
    write_workbook(tmp_path / "a.xlsx", other, tables)
    cells = {
        row[0].value: row[2].value for row in load_workbook(tmp_path / "a.xlsx")["scores"].iter_rows(min_row=TOP + 2)
    }
    assert cells["00123"].endswith(">=$C$2)") and cells["=1+1"].endswith('<>""') and "COUNTIF" not in str(cells)
    assert load_workbook(tmp_path / "a.xlsx")["scores"]["C2"].value == 65
