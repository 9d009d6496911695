"""RFM by ranks. Oracles: hand calculation, and properties that must hold for every base of accounts."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kamlib.errors import InputError
from kamlib.facts.worth import observed_window
from kamlib.report.words import sentence
from kamlib.segments import rfm
from kamlib.stats.reasons import Reason

TOLD = pd.DataFrame({"customer_id": ["K.02"], "state": ["silent"]})


def facts(silence, days, money, ids=None, **more) -> pd.DataFrame:
    n = len(silence)
    return pd.DataFrame(
        {
            "customer_id": ids or [f"K.{i:02d}" for i in range(n)],
            "silence_days": silence,
            "tenure_days": [max(silence) + 400] * n,
            "gap_median": [10.0] * n,
            "order_days": days,
            "order_days_12m": days,
            "order_days_24m": days,
            "margin_12m": money,
            "margin_24m": money,
            "revenue_12m": [4.0 * m for m in money],
            "revenue_24m": [4.0 * m for m in money],
        }
    ).assign(**more)


bases = st.lists(
    st.tuples(st.integers(0, 700), st.integers(1, 60), st.integers(-5_000_00, 900_000_00)), min_size=1, max_size=40
)


def made(rows) -> pd.DataFrame:
    return facts([r[0] for r in rows], [float(r[1]) for r in rows], [r[2] / 100 for r in rows])


def test_scores_follow_the_formula_by_hand():
    # n = 5, k = 3, r = 1..5: floor(3 (2r - 1) / 10) + 1 -> 0.3, 0.9, 1.5, 2.1, 2.7 -> 1 1 2 3 3
    assert rfm.scores(pd.Series([10.0, 20, 30, 40, 50]), 3).tolist() == [1, 1, 2, 3, 3]
    # ties 7, 7 share r = 1.5: 2r - 1 = 2, 3 * 2 / 6 = 1 -> 2; the third: r = 3, 3 * 5 / 6 = 2.5 -> 3
    assert rfm.scores(pd.Series([7.0, 7, 9]), 3).tolist() == [2, 2, 3]


def test_an_average_rank_of_a_half_is_exact_at_a_class_border():
    # n = 10, k = 5, two tied at ranks 2 and 3: 2r - 1 = 4, 5 * 4 / 20 = 1 exactly -> 2, never 1 by a float's error
    assert rfm.scores(pd.Series([1.0, 2, 2, 4, 5, 6, 7, 8, 9, 10]), 5).tolist()[1:3] == [2, 2]


@pytest.mark.parametrize(("once", "classes"), [(70, 3), (500, 5), (10, 3)])
def test_who_bought_on_one_day_is_no_regular_however_many_did(once, classes):
    """Of 100 (600) accounts 70 (500) bought once, of all sizes and at all times: their mean rank is in the middle class."""
    n = once + 100 if once == 500 else 100
    silence = [(37 * i) % 700 for i in range(n)]
    days = [1.0 if i < once else 2.0 + i % 11 for i in range(n)]
    table = rfm.rfm_segments(facts(silence, days, [float((53 * i) % 997) for i in range(n)]), classes=classes)
    singles = table[table["order_days"] == 1]
    assert len(singles) == once and singles["f"].eq(1).all()
    told = set(singles["segment"])
    assert not [name for name in told if "regulars" in name or name == "core"], told
    assert table.loc[table["order_days"] > 1, "f"].max() == classes


@pytest.mark.parametrize(("k", "middle"), [(3, 2), (5, 3)])
def test_one_account_alone_is_in_the_middle(k, middle):
    table = rfm.rfm_segments(facts([5], [3.0], [100.0]), classes=k)
    assert table.loc[0, ["r", "f", "m"]].tolist() == [middle] * 3


def test_scores_do_not_change_when_ids_are_renamed_or_rows_shuffled():
    base = facts([3, 50, 50, 400, 9, 120], [9.0, 2, 2, 1, 30, 4], [10.0, 500, 500, 3, 80, 7])
    before = rfm.rfm_segments(base, classes=5).set_index("customer_id")
    shuffled = base.sample(frac=1, random_state=3)
    after = rfm.rfm_segments(shuffled, classes=5).set_index("customer_id").loc[before.index]
    pd.testing.assert_frame_equal(before, after)
    renamed = rfm.rfm_segments(base.assign(customer_id=["z", "00123", "K.01", "1e5", "NA", "x"]), classes=5)
    assert renamed["cell"].tolist() == before["cell"].tolist()
    assert renamed["customer_id"].tolist() == ["z", "00123", "K.01", "1e5", "NA", "x"]


@pytest.mark.slow
@given(bases)
@settings(max_examples=40, deadline=None)
def test_equal_values_get_equal_scores_and_better_ones_never_lower(rows):
    table = rfm.rfm_segments(made(rows), classes=5)
    for value, score, sign in (("silence_days", "r", -1), ("order_days", "f", 1), ("money", "m", 1)):
        ordered = table.assign(good=sign * table[value]).sort_values("good")
        assert ordered.groupby("good")[score].nunique().max() == 1
        assert ordered[score].astype(int).is_monotonic_increasing
        assert ordered[score].between(1, 5).all()


@pytest.mark.slow
@given(bases)
@settings(max_examples=25, deadline=None)
def test_money_in_thousands_and_a_shuffle_leave_every_cell(rows):
    base = made(rows)
    money = [c for c in base if c.startswith(("margin", "revenue"))]
    thousands = base.assign(**{c: base[c] / 1000 for c in money}).iloc[::-1]
    assert rfm.rfm_segments(thousands).sort_index()["cell"].tolist() == rfm.rfm_segments(base)["cell"].tolist()


@pytest.mark.parametrize("k", [3, 5])
def test_segments_cover_every_cell_exactly_once(k):
    table = rfm.cells(k)
    every = set(itertools.product(range(1, k + 1), repeat=3))
    assert len(table) == k**3
    assert set(table[["r", "f", "m"]].itertuples(index=False, name=None)) == every
    assert table["segment"].notna().all()
    assert set(table["segment"]) == {s.name for s in rfm.SEGMENTS}


def test_segments_that_leave_a_cell_or_take_it_twice_are_refused():
    with pytest.raises(InputError, match="exactly one segment"):
        rfm.cells(3, rfm.SEGMENTS[1:])
    with pytest.raises(InputError, match="exactly one segment"):
        rfm.cells(5, [*rfm.SEGMENTS, replace(rfm.SEGMENTS[0], name="core again")])
    with pytest.raises(InputError, match="3 or 5"):
        rfm.cells(4)


def test_a_segment_gives_no_policy_though_the_study_may_name_one():
    own = [replace(rfm.SEGMENTS[0], policy="send flowers"), *rfm.SEGMENTS[1:]]
    base = facts([3, 50, 400], [9.0, 2, 1], [10.0, 500, 3])
    with_policy = rfm.rfm_segments(base, segments=own)
    pd.testing.assert_frame_equal(with_policy, rfm.rfm_segments(base))
    assert not [name for name in [*with_policy, *rfm.summary(with_policy, own)] if "policy" in name]


def test_orders_of_three_days_give_no_segments_and_orders_of_thirty_do():
    silence, days, money = [0, 1, 2, 2, 900], [2.0, 1, 1, 2, 0], [5.0, 9, 2, 7, 0]
    for first, told in ((2, {rfm.TOO_SHORT}), (28, {rfm.TOO_SHORT}), (29, set())):
        table = rfm.rfm_segments(facts(silence, days, money, tenure_days=[first] * 4 + [np.nan]))
        assert set(table["segment"]) & {rfm.TOO_SHORT} == told, first
        assert table["r"].notna().any() == (not told)
        assert table["segment"].iloc[4] == rfm.NO_ORDER, "nobody is recent who bought nothing"
    summary = rfm.summary(rfm.rfm_segments(facts(silence, days, money, tenure_days=2)))
    assert summary["accounts"].tolist() == [1, 4] and summary["money"].tolist() == [0, 23]


def test_money_that_is_known_of_nobody_in_a_segment_is_unknown_and_no_zero():
    table = rfm.rfm_segments(facts([3, 50, 400], [9.0, 2, 1], [10.0, np.nan, 3.0]))
    money = rfm.summary(table).set_index("segment")["money"]
    assert np.isnan(money[rfm.NO_MONEY]) and money.drop(rfm.NO_MONEY).sum() == 13


def test_three_classes_below_500_accounts_and_five_from_there():
    small = facts(list(range(499)), [float(i + 1) for i in range(499)], [float(i) for i in range(499)])
    large = facts(list(range(500)), [float(i + 1) for i in range(500)], [float(i) for i in range(500)])
    assert rfm.rfm_segments(small)["r"].max() == 3
    assert rfm.rfm_segments(large)["r"].max() == 5


def test_accounts_without_an_order_in_the_window_stand_apart_and_move_nobody():
    base = facts([3, 50, 400], [9.0, 2, 1], [10.0, 500, 3])
    gone = facts([900, 901], [0.0, 0.0], [0.0, 0.0], ids=["old", "older"])
    both = rfm.rfm_segments(pd.concat([gone, base], ignore_index=True), classes=3)
    assert both["segment"].tolist()[:2] == [rfm.NO_ORDER] * 2
    assert both[["r", "f", "m", "cell"]].iloc[:2].isna().all(axis=None)
    assert both["cell"].tolist()[2:] == rfm.rfm_segments(base, classes=3)["cell"].tolist()


def test_a_margin_unknown_for_some_is_no_zero():
    table = rfm.rfm_segments(facts([3, 50, 400], [9.0, 2, 1], [10.0, np.nan, -3.0]), classes=3)
    assert table["segment"].tolist()[1] == rfm.NO_MONEY
    assert table["m"].tolist()[0] == 3 and table["m"].tolist()[2] == 1


def test_an_unobserved_window_gives_way_to_twelve_months_and_says_so():
    base = facts([3, 50], [9.0, 2], [10.0, 5.0]).assign(order_days_24m=np.nan, margin_24m=np.nan, revenue_24m=np.nan)
    window = observed_window(base, 24)
    assert (window.months, window.order_days, window.money) == (12, "order_days_12m", "margin_12m")
    assert window.notes == (Reason("shorter_window_counts", {"months": 24, "observed": 12}),)
    assert sentence(window.notes[0]) == "24 months are not observed; the last 12 count instead"
    assert rfm.rfm_segments(base)["window_months"].tolist() == [12, 12]


def test_data_of_less_than_a_year_count_as_a_whole():
    base = facts([3, 50], [9.0, 2], [10.0, 5.0]).assign(order_days_24m=np.nan, order_days_12m=np.nan, margin=[1.0, 2.0])
    window = observed_window(base, 24)
    assert (window.months, window.order_days, window.money) == (None, "order_days", "margin")
    assert window.notes == (Reason("all_history_counts", {"months": 24}),)
    assert sentence(window.notes[0]) == "24 months are not observed; all history counts instead"
    assert rfm.rfm_segments(base)["money"].tolist() == [1.0, 2.0]


def test_without_margins_revenue_stands_in_and_says_so():
    base = facts([3, 50], [9.0, 2], [10.0, 5.0]).assign(margin_24m=np.nan)
    window = observed_window(base)
    assert window.measure == "revenue" and window.notes == (Reason("no_margin_is_known"),)
    assert sentence(window.notes[0]) == "no margin is known; revenue stands in its place"
    assert observed_window(base, measure="revenue").notes == ()


def test_the_way_to_the_next_class_leads_to_its_smallest_value():
    # F: 1 2 | 5 | 8 9 (k = 3, n = 5): an account with 1 lacks 4, with 5 lacks 3, with 8 none
    # R: silence 90 80 | 50 | 20 10: one silent for 90 days lacks 40 days
    table = rfm.rfm_segments(facts([90, 80, 50, 20, 10], [1.0, 2, 5, 8, 9], [1.0, 2, 5, 8, 9]), classes=3)
    assert table["f_next"].tolist()[:3] == [4.0, 3.0, 3.0]
    assert table["r_next"].tolist()[:3] == [40.0, 30.0, 30.0]
    assert table[["r_next", "f_next", "m_next"]].iloc[3:].isna().all(axis=None)


def test_cut_points_are_the_smallest_and_largest_of_each_class():
    cuts = rfm.cut_points(
        rfm.rfm_segments(facts([90, 80, 50, 20, 10], [1.0, 2, 5, 8, 9], [1.0, 2, 5, 8, 9]), classes=3)
    )
    found = cuts.set_index(["dimension", "score"])
    assert found.loc[("f", 1), ["smallest", "largest"]].tolist() == [1, 2]
    assert found.loc[("r", 1), ["smallest", "largest"]].tolist() == [80, 90]
    assert found.groupby("dimension")["accounts"].sum().tolist() == [5, 5, 5]


def test_silence_is_measured_in_own_gaps_and_unknown_without_one():
    table = rfm.rfm_segments(facts([30, 30], [9.0, 1], [1.0, 2.0], gap_median=[15.0, np.nan]))
    assert table["rhythm"].tolist()[0] == 2.0 and np.isnan(table["rhythm"].tolist()[1])


@pytest.mark.parametrize("n", [1, 3, 5])
def test_a_handful_of_accounts_is_enough(n):
    table = rfm.rfm_segments(facts(list(range(n)), [1.0] * n, [0.0] * n))
    assert table["segment"].notna().all() and table["f"].nunique() == 1


def test_large_customers_that_are_quiet_for_longer_than_so_many_own_gaps_are_overdue():
    # own gaps of 10 days and a limit of 3 of them: 31 days are too long, 30 are not; the small one is left out
    table = rfm.rfm_segments(facts([31, 30, 90, 400], [9.0, 9, 9, 1], [80.0, 90, 100, 1]), classes=3)
    assert table["m"].tolist() == [2, 2, 3, 1]
    level = table.assign(m=table["m"].mask(table["m"] == 2, 3))
    assert rfm.overdue(level, TOLD, 3)["customer_id"].tolist() == ["K.02", "K.00"]
    assert rfm.overdue(level, TOLD, 2.9)["customer_id"].tolist() == ["K.02", "K.01", "K.00"]
    lost = TOLD.assign(state="lost")
    assert rfm.overdue(level, lost, 2.9)["customer_id"].tolist() == ["K.01", "K.00"], "who is lost is not overdue"


def test_a_summary_adds_up_and_counts_only_positive_money_as_share():
    table = rfm.rfm_segments(facts([3, 50, 400, 3], [9.0, 2, 1, 0], [10.0, -500, 30, 0]))
    summary = rfm.summary(table)
    assert summary["accounts"].sum() == 4 and summary["money"].sum() == pytest.approx(-460)
    assert summary["share_of_money"].sum() == pytest.approx(1)
    assert summary["segment"].iloc[-1] == rfm.NO_ORDER


def test_an_account_that_stands_twice_is_named():
    with pytest.raises(InputError, match=r"more than once.*K\.00"):
        rfm.rfm_segments(pd.concat([facts([3], [9.0], [1.0])] * 2))


def test_a_window_that_is_not_there_and_an_unknown_measure_are_refused():
    with pytest.raises(InputError, match="18 months"):
        rfm.rfm_segments(facts([3], [9.0], [1.0]), window_months=18)
    with pytest.raises(InputError, match="profit"):
        observed_window(facts([3], [9.0], [1.0]), measure="profit")
    with pytest.raises(InputError, match="silence_days"):
        rfm.rfm_segments(facts([3], [9.0], [1.0]).drop(columns="silence_days"))


def test_the_table_given_is_left_as_it_was():
    base = facts([3, 50], [9.0, 2], [10.0, 5.0])
    copy = base.copy(deep=True)
    rfm.rfm_segments(base)
    pd.testing.assert_frame_equal(base, copy)
