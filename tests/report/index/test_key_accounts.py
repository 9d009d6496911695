"""The list of key accounts, with what stands beside each."""

from __future__ import annotations

import pandas as pd
import pytest

from kamlib.report.index.key_accounts import LIST, key_accounts
from kamlib.report.index.summary import summary


def months(now: list[float], before: float = 100.0) -> pd.DataFrame:
    """24 months of 001 up to September 2026: a hundred a month, then `now`; 004 has the last year alone."""
    begins = pd.date_range("2024-10-01", periods=24, freq="MS")
    own = pd.DataFrame({"customer_id": "001", "month": begins, "revenue": [before] * 12 + now})
    return pd.concat([own, pd.DataFrame({"customer_id": "004", "month": begins[12:], "revenue": 9.0})])


@pytest.mark.parametrize(
    ("now", "growth"),
    [([130.0] * 12, 0.3), ([70.0] * 12, -0.3), ([130.0, 75.0] * 6, None), ([100.0] * 11 + [900.0], None), ([200.0] * 8 + [100.0] * 4, None)],
)  # fmt: skip
def test_growth_is_told_where_the_months_moved_beyond_noise_and_not_by_one_month(study, tables, now, growth):
    """Of 2 ** 12 ways to turn twelve equal moves two go as far; up and down alike, one month alone, or eight months are noise."""
    found = key_accounts(study, {**tables, "months": months(now)})[0].set_index("customer_id")["growth"]
    assert pd.isna(found["004"])
    assert pd.isna(found["001"]) if growth is None else found["001"] == pytest.approx(growth)


def test_the_next_action_stands_with_its_owner_and_day(study, tables):
    listed = pd.DataFrame(
        {"customer_id": ["004", "004"], "action": ["call", "visit"], "owner": "M1", "due": pd.Timestamp("2026-10-05")}
    )
    found = key_accounts(study, {**tables, "action_list": listed})[0].set_index("customer_id")
    assert found.loc["004", ["action", "owner"]].tolist() == ["call", "M1"] and pd.isna(found.loc["001", "action"])
    assert ["customer_id", *found.columns] == list(LIST)


def test_those_more_likely_off_the_list_stand_below_a_line(study, tables):
    scores = tables["scores"].assign(key=True, p_key=[0.99, 0.4, 0.1, None])
    parts = summary(study, {**tables, "scores": scores}).accounts_by_sureness
    assert [(line, rows["customer_id"].tolist()) for line, rows in parts] == [
        ("", ["001", "004", "002"]),
        ("by rank on the list, more likely off it", ["003"]),
    ]


def test_a_list_without_rows_has_no_part(study):
    assert summary(study, {}).accounts_by_sureness == []
