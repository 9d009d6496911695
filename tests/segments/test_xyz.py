"""How regularly accounts buy. Oracles: simulation of a Poisson buyer, hand calculation, planted rhythm."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kamlib.errors import InputError
from kamlib.segments import xyz


def facts(cv, gaps, days_12m=20.0, **more) -> pd.DataFrame:
    n = len(cv)
    return pd.DataFrame(
        {
            "customer_id": [f"{i:05d}" for i in range(n)],
            "order_days": [g + 1.0 for g in gaps],
            "order_days_12m": days_12m,
            "gaps": gaps,
            "gap_cv": cv,
        }
    ).assign(**more)


def letters(table: pd.DataFrame) -> str:
    return "".join(table["xyz"])


def test_the_frequency_reading_asks_for_twelve_order_days_and_chance_at_most():
    table = xyz.xyz_classes(facts([0.9, 1.0, 0.9, 1.01, 0.2], [20] * 5, [12.0, 30, 11, 40, 0]))
    assert letters(table) == "XXYZY"


def test_the_gap_reading_cuts_at_a_half_and_at_one():
    assert letters(xyz.xyz_classes(facts([0.5, 0.51, 1.0, 1.01], [20] * 4), reading="gaps")) == "XYYZ"


def test_too_few_gaps_are_n_and_a_lost_account_is_l_before_all():
    states = pd.DataFrame({"customer_id": ["00002", "00003", "00000"], "state": ["lost", "lost", "silent"]})
    table = xyz.xyz_classes(facts([0.2, np.nan, 0.2, np.nan], [4, 0, 30, 1]), states=states)
    assert letters(table) == "NNLL"
    assert not table["uncertain"].any()


def test_a_one_time_buyer_has_no_rhythm_and_no_interval():
    table = xyz.xyz_classes(facts([np.nan], [0]))
    assert table["xyz"].tolist() == ["N"] and np.isnan(table["cv_low"].iloc[0])


def test_a_poisson_buyer_with_five_gaps_is_x_in_9_y_in_62_and_z_in_30_percent():
    gaps = np.random.default_rng(11).exponential(30, size=(40_000, 5))
    cv = gaps.std(axis=1, ddof=1) / gaps.mean(axis=1)
    table = xyz.xyz_classes(facts(cv, [5] * len(cv)), reading="gaps")
    share = table["xyz"].value_counts(normalize=True)
    assert share["X"] == pytest.approx(0.09, abs=0.01)
    assert share["Y"] == pytest.approx(0.62, abs=0.01)
    assert share["Z"] == pytest.approx(0.30, abs=0.01)
    # and hardly ever is the kit sure of it: the interval holds the true 1 in 95 %
    assert (~table["uncertain"]).mean() < 0.10


def test_uncertain_says_that_the_interval_spans_a_cut():
    table = xyz.xyz_classes(facts([0.95, 0.95, 0.1], [6, 2000, 2000]), reading="gaps")
    assert table["uncertain"].tolist() == [True, False, False]


def test_the_period_reading_never_gives_x_to_zeros_one_period_or_a_negative_mean(months):
    table = xyz.xyz_classes(
        facts([0.1] * 5, [50] * 5),
        months(
            {"00000": [0] * 14, "00001": [50], "00002": [-9, -10] * 7, "00003": [10, 10.1] * 7, "00004": [10, 15] * 7}
        ),
        reading="periods",
    )
    # mean of 10 and 15 is 12.5, deviation 2.5: 0.20
    assert letters(table) == "ZNZXY"
    assert table["cv"].isna().tolist() == [True, False, True, False, False]
    assert set(table["grain"]) == {"month"}


def test_the_default_window_holds_enough_periods_of_either_grain(months):
    # 36 months of 10: 12 quarters of 30, a variation of 0; an account of 35 months has 11 whole quarters
    known = months({"00000": [10] * 36, "00001": [10] * 35})
    by_quarter = xyz.xyz_classes(facts([0.1] * 2, [50] * 2), known, reading="periods", grain="quarter")
    assert letters(by_quarter) == "XN" and by_quarter["count"].tolist() == [12, 11]
    by_month = xyz.xyz_classes(facts([0.1] * 2, [50] * 2), known, reading="periods")
    assert letters(by_month) == "XX" and by_month["count"].tolist() == [24, 24]


def test_a_regular_quarterly_buyer_is_x_by_quarter_and_z_by_month(months):
    known = months({"00000": [0, 0, 9] * 12})
    given = facts([0.1], [50])
    assert letters(xyz.xyz_classes(given, known, reading="periods", grain="quarter")) == "X"
    # the pattern of the months is taken for a season and taken out; of a year and a half, too short for that, it stays
    assert letters(xyz.xyz_classes(given, known[known["month"] >= "2025-01-01"], reading="periods")) == "Z"


def test_a_window_that_would_make_everybody_n_is_refused(months):
    given = facts([0.1], [50]), months({"00000": [10] * 60})
    with pytest.raises(InputError, match=r"can't hold 12 periods of a quarter.*window_months=24.*Give 36 or more"):
        xyz.xyz_classes(*given, reading="periods", grain="quarter", window_months=24)
    assert letters(xyz.xyz_classes(*given, reading="periods", grain="quarter", window_months=48)) == "X"


def test_unknown_money_of_a_month_is_no_zero(months):
    """Counted is what came after it: one unknown month in the middle leaves too little, one long ago changes nothing."""
    known = months({"00000": [10] * 20 + [np.nan] + [10] * 3, "00001": [np.nan] + [10] * 23})
    table = xyz.xyz_classes(facts([0.1] * 2, [50] * 2), known, reading="periods")
    assert letters(table) == "NX" and table["count"].tolist() == [3, 23]
    assert table["cv"].tolist() == [0, 0]


def test_an_account_without_months_is_n(months):
    table = xyz.xyz_classes(facts([0.1, 0.1], [50] * 2), months({"00000": [5] * 12}), reading="periods")
    assert letters(table) == "XN"


def test_months_that_end_after_the_date_are_not_read(months):
    known = months({"00000": [5] * 12 + [900]}, last="2026-06-01")
    early = facts([0.1], [50], as_of=pd.Timestamp("2026-06-29"))
    late = facts([0.1], [50], as_of=pd.Timestamp("2026-06-30"))
    assert xyz.xyz_classes(early, known, reading="periods")["cv"].iloc[0] == 0
    assert xyz.xyz_classes(late, known, reading="periods")["cv"].iloc[0] > 1


def test_neither_row_order_nor_the_unit_of_money_matters(months):
    rng = np.random.default_rng(4)
    rows = {f"{i:05d}": list(rng.lognormal(5, 0.3 * (i % 4), 12 + i)) for i in range(20)}
    base, table = facts([0.5] * 20, [30] * 20), months(rows)
    before = xyz.xyz_classes(base, table, reading="periods").set_index("customer_id")["xyz"]
    shuffled = table.sample(frac=1, random_state=1).assign(revenue=lambda t: t["revenue"] / 1000)
    after = xyz.xyz_classes(base[::-1], shuffled, reading="periods").set_index("customer_id")["xyz"]
    assert after.sort_index().tolist() == before.sort_index().tolist()
    assert before.nunique() > 1


def test_less_than_a_year_of_data_counts_what_was_seen():
    table = xyz.xyz_classes(facts([0.5, 0.5], [12, 10], np.nan))
    assert letters(table) == "XY"  # 13 and 11 order days in less than a year


def test_bad_input_is_refused_by_name():
    with pytest.raises(InputError, match="weekly"):
        xyz.xyz_classes(facts([0.1], [9]), reading="weekly")
    with pytest.raises(InputError, match="account-months"):
        xyz.xyz_classes(facts([0.1], [9]), reading="periods")
    with pytest.raises(InputError, match="gap_cv"):
        xyz.xyz_classes(facts([0.1], [9]).drop(columns="gap_cv"))


def test_every_reading_counts_everybody_once(months):
    # often and evenly by frequency; evenly but not very by gaps; the sums of a year are all the same
    known = months({"00000": [5] * 36, "00001": [5] * 36})
    states = pd.DataFrame({"customer_id": ["00001"], "state": ["lost"]})
    tried = xyz.by_reading(facts([0.9, 0.9], [20, 30]), known, states)
    counted = xyz.letters(tried).set_index(["reading", "grain"])
    assert counted.index.tolist() == [
        ("frequency", "gap"),
        ("gaps", "gap"),
        ("periods", "month"),
        ("periods", "quarter"),
    ]
    assert counted[["X", "Y", "Z", "N", "L"]].to_numpy().tolist() == [
        [1, 0, 0, 0, 1],
        [0, 1, 0, 0, 1],
        *[[1, 0, 0, 0, 1]] * 2,
    ]
    assert counted["longest_history"].tolist() == [30, 30, 24, 12]


def test_sums_of_periods_are_of_the_margin_where_any_is_known(months):
    # revenue is the same each month, margin swings
    known = months({"00000": [5] * 12})
    swings = known.assign(margin=[0, 10] * 6)
    assert letters(xyz.xyz_classes(facts([0.1], [50]), known, reading="periods")) == "X"
    assert letters(xyz.xyz_classes(facts([0.1], [50]), swings, reading="periods")) == "Z"
    assert letters(xyz.xyz_classes(facts([0.1], [50]), swings, reading="periods", money="revenue")) == "X"
