"""The life cycle. Oracle: accounts made by hand, one for each line of the definition."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kamlib.errors import InputError
from kamlib.report.words import in_words
from kamlib.segments import lifecycle

# tenure, order days of 12 and of 24 months, growth, state -> stage
CASES = {
    "new": (60, 3, 3, np.nan, "active", "new"),
    "new at the limit": (180, 3, 3, np.nan, "active", "new"),
    "new and silent": (170, 1, 1, np.nan, "silent", "new"),
    "new and lost": (170, 1, 1, np.nan, "lost", "lost"),
    "half a year and a day": (181, 3, 3, np.nan, "active", "developing"),
    "loyal": (2000, 4, 8, 0.0, "active", "loyal"),
    "loyal that grows less": (2000, 9, 20, -0.29, "active", "loyal"),
    "three days this year": (2000, 3, 9, 0.0, "active", "developing"),
    "three days the year before": (2000, 9, 12, 2.0, "active", "developing"),
    "came back": (2000, 5, 9, 0.5, "returned", "developing"),
    "halved": (2000, 9, 20, 0.0, "partial", "declining"),
    "fell by 30 %": (2000, 9, 20, -0.3, "active", "declining"),
    "fell and silent": (2000, 9, 20, -0.8, "silent", "at risk"),
    "silent": (2000, 9, 20, 0.0, "silent", "at risk"),
    "lost": (2000, 9, 20, 0.0, "lost", "lost"),
}


def tables(cases=CASES, money=100.0) -> tuple[pd.DataFrame, pd.DataFrame]:
    rows = list(cases.values())
    facts = pd.DataFrame(
        {
            "customer_id": list(cases),
            "tenure_days": [float(r[0]) for r in rows],
            "order_days_12m": [float(r[1]) for r in rows],
            "order_days_24m": [float(r[2]) for r in rows],
            "growth": [float(r[3]) for r in rows],
            "revenue_12m": money,
            "revenue_24m": money,
            "revenue": money,
        }
    )
    states = pd.DataFrame({"customer_id": list(cases), "state": [r[4] for r in rows]})
    states = states.assign(reason="no_purchase", reason_values='{"days": 190}')
    return facts, states.dropna(subset="state")


def test_every_line_of_the_definition():
    found = lifecycle.lifecycle_stages(*tables()).set_index("customer_id")["stage"]
    assert found.to_dict() == {name: case[-1] for name, case in CASES.items()}


def test_every_stage_comes_about_and_every_account_has_a_reason_and_none_an_order():
    table = lifecycle.lifecycle_stages(*tables())
    assert set(lifecycle.STAGES) == set(table["stage"])
    assert "policy" not in table and table["reason"].str.len().gt(0).all()
    why = table.set_index("customer_id")[["reason", "reason_values"]]
    assert why.loc["loyal"].tolist() == ["order_days_in_two_years", '{"days": 8.0}']
    assert why.loc["lost"].tolist() == ["no_purchase", '{"days": 190}']
    assert why.loc["fell and silent"].tolist() == ["no_purchase", '{"days": 190}'], "the reason of its state"
    assert why.loc["new"].tolist() == ["first_order", '{"days": 60.0}']
    both = ["first_order;no_purchase", '[{"days": 170.0}, {"days": 190}]']
    assert why.loc["new and silent"].tolist() == both


def test_reasons_in_words():
    table = lifecycle.lifecycle_stages(*tables()).set_index("customer_id")
    told = in_words(table["reason"], table["reason_values"])
    assert told["new and silent"] == "first order 170 days ago; no purchase for 190 days"
    assert told["fell by 30 %"] == "bought 30 % less in a year than in the year before"
    assert told["loyal"] == "8 order days in two years"
    assert told["three days this year"] == "3 order days in the last year"
    assert told["three days the year before"] == "3 order days in the year before"


def test_the_limits_are_those_that_are_given():
    facts, states = tables()
    found = lifecycle.lifecycle_stages(facts, states, new_days=181, loyal_order_days=3, decline=-0.25).set_index(
        "customer_id"
    )
    assert found.loc["half a year and a day", "stage"] == "new"
    assert found.loc["three days this year", "stage"] == "loyal"
    assert found.loc["loyal that grows less", "stage"] == "declining"


def test_short_records_leave_unknown_what_they_can_t_tell():
    # less than two years: whoever ordered often this year may be loyal or not; the others are certainly not
    facts, states = tables()
    short = lifecycle.lifecycle_stages(facts.assign(order_days_24m=np.nan, growth=np.nan), states).set_index(
        "customer_id"
    )
    assert pd.isna(short.loc["loyal", "stage"]) and short.loc["loyal", "reason"] == "records_under_two_years"
    assert short.loc[["three days this year", "new", "lost", "silent"], "stage"].tolist() == [
        "developing", "new", "lost", "at risk",
    ]  # fmt: skip
    # less than a year: a first order lately may be the first that was seen
    shorter = lifecycle.lifecycle_stages(
        facts.assign(order_days_24m=np.nan, order_days_12m=np.nan, growth=np.nan), states
    )
    shorter = shorter.set_index("customer_id")["stage"]
    assert shorter[["new", "loyal", "came back"]].isna().all()
    assert shorter[["new and silent", "halved", "lost"]].tolist() == ["at risk", "declining", "lost"]


def test_an_account_that_never_bought_has_no_stage():
    facts, states = tables({"only returns": (np.nan, 0, 0, np.nan, None, None), "loyal": CASES["loyal"]})
    table = lifecycle.lifecycle_stages(facts, states)
    assert table["stage"].isna().tolist() == [True, False]
    assert table["reason"][0] == "never_bought"


def test_the_overview_counts_everybody_once_and_unknown_money_is_no_zero():
    facts, states = tables(money=100.0)
    facts.loc[facts["customer_id"] == "came back", "revenue_24m"] = -50
    facts.loc[facts["customer_id"].str.startswith("new"), "revenue_24m"] = np.nan
    overview = lifecycle.stages(lifecycle.lifecycle_stages(facts, states)).set_index("stage")
    assert overview.index.tolist() == list(lifecycle.STAGES)
    assert overview["accounts"].sum() == len(CASES) and overview["share_of_accounts"].sum() == pytest.approx(1)
    assert np.isnan(overview.loc["new", "money"])  # three accounts, the money of none known
    assert overview.loc["developing", "money"] == 250  # 100 + 100 + 100 - 50
    assert overview["share_of_money"].sum() == pytest.approx(1)


def test_those_without_a_stage_come_last_in_the_overview():
    facts, states = tables()
    short = lifecycle.lifecycle_stages(facts.assign(order_days_24m=np.nan), states)
    overview = lifecycle.stages(short)
    assert overview["stage"].iloc[-1] == lifecycle.UNKNOWN and overview["accounts"].sum() == len(CASES)


def test_rows_may_stand_in_any_order():
    facts, states = tables()
    mixed = lifecycle.lifecycle_stages(facts.sample(frac=1, random_state=2), states[::-1]).set_index("customer_id")[
        "stage"
    ]
    assert mixed.to_dict() == {name: case[-1] for name, case in CASES.items()}


def test_bad_input_is_refused_by_name():
    facts, states = tables()
    with pytest.raises(InputError, match="growth"):
        lifecycle.lifecycle_stages(facts.drop(columns="growth"), states)
    with pytest.raises(InputError, match="more than once"):
        lifecycle.lifecycle_stages(pd.concat([facts, facts]), states)
    with pytest.raises(InputError, match="decline must lie between"):
        lifecycle.lifecycle_stages(facts, states, decline=0.3)


def test_every_stage_has_its_place_on_the_ladder():
    assert sorted(lifecycle.LADDER) == sorted(lifecycle.STAGES)
    assert set(lifecycle.HEALTHY) == {"new", "developing", "loyal"} and set(lifecycle.FADING) == {
        "declining",
        "at risk",
    }


def test_money_is_the_margin_where_any_is_known_unless_a_column_is_named():
    facts, states = tables()
    known = facts.assign(margin_24m=7.0, margin=7.0)
    assert set(lifecycle.lifecycle_stages(known, states)["money"]) == {7.0}
    assert set(lifecycle.lifecycle_stages(known, states, "revenue_24m")["money"]) == {100.0}
