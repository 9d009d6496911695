"""Categories, the gate of prospects and the corridor against hand calculation."""

import numpy as np
import pandas as pd
import pytest

from kamlib.errors import InputError
from kamlib.report.words import in_words
from kamlib.scoring import categories
from kamlib.stats.reasons import waits_for


@pytest.mark.parametrize(("key", "share", "verdict"), [(1, 0.25, "below"), (2, 0.45, "within"), (3, 0.60, "above")])
def test_corridor_of_sales_of_key_clients(key, share, verdict):
    # 25 + 20 + 15 + 40 = 100; a credit balance of -10 is in no share
    revenue = pd.Series([25.0, 20.0, 15.0, 40.0, -10.0], index=list("abcde"))
    found = categories.corridor(revenue, pd.Series(True, index=list("abc")[:key]))
    assert (found["share"], found["total"], found["verdict"]) == (pytest.approx(share), 100, verdict)


def test_corridor_needs_revenue():
    with pytest.raises(InputError, match="no account has revenue above zero"):
        categories.corridor(pd.Series([0.0, np.nan], index=["a", "b"]), pd.Series(True, index=["a"]))


def test_gate_is_the_weakest_of_need_solvency_authority(marks):
    ratings = marks(
        ("p", "need", "", 10), ("p", "solvency", "", 4), ("p", "authority", "", 10),  # mean 8, minimum 4
        ("q", "need", "", 6), ("q", "solvency", "", 5), ("q", "authority", "", 9),
        ("r", "need", "", 6), ("s", "authority", "", 2), ("s", "need", "North", 9),
    )  # fmt: skip
    found = categories.three_p(ratings, pd.Series(["p", "q", "r", "s", "t"])).set_index("customer_id")
    assert found["verdict"].to_dict() == {"p": "closed", "q": "open", "r": "ask", "s": "closed", "t": "ask"}
    assert found["weakest"].to_dict() == {"p": "solvency", "q": "solvency", "r": "need", "s": "authority", "t": ""}
    assert found["gate"].to_dict() == pytest.approx(
        {"p": 4, "q": 5, "r": np.nan, "s": np.nan, "t": np.nan}, nan_ok=True
    )


def test_breadwinner_is_a_tenth_of_positive_margin(facts):
    # positive margins 10 + 70 + 9 + 11 = 100: shares 10 %, 70 %, 9 %, 11 %; the loss of 50 is in no share
    found = categories.customer_categories(facts(margin_12m=[10.0, 70.0, 9.0, 11.0, -50.0]))
    assert found["customer_id"].tolist() == ["a1", "a3", "a0"]
    assert found.loc[0, ["evidence", "evidence_values"]].tolist() == ["share_of_margin_12m", '{"share": 0.7}']
    assert told(found)[0] == "70.0% of the base's positive margin of 12 months"
    by_revenue = categories.customer_categories(facts(margin_12m=[np.nan] * 2, revenue_12m=[95.0, 5.0]))
    assert by_revenue[["customer_id", "measure"]].to_numpy().tolist() == [["a0", "revenue_12m"]]
    assert told(by_revenue) == ["95.0% of the base's positive revenue of 12 months"]
    assert categories.customer_categories(facts(margin_12m=[0.0, -1.0])).empty


def test_marks_of_ours_make_image_and_innovator_with_their_evidence(facts, marks):
    ratings = marks(
        ("a0", "reputation", "", 9), ("a0", "reputation", "", 7), ("a0", "innovation", "", 8.5),
        ("a1", "reputation", "", 7), ("a1", "reputation", "North", 10),
    )  # fmt: skip
    found = categories.customer_categories(facts(margin_12m=[0.0, 0.0]), ratings=ratings)
    assert found[["customer_id", "category", "value"]].to_numpy().tolist() == [
        ["a0", "image", 8],
        ["a0", "innovator", 8.5],
    ]
    assert found["evidence"].eq("rated_high").all()
    assert found["evidence_values"][1] == '{"criterion": "innovation", "points": 8.5}'
    assert told(found) == ["reputation rated 8.0 of 10", "innovation rated 8.5 of 10"]


def told(found, name="evidence"):
    return in_words(found[name], found[f"{name}_values"]).tolist()


def dealt(**columns):
    n = len(next(iter(columns.values())))
    base = dict.fromkeys(("tests", "lessons", "claims", "claims_per_order"), [0.0] * n)
    base |= {"invoices": [12.0] * n, "prepaid_share": [0.0] * n, "touches": [8.0] * n, "main_contact_share": [0.5] * n}
    return pd.DataFrame({"customer_id": [f"a{i}" for i in range(n)]} | base | columns)


