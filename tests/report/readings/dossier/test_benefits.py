"""Oracle: sums typed here."""

from __future__ import annotations

import pandas as pd

from kamlib.report.readings.dossier.benefits import compliance, given, without_reason
from kamlib.report.words import sentence
from kamlib.stats.reasons import waiting

LEDGER = pd.DataFrame(
    {
        "customer_id": ["a", "a", "b"],
        "benefit_cost": [100.0, None, 30.0],
        "cost_unknown": [0, 2, 0],
        "why_given": ["benefit_for_key", "benefit_for_key", ""],
        "over_cap": [True, True, False],
    }
)
NAMES = pd.Series({"a": "Acme", "b": "Bolt <b>"})


def test_a_customer_over_the_cap_counts_once_and_unknown_costs_are_told():
    told = sentence(given(LEDGER, "EUR"))
    assert (
        "130 EUR" in told
        and "12 months" in told
        and "2 customers" in told
        and "1 of them" in told
        and "2 benefits" in told
    )


def test_who_has_no_reason_is_named():
    assert sentence(without_reason(LEDGER, NAMES, "EUR")).startswith(
        "Without a reason on record 1 customers got benefits for 30 EUR in 12 months: Bolt <b>"
    )
    assert without_reason(LEDGER[:2], NAMES, "EUR").code == "benefits_have_reasons"


def test_bids_for_one_supplier_are_a_risk_and_no_plus():
    bids = pd.DataFrame({"customer_id": ["a", "a"], "bid_outcome": ["won", "open"], "bid_value": [500.0, 100.0]})
    told = sentence(compliance(bids, NAMES, "EUR"))
    assert "risk of compliance" in told and "600 EUR" in told and "Acme" in told and "12 months" in told


def test_what_waits_says_so_once():
    nothing = waiting(LEDGER.columns, "no_benefits")
    assert given(nothing, "EUR").code == "no_benefits" and without_reason(nothing, NAMES, "EUR") is None
    assert compliance(waiting([], "no_single_supplier_bid"), NAMES, "EUR").code == "no_single_supplier_bid"
