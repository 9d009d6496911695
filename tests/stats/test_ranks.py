"""Confidence sets of ranks. Oracle: the published example of the authors' package, three estimates by hand, and the definition."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm, t

from kamlib.stats.ranks import rank_sets

#: PISA 2018, mathematics, best first: country, score, standard error, best and worst rank of the 95 % simultaneous sets. Scores and
#: errors are the data `pisa` of the R package csranks (danielwilhelm/R-CS-ranks, README.md); ranks are read from the figure of its article
#: "Introduction" (articles/Introduction.html, `csranks(pisa$math_score, diag(pisa$math_se^2))`, 1,000 draws).
PISA = """
Japan 526.9733 2.471475 1 6, Korea 525.9330 3.121394 1 7, Estonia 523.4146 1.743602 1 6, Netherlands 519.2310 2.632278 1 11,
Poland 515.6479 2.602085 1 12, Switzerland 515.3147 2.908004 1 13, Canada 512.0169 2.357476 3 17, Denmark 509.3984 1.735002 4 18,
Slovenia 508.8975 1.363878 4 18, Belgium 508.0703 2.262662 4 18, Finland 507.3014 1.967920 4 18, Sweden 502.3877 2.654251 5 24,
UK 501.7699 2.564428 6 24, Norway 500.9638 2.219045 7 24, Germany 500.0438 2.647083 7 25, Ireland 499.6329 2.198621 8 25,
Czechia 499.4677 2.460662 7 25, Austria 498.9423 2.970999 7 26, Latvia 496.1263 1.962767 12 26, France 495.4076 2.320214 12 26,
Iceland 495.1874 1.953083 12 26, NewZealand 494.4897 1.705943 12 26, Portugal 492.4874 2.684570 12 31, Australia 491.3600 1.939833 12 30,
Italy 486.5899 2.780046 15 31, Slovakia 486.1649 2.555596 18 31, Luxembourg 483.4215 1.097632 23 31, Spain 481.3926 1.462418 24 31,
Lithuania 481.1912 1.953282 23 31, Hungary 481.0826 2.319597 23 31, USA 478.2447 3.235444 23 32, Israel 463.0345 3.498563 31 34,
Turkey 453.5078 2.260407 32 34, Greece 451.3703 3.091228 32 34, Chile 417.4066 2.415888 35 36, Mexico 408.8015 2.493226 35 36,
Colombia 390.9323 2.989559 37 37
"""


def drawn(errors: np.ndarray, draws: int = 10_000) -> list[np.ndarray]:
    return [np.random.default_rng(1).standard_normal((draws, len(errors))) @ errors]


def test_the_sets_of_pisa_are_those_of_the_authors_package_to_within_one_rank():
    rows = [line.split() for line in PISA.replace("\n", " ").split(",")]
    score, error, best, worst = np.array([row[1:] for row in rows], dtype=float).T
    found = rank_sets(score, np.diag(error), drawn(np.diag(error)))
    assert np.abs(np.array(found) - [best, worst]).max() <= 1
    assert np.mean(np.array(found) == [best, worst]) > 0.8


def test_of_three_only_the_one_that_stands_apart_has_a_rank_for_sure():
    """Differences 0.5, 9.5 and 10 with an error of √2: the greatest of three pairs stays below 2.35 · √2 = 3.3 in 95 % (studentised range 3.31)."""
    errors = np.eye(3)
    best, worst = rank_sets(np.array([10.0, 9.5, 0.0]), errors, drawn(errors))
    assert (best.tolist(), worst.tolist()) == ([1, 1, 3], [2, 2, 3])


def test_the_bar_falls_when_pairs_that_are_decided_leave():
    """All three pairs: 3.31 of the studentised range. Then the one pair that is left needs 1.96 · √2 = 2.77 only; the gap of 3 lies between."""
    errors = np.eye(3)
    best, _ = rank_sets(np.array([103.0, 100.0, 0.0]), errors, drawn(errors))
    assert best.tolist() == [1, 2, 3]


@pytest.mark.parametrize(("gap", "apart"), [(3.2, False), (3.8, True)])
def test_few_degrees_of_freedom_ask_for_the_t_of_the_same_tail(gap, apart):
    """Two estimates with errors 1: 1.96 · √2 = 2.77 if the errors were known; by 7 degrees 2.365 · √2 = 3.34."""
    assert t.isf(norm.sf(1.96), 7) * np.sqrt(2) == pytest.approx(3.344, abs=1e-3)
    best, _ = rank_sets(np.array([gap, 0.0]), np.eye(2), drawn(np.eye(2)), np.array([7, 30]))
    assert bool(best[1] == 2) is apart


def test_estimates_without_an_error_are_ordered_as_they_are_and_equal_ones_share():
    best, worst = rank_sets(np.array([5.0, 0.1 + 0.2, 0.3, 5.0]), np.zeros((2, 4)), drawn(np.zeros((2, 4))))
    assert (best.tolist(), worst.tolist()) == ([1, 3, 3, 1], [2, 4, 4, 2])


@pytest.mark.parametrize("most_pairs", [2_000, 0])
def test_a_shift_or_another_unit_changes_no_rank(most_pairs):
    rng = np.random.default_rng(3)
    value, errors = rng.lognormal(3, 1, 30), rng.normal(size=(24, 30))
    plain = rank_sets(value, errors, drawn(errors, 500), most_pairs=most_pairs)
    moved = rank_sets(value * 1000 + 7, errors * 1000, drawn(errors * 1000, 500), most_pairs=most_pairs)
    assert np.array_equal(plain, moved)


def test_intervals_order_those_that_do_not_meet():
    """Above 2,000 each has an interval; three at 0, 0 and 20 with errors 1: the greatest of three stays below 2.39, so the last one is first."""
    errors = np.eye(3)
    best, worst = rank_sets(np.array([0.0, 0.0, 20.0]), errors, drawn(errors), most_pairs=2)
    assert (best.tolist(), worst.tolist()) == ([2, 2, 1], [3, 3, 1])


def test_intervals_are_the_same_whether_draws_come_at_once_or_in_parts():
    rng = np.random.default_rng(3)
    value, errors = 10 * rng.normal(size=9), rng.normal(size=(24, 9))
    whole = drawn(errors, 500)[0]
    at_once, in_parts = ([whole], [whole[:, :4], whole[:, 4:]])
    assert np.array_equal(
        rank_sets(value, errors, at_once, most_pairs=0), rank_sets(value, errors, in_parts, most_pairs=0)
    )


def test_one_alone_is_first():
    assert [int(end[0]) for end in rank_sets(np.array([1.0]), np.ones((2, 1)), drawn(np.ones((2, 1))))] == [1, 1]
