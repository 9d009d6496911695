"""The path through the matrix. Oracle: the matrix of the list itself, which the last step must meet."""

from __future__ import annotations

import pandas as pd
import pytest

from kamlib.facts import account_facts, customer_states, service_facts
from kamlib.facts.accounts import at_first_date, at_last_date
from kamlib.facts.service import serving_costs
from kamlib.plan.dossier.kaism_quarters import kaism_path
from kamlib.scoring import latest_ratings, score_list
from kamlib.scoring.categories import customer_categories
from kamlib.scoring.earlier import at_earlier_date
from kamlib.scoring.list_matrix import list_matrix
from kamlib.stats.reasons import waits_for
from kamlib.study.model import Study

DAY = pd.Timestamp("2026-06-30")


@pytest.mark.slow
def test_each_step_is_what_the_matrix_says_of_that_day(sample_clean):
    from kamlib.run.places import SAMPLE

    study = Study.read(SAMPLE)
    tables = {name: sample_clean.tables[name] for name in ("accounts", "ratings", "invoices", "interactions")}
    facts = account_facts(sample_clean.orders, [pd.Timestamp("2026-03-31").date(), DAY.date()])
    now, then = at_last_date(facts), at_first_date(facts)
    costs = serving_costs(tables["interactions"], study.money.hour)
    service = {"invoices": tables["invoices"], "interactions": tables["interactions"], "costs": costs}
    limits = {"horizon_days": study.churn.horizon_days, "floor_days": study.churn.silence_floor_days}
    served = service_facts(now, **service)
    states = customer_states(now, accounts=tables["accounts"], **limits)
    ours = latest_ratings(tables["ratings"], study.as_of)
    listed = score_list(
        now, study.scoring, states=states, accounts=tables["accounts"], ratings=tables["ratings"], service=served,
        categories=customer_categories(now, ratings=ours, service=served),
    )  # fmt: skip
    served_then = service_facts(then, **service)
    kinds_then = customer_categories(
        then, ratings=latest_ratings(tables["ratings"], then["as_of"].max()), service=served_then
    )
    before = at_earlier_date(
        then, study.scoring, states=customer_states(then, accounts=tables["accounts"], **limits), accounts=tables["accounts"],
        ratings=tables["ratings"], service=served_then, categories=kinds_then,
    )  # fmt: skip
    matrix = list_matrix(listed, study.kaism, tables["ratings"], before=before).set_index("customer_id")
    ids = pd.Index(listed.key["customer_id"])
    path = kaism_path(facts, listed.contributions, study, ids, **tables).set_index(["as_of", "customer_id"])
    last, first = path.loc[DAY], path.loc[pd.Timestamp("2026-03-31")]
    assert last["cell"].tolist() == matrix.loc[last.index, "cell"].tolist() and len(last) == len(ids)
    assert first["cell"].tolist() == matrix.loc[first.index, "cell_before"].tolist()
    moved = last["attractiveness"] - first["attractiveness"]
    assert moved.tolist() == pytest.approx(matrix.loc[moved.index, "move_attractiveness"].tolist())


def test_without_dates_there_is_no_path():
    none = pd.DataFrame(columns=["customer_id", "as_of"]).astype({"as_of": "datetime64[ns]"})
    study = Study(name="x", title="X", as_of="2026-06-30", sources={"orders": {"files": "o.csv"}})
    empty = {
        name: pd.DataFrame(columns=["customer_id", "date", "view", "criterion", "score", "rater", "rival"])
        for name in ("accounts", "ratings", "invoices", "interactions")
    }
    contributions = pd.DataFrame(columns=["customer_id", "criterion", "value"])
    assert waits_for(kaism_path(none, contributions, study, pd.Index(["a"]), **empty)).code == "no_key_accounts"
