"""Criterion values, what they wait for, and knock-outs against hand-made tables."""

import re

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from kamlib.errors import InputError
from kamlib.report.words import in_words, sentence
from kamlib.scoring import criteria as values_of
from kamlib.study.dictionary import INPUTS
from kamlib.study.model import Criterion
from kamlib.study.settings.known_criteria import BUILT_IN

AS_OF = pd.Timestamp("2026-09-30")


def criterion(name, weight, worst=0.0, best=100.0, group="revenue", source="facts", column=None):
    return Criterion(name=name, source=source, column=column, group=group, worst=worst, best=best, weight=weight)


FACTS = pd.DataFrame({"customer_id": ["a", "b"], "as_of": AS_OF, "margin_12m": [5.0, -1.0], "growth": [np.nan, np.nan]})


def test_values_come_from_each_source_and_built_in_names_find_their_column():
    criteria = [
        criterion("margin", 40),
        criterion("lifetime_value", 30, source="value"),
        criterion("wallet", 30, source="accounts"),
    ]
    value = pd.DataFrame({"customer_id": ["b"], "remaining_value": [70.0]})
    accounts = pd.DataFrame({"customer_id": ["a"], "account_id": ["a"], "wallet": [9.0]})
    found = values_of.criterion_values(criteria, FACTS, value=value, accounts=accounts)
    assert found.loc["a"].tolist() == pytest.approx([5, np.nan, 9], nan_ok=True)
    assert found.loc["b"].tolist() == pytest.approx([-1, 70, np.nan], nan_ok=True)


def test_members_in_place_of_units_are_refused():
    # the head's own wallet would stand for the group's
    members = pd.DataFrame({"customer_id": ["a", "a"], "account_id": ["a", "a2"], "wallet": [9.0, 500.0]})
    with pytest.raises(InputError, match=r"more than once.*'a'.*take the units"):
        values_of.criterion_values([criterion("wallet", 100, source="accounts")], FACTS, accounts=members)
    with pytest.raises(InputError, match="more than once"):
        values_of.knock_outs(FACTS, accounts=members.assign(closed_on="2026-01-01"))


@pytest.mark.parametrize(
    ("criteria", "facts", "words"),
    [
        ([], FACTS, "no criteria"),
        ([criterion("margin", 100)], pd.concat([FACTS, FACTS]), "more than once.*'a'"),
        ([criterion("fame", 100)], FACTS, "'fame' has no data.*no 'fame' in the facts.*take the criterion out"),
        ([criterion("industry", 100)], FACTS.assign(industry="steel"), "needs numbers.*steel"),
    ],
)
def test_input_that_cannot_be_scored_is_named(criteria, facts, words):
    with pytest.raises(InputError, match=f"(?s){words}"):
        values_of.criterion_values(criteria, facts)


def test_a_criterion_of_which_nothing_is_known_yet_stays_missing():
    """A past quarter before the first rating, or less than two years of records: an ordinary run."""
    criteria = [criterion("margin", 50), criterion("growth", 25), criterion("image", 25, source="rating")]
    found = values_of.criterion_values(criteria, FACTS)
    assert found["margin"].notna().all()
    assert found[["growth", "image"]].isna().all(axis=None)
    assert values_of.criterion_values(criteria[1:], FACTS).isna().all(axis=None)
    assert values_of.criterion_values(criteria, FACTS.iloc[:0]).empty


def test_records_that_begin_a_day_late_name_the_day_that_is_needed():
    """Twelve months to 2026-06-30 begin on 2025-07-01, 24 on 2024-07-01; the first order is of Saturday the 5th."""
    criteria = [criterion("revenue_12m", 60), criterion("growth", 20), criterion("average_order", 20)]
    late = values_of.begin_late(criteria, pd.Timestamp("2025-07-05"), pd.Timestamp("2026-06-30"))
    assert [(reason.values["criterion"], f"{reason.values['needed']:%Y-%m-%d}") for reason in late] == [
        ("revenue_12m", "2025-07-01"),
        ("growth", "2024-07-01"),
    ]
    assert sentence(late[0]) == (
        "revenue_12m (60 of 100) is known for nobody: it looks back 12 months and needs an order line on or before 2025-07-01, or "
        "`start: 2025-07-01` in the study where the records are whole since then; the first is of 2025-07-05."
    )
    on_time = values_of.begin_late(criteria, pd.Timestamp("2025-07-01"), pd.Timestamp("2026-06-30"))
    assert [reason.values["criterion"] for reason in on_time] == ["growth"]
    missing = pd.DataFrame({"revenue_12m": [np.nan], "growth": np.nan, "average_order": np.nan})
    codes = [reason.code for reason in values_of.waiting(criteria, missing, late)]
    assert codes == ["criterion_begins_late", "criterion_begins_late", "criterion_waits"]


