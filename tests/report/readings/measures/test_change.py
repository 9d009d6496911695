"""What the page on measures concludes of change. Oracle: small tables whose sentence is written here."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kamlib.measures.bridge import bridge
from kamlib.report.readings.measures import change as on_change
from kamlib.report.words import sentence
from kamlib.stats.reasons import waiting

DAY = pd.Timestamp("2026-06-30")
NAMES = pd.Series({"a": "Alpha <b>", "b": "Beta"})


def pairs(before, now) -> pd.DataFrame:
    before, now = np.asarray(before, float), np.asarray(now, float)
    table = pd.DataFrame(
        {"customer_id": list("abcdef")[: len(before)], "as_of": DAY, "revenue_before": before, "revenue_now": now}
    )
    first = pd.Timestamp("2020-01-01")
    return table.assign(traded_before=before != 0, traded_now=now != 0, first_order=first, joined_known=True)


def told(**values: object) -> pd.Series:
    row = {"before": 100.0, "now": 120.0, "change": 20.0, "low": -5.0, "high": 45.0, "firm_verdict": "noise"}
    return pd.Series(row | values)


TABLE = bridge(pairs([80, 20, 0], [110, 0, 10]))


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, "is 120 EUR, +20 against the 12 months before: noise.**"),
        ({"firm_verdict": "better"}, "+20 against the 12 months before: better, beyond chance.**"),
        ({"firm_verdict": "worse", "change": -3.0}, "-3 against the 12 months before: worse, beyond chance.**"),
        ({"firm_verdict": "unknown"}, "Too few customers moved to tell that from chance."),
    ],
)
def test_the_money_of_the_year_is_told_with_the_noise_rule(values, said):
    text = sentence(on_change.moved(TABLE, told(**values), "EUR"))
    assert text.startswith("**The revenue of the 12 months to 2026-06-30 is 120 EUR") and said in text


def test_without_two_years_the_page_says_what_it_waits_for():
    none = waiting(["as_of"], "too_few_margins")
    assert (
        on_change.moved(none, told(), "EUR").code == "too_few_margins"
        and on_change.by_whom(none, none, NAMES, "EUR") is None
    )
    for reading in (on_change.lives, on_change.board):
        assert reading(none).code == "too_few_margins"
    assert on_change.kept(none, none).code == on_change.by_what(none, DAY, "EUR").code == "too_few_margins"


def test_who_moved_most_either_way_is_named():
    text = sentence(on_change.by_whom(TABLE, pairs([80, 20, 0], [110, 0, 10]), NAMES, "EUR"))
    assert "those who came back 10, those who grew 30 more; who shrank took 0, who was lost 20." in text
    assert text.endswith("Most came from **Alpha <b>** (+30), and most went with **Beta** (-20, lost).")
    one_way = pairs([80], [90])
    assert on_change.by_whom(bridge(one_way), one_way, NAMES, "EUR").code == "all_moved_one_way"


def test_price_and_volume_are_told_with_their_period():
    steps = pd.DataFrame({"step": ["price", "volume", "begun", "ended", "no_units"], "amount": [5.0, -2, 40, -30, 1]})
    text = sentence(on_change.by_what(steps, DAY, "EUR"))
    assert (
        text.startswith("Of the +14 EUR that the 12 months to 2026-06-30 brought")
        and "**+5**" in text
        and "**-2**" in text
    )
    assert text.endswith("brought 40; those that it no longer bought had brought 30.")


def kept(**values: object) -> pd.DataFrame:
    row = {"as_of": DAY, "nrr": 0.95, "nrr_low": 0.86, "nrr_high": 1.02, "grr": 0.8}
    rows = [
        row | {"cohort": name} | (values if name == "all" else {"nrr": nrr})
        for name, nrr in (("all", 0), ("without_joined", 0.91), ("without_large", np.nan))
    ]
    return pd.DataFrame(rows)


def test_retention_is_told_with_its_interval_and_against_a_year_before():
    against = pd.DataFrame({"as_of": [DAY], "measure": "nrr", "before": 0.94, "firm_verdict": "noise"})
    text = sentence(on_change.kept(kept(), against))
    assert (
        "95.0% was there in the 12 months to 2026-06-30** (95 % interval 86.0% to 102.0%), 80.0% without what grew"
        in text
    )
    assert text.endswith("it is 91.0%, without the largest unknown. A year before it was 94.0%: noise.")
    assert "no year before" in sentence(on_change.kept(kept(), against.head(0)))
    assert (
        on_change.kept(kept(nrr_low=np.nan), against).code == "kept_of_few"
        and on_change.kept(kept(nrr=np.nan), against) is None
    )


def test_cohorts_are_told_a_year_after_the_first_order():
    rows = pd.DataFrame({"among": ["everyone", "key_accounts"], "quarters": 4, "customers": [636, 40], "kept_share": [0.68, 0.9], "kept_share_low": 0.64, "kept_share_high": 0.71, "money_kept": 0.78})  # fmt: skip
    text = sentence(on_change.lives(rows))
    assert text.startswith(
        "**4 quarters after the first order 68% of the customers are kept** (64% to 71%, of 636), with 78% of the money"
    )
    assert text.endswith("Of those who are key accounts today it is 90%: they are on the list because they stayed.")
    assert on_change.lives(rows.head(1)).code == "cohorts_live" and on_change.lives(rows.assign(quarters=3)) is None


@pytest.mark.parametrize(
    ("verdicts", "said"),
    [
        (
            ["noise", "unknown"],
            "nothing is better or worse than a year before beyond chance:** 1 of the figures moved within noise, 1 can't",
        ),
        (["unknown", "unknown"], "nothing can be told against a year before"),
        (["better", "noise"], "better than a year before, beyond chance: revenue, 12 months.**"),
        (["worse", "noise"], "worse than a year before, beyond chance: revenue, 12 months.**"),
        (["better", "worse"], "beyond chance: revenue, 12 months; worse: overdue on the day, gross.**"),
    ],
)
def test_the_board_names_what_is_beyond_chance_and_counts_the_rest(verdicts, said):
    rows = pd.DataFrame({"as_of": DAY, "measure": ["revenue_12m", "overdue"], "firm_verdict": verdicts})
    assert said in sentence(on_change.board(rows))
