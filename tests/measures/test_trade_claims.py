"""Two claims against planted worlds: the true one holds, the false one does not, and too little is not tested."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kamlib.measures.trade_claims import first_years, keeping_or_winning, managers_before, managers_share
from kamlib.report.words import sentence, word
from kamlib.stats.reasons import Reason

FIRST, AS_OF = pd.Timestamp("2023-01-01"), pd.Timestamp("2025-12-31")


def world(left: float, won: float, n: int = 200, seed: int = 0) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Accounts that left in 2024, and that were won in it, with margins about the two means."""
    rng = np.random.default_rng(seed)
    day = pd.Timestamp("2024-06-01")
    episodes = pd.DataFrame({"customer_id": [f"L{i}" for i in range(n)], "last_order": day})
    firsts = pd.DataFrame({"customer_id": [f"W{i}" for i in range(n)], "first_order": day})
    return episodes.assign(margin=rng.gamma(2, left / 2, n)), firsts.assign(margin=rng.gamma(2, won / 2, n))


def test_the_first_year_by_hand(clean_orders):
    """A: 10 on the first day and 5 on day 364; day 365 is of the second year. B's first year is not over."""
    lines = [
        ("A", "2024-01-01", 10, 3),
        ("A", "2024-12-30", 5, 1),
        ("A", "2024-12-31", 99, 9),
        ("B", "2025-03-01", 7, 2),
    ]
    found = first_years(clean_orders(lines, "customer_id date amount margin"), AS_OF.date())
    assert found.values.tolist() == [["A", pd.Timestamp("2024-01-01"), 15, 4]]


@pytest.mark.parametrize(
    ("left", "won", "verdict"), [(200, 100, "holds"), (100, 200, "does_not_hold"), (100, 100, "cant_be_told")]
)
def test_the_verdict_on_keeping_follows_the_planted_means(left, won, verdict):
    found = keeping_or_winning(*world(left, won), FIRST, AS_OF, bootstraps=500)
    assert (found.verdict, found.reason) == (verdict, Reason(f"keeping_{verdict}"))
    figures = found.figures
    assert figures.loc["difference", "mean"] == pytest.approx(
        figures.loc["would_be_kept", "mean"] - figures.loc["was_won", "mean"]
    )
    assert figures.loc["difference", "low"] < left - won < figures.loc["difference", "high"]


def test_costs_of_the_year_are_taken_off():
    """Each account that was won cost 30 in its first year, and 1,000 after it; who left cost 10 before its last order."""
    episodes, firsts = world(100, 100, 30)
    day = pd.Timestamp("2024-06-01")
    parts = [
        pd.DataFrame({"customer_id": firsts["customer_id"], "date": day + pd.Timedelta(days=at), "cost": cost})
        for at, cost in ((-1, 500.0), (0, 10.0), (364, 20.0), (365, 1000.0))
    ]
    parts.append(
        pd.DataFrame({"customer_id": episodes["customer_id"], "date": day - pd.Timedelta(days=364), "cost": 10.0})
    )
    costs = pd.concat(parts)
    plain, net = (
        keeping_or_winning(episodes, firsts, FIRST, AS_OF, costs=c, bootstraps=100).figures["mean"]
        for c in (None, costs)
    )
    assert (plain - net).round(6).to_dict() == {"would_be_kept": 10, "was_won": 30, "difference": -20}


def test_what_lies_outside_the_two_whole_years_is_not_counted():
    episodes, firsts = world(100, 100, 30)
    early = episodes.assign(last_order=FIRST + pd.Timedelta(days=364))
    found = keeping_or_winning(early, firsts, FIRST, AS_OF)
    assert found.verdict == "not_tested"
    assert found.reason == Reason("too_few_left_or_won", {"left": 0, "won": 30, "enough": 20})
    unknown = keeping_or_winning(episodes, firsts.assign(margin=np.nan), FIRST, AS_OF)
    assert unknown.reason == Reason("margin_unknown")