def test_an_earlier_quarter_may_lack_a_criterion():
    assert values_of.criterion_values([criterion("fame", 100)], FACTS, strict=False)["fame"].isna().all()


def test_who_leaves_half_of_its_invoices_unpaid_is_knocked_out_whatever_is_rated(marks):
    facts = pd.DataFrame(
        {"customer_id": list("abc"), "as_of": AS_OF, "margin_12m": 5.0, "p_late_60": [0.5, 0.49, np.nan]}
    )
    found = values_of.knock_outs(facts, ratings=marks(("a", "solvency", "", 10)))
    assert found.to_numpy().tolist() == [["a", "does_not_pay", "{}"]]


def test_knock_outs_name_their_reason_and_only_what_is_known(marks):
    facts = pd.DataFrame({"customer_id": list("abcde"), "as_of": AS_OF, "margin_12m": [-1, np.nan, 5, 5, 0.0]})
    accounts = pd.DataFrame(
        {"customer_id": list("bc"), "account_id": list("bc"), "closed_on": ["2026-01-01", "2026-12-31"]}
    )
    ratings = marks(
        ("d", "need", "", 1), ("c", "need", "", 1), ("c", "need", "", 2), ("e", "image", "", 1),
        ("e", "solvency", "", 1), ("e", "sanctions", "", 1), ("a", "need", "Rival", 1),
    )  # fmt: skip
    found = values_of.knock_outs(facts, accounts=accounts, ratings=ratings)
    assert found.to_numpy().tolist() == [
        ["a", "negative_contribution", "{}"],
        ["b", "closed", "{}"],
        ["d", "no_need", "{}"],
        ["e", "insolvent", "{}"],
        ["e", "under_sanctions", "{}"],
    ]
    assert in_words(found["reason"], found["reason_values"]).tolist() == [
        "loses money",
        "closed",
        "no need of us (need has the lowest mark)",
        "insolvent (solvency has the lowest mark)",
        "under sanctions (sanctions has the lowest mark)",
    ]


def dealt(**columns):
    n = len(next(iter(columns.values())))
    base = {"customer_id": list("abcdef")[:n], "as_of": AS_OF, "margin_12m": [100.0] * n, "contribution": [np.nan] * n}
    return pd.DataFrame(base | columns)


def test_who_costs_more_to_serve_than_its_margin_is_knocked_out():
    some = dealt(margin_12m=[100.0, 100, -1, 100], contribution=[-20.0, 0, np.nan, np.nan])
    assert values_of.brought(some).tolist() == [-20, 0, -1, 100]  # where no cost is known the margin speaks
    assert values_of.knock_outs(some)["customer_id"].tolist() == ["a", "c"]


def test_a_margin_that_is_not_known_of_all_lines_convicts_nobody_it_could_acquit():
    # a tenth of 1,000 moved has no margin on record: it may be worth up to 100
    some = dealt(contribution=[-99.0, -101.0]).assign(revenue_12m=1000.0, returns_12m=0.0, margin_known_12m=0.9)
    assert values_of.knock_outs(some)["customer_id"].tolist() == ["b"]


def test_image_innovator_and_expert_may_lose_money_within_the_budget_best_first():
    # all that bring something bring 1,000: 5 % are 50. d (90 points) takes 30, a (80) would take 25 of the 20 left, b takes 20
    some = dealt(contribution=[-25.0, -20.0, 1000.0, -30.0, -5.0, -1.0])
    kinds = pd.DataFrame(
        {"customer_id": list("abcdef"), "category": ["image", "expert", "image", "innovator", "goodwill", "image"]}
    )
    scores = pd.DataFrame({"customer_id": list("abcdef"), "score": [80.0, 70, 99, 90, 95, 1]})
    stay, budget = values_of.spared(some, scores, kinds, 0.05)
    assert budget == pytest.approx(50) and stay.tolist() == ["d", "b"]
    assert values_of.knock_outs(some, spared=stay)["customer_id"].tolist() == ["a", "e", "f"]
    assert values_of.spared(some, scores, kinds, 0)[0].empty


