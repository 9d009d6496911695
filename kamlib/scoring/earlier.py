"""What was known of the customers at an earlier date: what the list and the matrix of today are compared with."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from kamlib.facts.accounts import at_first_date
from kamlib.facts.customers import lanes, units, with_accounts
from kamlib.scoring.criteria import criterion_values, knock_outs, spared
from kamlib.scoring.list_changes import Scored
from kamlib.scoring.ratings import latest_ratings
from kamlib.scoring.scores import score
from kamlib.study.settings.sections import Scoring


@dataclass(frozen=True)
class Earlier:
    """The customers at an earlier date, by what was known then.

    day : that date.
    facts : those that had bought by then, with what their accounts and their dealings tell.
    values : their raw values by the criteria of today, index customer_id; missing where a criterion could not be told then.
    data : of those that were not lost, what `kamlib.scoring.changes` compares.
    """

    day: pd.Timestamp
    facts: pd.DataFrame
    values: pd.DataFrame
    data: Scored


def at_earlier_date(
    facts: pd.DataFrame,
    rules: Scoring,
    *,
    states: pd.DataFrame,
    accounts: pd.DataFrame | None = None,
    ratings: pd.DataFrame | None = None,
    service: pd.DataFrame | None = None,
    categories: pd.DataFrame | None = None,
) -> Earlier:
    """What the first date of `facts` tells of each customer, by the criteria of today.

    Parameters
    ----------
    facts : `kamlib.facts.account_facts`; of several dates the first one counts.
    rules : the section `scoring` of the study.
    states : `kamlib.facts.customer_states` at that date.
    accounts, ratings : clean tables, or None; of the ratings only those given by then are read.
    service : `kamlib.facts.service_facts` at that date, or None.
    categories : `kamlib.scoring.customer_categories` at that date, or None: then nobody stays by patience.
    """
    then = at_first_date(facts)
    then, day = then[then["order_days"] > 0], then["as_of"].max()
    own = None if accounts is None else units(accounts)
    known = with_accounts(then, then[["customer_id"]] if own is None else own)
    known = known if service is None else known.merge(service, on="customer_id")
    ours = None if ratings is None else latest_ratings(ratings, day)
    values = criterion_values(rules.criteria, known, ratings=ours, accounts=own, strict=False)
    lane = lanes(then, states)
    clients = values.loc[lane.loc[lane["lane"] == "client", "customer_id"]]
    revenue = known.set_index("customer_id")["revenue_12m"]
    stay = None
    if categories is not None:
        scored = score(clients, rules.criteria)
        stay, _ = spared(known[known["customer_id"].isin(clients.index)], scored, categories, rules.patience)
    knocked = knock_outs(known, accounts=own, ratings=ours, spared=stay)
    return Earlier(day, known, values, Scored(clients, revenue, knocked))
