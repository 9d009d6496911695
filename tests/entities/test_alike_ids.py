"""Oracle: ids that a person would hold for one."""

from __future__ import annotations

import pandas as pd
import pytest

from kamlib.entities import alike_ids


@pytest.mark.parametrize("ids", [["4.00638E+12", "A"], ["4,00638E+12"], ["1E+15"], ["9e12"]])
def test_an_id_that_a_spreadsheet_shortened_is_told(ids):
    (told,) = alike_ids.told(pd.Series(ids))
    assert ids[0] in told and "shortened (1)" in told


@pytest.mark.parametrize(
    "pair", [["00123", "123"], ["ab1", "AB1"], ["12346.0", "12346"], ["0", "00"], ["straße", "STRASSE"]]
)
def test_ids_that_differ_in_capitals_or_zeros_alone_are_told(pair):
    (told,) = alike_ids.told(pd.Series([*pair, "other", None]))
    assert all(repr(one)[1:-1] in told for one in pair) and "(1)" in told and "other" not in told


def test_digits_that_a_spreadsheet_cut_are_told_and_whole_ones_are_not():
    (told,) = alike_ids.told(pd.Series(["4006381333931000", "40063813339310000000"]))
    assert "15 digits" in told
    assert alike_ids.told(pd.Series(["40702810900000012345", "40702810900000012300"])) == []


def test_ordinary_ids_say_nothing():
    assert alike_ids.told(pd.Series(["00123", "00124", "E12", "1E", "2E5X", "A1", "B1", "100", "1000"])) == []
