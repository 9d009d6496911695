"""Who decides. Oracle: contacts and touches counted by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from kamlib.plan.dossier.decision_scheme import scheme, scheme_gaps
from kamlib.stats.reasons import split, waits_for

DAY = pd.Timestamp("2026-06-30")


def contacts(*rows: tuple) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["customer_id", "contact_id", "role", "influence", "support"]).assign(
        name="Jane Doe"
    )


def touches(*rows: tuple) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["customer_id", "contact_id", "date", "kind"]).astype({"date": "datetime64[ns]"})


PEOPLE = contacts(
    ("a", "1", "purchasing", "low", "for"),
    ("a", "2", "management", "decides", "against"),
    ("b", "3", "purchasing", "decides", "neutral"),
    ("b", "4", "management", None, None),
    ("c", "5", "purchasing", "high", "for"),
)
CALLS = touches(
    *[("a", "1", "2026-06-01", "call")] * 4,
    ("a", "2", "2026-01-01", "visit"),
    ("a", "2", "2025-06-30", "visit"),  # a day too early to count, and the last one all the same
    ("a", "1", "2026-06-01", "claim"),  # no touch
    ("a", "1", "2026-07-01", "call"),  # not yet
    ("b", "3", "2025-01-01", "call"),
)


def test_the_scheme_by_hand_and_without_names():
    table = scheme(PEOPLE, CALLS, pd.Index(["a", "b"]), DAY).set_index("contact_id")
    assert table.index.tolist() == ["2", "1", "3", "4"], "who decides stands first, who is unknown last"
    assert table["touches"].tolist() == [1, 4, 0, 0] and table["share_of_touches"].head(2).tolist() == [0.2, 0.8]
    assert table.loc["2", "last_touch"] == pd.Timestamp("2026-01-01") and table.loc["3", "last_touch"] == pd.Timestamp(
        "2025-01-01"
    )
    assert pd.isna(table.loc["3", "share_of_touches"]), "no touch in 12 months"
    assert table.loc["4", ["influence", "support"]].tolist() == ["", ""] and "name" not in table


def test_gaps_by_hand():
    ids = pd.Index(["a", "b", "c", "d"])
    found = scheme_gaps(scheme(PEOPLE, CALLS, ids, DAY), ids).set_index("customer_id")
    assert found["contacts"].tolist() == [2, 2, 1, 0]
    assert (
        found.loc["a", "lacks"] == "decider_against;hangs_on_one_contact"
        and found.loc["a", "main_contact_share"] == 0.8
    )
    assert found.loc["b", "lacks"] == "nobody_for"
    assert found.loc["c", "lacks"] == "nobody_decides;roles_missing", (
        "two of three with contacts have somebody in management"
    )
    assert split(found.loc["c", "lacks"], found.loc["c", "lacks_values"])[1].values == {"roles": "management"}
    assert found.loc["d", "lacks"] == "no_contact"


@pytest.mark.parametrize("people", [PEOPLE[:0], PEOPLE[:0][["customer_id", "contact_id"]]])
def test_without_contacts_it_waits_and_all_lack_them(people):
    table = scheme(people, CALLS, pd.Index(["a"]), DAY)
    assert waits_for(table).code == "no_contacts"
    assert scheme_gaps(table, pd.Index(["a"]))["lacks"].tolist() == ["no_contact"]
