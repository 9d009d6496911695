"""No refused fact reaches a page, whatever its column is called. Oracle: sentences typed here."""

from __future__ import annotations

import pandas as pd
import pytest

from kamlib.intake.screen import LEFT_OUT
from kamlib.report.dossier.screened import without_personal

PERSONAL = ["his wife is pregnant", "He is divorced and has two children.", "у него двое детей и жена болеет"]


@pytest.mark.parametrize("column", ["text", "industry", "owner", "rival", "lesson", "whatever"])
@pytest.mark.parametrize("fact", PERSONAL)
def test_a_personal_text_is_left_out_of_any_column(column, fact):
    table = pd.DataFrame({"customer_id": ["a", "b"], column: [fact, "wants fewer suppliers"]})
    made = without_personal({"x": table})["x"]
    assert made[column].tolist() == [LEFT_OUT, "wants fewer suppliers"] and table[column][0] == fact


def test_ids_firms_and_goods_may_be_called_like_anything():
    table = pd.DataFrame(
        {"customer_id": ["his wife is ill"], "name": ["his wife is ill"], "category": ["his wife is ill"]}
    )
    assert without_personal({"x": table})["x"].equals(table)


def test_no_text_is_no_work():
    empty = {"x": pd.DataFrame({"customer_id": [], "n": []})}
    assert without_personal(empty) is empty or without_personal(empty)["x"].empty
