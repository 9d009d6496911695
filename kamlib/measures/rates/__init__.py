"""Rates with their denominators: what share of deliveries, bids, customers, answers and wallets was as it should be."""

from kamlib.measures.rates.by_period import of_years, rates_by_period
from kamlib.measures.rates.cases import dated_cases, oddities
from kamlib.measures.rates.changes import charts
from kamlib.measures.rates.satisfaction import nps, predicts, response
from kamlib.measures.rates.wallet import wallet_rates, wallets

__all__ = [
    "charts",
    "dated_cases",
    "nps",
    "oddities",
    "of_years",
    "predicts",
    "rates_by_period",
    "response",
    "wallet_rates",
    "wallets",
]
