"""Limits of the parts of a study. Oracle: the ranges and rules of methods.md, and its defaults."""

import pytest
from pydantic import ValidationError

from kamlib.study.settings.rfm_segments import SEGMENTS
from kamlib.study.settings.sections import (
    AbcXyz,
    Churn,
    Cleaning,
    Clustering,
    Criterion,
    Kaism,
    Lifecycle,
    Rfm,
    Scoring,
    Value,
)
from kamlib.study.sources import Source


def criterion(name, weight, **more):
    more = {"source": "facts", "group": "revenue", "worst": 0, "best": 1} | more
    return Criterion(name=name, weight=weight, **more)


def test_defaults_are_those_of_the_methods():
    assert (Churn().horizon_days, Churn().fewest_losses, Churn().at_risk_days) == (180, 50, 365)
    assert (Value().discount, Value().days) == (0.12, 1096)
    assert (AbcXyz().a_below, AbcXyz().b_below, AbcXyz().measure, AbcXyz().reading) == (
        0.80,
        0.95,
        "margin",
        "frequency",
    )
    assert (Rfm().window_months, Rfm().classes, Rfm().segments) == (24, None, SEGMENTS)
    assert (AbcXyz().method, AbcXyz().grain, AbcXyz().months) == ("share", "month", 24)
    assert (Kaism().reading, Kaism().cut) == ("importance", 5)
    assert (Scoring().top_share, Scoring().top_least, Scoring().top_most) == (0.05, 3, 35)
    assert (Scoring().draws, Scoring().concentration, Scoring().patience) == (10_000, 50, 0.01)
    assert (Clustering().stability, Cleaning().credit_notes) == (0.75, "net")


@pytest.mark.parametrize("patience", [-0.01, 1.01, float("nan")])
def test_patience_is_a_share(patience):
    with pytest.raises(ValidationError, match="patience"):
        Scoring(patience=patience)


def test_weights_must_sum_to_100():
    assert Scoring(criteria=[criterion("a", 60), criterion("b", 40)])
    with pytest.raises(ValidationError, match="sum to 99, expected 100"):
        Scoring(criteria=[criterion("a", 60), criterion("b", 39)])


def test_a_sum_that_is_only_nearly_100_is_not_called_100():
    with pytest.raises(ValidationError, match=r"sum to 99\.99999, expected"):
        Scoring(criteria=[criterion(name, 33.33333) for name in "abc"])


def test_weights_with_binary_rounding_pass():
    # 0.1 ten times is 0.9999999999999999 in binary; so is 10 x 9.9 + 1 near 100 only
    assert Scoring(criteria=[criterion(f"c{n}", 9.9) for n in range(10)] + [criterion("last", 1.0)])


def test_a_criterion_stands_once():
    with pytest.raises(ValidationError, match="criteria repeated: 'a'"):
        Scoring(criteria=[criterion("a", 50), criterion("a", 50)])


@pytest.mark.parametrize(
    "more",
    [{"worst": 1, "best": 1}, {"weight": 0}, {"weight": -1}, {"weight": 101}, {"worst": 0, "best": 9, "curve": "log"}],
)
def test_a_criterion_without_a_swing_is_refused(more):
    with pytest.raises(ValidationError):
        criterion("a", **({"weight": 100} | more))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: AbcXyz(a_below=0.95, b_below=0.8), r"more than a_below \(0.95\)"),
        (lambda: AbcXyz(a_below=0.97), r"more than a_below \(0.97\)"),
        (lambda: Clustering(least=9, most=3), r"at least least \(9\)"),
        (lambda: Scoring(top_least=40), r"at least top_least \(40\)"),
        (lambda: Churn(penalties=[]), "penalties"),
        (lambda: Churn(penalties=[-1]), "penalties"),
        (lambda: Cleaning(cancelled="^(C"), "no valid pattern"),
        (lambda: Cleaning(most_rows=1.5), "most_rows"),
        (lambda: Cleaning(rules={"x": "delete"}), "set_aside"),
        (lambda: Source(files=[]), "at least one file"),
        (lambda: Rfm(classes=4), "3 or 5"),
        (lambda: Kaism(cut=10), "cut"),
    ],
)
def test_limits_and_orders_of_values_are_kept(make, words):
    with pytest.raises(ValidationError, match=words):
        make()


def test_a_window_of_period_sums_holds_twelve_periods():
    assert AbcXyz(grain="quarter").months == 36
    assert AbcXyz(grain="quarter", window_months=48).months == 48
    with pytest.raises(ValidationError, match=r"24 months hold fewer than 12 periods of a quarter; expected 36"):
        AbcXyz(grain="quarter", window_months=24)


@pytest.mark.parametrize("bad", [{"decline": 0}, {"decline": -1}, {"new_days": 0}, {"loyal_order_days": 0}])
def test_limits_of_the_life_cycle_make_sense(bad):
    assert Lifecycle().model_dump() == {"new_days": 180, "loyal_order_days": 4, "decline": -0.3}
    with pytest.raises(ValidationError):
        Lifecycle(**bad)