def test_a_customer_that_left_and_came_back_and_left_again_is_one_customer():
    """19 customers that left twice are 38 losses and 19 customers."""
    episodes, firsts = world(100, 100, 40)
    twice = episodes.assign(customer_id=[f"L{i % 19}" for i in range(40)])
    found = keeping_or_winning(twice, firsts, FIRST, AS_OF)
    assert found.reason == Reason("too_few_left_or_won", {"left": 19, "won": 40, "enough": 20})
    half = keeping_or_winning(episodes.assign(customer_id=[f"L{i % 20}" for i in range(40)]), firsts, FIRST, AS_OF)
    assert half.figures.loc["would_be_kept", "accounts"] == 20
    # each has both its losses in a sample: the same mean, and half of the rows are independent
    pairs = pd.concat([episodes.head(20)] * 2)
    wide, narrow = (
        keeping_or_winning(rows, firsts, FIRST, AS_OF).figures.loc["would_be_kept"]
        for rows in (pairs, pairs.assign(customer_id=[f"L{i}" for i in range(40)]))
    )
    assert wide["mean"] == narrow["mean"]
    assert wide["high"] - wide["low"] > 1.2 * (narrow["high"] - narrow["low"])


@pytest.mark.parametrize(("days", "tested"), [(9, False), (179, False), (180, True)])
def test_a_claim_about_winning_needs_half_a_year_in_which_customers_could_be_won(days, tested):
    """A year after the first day on record and a year before as_of leave as many days."""
    first_day = AS_OF - pd.Timedelta(days=730 + days)
    episodes, firsts = world(200, 100)
    middle = AS_OF - pd.Timedelta(days=365 + days // 2)
    found = keeping_or_winning(episodes.assign(last_order=middle), firsts.assign(first_order=middle), first_day, AS_OF)
    assert (found.verdict == "holds") == tested
    if not tested:
        assert found.reason == Reason("too_short_to_win", {"days": days, "enough": 180})
        assert f"{days} days" in sentence(found.reason)


def test_an_interval_that_is_a_point_tells_nothing():
    episodes, firsts = world(200, 100, 30)
    found = keeping_or_winning(episodes.assign(margin=200.0), firsts.assign(margin=100.0), FIRST, AS_OF, bootstraps=50)
    assert found.verdict == "cant_be_told" and found.figures[["low", "high"]].isna().all(axis=None)
    assert found.figures["mean"].tolist() == [200, 100, 100]
    facts, manager = team(0.5, 1, managers=5, each=5)
    same = facts.assign(revenue_12m=np.repeat([50.0, 80.0, 100.0, 120.0, 150.0], 5))
    assert managers_share(same, manager).verdict == "cant_be_told"


def team(share: float, seed: int, managers: int = 30, each: int = 20) -> tuple[pd.DataFrame, pd.Series]:
    """Growth of which the manager makes `share` of the variance (its standard deviation is 0.3 in all)."""
    rng = np.random.default_rng(seed)
    growth = np.repeat(rng.normal(0, 0.3 * share**0.5, managers), each) + rng.normal(
        0, 0.3 * (1 - share) ** 0.5, managers * each
    )
    growth = growth.clip(-1.9, 1.9)
    ids = [f"K{i}" for i in range(len(growth))]
    facts = pd.DataFrame(
        {"customer_id": ids, "revenue_prev_12m": 100.0, "revenue_12m": 100 * (2 + growth) / (2 - growth)}
    )
    return facts, pd.Series(np.repeat([f"M{i}" for i in range(managers)], each), index=ids)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.6])
def test_the_planted_share_of_managers_is_inside_its_interval(share):
    inside = 0
    for seed in range(40):
        growth = managers_share(*team(share, seed)).figures.iloc[0]
        inside += growth["low"] <= share <= growth["high"]
    assert inside >= 34  # 38 of 40 expected; fewer than 34 has a chance of 1.4 %


