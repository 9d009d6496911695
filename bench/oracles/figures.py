"""Every figure, and its value on the first sample as the specification states it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from bench.oracles import customers, dependence, measures, receivables
from bench.oracles.books import Books

SAMPLE = Path(__file__).resolve().parents[2] / "data" / "sample"
FIGURES: Mapping[str, Callable[[Books], dict[str, float]]] = {
    "two events": customers.events,
    "stopped, yet there": customers.false_stops,
    "planted chances": customers.planted,
    "ladder": customers.ladder,
    "dependence": dependence.dependence,
    "if they left": dependence.if_they_left,
    "a year of losses": dependence.year_of_losses,
    "receivables": receivables.dues,
    "provision": receivables.provision,
    "borrowing base": receivables.borrowing_base,
    "payers": receivables.payers,
    "bridge": measures.bridge,
    "by article": measures.by_article,
    "retention": measures.retention,
    "rates": measures.rates,
    "offers": measures.offers,
}
#: as the specification has them, in its digits, by name of group and figure
FIRST: Mapping[str, Mapping[str, str]] = {
    "two events": {
        "40 order days a year, ordered in the last 15 days": "77",
        "... no order in 180 days": "1",
        "... stopped": "12",
        "silent and not stopped, %": "3.8",
        "stopped and not silent, %": "12.7",
        "active partners": "99",
        "... leave in 180 days by their planted rates": "17",
    },
    "stopped, yet there": {"stopped, yet there: project, %": "6.5"},
    "ladder": {
        "customers": "845",
        "active": "346",
        "returned": "33",
        "partial": "35",
        "silent": "77",
        "lost": "354",
        "lost, up to 365 days": "68",
        "lost, longer": "200",
        "closed or contract ended": "86",
        "by L: ours": "462",
        "by L: silent": "40",
        "by L: lost": "343",
        "silent or lost, yet there": "46",
        "by L: silent or lost, yet there": "16",
    },
    "dependence": {
        "HHI": "0.0415",
        "N": "24.1",
        "whale: peak, %": "102.7",
        "whale: at customer": "456",
        "whale: customers": "773",
        "whale: customers below zero": "315",
        "whale: they eat": "152,824",
        "served without an order": "184",
        "... cost": "60,426",
        "... 12 order days or more, %": "38",
    },
    "if they left": {
        "margin a month": "530,046",
        "touches a month": "13,667",
        "hours a month": "38,107",
        "result, hours inside fixed costs": "36,379",
        "result, hours besides": "-1,728",
        "months of cash without top 1, hours inside": "45.4",
        "months of cash without top 3, hours inside": "12.0",
        "months of cash without top 5, hours inside": "9.8",
        "months of cash without top 1, hours besides": "18.6",
        "months of cash without top 3, hours besides": "8.7",
        "months of cash without top 5, hours besides": "7.4",
        "joined in the base year": "150",
        "... contribution of their first year": "4,856",
    },
    "a year of losses": {
        "VaR 95 less mean, the largest at 1%": "341,000",
        "VaR 95 less mean, the largest at 6%": "707,000",
    },
    "receivables": {
        "billed in 12 months": "28.6 M",
        "billed / net revenue": "1.20",
        "not due": "4,055,462",
        "1 to 30 days late": "784,692",
        "31 to 60": "249,010",
        "61 to 90": "74,116",
        "more than 90": "147,106",
        "open, gross": "5,316,239",
        "open credit notes": "5,852",
        "DSO": "67.8",
        "DSO, count-back": "63.8",
        "DSO, best possible": "51.7",
        "CEI, %": "86.9",
        "paid before issued": "432",
        "mean days to payment of the paid, issued in 180 days": "36.0",
        "... restricted mean by steps, 150 days, by amount": "46.8",
    },
    "provision": {
        "unpaid a year past due, of not due, %": "0.19",
        "unpaid a year past due, of 1 to 30 days late, %": "0.29",
        "unpaid a year past due, of 31 to 60, %": "1.18",
        "unpaid a year past due, of 61 to 90, %": "3.44",
        "unpaid a year past due, of more than 90, %": "16.1",
    },
    "borrowing base": {
        "more than 90 days from issue": "346,381",
        "cross-aged debtors": "257,771",
        "above 20 % of the pool": "263,681",
        "base before credit notes": "4,448,406",
    },
    "payers": {
        "late: groups": "116",
        "late: median days": "78",
        "usual: median days": "38",
        "prompt: median days": "28",
        "prepays: median days": "-2",
    },
    "bridge": {
        "R0": "21,876,208",
        "new": "2,490,944",
        "new: customers": "126",
        "returned": "103,379",
        "returned: customers": "4",
        "joined in the base year": "646,720",
        "joined in the base year: customers": "150",
        "grown": "2,936,925",
        "grown: customers": "143",
        "shrunk": "-2,918,031",
        "shrunk: customers": "193",
        "lost": "-1,279,192",
        "lost: customers": "106",
        "R1": "23,856,952",
        "new, % of R1": "10.4",
    },
    "by article": {"price": "469,757", "volume": "905,845", "begun": "7,090,447", "ended": "-6,485,305"},
    "retention": {
        "NRR, %": "97.2",
        "NRR, low, %": "86.5",
        "NRR, high, %": "105.6",
        "GRR, %": "79.0",
        "NRR without who joined in the base year, %": "93.8",
        "NRR without groups of 10 % or more, %": "91.1",
    },
    "rates": {
        "deliveries": "4,497",
        "... on time, %": "89.8",
        "bids decided": "379",
        "... won, by number, %": "35.9",
        "... won, by value, %": "33.3",
        "... single supplier": "9",
        "NPS: customers": "277",
        "NPS": "13.9",
        "NPS, low": "5.1",
        "NPS, high": "22.7",
    },
    "offers": {
        "offered": "146",
        "... back": "14",
        "control": "65",
        "... of them back": "6",
        "odds ratio": "1.04",
        "odds ratio, low": "0.38",
        "odds ratio, high": "2.85",
        "after the prior: odds ratio": "1.02",
        "after the prior: odds ratio, low": "0.51",
        "after the prior: odds ratio, high": "2.06",
    },
}


def as_text(books: Books) -> str:
    """A Markdown table: figure, its value on the first sample where the specification states one, and now."""
    rows = ["| figure | first sample | now |", "| --- | ---: | ---: |"]
    for group, figures in FIGURES.items():
        rows.append(f"| **{group}** | | |")
        first = FIRST.get(group, {})
        rows += [f"| {name} | {first.get(name, '')} | {_number(value)} |" for name, value in figures(books).items()]
    return "\n".join(rows) + "\n"


def _number(value: float) -> str:
    if isinstance(value, int) or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.4f}" if 0 < abs(value) < 0.1 else f"{value:.2f}"
