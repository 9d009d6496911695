"""Utilities and weights as arrays, by hand; and tables that do not fit each other."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kamlib.errors import InputError
from kamlib.scoring.weights import weighted

LOW = pd.DataFrame({"revenue": [0.2, 0.5], "growth": [0.0, 0.4]}, index=["a", "b"])
HIGH = LOW.add([0.1, 0.5], axis="columns")


def test_weights_are_put_in_the_order_of_the_criteria_and_add_up_to_one():
    """3 and 1 of 4, given the other way round and with one that is not asked for."""
    low, width, weights = weighted(LOW, HIGH, pd.Series({"growth": 1, "other": 7, "revenue": 3}), 1)
    assert weights.tolist() == [0.75, 0.25]
    assert low.tolist() == [[0.2, 0.0], [0.5, 0.4]]
    np.testing.assert_allclose(width, [[0.1, 0.5], [0.1, 0.5]])


@pytest.mark.parametrize(
    ("high", "weights", "top", "words"),
    [
        (HIGH[::-1], [1, 1], 1, "same accounts"),
        (HIGH[["growth", "revenue"]], [1, 1], 1, "same accounts"),
        (HIGH.mask(HIGH > 0.8), [1, 1], 1, "a utility is missing"),
        (HIGH, [1, 0], 1, "positive weight"),
        (HIGH, [1, np.nan], 1, "positive weight"),
        (HIGH, [1, 1], 0, "top must lie"),
        (HIGH, [1, 1], 3, "top must lie"),
    ],
)
def test_what_does_not_fit_is_refused(high, weights, top, words):
    with pytest.raises(InputError, match=words):
        weighted(LOW, high, pd.Series(weights, index=["revenue", "growth"]), top)