def test_what_was_unknown_at_either_date_does_not_move():
    earlier = pd.DataFrame({"x": [1.0, np.nan, 3.0, 9.0], "y": [5.0, 5.0, 5.0, 9.0]}, index=["a", "b", "c", "gone"])
    now = pd.DataFrame({"x": [2.0, 2.0, np.nan, 9.0], "y": [6.0, 6.0, 6.0, 9.0]}, index=["a", "b", "c", "new"])
    found = values_of.comparable(earlier, now)
    assert found.index.tolist() == ["a", "b", "c"]
    assert found["x"].tolist() == pytest.approx([1, 2, np.nan], nan_ok=True)
    assert found["y"].tolist() == [5, 5, 5]


def test_what_the_kit_measures_needs_a_name_anchors_and_a_weight():
    made = Criterion(name="stability", worst=1.5, best=0.3, weight=6)
    assert (made.source, made.column, made.group) == ("facts", "gap_cv", "revenue") and "variation" in made.words
    own = Criterion(name="potential", group="revenue", words="ours", worst=0, best=9, weight=1)
    assert (own.group, own.words, own.column) == ("revenue", "ours", "potential")
    assert Criterion(name="fame", source="rating", group="reputation", worst=1, best=10, weight=5).column is None
    assert Criterion.model_validate(made.model_dump()) == made


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"name": "fame"}, "does not measure 'fame' by itself; expected one of revenue, margin.*source: rating"),
        ({"name": "stability", "worst": 0.3, "best": 1.5}, "'stability' stand upside down: less is better"),
        ({"name": "revenue", "worst": 9}, "'revenue' stand upside down: more is better"),
        ({"name": "reputation", "worst": 10, "best": 1}, "upside down"),
        ({"name": "revenue", "worst": 1}, "worst and best must differ"),
    ],
)
def test_names_that_the_kit_does_not_know_and_anchors_upside_down_are_refused(given, words):
    with pytest.raises(ValidationError, match=f"(?s){words}"):
        Criterion(**({"worst": 0, "best": 1, "weight": 5} | given))


def test_a_column_of_the_users_own_may_run_either_way():
    assert criterion("complaints", 100, worst=9, best=0).worst == 9
    assert criterion("speed", 100, worst=9, best=0, column="gap_cv").best == 0


def test_every_criterion_the_kit_measures_is_read_or_waits_for_its_table(facts, marks):
    best = {known.name: (1.0, 0.0) if known.less else (0.0, 1.0) for known in BUILT_IN.values()}
    criteria = [Criterion(name=name, worst=w, best=b, weight=5) for name, (w, b) in best.items()]
    bare = facts(margin_12m=[1.0, 2.0]).drop(columns="tenure_days")
    found = values_of.criterion_values(criteria, bare)
    assert set(found.columns[found.notna().any()]) == {"revenue", "margin", "breadth"}
    told = values_of.waiting(criteria, found)
    waits = {reason.values["criterion"]: reason.values["needs"] for reason in told}
    assert {reason.code for reason in told} == {"criterion_waits"}
    assert len(told) == len(criteria) - 3
    assert waits["cost_to_serve"] == "interactions (account_id, date, hours or cost)"
    assert waits["payment"] == "invoices (account_id, issued, due, amount, paid)"
    assert waits["potential"] == "accounts (account_id, wallet)"
    assert waits["need"] == "ratings (account_id, score; criterion: need)"
    full = bare.assign(**{k.column: [0.1, 0.2] for k in BUILT_IN.values() if k.source == "facts"})
    rated = marks(*[("a0", k.name, "", 5.0) for k in BUILT_IN.values() if k.source == "rating"])
    value = pd.DataFrame({"customer_id": ["a0"], "remaining_value": [7.0]})
    found = values_of.criterion_values(criteria, full, ratings=rated, value=value)
    assert found.loc["a0"].notna().all()
    assert values_of.waiting(criteria, found) == []


def test_what_a_criterion_waits_for_in_words():
    potential = Criterion(name="potential", worst=0, best=1, weight=30)
    values = pd.DataFrame({"potential": [np.nan], "fame": [np.nan]})
    waits = values_of.waiting([potential, criterion("fame", 70, column="glory")], values)
    assert list(map(sentence, waits)) == [
        "potential (30 of 100) is known for nobody: it waits for accounts (account_id, wallet).",
        "fame (70 of 100) is known for nobody: it waits for glory of facts.",
    ]


def test_columns_that_the_catalogue_names_stand_in_the_tables_it_names():
    for known in BUILT_IN.values():
        for table, columns in re.findall(r"(\w+) \(([^)]*)\)", known.needs):
            names = re.findall(r"\w+", columns.split(";")[0].replace(" or ", ", "))
            assert set(names) <= set(INPUTS[table].names), known.name
