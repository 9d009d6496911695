"""Of all warnings the five that weigh most, in their order."""

from __future__ import annotations

import pandas as pd

from kamlib.report.index.summary import summary
from kamlib.report.index.warned import warned


def test_the_soon_and_dear_come_first_and_no_more_than_five(study, keys, exposure, tables):
    """13,000 x 1/4, 700 x 1/2, 950 x 1, 200 x 1/4, then two without money: of these one is left out."""
    everything = {
        "exposure": exposure,
        "cash_scenarios": pd.DataFrame(
            {"scenario": ["keys_late_60"], "gap": [700.0], "lowest_week": [12], "p_gap": [1.0]}
        ),
        "ageing": pd.DataFrame({"bucket": ["late_over_90"], "open_amount": [1000.0]}),
        "ratings": pd.DataFrame({"customer_id": ["001"], "date": [pd.Timestamp("2020-01-01")]}),
        "ledger": tables["ledger"].assign(rows=[1040, 21, 40, 2, 977]),
    }
    found = warned(study, everything, keys)
    assert [one.money for one in found] == [13000.0, 1000.0, 700.0, 200.0, None]
    assert all(one.href.endswith(".html") and one.sure for one in found)


def test_a_run_that_holds_nothing_warns_of_nothing(study):
    assert summary(study, {}).warnings == []


def test_names_of_customers_stay_as_they_are_written(study, keys, hostile):
    assert hostile.split()[0] in warned(study, {}, keys.assign(name=hostile))[0].text
