"""Groups that hold still. Oracles: planted groups, noise without any, invariance, scikit-learn's silhouette."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kamlib import clusters
from kamlib.errors import InputError

FEATURES = ["order_days_24m", "margin_24m", "gap_median", "average_order"]


def facts(z: np.ndarray) -> pd.DataFrame:
    """Accounts from standard scores: order days, margin, gap, order value, all log-normal."""
    n = len(z)
    return pd.DataFrame(
        {
            "account_id": [f"K.{i:04d}" for i in range(n)],
            "tenure_days": 900,
            "silence_days": 30,
            "order_days_24m": np.maximum(1, np.round(np.exp(3.5 + 0.8 * z[:, 0]))),
            "margin_24m": np.exp(9 + 1.3 * z[:, 1]),
            "gap_median": np.maximum(1, np.round(np.exp(3.5 + 0.7 * z[:, 2]))),
            "average_order": np.exp(6 + z[:, 3]),
        }
    )


def planted(n: int, seed: int, spread: float = 0.5) -> tuple[pd.DataFrame, np.ndarray]:
    rng = np.random.default_rng(seed)
    centres = np.array([[2, 2, -2, 0], [-2, 2, 2, 2], [0, -2, 0, -2], [-2, -1, 2, -2]])
    label = rng.integers(0, len(centres), n)
    return facts(centres[label] + spread * rng.normal(size=(n, 4))), label


def agreement(table: pd.DataFrame, label: np.ndarray) -> float:
    from sklearn.metrics import adjusted_rand_score

    known = table["cluster"].notna()
    assert known.any()
    return adjusted_rand_score(label[known], table.loc[known, "cluster"])


FAST = {"names": FEATURES, "most": 6, "bootstraps": 8, "nulls": 10}


@pytest.fixture(scope="module")
def found() -> tuple[pd.DataFrame, np.ndarray, clusters.Grouping]:
    table, label = planted(400, 1)
    return table, label, clusters.group(table, **FAST)


def test_planted_groups_are_found_with_their_number(found):
    _, label, grouping = found
    assert grouping.found and grouping.verdict.startswith("4 groups")
    assert agreement(grouping.accounts, label) > 0.95
    chosen = grouping.tried[grouping.tried["chosen"]]
    assert len(chosen) == 1 and chosen["passes"].all()
    assert chosen["p"].iloc[0] <= 0.01 and chosen["stability"].iloc[0] >= 0.75


def test_groups_of_unequal_shape_are_better_told_by_the_mixture():
    from sklearn.cluster import KMeans

    rng = np.random.default_rng(0)
    label = rng.integers(0, 4, 450)
    centres = np.array([[2, 2, -2, 0], [-2, 2, 2, 2], [0, -2, 0, -2], [-2, -1, 2, -2]])
    spread = np.array([[1.2, 0.2, 0.6, 0.2], [0.2, 1.2, 0.2, 0.6], [0.6, 0.2, 1.2, 0.2], [0.2, 0.2, 0.2, 1.0]])
    table = facts(0.9 * centres[label] + 0.8 * spread[label] * rng.normal(size=(450, 4)))
    grouping = clusters.group(table, **FAST)
    assert grouping.verdict == "4 groups by Gaussian mixture"
    round_ones = KMeans(4, n_init=10, random_state=0).fit_predict(grouping.features)
    mixture = agreement(grouping.accounts, label)
    assert mixture > 0.98 and mixture > agreement(grouping.accounts.assign(cluster=round_ones), label) + 0.02


@pytest.mark.parametrize("seed", range(5))
def test_pure_noise_is_judged_no_structure(seed):
    rng = np.random.default_rng(100 + seed)
    grouping = clusters.group(facts(rng.normal(size=(300, 4))), seed=seed, **FAST)
    assert grouping.verdict == clusters.NO_STRUCTURE and not grouping.found
    assert grouping.accounts["cluster"].isna().all()
    assert not grouping.tried["chosen"].any() and len(grouping.tried) == 10


def test_one_long_cloud_is_no_structure():
    # everything grows with size: cut in two it looks clear beside permuted columns, but not beside one such cloud
    rng = np.random.default_rng(7)
    z = rng.normal(size=(400, 1)) @ np.ones((1, 4)) * 0.9 + 0.45 * rng.normal(size=(400, 4))
    assert clusters.group(facts(z), **FAST).verdict == clusters.NO_STRUCTURE


def test_groups_do_not_change_with_ids_row_order_or_currency(found):
    table, _, grouping = found
    other = table.sample(frac=1, random_state=4).assign(
        account_id=lambda t: "z" + t["account_id"],
        margin_24m=lambda t: t["margin_24m"] / 1000,
        average_order=lambda t: t["average_order"] / 1000,
    )
    again = clusters.group(other, **FAST).accounts
    again = again.assign(account_id=again["account_id"].str[1:]).set_index("account_id")["cluster"]
    pd.testing.assert_series_equal(
        again.sort_index(), grouping.accounts.set_index("account_id")["cluster"].sort_index()
    )


def test_the_same_seed_gives_the_same_tables(found):
    table, _, grouping = found
    again = clusters.group(table, **FAST)
    pd.testing.assert_frame_equal(again.tried, grouping.tried)
    pd.testing.assert_frame_equal(again.accounts, grouping.accounts)


def test_clusters_are_numbered_from_the_largest(found):
    sizes = found[2].accounts["cluster"].value_counts().sort_index()
    assert sizes.index.tolist() == [1, 2, 3, 4] and sizes.is_monotonic_decreasing


def test_accounts_without_a_rhythm_or_an_order_stand_apart_with_the_reason():
    table, _ = planted(120, 2)
    table.loc[0, "gap_median"] = np.nan
    table.loc[1, "order_days_24m"] = 0
    accounts = clusters.group(table, **FAST).accounts
    assert accounts["why"].tolist()[:3] == ["gap_median unknown", "no order in the window", ""]
    assert accounts["cluster"].isna().tolist()[:3] == [True, True, False]
    assert accounts["account_id"].tolist() == table["account_id"].tolist()


@pytest.mark.parametrize("n", [0, 3, 5, 29])
def test_a_handful_of_accounts_is_no_structure(n):
    grouping = clusters.group(planted(40, 3)[0].head(n), **FAST)
    assert grouping.verdict == clusters.NO_STRUCTURE and len(grouping.accounts) == n
    assert "too few" in " ".join(grouping.notes)


def test_a_base_of_equal_accounts_is_no_structure():
    table = planted(60, 3)[0]
    grouping = clusters.group(table.assign(**dict.fromkeys(FEATURES, 5.0)), **FAST)
    assert grouping.verdict == clusters.NO_STRUCTURE
    assert any("the same for all" in note for note in grouping.notes)


def test_sums_count_a_year_of_buying_and_neither_the_time_before_nor_the_silence_after():
    table = facts(np.zeros((3, 4))).assign(
        tenure_days=[365.25 / 2 + 10, 3000, 400],
        silence_days=[10, 0, 395],
        order_days_24m=[6.0, 24.0, 2.0],
        margin_24m=[50.0, -200.0, 30.0],
    )
    own = clusters.behaviour(table, FEATURES)
    # 6 order days in half a year and 24 in two years are 12 a year; 2 within a week count over a quarter: 8 a year
    assert own["order_days_a_year"].tolist() == pytest.approx([12, 12, 8])
    assert own["margin_a_year"].tolist() == pytest.approx([100, -100, 120])
    assert own["average_order"].tolist() == pytest.approx([np.exp(6)] * 3)


def test_a_negative_margin_is_scaled_below_zero_and_above_none():
    x = pd.DataFrame({"m": [-500.0, -5, 0, 5, 500, 20]})
    scaled = clusters.scale(x)["m"]
    assert scaled.rank().tolist() == x["m"].rank().tolist()
    pd.testing.assert_series_equal(scaled, clusters.scale(x * 1000)["m"])


def test_windows_that_were_not_observed_give_way_and_are_noted():
    table = planted(10, 1)[0].assign(order_days_24m=np.nan, margin_24m=np.nan, revenue_24m=np.nan)
    table = table.assign(order_days_12m=range(10), margin_12m=np.nan, revenue_12m=range(10))
    columns, notes = clusters.usable(table, FEATURES)
    assert columns == ["order_days_12m", "revenue_12m", "gap_median", "average_order"]
    assert "revenue_12m stands for margin_24m" in notes


def test_bad_input_is_refused_by_name():
    table = planted(40, 1)[0]
    with pytest.raises(InputError, match="shoe_size"):
        clusters.group(table, ["shoe_size"])
    with pytest.raises(InputError, match="more than once"):
        clusters.group(pd.concat([table, table]), FEATURES)
    with pytest.raises(InputError, match="2 <= least <= most"):
        clusters.group(table, FEATURES, least=5, most=3)


def test_many_accounts_are_judged_on_a_sample_and_all_are_placed():
    table, label = planted(6_000, 5)
    grouping = clusters.group(table, FEATURES, least=4, most=4, bootstraps=5, nulls=10)
    assert "5,000 of 6,000" in " ".join(grouping.notes)
    assert grouping.accounts["cluster"].notna().all()
    assert agreement(grouping.accounts, label) > 0.95
