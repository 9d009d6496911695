"""Groups that hold still. Oracles: planted groups, noise without any, invariance, scikit-learn's silhouette."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kamlib.errors import InputError
from kamlib.report.words import sentence
from kamlib.segments import clusters
from kamlib.stats.reasons import Reason, waits_for
from kamlib.study.settings.sections import Clustering

FEATURES = ["order_days_24m", "margin_24m", "gap_median", "average_order"]


def facts(z: np.ndarray) -> pd.DataFrame:
    """Accounts from standard scores: order days, margin, gap, order value, all log-normal."""
    n = len(z)
    return pd.DataFrame(
        {
            "customer_id": [f"K.{i:04d}" for i in range(n)],
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


FAST = Clustering(features=FEATURES, most=6, bootstraps=8, nulls=10)


@pytest.fixture(scope="module")
def found() -> tuple[pd.DataFrame, np.ndarray, clusters.Grouping]:
    table, label = planted(400, 1)
    return table, label, clusters.cluster_accounts(table, FAST)


@pytest.mark.slow
def test_planted_groups_are_found_with_their_number(found):
    _, label, grouping = found
    assert grouping.found and grouping.verdict.code == "groups_found" and grouping.verdict.values["groups"] == 4
    assert agreement(grouping.accounts, label) > 0.95
    chosen = grouping.tried[grouping.tried["chosen"]]
    assert len(chosen) == 1 and chosen["passes"].all()
    assert chosen["p"].iloc[0] <= 0.01 and chosen["stability"].iloc[0] >= 0.75


@pytest.mark.slow
def test_groups_of_unequal_shape_are_better_told_by_the_mixture():
    from sklearn.cluster import KMeans

    rng = np.random.default_rng(0)
    label = rng.integers(0, 4, 450)
    centres = np.array([[2, 2, -2, 0], [-2, 2, 2, 2], [0, -2, 0, -2], [-2, -1, 2, -2]])
    spread = np.array([[1.2, 0.2, 0.6, 0.2], [0.2, 1.2, 0.2, 0.6], [0.6, 0.2, 1.2, 0.2], [0.2, 0.2, 0.2, 1.0]])
    table = facts(0.9 * centres[label] + 0.8 * spread[label] * rng.normal(size=(450, 4)))
    grouping = clusters.cluster_accounts(table, FAST)
    assert grouping.verdict == Reason("groups_found", {"groups": 4, "method": "Gaussian mixture"})
    assert sentence(grouping.verdict) == "4 groups by Gaussian mixture"
    round_ones = KMeans(4, n_init=10, random_state=0).fit_predict(grouping.features)
    mixture = agreement(grouping.accounts, label)
    assert mixture > 0.98 and mixture > agreement(grouping.accounts.assign(cluster=round_ones), label) + 0.02


def noise(shape: str, seed: int, n: int = 300) -> pd.DataFrame:
    """Independent columns without groups, as they come before any logarithm."""
    rng = np.random.default_rng(seed)
    x = {
        "Gaussian": lambda: 50 + 10 * rng.normal(size=(n, 4)),
        "uniform": lambda: rng.uniform(1, 100, (n, 4)),
        "heavy-tailed log-normal": lambda: np.exp(6 + 2 * rng.normal(size=(n, 4))),
    }[shape]()
    return facts(np.zeros((n, 4))).assign(**dict(zip(FEATURES, np.maximum(x, 0.01).T, strict=True)))


SHAPES = ["Gaussian", "uniform", "heavy-tailed log-normal"]


@pytest.mark.slow
@pytest.mark.parametrize(("shape", "seed"), [*((SHAPES[seed % 3], seed) for seed in range(5))])
def test_pure_noise_is_judged_no_structure(shape, seed):
    grouping = clusters.cluster_accounts(noise(shape, 1000 + seed), FAST.model_copy(update={"seed": seed}))
    assert grouping.verdict == Reason(clusters.NO_STRUCTURE) and not grouping.found
    assert sentence(grouping.verdict) == "no structure"
    assert grouping.accounts["cluster"].isna().all()
    assert not grouping.tried["chosen"].any() and len(grouping.tried) == 10


@pytest.mark.proof
@pytest.mark.parametrize("shape", SHAPES)
def test_pure_noise_is_judged_no_structure_in_95_of_100_seeds(shape):
    wrong = [
        seed
        for seed in range(100)
        if clusters.cluster_accounts(noise(shape, seed), Clustering(features=FEATURES, seed=seed)).found
    ]
    assert len(wrong) <= 5, wrong


@pytest.mark.slow
def test_one_long_cloud_is_no_structure():
    # everything grows with size: cut in two it looks clear beside permuted columns, but not beside one such cloud
    rng = np.random.default_rng(7)
    z = rng.normal(size=(400, 1)) @ np.ones((1, 4)) * 0.9 + 0.45 * rng.normal(size=(400, 4))
    assert clusters.cluster_accounts(facts(z), FAST).verdict == Reason(clusters.NO_STRUCTURE)


def test_the_methods_are_compared_at_the_chosen_number_of_groups_or_at_the_clearest_of_each(found):
    side_by_side = clusters.compared(found[2].tried)
    assert side_by_side["method"].tolist() == ["k-means", "Gaussian mixture"] and side_by_side["k"].tolist() == [4, 4]
    # far apart as these lie, both must say about the same
    assert (side_by_side["agreement"] > 0.95).all() and side_by_side["agreement"].max() == 1
    nothing = pd.DataFrame(
        {"method": list("aabb"), "k": [2, 3, 2, 3], "silhouette": [0.2, 0.3, 0.5, 0.4], "chosen": False}
    )
    assert clusters.compared(nothing)[["method", "k"]].to_numpy().tolist() == [["a", 3], ["b", 2]]


def test_whether_it_passes_is_told_only_of_what_was_judged_to_the_end(found):
    tried = found[2].tried
    assert tried["passes"].isna().equals(tried["stability"].isna()) and tried["passes"].isna().any()


@pytest.mark.slow
def test_a_feature_that_is_left_out_takes_no_part():
    table, _ = planted(120, 2)
    fewer = clusters.cluster_accounts(table, FAST, without="gap_median")
    assert fewer.features.columns.tolist() == ["order_days_a_year", "margin_a_year", "average_order"]
    alone = clusters.cluster_accounts(
        table, FAST.model_copy(update={"features": [n for n in FEATURES if n != "gap_median"]})
    )
    pd.testing.assert_frame_equal(fewer.accounts, alone.accounts)


@pytest.mark.slow
def test_buyers_of_one_order_stand_apart_and_alone_have_no_rhythm_to_be_grouped_by():
    table = planted(60, 3)[0]
    once = noise("Gaussian", 3, 60).assign(order_days_24m=1.0, gap_median=np.nan)
    alone = clusters.cluster_accounts(once, FAST)
    assert not alone.found
    for left_out in (
        Reason("left_out_constant", {"feature": "order_days_24m"}),
        Reason("left_out_unknown", {"feature": "gap_median"}),
    ):
        assert left_out in alone.notes
    others = once.assign(customer_id="once " + once["customer_id"])
    mixed = clusters.cluster_accounts(pd.concat([others, table]), FAST)
    assert len(mixed.features) == 60 and (mixed.accounts["why"] == "feature_unknown").sum() == 60
    pd.testing.assert_series_equal(
        mixed.accounts["cluster"].iloc[60:].reset_index(drop=True),
        clusters.cluster_accounts(table, FAST).accounts["cluster"],
    )


def test_a_base_of_zeros_is_no_structure():
    never = planted(60, 3)[0].assign(**dict.fromkeys(FEATURES, 0.0))
    grouping = clusters.cluster_accounts(never, FAST)
    assert not grouping.found and grouping.accounts["cluster"].isna().all() and grouping.tried.empty


@pytest.mark.slow
def test_groups_do_not_change_with_ids_row_order_or_currency(found):
    table, _, grouping = found
    other = table.sample(frac=1, random_state=4).assign(
        customer_id=lambda t: "z" + t["customer_id"],
        margin_24m=lambda t: t["margin_24m"] / 1000,
        average_order=lambda t: t["average_order"] / 1000,
    )
    again = clusters.cluster_accounts(other, FAST).accounts
    again = again.assign(customer_id=again["customer_id"].str[1:]).set_index("customer_id")["cluster"]
    pd.testing.assert_series_equal(
        again.sort_index(), grouping.accounts.set_index("customer_id")["cluster"].sort_index()
    )


@pytest.mark.slow
def test_the_same_seed_gives_the_same_tables(found):
    table, _, grouping = found
    again = clusters.cluster_accounts(table, FAST)
    pd.testing.assert_frame_equal(again.tried, grouping.tried)
    pd.testing.assert_frame_equal(again.accounts, grouping.accounts)


def test_clusters_are_numbered_from_the_largest(found):
    sizes = found[2].accounts["cluster"].value_counts().sort_index()
    assert sizes.index.tolist() == [1, 2, 3, 4] and sizes.is_monotonic_decreasing


@pytest.mark.slow
def test_accounts_without_a_rhythm_or_an_order_stand_apart_with_the_reason():
    table, _ = planted(120, 2)
    table.loc[0, "gap_median"] = np.nan
    table.loc[1, "order_days_24m"] = 0
    accounts = clusters.cluster_accounts(table, FAST).accounts
    assert accounts["why"].tolist()[:3] == ["feature_unknown", "no_order_in_the_window", ""]
    assert accounts["why_values"].tolist()[:3] == ['{"feature": "gap_median"}', "{}", "{}"]
    assert accounts["cluster"].isna().tolist()[:3] == [True, True, False]
    assert accounts["customer_id"].tolist() == table["customer_id"].tolist()


@pytest.mark.parametrize("n", [0, 3, 5, 29])
def test_a_handful_of_accounts_is_no_structure(n):
    grouping = clusters.cluster_accounts(planted(40, 3)[0].head(n), FAST)
    assert grouping.verdict == Reason(clusters.NO_STRUCTURE) and len(grouping.accounts) == n
    for table in (grouping.tried, clusters.compared(grouping.tried)):
        assert table.empty and sentence(waits_for(table[["method", "k"]])).startswith(f"{n} customers and ")


def test_a_base_of_equal_accounts_is_no_structure():
    table = planted(60, 3)[0]
    grouping = clusters.cluster_accounts(table.assign(**dict.fromkeys(FEATURES, 5.0)), FAST)
    assert grouping.verdict == Reason(clusters.NO_STRUCTURE)
    assert "left_out_constant" in {note.code for note in grouping.notes}


def test_bad_input_is_refused_by_name():
    table = planted(40, 1)[0]
    with pytest.raises(InputError, match="shoe_size"):
        clusters.cluster_accounts(table, Clustering(features=["shoe_size"]))
    with pytest.raises(InputError, match="more than once"):
        clusters.cluster_accounts(pd.concat([table, table]), FAST)


@pytest.mark.slow
def test_many_accounts_are_judged_on_a_sample_and_all_are_placed():
    table, label = planted(6_000, 5)
    grouping = clusters.cluster_accounts(table, Clustering(features=FEATURES, least=4, most=4, bootstraps=5, nulls=10))
    assert grouping.notes == [Reason("judged_on_a_sample", {"judged": 5_000, "drawn": 2_000, "accounts": 6_000})]
    assert sentence(grouping.notes[0]) == "k is judged on 5,000 and stability on 2,000 of 6,000 accounts"
    assert grouping.accounts["cluster"].notna().all()
    assert agreement(grouping.accounts, label) > 0.95
