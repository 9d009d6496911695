"""Pictures of losing clients: what is drawn is what the tables say."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kamlib.report import figures
from kamlib.stats.survival import kaplan_meier

BUYERS = pd.DataFrame(
    {
        "buyer": ["buyer_often"] * 2 + ["buyer_seldom"] * 2,
        "gap_days": [7.0, 7, 60, 60],
        "customers": [9, 9, 8, 8],
        "silence": ["silent_own_gap", "silent_twice_limit"] * 2,
        "days": [7.0, 60, 60, 400],
        "p_silent": [0.1, 0.5, 0.2, 0.75],
        "low": [0.05, 0.4, 0.1, 0.7],
        "high": [0.15, 0.6, 0.3, 0.8],
    }
)
TRIED = pd.DataFrame(
    {
        "way": ["days_of_silence", "days_of_silence", "silence_in_limits"],
        "above": ["above_days_of_silence", "above_days_of_silence", "above_silence_in_limits"],
        "above_values": ['{"at": 30}', '{"at": 60}', '{"at": 1}'],
        "false_share": [0.4, 0.2, 0.1],
        "missed_share": [0.1, 0.25, 0.2],
    }
)
MEASURES = pd.DataFrame(
    [
        (m, k, 0.5, 0.4, 0.6)
        for m in ("model", "buyers_at_random", "state", "silence_in_limits", "silence_alone", "base_rate")
        for k in ("brier", "auc", "c")
    ],
    columns=["method", "measure", "value", "low", "high"],
)
LISTED = pd.DataFrame(
    {
        "customer_id": ["A", "B", "C"],
        "stake": [50.0, 20.0, 0.0],
        "p_silent": [0.5, 0.2, 0.0],
        "reason": ["x" * 99, "quiet", ""],
    }
)
GROUPS = pd.DataFrame(
    {"accounts": [5, 5], "predicted": [0.1, 0.6], "lost": [0.2, 0.6], "low": [0.0, 0.3], "high": [0.5, 0.9]}
)
SERIES = pd.DataFrame(
    {
        "as_of": pd.to_datetime(["2026-01-01", "2026-03-01"]),
        "accounts": [50, 60],
        "share": [0.2, 0.3],
        "low": [0.1, 0.2],
        "high": [0.3, 0.4],
    }
)


def texts(axes) -> set[str]:
    return {text.get_text().strip() for text in axes.texts}


def test_curves_carry_their_names_and_numbers_at_risk():
    wait, bought = pd.Series([1.0, 5, 9, 9]), pd.Series([1, 1, 0, 0])
    axes = figures.survival_curves(
        kaplan_meier(wait, bought, pd.Series(["often", "often", "rare", "rare"])), title="t", days=[0, 5, 9]
    )
    assert {"often", "rare", "2", "1"} <= texts(axes)
    curves, samples = axes.lines[::2], axes.lines[1::2]
    for looks in ("get_color", "get_linestyle"):  # each name stands beside a piece of its line
        assert [getattr(line, looks)() for line in curves] == [getattr(line, looks)() for line in samples]


def test_the_list_is_sorted_short_and_without_accounts_at_no_risk():
    axes = figures.priority_list(LISTED, currency="EUR", years=3, names=pd.Series({"A": "Alpha"}))
    assert [bar.get_width() for bar in axes.patches] == [20, 50]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["B", "Alpha"]


def test_each_buyer_has_its_panel_and_points_stand_at_its_chances():
    figure = figures.typical_buyers(BUYERS, horizon_days=180)
    often, seldom = figure.axes
    assert often.get_title(loc="left") + often.get_title() == "Those who order often, every 7 days: 9 customers"
    assert often.collections[-1].get_offsets().tolist() == [[0.5, 0], [0.1, 1]]
    assert [label.get_text() for label in seldom.get_yticklabels()] == [
        "for twice that: 400 days", "silent for their own gap: 60 days"
    ]  # fmt: skip
    assert figure.get_suptitle() == "Silent for twice their own limit, 50% to 75% will order nothing for 180 days"


def test_each_line_tried_has_a_dot_for_what_it_misses_and_one_for_its_false_alarms():
    figure = figures.warning_lines(TRIED)
    days, limits = figure.axes
    missed, false = days.collections[-2:]
    assert missed.get_offsets().tolist() == [[0.25, 0], [0.1, 1]] and false.get_offsets().tolist() == [
        [0.2, 0],
        [0.4, 1],
    ]
    assert texts(days) == {"20%", "25%", "10%", "40%"} and texts(limits) == {"10%", "20%"}
    assert [label.get_text() for label in days.get_yticklabels()] == ["60 days", "30 days"]
    told = "A warning above 1 × (silence in own limits) errs least: 20% of the losses missed, 10% false alarms"
    assert figure.get_suptitle() == told
    assert "Fewest errors has 1 × (silence in own limits): 20% missed, 10% false alarms." in figure.get_label()


def test_calibration_and_series_draw_every_row():
    assert len(figures.calibration_plot(GROUPS).collections[-1].get_offsets()) == 2
    assert list(figures.losses_by_landmark(SERIES).lines[0].get_ydata()) == [0.2, 0.3]


def test_all_methods_stand_in_each_panel():
    panels = figures.against_baselines(MEASURES).axes
    assert [len(axes.collections[-1].get_offsets()) for axes in panels] == [6, 6, 6]


def test_a_test_of_stops_has_no_panel_of_days_and_no_line_of_buyers_at_random():
    of_stops = MEASURES[(MEASURES["measure"] != "c") & (MEASURES["method"] != "buyers_at_random")]
    panels = figures.against_baselines(of_stops).axes
    assert [len(axes.collections[-1].get_offsets()) for axes in panels] == [5, 5]


def test_a_list_of_customers_with_nothing_at_stake_is_not_drawn():
    assert figures.priority_list(LISTED.tail(1), currency="EUR", years=3) is None


def test_beside_each_bar_stand_its_stake_and_the_chance():
    axes = figures.priority_list(LISTED, currency="EUR", years=3, names=pd.Series({"A": "Alpha"}))
    assert texts(axes) == {"50, 50%", "20, 20%"}
    assert axes.get_title(loc="left") + axes.get_title() == "Most is at stake with Alpha: 50 of 70 with these 2"
    known = figures.priority_list(LISTED.assign(p_stopped=[0.1, np.nan, 0.0]), currency="EUR", years=3)
    assert texts(known) == {"50, 10%", "20, 20%"}


def test_the_title_tells_whether_the_model_errs_less_than_the_best_rule():
    better = MEASURES.assign(value=MEASURES["value"].mask(MEASURES["method"] == "model", 0.25))
    told = "the best rule of thumb, buyers at random: Brier score"
    assert figures.against_baselines(better).get_suptitle() == f"The model errs less than {told} 0.250, 0.500"
    assert figures.against_baselines(MEASURES).get_suptitle().startswith(f"The model errs no less than {told}")


def test_the_alternative_texts_name_the_first_numbers():
    listed = figures.priority_list(LISTED, currency="EUR", years=3, names=pd.Series({"A": "Alpha"}))
    told = [
        (listed, "first 2 customers", "The first is Alpha: 50 EUR in 3 years, 50%."),
        (figures.typical_buyers(BUYERS, horizon_days=180), "within 180 days", "it is 50% to 75%."),
        (figures.calibration_plot(GROUPS), "in 2 groups", "60% was predicted and 60% came."),
        (figures.against_baselines(MEASURES), "0.500 for the model and 0.500 for the base rate"),
        (figures.losses_by_landmark(SERIES), "on 2026-03-01, is 30% of 60."),
    ]
    for drawn, *parts in told:
        assert all(part in drawn.figure.get_label() for part in parts)


@pytest.fixture(autouse=True)
def close_figures():
    import matplotlib.pyplot as plt

    yield
    plt.close("all")
