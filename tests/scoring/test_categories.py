"""Categories, the gate of prospects and the corridor against hand calculation."""

import numpy as np
import pandas as pd
import pytest

from kamlib.report.words import in_words
from kamlib.scoring import categories
from kamlib.stats.reasons import waits_for


@pytest.mark.parametrize(("key", "share", "verdict"), [(1, 0.25, "below"), (2, 0.45, "within"), (3, 0.60, "above")])
def test_corridor_of_sales_of_key_clients(key, share, verdict):
    # 25 + 20 + 15 + 40 = 100; a credit balance of -10 is in no share
    revenue = pd.Series([25.0, 20.0, 15.0, 40.0, -10.0], index=list("abcde"))
    found = categories.corridor(revenue, pd.Series(True, index=list("abc")[:key]))
    assert (found["share"], found["total"], found["verdict"]) == (pytest.approx(share), 100, verdict)


def test_without_revenue_above_zero_no_share_of_sales_is_told():
    found = categories.corridor(pd.Series([0.0, -5.0, np.nan], index=["a", "b", "c"]), pd.Series(True, index=["a"]))
    assert np.isnan(found["share"]) and found["verdict"] == "unknown"


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


def test_a_client_is_of_the_kind_that_it_is_best_at_by_two_raters_or_by_one_whose_mark_leads_alone(facts, marks):
    ratings = marks(
        ("a0", "reputation", "", 9), ("a0", "reputation", "", 8), ("a0", "innovation", "", 8.5), ("a0", "innovation", "", 8.5),
        ("a1", "reputation", "", 10), ("a1", "reputation", "", 7), ("a1", "innovation", "", 3),  # the second rater doesn't agree
        ("a2", "innovation", "", 9), ("a2", "reputation", "", 8), ("a2", "need", "", 10),  # the three P are no profile
        ("a3", "innovation", "", 9), ("a3", "strategic_access", "", 9),  # one rater, and it doesn't lead alone
        ("a4", "reputation", "", 9),  # one rater, and nothing to lead
        ("a5", "reputation", "", 9), ("a5", "reputation", "", 9), ("a5", "strategic_access", "", 10),  # access leads: no kind
        ("a6", "reputation", "", 7), ("a6", "reputation", "North", 10), ("a6", "innovation", "", 1),
        ("a7", "leadership", "", 8), ("a7", "leadership", "", 9),
    )  # fmt: skip
    found = categories.customer_categories(facts(margin_12m=[0.0] * 8), ratings=ratings)
    assert found[["customer_id", "category", "value"]].to_numpy().tolist() == [
        ["a0", "image", 8.5],
        ["a2", "innovator", 9],
        ["a0", "innovator", 8.5],
        ["a7", "leader", 8.5],
    ]
    assert told(found) == [
        "reputation rated 8.5 of 10 by 2 of us, its highest mark",
        "innovation rated 9.0 of 10 by one of us, its highest mark",
        "innovation rated 8.5 of 10 by 2 of us, its highest mark",
        "leadership rated 8.5 of 10 by 2 of us, its highest mark",
    ]


def firms(**columns):
    n = len(next(iter(columns.values())))
    ids = [f"a{i}" for i in range(n)]
    return pd.DataFrame({"customer_id": ids, "account_id": ids, "industry": "rail", "region": ""} | columns)


def test_the_leader_of_an_industry_is_its_largest_firm_with_a_quarter_of_what_ten_or_more_buy(facts):
    # wallets 300 + 9 x 100 = 1,200: a0 buys a quarter of it; of nine firms, or with 299, nobody leads
    def leaders(wallets, **more):
        table = facts(margin_12m=[0.0] * len(wallets), revenue_12m=more.pop("revenue", [0.0] * len(wallets)))
        return categories.customer_categories(table, accounts=firms(wallet=wallets, **more))

    found = leaders([300.0] + [100.0] * 9)
    assert found[["customer_id", "category", "measure", "value"]].to_numpy().tolist() == [
        ["a0", "leader", "industry_wallet", 0.25]
    ]
    assert told(found) == ["first of 10 firms in rail, with 25% of all that they buy (wallets)"]
    assert leaders([299.0] + [100.0] * 9).empty and leaders([900.0] + [100.0] * 8).empty
    assert leaders([900.0] + [100.0] * 9, industry=None).empty
    # where its own wallet is unknown, what it bought of us tells: 60 of 150; a wallet on record goes before it
    bought = [60.0] + [10.0] * 9
    by_sales = leaders([np.nan] + [100.0] * 9, revenue=bought, industry="", region="north")
    assert told(by_sales) == ["first of 10 firms in north, with 40% of what they bought of us in 12 months"]
    assert leaders([1.0] + [100.0] * 9, revenue=bought).empty


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


def test_prospects_with_an_open_gate_are_a_category_with_what_decides(facts):
    columns = ["customer_id", "gate", "weakest", "wallet", "growth_mark", "rival", "verdict"]
    rows = [
        ("p", 6, "solvency", 5e5, np.nan, "North", "open"),
        ("q", 7, "need", 2e5, 8, "", "open"),
        ("r", 9, "need", 1, 1, "", "ask"),
    ]
    found = categories.customer_categories(facts(margin_12m=[0.0]), prospects=pd.DataFrame(rows, columns=columns))
    assert found[["customer_id", "category"]].to_numpy().tolist() == [["q", "prospect"], ["p", "prospect"]]
    assert told(found) == [
        "weakest of the three P: need 7.0 of 10; buys for 200,000 a year, growth rated 8.0 of 10",
        "weakest of the three P: solvency 6.0 of 10; buys for 500,000 a year, of North too",
    ]


def test_one_account_may_be_several(facts, marks):
    found = categories.customer_categories(
        facts(margin_12m=[10.0]),
        ratings=marks(("a0", "reputation", "", 9), ("a0", "reputation", "", 8)),
        service=dealt(tests=[3.0]),
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
