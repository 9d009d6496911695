"""The path of key accounts through the KAISM matrix: their cell at the end of each quarter, by the criteria of today."""

from __future__ import annotations

import pandas as pd

from kamlib.facts.service import service_facts, serving_costs
from kamlib.facts.states import customer_states
from kamlib.scoring.categories import customer_categories
from kamlib.scoring.criteria import comparable
from kamlib.scoring.earlier import at_earlier_date
from kamlib.scoring.kaism import importance, kaism_matrix, relative_strength
from kamlib.scoring.ratings import latest_ratings
from kamlib.scoring.scores import score
from kamlib.stats.reasons import or_waiting
from kamlib.study.model import Study

COLUMNS = ["customer_id", "as_of", "attractiveness", "horizontal", "cell"]


def kaism_path(
    facts: pd.DataFrame,
    contributions: pd.DataFrame,
    study: Study,
    ids: pd.Index,
    *,
    accounts: pd.DataFrame,
    ratings: pd.DataFrame,
    invoices: pd.DataFrame,
    interactions: pd.DataFrame,
) -> pd.DataFrame:
    """Where each of the `ids` stood in the matrix at each date of `facts`, the earliest first.

    As `kamlib.scoring.list_matrix` looks back one quarter: by today's criteria, with what was known at each date; what has no date, or was not
    known then, is held at its value of today. So a step of the path is data, never another rule.

    Parameters
    ----------
    facts : `kamlib.facts.account_facts` of several dates.
    contributions : table of the run, for the values of today.
    study : its criteria, the section kaism, horizon and cost of an hour.
    accounts, ratings, invoices, interactions : clean tables.

    Returns
    -------
    DataFrame, one row per id and date at which it had bought
        customer_id, as_of, attractiveness (0-10), horizontal (0-10, or a ratio by the reading strength), cell (unknown where an axis is).
    """
    today = contributions.pivot(index="customer_id", columns="criterion", values="value")
    costs = serving_costs(interactions, study.money.hour) if len(interactions) else None
    now = relative_strength(latest_ratings(ratings, facts["as_of"].max(), view="client"))
    strong = study.kaism.reading == "strength"
    parts = []
    for _, then in facts.groupby("as_of"):
        day = then["as_of"].max()
        served = service_facts(then, invoices=invoices, interactions=interactions, costs=costs)
        kinds = customer_categories(then, ratings=latest_ratings(ratings, day), service=served)
        states = customer_states(
            then, accounts=accounts, horizon_days=study.churn.horizon_days, floor_days=study.churn.silence_floor_days
        )
        known = at_earlier_date(
            then, study.scoring, states=states, accounts=accounts, ratings=ratings, service=served, categories=kinds
        )
        was = score(comparable(known.values, today), study.scoring.criteria, scale=study.scoring.scale)
        view = relative_strength(latest_ratings(ratings, day, view="client"))
        view = pd.concat([view, now]).drop_duplicates("customer_id")
        across = view if strong else importance(known.facts, study.kaism, strength=view)
        parts.append(kaism_matrix(was, across, study.kaism).assign(as_of=day))
    table = pd.concat(parts)[COLUMNS] if parts else pd.DataFrame(columns=COLUMNS)
    table = table[table["customer_id"].isin(ids)].sort_values(["customer_id", "as_of"], ignore_index=True)
    return or_waiting(table, "no_key_accounts")
