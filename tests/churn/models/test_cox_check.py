"""Our Cox fit beside that of lifelines. Oracle: published coefficients, and lifelines itself."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kamlib.churn.evaluation.holdout import Evaluation, Verdict
from kamlib.churn.models.cox_check import beside_lifelines, on_landmarks
from kamlib.stats.reasons import Reason, waits_for


def rossi() -> pd.DataFrame:
    from lifelines.datasets import load_rossi

    data = load_rossi().rename(columns={"week": "_duration"})
    return data.drop(columns="arrest").assign(_event=data["arrest"] == 1, _landmark=0, _account=data.index)


def test_both_fits_of_rossi_are_the_published_one():
    """Fox & Weisberg (2018), An R Companion, appendix on survival: R's coxph, ties by Efron."""
    found = beside_lifelines(rossi())
    published = [-0.37942, -0.05744, 0.31390, -0.14980, -0.43370, -0.08487, 0.09150]
    for fit in ("ours", "lifelines"):
        assert found[fit].tolist() == pytest.approx(published, abs=6e-6)
    assert found.index.tolist() == ["fin", "age", "race", "wexp", "mar", "paro", "prio"]
    assert found["difference"].tolist() == pytest.approx((found["ours"] - found["lifelines"]).tolist())


def test_a_penalty_and_strata_move_both_fits_alike():
    """A ridge draws the coefficients of a standard deviation towards 0: the sum of their squares falls."""
    data = rossi().assign(_landmark=np.arange(432) % 3)
    ridge, plain = beside_lifelines(data, 0.1), beside_lifelines(data)
    assert max(found["difference"].abs().max() for found in (ridge, plain)) < 1e-6
    squares = [((found["ours"] * data[found.index].std()) ** 2).sum() for found in (ridge, plain)]
    assert 0 < squares[0] < 0.8 * squares[1]


def test_what_the_tested_model_learnt_from_gives_both_fits_the_same(table, test):
    found = on_landmarks(table, test)
    assert set(found.index) == set(test.model.pieces[0].coefficients.index)
    assert found["difference"].abs().max() < 1e-6 and found["ours"].abs().max() > 0.1


def test_without_a_tested_model_it_waits_for_what_the_verdict_says():
    why = Reason("too_few_losses", {"n": 3, "enough": 50})
    none = pd.DataFrame()
    untested = Evaluation(none, none, none, Verdict("baseline", "state", why, 3, None), None)
    assert waits_for(on_landmarks(none, untested)) == why