def test_the_verdict_on_managers_follows_the_planted_share():
    assert managers_share(*team(0.9, 1)).verdict == "holds"
    assert managers_share(*team(0.05, 1)).verdict == "does_not_hold"
    assert managers_share(*team(0.5, 1, managers=6)).verdict == "cant_be_told"


def test_growth_by_hand_counts_losses_and_equal_groups_give_the_anova():
    """Five managers with five accounts each; the two-sided F of scipy's one-way analysis gives the share by (F - 1) / (F - 1 + 5)."""
    from scipy.stats import f_oneway

    facts, manager = team(0.3, 4, managers=5, each=5)
    facts.loc[0, "revenue_12m"] = 0.0  # lost: growth -2
    growth = 2 * (facts["revenue_12m"] - 100) / (facts["revenue_12m"] + 100)
    assert growth[0] == -2
    ratio = f_oneway(*[growth[manager.to_numpy() == name] for name in manager.unique()]).statistic
    found = managers_share(facts, manager).figures.iloc[0]
    assert found[["managers", "accounts"]].tolist() == [5, 25]
    assert found["share"] == pytest.approx(max(0, (ratio - 1) / (ratio - 1 + 5)))


def test_what_belongs_to_the_segment_is_not_the_managers():
    """Each manager has a segment of its own that grows by itself: among all it looks like merit; within segments nothing is left, for
    manager and segment are one and the same, so nothing can be told of the manager."""
    facts, manager = team(0.8, 3, managers=10)
    segment = manager.str.replace("M", "industry ")
    found = managers_share(facts, manager, segment)
    by_growth = found.figures[found.figures["success"] == "growth"].set_index("among")["share"]
    assert by_growth["all_accounts"] > 0.5
    assert by_growth["within_segments"] == 0
    assert (found.verdict, found.reason) == ("cant_be_told", Reason("managing_cant_be_told"))


def test_too_few_managers_are_refused():
    found = managers_share(*team(0.5, 1, managers=4))
    assert (found.verdict, found.figures.empty) == ("not_tested", True)
    assert found.reason == Reason("too_few_managers", {"managers": 4, "each": 5, "enough": 5})


def test_the_words_of_the_claims_are_as_they_were():
    verdicts = ("holds", "does_not_hold", "cant_be_told", "not_tested")
    assert [word(verdict) for verdict in verdicts] == ["holds", "does not hold", "can't be told", "not tested"]
    assert [sentence(Reason(f"keeping_{verdict}")) for verdict in verdicts[:3]] == [
        "an account that left brought more a year than one that was won",
        "an account that was won brought more a year than one that left",
        "the difference may be chance",
    ]
    share = "than a half of the differences in growth goes along with the manager"
    assert [sentence(Reason(f"managing_{verdict}")) for verdict in verdicts[:3]] == [
        f"more {share}",
        f"less {share}",
        "the interval holds a half",
    ]
    assert sentence(Reason("too_few_left_or_won", {"left": 0, "won": 30, "enough": 20})) == (
        "0 accounts left and 30 were won in the time that two whole years leave; 20 of each would be enough"
    )
    assert sentence(Reason("too_few_managers", {"managers": 4, "each": 5, "enough": 5})) == (
        "4 managers had 5 accounts or more; 5 would be enough"
    )
    assert sentence(Reason("amount_unknown")) == "the amount of some of these accounts is not known"
    assert [word(code) for code in ("all_accounts", "within_segments")] == ["all accounts", "within segments"]


def test_the_manager_is_the_one_before_the_year_of_success(clean_orders):
    lines = [
        ("A", "2024-03-01", 60, "old"),
        ("A", "2024-04-01", 50, "other"),
        ("A", "2025-03-01", 900, "new"),
        ("B", "2023-12-31", 5, "long ago"),
        ("C", "2024-05-01", 5, None),
    ]
    orders = clean_orders(lines, "customer_id date amount manager")
    assert managers_before(orders, pd.Timestamp("2024-12-31").date()).to_dict() == {"A": "old"}
