"""Rank sets of accounts. Oracle: sums by hand, planted levels of simulated bases, and the definition of months on record."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kamlib.errors import InputError
from kamlib.measures.rank_sets import MONTHS, among, sets_of_ranks
from kamlib.stats.reasons import waits_for

ROWS = pd.date_range("2024-07-01", periods=MONTHS, freq="MS")


def base(values: np.ndarray, ids: list[str] | None = None) -> pd.DataFrame:
    """Months × accounts as `account_months` gives them; missing values are months before the first purchase."""
    ids = ids or [f"{k:04}" for k in range(values.shape[1])]
    wide = pd.DataFrame(
        values, index=pd.Index(ROWS[-len(values) :], name="month"), columns=pd.Index(ids, name="customer_id")
    )
    return wide.stack().rename("revenue").reset_index()


def simulated(seed: int, accounts: int = 30) -> tuple[pd.DataFrame, np.ndarray]:
    """Levels that are lognormal, a quarter of them the same; half the accounts order steadily, half rarely; good and bad months for all, which last."""
    rng = np.random.default_rng(seed)
    level = rng.lognormal(8, 1, accounts)
    level[: accounts // 4] = level[0]
    common = np.empty(MONTHS)
    common[0] = rng.normal()
    for month in range(1, MONTHS):
        common[month] = 0.3 * common[month - 1] + np.sqrt(1 - 0.3**2) * rng.normal()
    shape = np.where(np.arange(accounts) % 2, 2.0, 0.5)
    months = level * rng.gamma(shape, 1 / shape, (MONTHS, accounts)) * np.exp(0.2 * common[:, None] - 0.02)
    return base(months), level


def holds(seed: int) -> bool:
    """Whether every true rank lies in its set; of equal levels, every rank that they share."""
    months, level = simulated(seed)
    found = sets_of_ranks(months, top=5, bootstraps=300, seed=seed).sort_values("customer_id")
    best = 1 + (level > level[:, None]).sum(axis=1)
    worst = len(level) - (level < level[:, None]).sum(axis=1)
    return bool(((found["rank_best"] <= best) & (found["rank_worst"] >= worst)).all())


def test_true_ranks_lie_in_all_sets_at_once_in_43_of_50_bases():
    assert sum(holds(seed) for seed in range(50)) >= 43


@pytest.mark.proof
def test_true_ranks_lie_in_all_sets_at_once_in_94_of_100_bases():
    assert np.mean([holds(seed) for seed in range(1_000)]) >= 0.94


def test_the_level_is_that_of_a_year_and_growth_the_last_year_less_the_one_before():
    """100 a month, then 150: a year of 1,500, and 600 more than the year before; the other account brings 50 throughout."""
    months = base(np.column_stack([np.repeat([100.0, 150.0], 12), np.full(24, 50.0)]))
    assert sets_of_ranks(months, top=1)["yearly"].tolist() == [1500, 600]
    assert sets_of_ranks(months, "growth", top=1)["yearly"].tolist() == [600, 0]


def test_accounts_that_never_vary_are_ranked_for_certain_and_equal_ones_share_a_rank():
    found = sets_of_ranks(base(np.tile([30.0, 10.0, 10.0], (24, 1))), top=1)
    assert found[["rank", "rank_best", "rank_worst"]].to_numpy().tolist() == [[1, 1, 1], [2, 2, 3], [2, 2, 3]]
    assert found["among_top"].tolist() == ["certainly", "no", "no"]


def test_two_that_differ_by_less_than_their_months_are_possibly_first_and_a_third_is_not():
    """Means 103 and 100 with months that swing by 10, and one of 10: only the last is surely not first."""
    swing = 10 * np.tile([1.0, -1.0, -1.0, 1.0], 6)
    found = sets_of_ranks(base(np.column_stack([103 + swing, 100 - swing, 10 + swing / 10])), top=1)
    assert found["among_top"].tolist() == ["possibly", "possibly", "no"]


def test_an_account_counts_with_its_own_months_and_with_too_few_it_has_no_rank():
    """Twelve months of 200 are a level of 2,400, not of 1,200; eleven are too few. For growth all 24 are needed."""
    values = np.column_stack([np.full(24, 150.0), np.full(24, 200.0), np.full(24, 900.0)])
    values[:12, 1], values[:13, 2] = np.nan, np.nan
    found = sets_of_ranks(base(values, ["whole", "year", "less"]), top=1).set_index("customer_id")
    assert found.loc["year", ["months", "yearly", "rank"]].tolist() == [12, 2400, 1]
    assert found.loc["less", ["reason", "among_top"]].tolist() == ["too_few_months", ""]
    assert pd.isna(found.loc["less", "rank"])
    assert waits_for(sets_of_ranks(base(values[:, 1:], ["year", "less"]), "growth", top=1)).code == "nobody_to_rank"


def test_an_unknown_margin_is_no_margin_of_zero():
    months = base(np.tile([30.0, 20.0, 10.0], (24, 1))).assign(margin=lambda rows: rows["revenue"] / 4)
    months.loc[months["customer_id"] == "0001", "margin"] = np.nan
    found = sets_of_ranks(months, "margin", top=1).set_index("customer_id")
    assert found["reason"].to_dict() == {"0000": "", "0002": "", "0001": "months_without_margin"}
    assert found.loc["0002", "rank"] == 2


def test_a_shorter_record_is_taken_as_it_is():
    found = sets_of_ranks(base(np.random.default_rng(1).gamma(2, 1, (14, 5))), top=2)
    assert found["months"].eq(14).all()
    assert found["rank"].notna().all()


@pytest.mark.parametrize("accounts", [0, 1])
def test_nobody_and_one_account_alone_are_refused_with_the_reason(accounts):
    found = sets_of_ranks(base(np.ones((24, 1))).head(24 * accounts), top=3)
    assert waits_for(found).code == "nobody_to_rank"


@settings(deadline=None, max_examples=12)
@given(st.integers(2, 12), st.integers(0, 10_000), st.permutations(range(12)))
def test_sets_hold_the_rank_itself_and_ids_and_the_order_of_rows_change_nothing(accounts, seed, order):
    months, _ = simulated(seed, 12)
    months = months[months["customer_id"] < f"{accounts:04}"]
    found = sets_of_ranks(months, top=3, bootstraps=100)
    assert (found["rank_best"] <= found["rank"]).all()
    assert (found["rank"] <= found["rank_worst"]).all()
    names = dict(zip(months["customer_id"].unique(), [f"x{k:02}" for k in order], strict=False))
    other = months.sample(frac=1, random_state=seed).replace({"customer_id": names})
    again = sets_of_ranks(other, top=3, bootstraps=100)
    both = found.replace({"customer_id": names}).merge(again, on="customer_id", suffixes=("", "_again"))
    assert len(both) == accounts
    for name in ("rank", "rank_best", "rank_worst", "among_top"):
        assert both[name].tolist() == both[f"{name}_again"].tolist()


def test_the_counts_of_each_measure_add_up_to_its_accounts():
    months, _ = simulated(1)
    sets = [sets_of_ranks(months, measure, top=3, bootstraps=50) for measure in ("revenue", "growth")]
    counts = among([*sets, sets_of_ranks(months.head(24), top=3)])
    assert counts["measure"].tolist() == ["revenue", "growth"]
    assert counts[["certainly", "possibly", "not_among", "without_rank"]].sum(axis=1).tolist() == [30, 30]
    assert waits_for(among([])).code == "nobody_to_rank"


def test_the_table_that_was_given_stays_as_it_was():
    months, _ = simulated(1)
    before = months.copy(deep=True)
    sets_of_ranks(months, top=3, bootstraps=50)
    pd.testing.assert_frame_equal(months, before)


@pytest.mark.parametrize(
    ("given", "names"),
    [({"measure": "profit"}, "measure"), ({"top": 0}, "top"), ({"cover": 1.0}, "cover"), ({"block": 13}, "block")],
)
def test_what_is_out_of_range_is_named(given, names):
    with pytest.raises(InputError, match=names):
        sets_of_ranks(simulated(1)[0], **{"top": 3} | given)


def test_a_month_that_stands_twice_is_refused_with_its_account():
    months, _ = simulated(1)
    with pytest.raises(InputError, match="0000"):
        sets_of_ranks(pd.concat([months, months.head(1)]), top=3)
