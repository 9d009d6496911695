"""The study file of the wholesaler and its README."""

from __future__ import annotations

import pandas as pd

from kam_teaching.readme import inputs_told, truth_told
from kam_teaching.seasonal.shop import SEASON, TRIALS
from kam_teaching.truth_columns import round_columns

STUDY = """\
# The study of the second sample: a fictional wholesaler of plants and garden goods, with a strong season.

name: seasonal
title: Customers of a garden wholesaler
as_of: 2026Q2
start: 2023-07-01
currency: EUR
unit: account                 # no groups here: each account is a customer
language: en

sources:
  orders: {files: orders.csv}
  accounts: {files: accounts.csv}
  actions: {files: actions.csv}

cleaning:
  cancelled: ^CN-             # order ids of credit notes
  key: [line_id]

scoring:
  scale: 100
  criteria:
    - {name: margin, worst: 100, best: 20000, curve: log, weight: 60}
    - {name: frequency, worst: 1, best: 40, weight: 25}
    - {name: growth, worst: -0.5, best: 0.5, weight: 15}

churn:
  horizon_days: 180           # a year has a spring and an autumn in it: see what another horizon does
"""
TRUTH = {
    "truth/customers": (
        "a customer",
        {
            "account_id": ("text", "", "the customer"),
            "mean_gap_days": ("number", "days", "mean days between orders, of a whole year"),
            "gap_shape": ("number", "", "regularity of the gaps (1: as if by chance)"),
            "season_amplitude": ("number", "", "how far it follows the season: 0 not at all, 1 wholly"),
            "leave_rate_per_year": ("number", "a year", "rate at which it leaves"),
            "left_on": ("date", "day", "after this day it ordered no more; empty where it is there"),
            "first_left_on": ("date", "day", "day of an earlier leaving; empty without a return"),
            "returned_on": ("date", "day", "day of its return"),
        },
    ),
    "truth/season": (
        "a month",
        {"month": ("integer", "", "1 to 12"), "factor": ("number", "", "orders against the mean month")},
    ),
    "truth/rounds": (
        "a trial of an offer to lost customers",
        round_columns(
            "trial",
            "customers",
            called_back=(
                "number",
                "share",
                "of those offered who would have stayed away, so many come back by the offer",
            ),
        ),
    ),
}
HEAD = """\
# The second sample: a fictional garden wholesaler

Plants, soil, tools and pots, sold to {accounts:,} customers without any groups: {orders:,} order lines from 2023-07-01 to 2026-06-30, and two trials of an offer to lost
customers. **Origin: all of it is generated**, nothing is derived from real data, and no line is faulty.

Made with seed {seed}: `kam sample --kind seasonal FOLDER`. The same seed gives the same bytes. Files are CSV in UTF-8, comma, point as decimal mark, ISO dates.

What it is good for: a horizon of 180 days holds a spring or it does not, so figures of one landmark are those of its season; and of two trials of equal effect one is large
enough to show it.

## Tables

Origin of every column: generated. *Known at* is the column that dates when a value was known.
"""


def seasonal_readme(tables: dict[str, pd.DataFrame], seed: int) -> str:
    """The text of the README for the tables that were made with `seed`."""
    months = ", ".join(f"{factor:g}" for factor in SEASON)
    trials = "; ".join(f"{one.offer}: {one.offered} with it, {one.control} without" for one in TRIALS)
    return "\n".join(
        [
            HEAD.format(accounts=len(tables["accounts"]), orders=len(tables["orders"]), seed=seed),
            *inputs_told(tables),
            "## Planted truth\n",
            *truth_told(tables, TRUTH),
            "## How it was planted\n",
            f"Orders come by gamma gaps in a time that runs with the season (January to December: {months}, before they are divided by their mean), each customer following it more or "
            "less. It leaves at a rate of its own; one in eight comes back by itself after 200 to 420 days. A trial draws lost customers (180 days without an order) into two arms by lot, and "
            f"its offer calls back {TRIALS[0].called_back:.0%} of those who would stay away. {trials[0].upper()}{trials[1:]}.\n",
        ]
    )