def test_experts_are_told_by_tests_lessons_or_claims_for_each_order(facts):
    table = dealt(
        tests=[2.0, 1, 0, 0], lessons=[0.0, 3, 0, 0], claims=[0.0, 3, 4, 2], claims_per_order=[0.0, 0.05, 0.1, 0.9]
    )  # a3: two claims are too few to be a habit, whatever their rate
    found = categories.customer_categories(facts(margin_12m=[0.0] * 4), service=table)
    assert found[["customer_id", "category", "measure"]].to_numpy().tolist() == [
        ["a1", "expert", "lessons"],
        ["a0", "expert", "tests"],
        ["a2", "expert", "claims_per_order"],
    ]
    assert found["evidence"].tolist() == ["lessons_from_claims", "acceptance_tests", "many_claims"]
    assert found["evidence_values"][2] == '{"claims": 4.0, "each": 0.1}'
    assert told(found) == [
        "3 claims in 12 months taught us something",
        "2 acceptance tests in 12 months",
        "4 claims in 12 months, 0.10 for each order day",
    ]


def test_goodwill_pays_in_advance_and_claims_little_and_warns_when_it_rests_on_one_contact(facts):
    table = dealt(
        prepaid_share=[1.0, 0.8, 0.79, 1.0, 1.0],
        invoices=[12.0, 3, 12, 2, 12],
        claims_per_order=[0.0, np.nan, 0, 0, 0.06],
        claims=[0.0, np.nan, 0, 0, 3],
        main_contact_share=[0.8, np.nan, 1, 1, 1],
        touches=[5.0, np.nan, 9, 9, 9],
    )
    found = categories.customer_categories(facts(margin_12m=[0.0] * 5), service=table).set_index("customer_id")
    assert found.index.tolist() == ["a0", "a1"]
    assert found["evidence"].tolist() == ["paid_in_advance", "paid_in_advance_claims_unknown"]
    assert found["evidence_values"].iloc[0] == '{"share": 1.0, "invoices": 12.0, "claims": 0.0}'
    assert told(found) == [
        "paid 100% of 12 invoices in advance, claims in 12 months: 0",
        "paid 80% of 3 invoices in advance, claims unknown",
    ]
    assert found["warning"].tolist() == ["rests_on_one_contact", ""]
    assert found["warning_values"].tolist() == ['{"share": 0.8, "touches": 5.0}', "{}"]
    assert told(found, "warning") == ["rests on one contact: 80% of 5 touches", ""]


def test_prospects_with_an_open_gate_are_a_category_with_their_weakest_p(facts, marks):
    ratings = marks(("p", "need", "", 9), ("p", "solvency", "", 6), ("p", "authority", "", 9), ("q", "need", "", 9))
    gate = categories.three_p(ratings, pd.Series(["p", "q"]))
    found = categories.customer_categories(facts(margin_12m=[0.0]), prospects=gate)
    assert found[["customer_id", "category", "evidence"]].to_numpy().tolist() == [
        ["p", "prospect", "weakest_of_three_p"]
    ]
    assert told(found) == ["weakest of the three P: solvency 6.0 of 10"]


def test_one_account_may_be_several(facts, marks):
    found = categories.customer_categories(
        facts(margin_12m=[10.0]), ratings=marks(("a0", "reputation", "", 9)), service=dealt(tests=[3.0])
    )
    assert found["category"].tolist() == ["breadwinner", "expert", "image"]
    assert found.notna().all(axis=None)


def test_sums_of_a_category_count_a_customer_once_and_what_is_unknown_of_all_is_unknown(facts):
    # a0 is an expert by two measures, a1 by one; p has bought nothing
    rows = [("a0", "expert"), ("a0", "expert"), ("a1", "expert"), ("p", "prospect")]
    kinds = pd.DataFrame(rows, columns=["customer_id", "category"])
    table = facts(revenue_12m=[100.0, 20, 7], margin_12m=[30.0, np.nan, 1])
    service = pd.DataFrame({"customer_id": ["a0", "a1", "a2"], "cost_to_serve": 5.0, "contribution": [25.0, np.nan, 1]})
    found = categories.category_sums(kinds, pd.DataFrame({"customer_id": ["a1"]}), table, service)
    assert found.loc["expert"].tolist() == [2, 1, 120, 30, 10, 25]
    assert found.loc["prospect", ["customers", "key"]].tolist() == [1, 0]
    assert found.loc["prospect", ["revenue_12m", "contribution"]].isna().all()
    none = categories.category_sums(kinds[:0], kinds[:0], table, service)
    assert waits_for(none).code == "nobody_in_a_category"


def test_where_nobody_is_in_a_category_the_table_says_so(facts):
    found = categories.customer_categories(facts(margin_12m=[1.0] * 11))
    assert found.empty and waits_for(found).code == "nobody_in_a_category"
    assert found[["value", "limit"]].dtypes.eq("float64").all()


def test_open_gates_stand_with_the_best_first_and_say_so_where_there_are_none():
    gate = pd.DataFrame(
        {"customer_id": list("abcd"), "gate": [6, 8, 8, 4], "verdict": ["open", "open", "open", "closed"]}
    )
    assert categories.open_gates(gate)["customer_id"].tolist() == ["b", "c", "a"]
    assert waits_for(categories.open_gates(gate[3:])).code == "no_gate_is_open"
