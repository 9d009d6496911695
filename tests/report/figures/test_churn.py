"""Pictures of losing clients: what is drawn is what the tables say."""

from __future__ import annotations

import matplotlib
import pandas as pd
import pytest

from kamlib.report import figures
from kamlib.stats.survival import kaplan_meier

matplotlib.use("Agg")

RATIOS = pd.DataFrame(
    {
        "days": ["1-30", "1-30", "31-180"],
        "meaning": ["sign_silence", "sign_breadth", "sign_silence"],
        "step": ["step_silence", "step_breadth", "step_silence"],
        "ratio": [0.5, 1.1, 0.7],
        "low": [0.4, 0.9, 0.6],
        "high": [0.6, 1.3, 0.8],
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
    axes = figures.priority_list(LISTED, title="t", currency="EUR", names=pd.Series({"A": "Alpha"}))
    assert [bar.get_width() for bar in axes.patches] == [20, 50]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["B", "Alpha"]
    assert all(len(text) < 80 for text in texts(axes))


def test_every_span_of_days_has_its_panel_and_points_stand_at_their_ratios():
    figure = figures.hazard_forest(RATIOS, title="t")
    first, second = figure.axes
    assert sorted(first.collections[-1].get_offsets()[:, 0]) == [0.5, 1.1]
    assert len(second.collections[-1].get_offsets()) == 1


def test_calibration_and_series_draw_every_row():
    assert len(figures.calibration_plot(GROUPS, title="t").collections[-1].get_offsets()) == 2
    assert list(figures.losses_by_landmark(SERIES, title="t").lines[0].get_ydata()) == [0.2, 0.3]


def test_all_methods_stand_in_each_panel():
    panels = figures.against_baselines(MEASURES, title="t").axes
    assert [len(axes.collections[-1].get_offsets()) for axes in panels] == [6, 6, 6]


def test_a_test_of_stops_has_no_panel_of_days_and_no_line_of_buyers_at_random():
    of_stops = MEASURES[(MEASURES["measure"] != "c") & (MEASURES["method"] != "buyers_at_random")]
    panels = figures.against_baselines(of_stops, title="t").axes
    assert [len(axes.collections[-1].get_offsets()) for axes in panels] == [5, 5]


def test_a_list_of_customers_with_nothing_at_stake_is_not_drawn():
    assert figures.priority_list(LISTED.tail(1), title="t", currency="EUR") is None


def test_reasons_in_codes_are_drawn_in_words():
    codes = LISTED.assign(reason="buys_as_usual", reason_values="{}")
    axes = figures.priority_list(codes, title="t", currency="EUR")
    assert texts(axes) == {"50% · buys in its usual rhythm", "20% · buys in its usual rhythm"}


def test_the_alternative_texts_name_the_first_numbers():
    listed = figures.priority_list(LISTED, title="t", currency="EUR", names=pd.Series({"A": "Alpha"}))
    told = [
        (listed, "first 2 customers", "The first is Alpha: 50 EUR, 50%."),
        (
            figures.hazard_forest(RATIOS, title="t"),
            "first: days since the last purchase, twice as long, multiplies",
            "by 0.50.",
        ),
        (figures.calibration_plot(GROUPS, title="t"), "in 2 groups", "60% was predicted and 60% came."),
        (figures.against_baselines(MEASURES, title="t"), "0.500 for the model and 0.500 for the base rate"),
        (figures.losses_by_landmark(SERIES, title="t"), "on 2026-03-01, is 30% of 60."),
    ]
    for drawn, *parts in told:
        assert all(part in drawn.figure.get_label() for part in parts)


@pytest.fixture(autouse=True)
def close_figures():
    import matplotlib.pyplot as plt

    yield
    plt.close("all")
