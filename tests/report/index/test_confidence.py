"""How sure a run is, told of four customers."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kamlib.report.index.confidence import confidence_facts, season_range
from kamlib.report.index.summary import summary
from kamlib.report.numbers import Numbers


def test_how_sure_we_are_is_computed(study, tables):
    found = {fact.label: fact.value for fact in summary(study, tables).sure}
    assert found["The list of key accounts"].startswith("1 of 2 stay on the list in at least 90%")
    assert "Least sure: 004." in found["The list of key accounts"]
    assert found["How regularly they buy"].startswith("67% of the 3 customers that are not lost"), "uncertain or N"
    assert found["The chances of loss"] == (
        "Estimated for 2 customers by the model of loss, which beat the rules of thumb on a period that it had not seen. "
        "1 customer has none. From the mildest to the hardest season seen so far, 0 to 1 losses of ours are to be expected. A loss "
        "is 180 days without an order; followed is who ordered in the last 365 days or within its own rhythm, and neither closed nor "
        "ended the contract: those that are ours, and the lost lately."
    )
    tables["facts"]["margin"] = np.nan
    assert {f.label: f.value for f in summary(study, tables).sure}[
        "Profit"
    ] == "No margin is known: revenue stands in its place."


def test_chances_by_a_rule_of_thumb_are_never_called_a_model(study, tables):
    tables["churn"]["method"] = "baseline"
    found = {fact.label: fact.value for fact in summary(study, tables).sure}
    assert found["The chances of loss"].startswith(
        "Estimated for 2 customers by a simpler way, as the model was not shown to beat it."
    )


def test_a_rule_of_thumb_that_saw_no_season_tells_no_range_of_losses():
    write = Numbers("en", "EUR")
    assert (
        season_range(pd.DataFrame({"p_silent_low": [0.2, 0.9], "p_silent_high": [1.0, 1.0]}), write) == "1 to 2"
    )  # 1.1 and 2.0
    assert season_range(pd.DataFrame({"p_silent_low": [np.nan], "p_silent_high": [np.nan]}), write) == ""
    assert season_range(pd.DataFrame({"p_silent": [0.5]}), write) == ""


def test_where_stops_are_known_they_are_the_losses_and_an_untested_model_is_called_so(study, tables):
    stops = {"p_stopped": [0.3, 0.7, np.nan], "p_stopped_low": 0.1, "p_stopped_high": 1.0, "method_stopped": "untested"}
    tables["churn"] = tables["churn"].assign(**stops)
    told = {fact.label: fact.value for fact in summary(study, tables).sure}["The chances of loss"]
    assert told.startswith(
        "Estimated for 2 customers by a model that no past period could test yet. 1 customer has none. From"
    )
    assert "A loss is to have stopped within 180 days: no order in the span after them" in told


def membership(study, tables):
    return {fact.label: fact.value for fact in summary(study, tables).sure}["The list of key accounts"]


def test_the_list_says_who_is_more_likely_off_and_to_which_rank_it_is_stable(study, tables):
    many = pd.concat([tables["scores"]] * 2, ignore_index=True)
    many = many.assign(
        customer_id=[f"c{i}" for i in range(8)], score=[90.0, 88, 86, 60, 59, 58, 57, 56], rank=range(1, 9)
    )
    tables["scores"] = many.assign(key=many["rank"] <= 4, p_key=[1, 1, 0.9, 0.49, 0.3, 0.1, 0, 0])
    assert membership(study, tables).endswith(
        "Least sure: c3. 1 of them is more likely off the list than on it. The list is stable to rank 3, where the score falls by "
        "26.0; after rank 4, where it ends, by 1.0."
    )


def test_a_tie_over_the_border_and_a_list_of_all_are_told(study, tables):
    tables["scores"] = tables["scores"].assign(score=50.0, rank=1, key=False, p_key=0.75)
    assert membership(study, tables) == (
        "Nobody is on the list. 4 customers have the same score at its border, and none of them is sure of a place."
    )
    tables["scores"] = tables["scores"].assign(key=True, rank=range(1, 5), p_key=np.nan)
    assert membership(study, tables).startswith("Everybody who is ranked is key")
    assert summary(study, tables).verdict.endswith("arithmetic, no finding")


def test_lines_and_customers_add_up(study):
    """101 came in: 95 kept, of which 3 repaired, and 6 set aside; 4 customers in two states."""
    rows = [
        ("came in", "", 101, 101),
        ("a", "set_aside", 4, 9),
        ("b", "set_aside", 2, 2),
        ("c", "repair", 0, 3),
        ("kept", "", 95, 95),
    ]
    ledger = pd.DataFrame(rows, columns=["rule", "action", "rows", "matched_rows"]).assign(table="orders")
    states = pd.DataFrame({"state": ["lost", "active", "active", "lost"]})
    told = confidence_facts(study, {"ledger": ledger, "states": states}, pd.DataFrame(), "waits", Numbers())[-1]
    assert told.value == (
        "101 order lines in the files = 95 kept (3 repairs on them) + 6 set aside. 4 customers = 2 active + 2 lost."
    )
