"""What the page on measures says of rates. Oracle: small tables whose sentence is written here."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kamlib.report.readings.measures import rates as on_rates
from kamlib.report.words import sentence
from kamlib.stats.reasons import waiting

DAY, AGO = pd.Timestamp("2026-06-30"), pd.Timestamp("2025-06-30")


def rates(*rows: tuple[str, str, float, float, float], until: pd.Timestamp = DAY) -> pd.DataFrame:
    """Measure, source, part, whole and value of a year; the interval is the value less and more a tenth."""
    table = pd.DataFrame(rows, columns=["measure", "source", "part", "whole", "value"]).assign(
        window_months=12, until=until
    )
    return table.assign(low=table["value"] - 0.1, high=table["value"] + 0.1)


def test_each_rate_says_of_how_many_and_of_which_year():
    table = pd.concat(
        [rates(("on_time", "", 90, 100, 0.9), ("bids_won", "", 3, 10, 0.3), ("bids_won_value", "", 5, 10, 0.5), ("csat", "", 1, 2, np.nan)), rates(("on_time", "", 1, 100, 0.01), until=AGO)]
    )  # fmt: skip
    told = [sentence(one) for one in on_rates.rates_of_year(table)]
    assert told == [
        "**On time: 90.0%** (from 80.0% to 100.0%) of 100 deliveries of the 12 months to 2026-06-30.",
        "**Bids won: 30%** (from 20% to 40%) of 10 that were decided in the 12 months to 2026-06-30; by value 50%.",
    ]
    without = on_rates.rates_of_year(table[table["measure"] != "bids_won_value"])
    assert sentence(without[1]).endswith("by value unknown.")
    assert on_rates.rates_of_year(table.assign(value=np.nan)) == []


@pytest.mark.parametrize(("tender", "code"), [(0.2, "relation_and_tender_apart"), (0.4, "relation_and_tender_alike")])
def test_relation_and_tender_are_apart_where_their_intervals_are(tender, code):
    table = rates(("bids_won", "relation", 50, 100, 0.5), ("bids_won", "tender", 1, 100, tender))
    assert on_rates.by_relation(table).code == code
    assert on_rates.by_relation(table[:1]) is None and on_rates.by_relation(table[:0]) is None


def test_a_bid_for_one_supplier_is_a_risk_however_it_ended():
    rows = [
        ("bids_won", "", 40, 100, 0.4),
        ("bids_won_unflagged", "", 38, 90, 0.4),
        ("single_supplier", "", 10, 50, 0.2),
    ]
    told = sentence(on_rates.single_suppliers(rates(*rows)))
    assert (
        "10** in the last 12 months, of which 2 were won" in told
        and "compliance risk" in told
        and "never a success" in told
    )
    assert (
        on_rates.single_suppliers(rates(*rows[:2], ("single_supplier", "", 0, 50, 0.0))).code
        == "none_written_for_one_supplier"
    )
    assert on_rates.single_suppliers(rates(*rows[:2])) is None


def test_a_change_is_told_once_however_it_was_found():
    charts = pd.DataFrame({"measure": ["on_time", "on_time"], "until": [AGO, DAY], "verdict": ["better", "worse"]})
    pairs = pd.DataFrame({"measure": ["on_time", "csat"], "verdict": ["worse", "noise"]})
    assert (
        sentence(on_rates.changed(charts, pairs))
        == "Of 2 rates these lie outside what chance makes: deliveries on time."
    )
    assert on_rates.changed(charts.assign(verdict=["better", "noise"]), pairs[1:]).code == "no_rate_changed", (
        "what was is over"
    )
    assert on_rates.changed(charts[:0], pairs[:0]) is None


def test_a_score_comes_with_its_interval_and_with_who_answered():
    scores = pd.DataFrame({"window_months": [12], "until": [DAY], "nps": [12.9], "adjusted": [12.7], "low": [3.9], "high": [21.5], "customers": [280.0], "reason": [""]})  # fmt: skip
    response = pd.DataFrame({"kind": ["nps"], "response_rate": [0.44]})
    told = sentence(on_rates.net_promoters(scores, response))
    assert told.startswith("**Net promoter score +13** (from +4 to +22) of 280 customers") and "44% answered" in told
    none = scores.assign(nps=np.nan, reason="not_on_record")
    assert (
        sentence(on_rates.net_promoters(none, waiting(["kind"], "x")))
        == "The net promoter score is not known: not on record."
    )
    few = scores.assign(nps=np.nan, reason="too_few_answered")
    assert sentence(on_rates.net_promoters(few, response)) == "The net promoter score is not known: too few cases."


@pytest.mark.parametrize(
    ("verdict", "words"), [("predicts", "answers lower stops more"), ("predicts_the_reverse", "answers higher stops more"), ("no_sign", "no sign of stopping")]
)  # fmt: skip
def test_what_an_answer_says_of_stopping_is_said_with_its_interval(verdict, words):
    table = pd.DataFrame({"kind": ["nps", "csat"], "verdict": [verdict, "not_tested"], "customers": [300, 0], "stopped": [40, 0], "auc": 0.61, "low": 0.55, "high": 0.67})  # fmt: skip
    told = sentence(on_rates.answers_and_stops(table))
    assert words in told and "0.61 (from 0.55 to 0.67" in told
    assert on_rates.answers_and_stops(table.assign(verdict="not_tested")).code == "answers_not_tested"
    assert on_rates.answers_and_stops(table.assign(verdict="not_tested", customers=0)) is None


def test_wallets_say_whom_they_leave_out_and_who_is_above_his():
    shares = pd.DataFrame({"measure": ["share_of_wallet", "penetration"], "value": [0.4, np.nan], "low": 0.3, "high": 0.5, "part": 40.0, "whole": 100.0, "cases": [30, 3], "left_out": [5, 9]})  # fmt: skip
    table = pd.DataFrame({"share_of_wallet": [0.4, 1.2, np.nan]})
    told = [sentence(one) for one in on_rates.wallets(shares, table, "EUR")]
    assert told[0].startswith(
        "**Share of wallet: 40%** (from 30% to 50%): 40 of 100 EUR that 30 customers buy in 12 months. 5 more are left out"
    )
    assert told[1] == "Penetration is not known: of 3 customers it is known what fits." and "wallet: 1.**" in told[2]


def test_managers_are_named_only_where_chance_does_not_explain_them():
    rows = pd.DataFrame(
        {
            "trait": "manager",
            "measure": "on_time",
            "value": ["1", "2", "3"],
            "verdict": ["within", "at_the_edge", "too_few"],
        }
    )
    told = sentence(on_rates.outside_chance(rows, "manager"))
    assert "none of 2 groups lies outside" in told and "Beyond 95 % lie 1 of 2 points" in told
    out = sentence(on_rates.outside_chance(rows.assign(verdict=["within", "below", "too_few"]), "manager"))
    assert "**2** lie outside" in out and "*deliveries on time*" in out and "no verdict" in out
    assert on_rates.outside_chance(waiting(["trait"], "too_few_groups", enough=20), "manager").code == "too_few_groups"
    assert on_rates.outside_chance(rows, "industry_and_size").code == "nothing_to_tell_apart_by"


def test_overdue_contacts_are_summed_and_unknown_ones_are_not_none():
    table = pd.DataFrame(
        {
            "manager": ["1", "2"],
            "customers": [30.0, 20],
            "overdue_contacts": [5.0, 2],
            "hours_a_week": [10.0, 30],
            "hunting": [0.1, 0.5],
        }
    )
    told = sentence(on_rates.contacts(table))
    assert "**7 of 50 customers**" in told and "40% went to" in told
    assert on_rates.contacts(table.assign(overdue_contacts=np.nan)).code == "contacts_not_on_record"
    assert on_rates.contacts(waiting(["manager"], "no_manager_on_record")).code == "no_manager_on_record"


def test_missed_targets_are_named():
    table = pd.DataFrame({"measure": ["on_time", "nps", "csat"], "verdict": ["met", "cant_be_told", "not_met"]})
    assert (
        sentence(on_rates.targets_met(table))
        == "Of 3 targets 1 are met, **1 not met** (answers of 4 or 5 of 5), and of 1 it can't be told."
    )
    assert on_rates.targets_met(table[:2]).code == "targets_none_missed"
    assert on_rates.targets_met(waiting(["measure"], "no_target")) is None, "the table says it"
