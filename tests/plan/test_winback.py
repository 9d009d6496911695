"""What a return is worth and the list by hand, and a control group that nothing but the seed decides."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kamlib.errors import InputError
from kamlib.plan.winback import control, recaptured, win_back_list

H, AS_OF = 100, pd.Timestamp("2026-06-30")


def test_what_returned_accounts_brought_by_hand():
    """20 accounts brought 365 in their last year, so 100 a horizon, and 80 in the horizon after the return: 0.8."""
    known = pd.DataFrame({"last_order": AS_OF - pd.Timedelta(days=300), "margin": [365.0] * 20, "second_margin": 80.0})
    found = recaptured(known, "margin", "2020-01-01", horizon_days=H, bootstraps=100)
    assert found.to_dict() == pytest.approx({"accounts": 20, "ratio": 0.8, "low": 0.8, "high": 0.8})
    assert np.isnan(recaptured(known.head(19), "margin", "2020-01-01", horizon_days=H)["ratio"])
    assert recaptured(known, "margin", AS_OF, horizon_days=H)["accounts"] == 0, "their year lies before the records"


OFFERS = pd.DataFrame({"cause": ["quality", "any"], "offer": ["visit", "call"], "cost": [30.0, 10.0]})


def some(n: int = 4) -> tuple[pd.DataFrame, pd.Series]:
    lost = pd.DataFrame({"customer_id": [f"{i:05d}" for i in range(n)], "p_return": 0.5})
    lost["cause"] = np.where(np.arange(n) % 2 == 0, "quality", "other")
    return lost, pd.Series(100.0 * np.arange(n), index=lost["customer_id"])


def test_the_list_by_hand():
    """0.5 · 300 - 10 = 140, 0.5 · 200 - 30 = 70, 0.5 · 100 - 10 = 40, and 0 - 30: no arm, as nothing is to be gained."""
    found = win_back_list(*some(), OFFERS, control_share=1 / 3)
    assert found["customer_id"].tolist() == ["00003", "00002", "00001", "00000"]
    assert found["expected_gain"].tolist() == [140, 70, 40, -30]
    assert found["offer"].tolist() == ["call", "visit", "call", "visit"]
    assert found["arm"].isna().tolist() == [False, False, False, True]
    assert (found["arm"] == "control").sum() == 1


def test_without_a_playbook_or_a_probability_nothing_is_invented():
    lost, second = some()
    bare = win_back_list(lost, second, OFFERS.head(0))
    assert bare["offer"].isna().all() and (bare["cost"] == 0).all()
    unknown = win_back_list(lost.assign(p_return=np.nan), second, OFFERS)
    assert unknown[["expected_gain", "arm"]].isna().all(axis=None)


def test_the_control_group_does_not_depend_on_the_order_of_rows():
    ids = pd.Series([f"K.{i:04d}" for i in range(1000)])
    drawn = control(ids, 0.3, 7)
    mixed = ids.sample(frac=1, random_state=1)
    assert set(mixed[control(mixed, 0.3, 7)]) == set(ids[drawn])
    assert drawn.sum() == 300
    other = control(ids, 0.3, 8)
    assert 60 <= (drawn & other).sum() <= 120  # 90 expected of two independent draws


def test_an_account_twice_is_refused():
    lost, second = some()
    with pytest.raises(InputError, match="customer_id is repeated"):
        win_back_list(pd.concat([lost, lost]), second, OFFERS)
