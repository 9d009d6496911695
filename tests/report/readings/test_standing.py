"""What every page says alike, by hand."""

import pandas as pd

from kamlib.facts.worth import Window
from kamlib.report.readings import standing as on_standing
from kamlib.report.words import sentence


def test_the_ladder_names_every_rung_and_adds_up():
    rows = [
        ("active", 3, ""),
        ("active", 9, ""),
        ("returned", 1, ""),
        ("lost", 365, "no_purchase"),
        ("lost", 366, "no_purchase"),
    ]
    rows += [("lost", 10, "account_closed"), ("lost", 10, "contract_ended")]
    states = pd.DataFrame(rows, columns=["state", "silence_days", "reason"])
    assert sentence(on_standing.ladder(states, 365)) == (
        "**7 customers** with an order: 2 active + 1 returned + 0 partial + 0 silent = **3 ours**; 1 lost lately (last order at most 365 days "
        "old) + 1 lost for longer + 2 closed or out of contract = **4 lost**."
    )


def test_a_share_is_told_without_those_that_bring_a_tenth_of_the_revenue():
    """G brings 80 of 100, so it is the giant: of the 10 + 5 + 5 of margin that the others have, "often" holds 10."""
    facts = pd.DataFrame(
        {"customer_id": list("GABC"), "revenue_12m": [80.0, 9.0, 8.0, 3.0], "margin_24m": [50.0, 10.0, 5.0, 5.0]}
    )
    groups = pd.Series(["often", "often", "rare", "rare"], list("GABC"))
    assert sentence(on_standing.without_giants(facts, "margin_24m", groups)) == (
        "Without the customers that bring a tenth of the revenue or more (1), often holds 50% of what is left."
    )
    assert on_standing.without_giants(facts, "margin_24m", groups.where(groups == "none")) is None
    even = facts.loc[facts.index.repeat(4)].assign(customer_id=[f"{n:02}" for n in range(16)], revenue_12m=1.0)
    assert on_standing.without_giants(even, "margin_24m", pd.Series("often", even["customer_id"])) is None


def test_the_period_of_a_page_is_told_in_months_or_as_all_days():
    assert on_standing.span(Window(24, "order_days_24m", "margin_24m", "margin")) == "the last 24 months"
    assert on_standing.span(Window(None, "order_days", "margin", "margin")) == "all days on record"
