"""How sure a run is, told of four customers."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kamlib.report.confidence import season_range
from kamlib.report.numbers import Numbers
from kamlib.report.summary import summary


def test_how_sure_we_are_is_computed(study, tables):
    found = {fact.label: fact.value for fact in summary(study, tables).sure}
    assert found["The list of key accounts"].startswith("1 of 2 stay on the list in at least 90%")
    assert found["The list of key accounts"].endswith("Least sure: 004.")
    assert found["How regularly they buy"].startswith("25% of the customers")
    assert found["The chances of loss"] == (
        "Estimated by the model of loss, which beat the rules of thumb on a period that it had not seen (2 customers). "
        "1 customer has none. From the mildest to the hardest season seen so far, 0 to 1 losses are to be expected. A loss "
        "is 180 days without an order; who ordered in the last 365 days or within its own rhythm, and neither closed nor "
        "ended the contract, can still be lost."
    )
    tables["facts"]["margin"] = np.nan
    assert {f.label: f.value for f in summary(study, tables).sure}[
        "Profit"
    ] == "No margin is known: revenue stands in its place."


def test_chances_by_a_rule_of_thumb_are_never_called_a_model(study, tables):
    tables["churn"]["method"] = "baseline"
    found = {fact.label: fact.value for fact in summary(study, tables).sure}
    assert found["The chances of loss"].startswith(
        "Estimated by a simpler way, as the model was not shown to beat it (2 customers)."
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
        "Estimated by a model that no past period could test yet (2 customers). 1 customer has none. From"
    )
    assert "A loss is to have stopped within 180 days: no order in the span after them" in told
