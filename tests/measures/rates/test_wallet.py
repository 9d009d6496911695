"""Share of wallet and penetration. Oracle: small customers by hand."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from kamlib.measures.rates.wallet import categories_bought, wallet_rates, wallets
from kamlib.stats.reasons import waits_for

NOTHING = pd.DataFrame(columns=["customer_id", "category"])


def base(n: int, **columns: object) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Facts and accounts of n customers c0, c1 … that each bought for 10 and have a wallet of 40."""
    ids = [f"c{who}" for who in range(n)]
    facts = pd.DataFrame({"customer_id": ids, "revenue_12m": 10.0, "order_days_12m": 1})
    return facts, pd.DataFrame(
        {"customer_id": ids, "account_id": ids, "wallet": 40.0, "industry": "machinery"} | columns
    )


def test_a_share_above_the_wallet_is_listed_and_in_no_sum():
    """24 of 25 buy 10 of 40 each; one buys more than its wallet, so one of both is wrong."""
    facts, accounts = base(25)
    facts.loc[3, "revenue_12m"] = 50
    table = wallets(facts, accounts, NOTHING)
    assert table.loc[0, ["customer_id", "share_of_wallet", "reason"]].tolist() == ["c3", 1.25, "wallet_below_sales"]
    told = wallet_rates(table).set_index("measure").loc["share_of_wallet"]
    assert told[["part", "whole", "cases", "left_out", "value"]].tolist() == [240, 960, 24, 1, 0.25]


def test_a_wallet_that_is_not_known_is_no_wallet_of_nothing():
    facts, accounts = base(25, wallet=[np.nan] * 20 + [0.0] * 5)
    table = wallets(facts, accounts, NOTHING)
    assert table["share_of_wallet"].isna().all() and set(table["reason"]) == {"wallet_unknown"}
    told = wallet_rates(table)
    assert told["value"].isna().all() and told["part"].isna().all() and set(told["reason"]) == {"too_few_cases"}


def test_a_customer_that_sent_back_more_than_it_bought_has_no_share_below_0():
    facts, accounts = base(2)
    assert wallets(facts.assign(revenue_12m=[-5.0, 10]), accounts, NOTHING)["share_of_wallet"].tolist() == [0.25, 0]


def test_the_wallet_of_a_group_is_that_of_its_members():
    facts, accounts = base(2)
    member = pd.DataFrame({"customer_id": ["c0"], "account_id": ["m"], "wallet": [60.0], "industry": ["other"]})
    assert wallets(facts, pd.concat([accounts, member]), NOTHING)["wallet"].tolist() == [100, 40]


def test_what_fits_is_what_half_of_the_others_of_the_industry_buy():
    """Of 21 all buy belts, c0 to c9 seals and c0 drives. c0: 20 peers, of whom 9 buy seals, so belts alone fit; c20: 10 of its 20 peers buy seals."""
    facts, accounts = base(21)
    pairs = (
        [(f"c{who}", "belts") for who in range(21)] + [(f"c{who}", "seals") for who in range(10)] + [("c0", "drives")]
    )
    table = wallets(facts, accounts, pd.DataFrame(pairs, columns=["customer_id", "category"]), 0.5).set_index(
        "customer_id"
    )
    names = ["peers", "fitting", "bought", "penetration"]
    assert table.loc["c0", names].tolist() == [20, 1, 1, 1] and table.loc["c20", names].tolist() == [20, 2, 1, 0.5]
    told = wallet_rates(table.reset_index()).set_index("measure").loc["penetration"]
    assert told[["part", "whole"]].tolist() == [10 + 11, 10 + 22], (
        "c0 to c9 have one that fits, the other 11 have two and buy one"
    )


def test_few_peers_or_an_unknown_industry_tell_no_penetration():
    facts, accounts = base(20)
    pairs = pd.DataFrame({"customer_id": facts["customer_id"], "category": "belts"})
    few = wallets(facts, accounts, pairs)
    assert few["penetration"].isna().all() and few["reason"].eq("too_few_peers").all() and few["peers"].eq(19).all()
    unknown = wallets(facts, accounts.drop(columns="industry"), pairs)
    assert unknown[["penetration", "peers"]].isna().all(axis=None) and unknown["reason"].eq("industry_unknown").all()


def test_where_each_buys_a_category_of_its_own_none_fits():
    facts, accounts = base(30)
    table = wallets(
        facts, accounts, pd.DataFrame({"customer_id": facts["customer_id"], "category": facts["customer_id"]})
    )
    assert (
        table["fitting"].eq(0).all()
        and table["penetration"].isna().all()
        and table["reason"].eq("no_category_fits").all()
    )


def test_nobody_has_no_wallet():
    facts, accounts = base(1)
    found = wallets(facts.assign(order_days_12m=0), accounts, NOTHING)
    assert waits_for(found).code == "no_order_in_12_months" and wallet_rates(found)["value"].isna().all()


def test_categories_are_those_bought_in_twelve_months(clean_orders):
    lines = [
        ("a", "2026-01-01", 5, "belts"), ("a", "2026-01-02", 5, "belts"), ("a", "2026-01-02", -5, "seals"), ("a", "2025-06-30", 5, "drives"),
        ("b", "2025-07-01", 5, "seals"), ("b", "2026-07-01", 5, "belts"), ("b", "2026-01-01", 5, None),
    ]  # fmt: skip
    found = categories_bought(clean_orders(lines, "customer_id date amount category"), date(2026, 6, 30))
    assert found.to_numpy().tolist() == [["a", "belts"], ["b", "seals"]]


def test_ids_and_order_change_nothing():
    rng = np.random.default_rng(3)
    facts, accounts = base(60, industry=rng.choice(["x", "y"], 60))
    pairs = pd.DataFrame(
        {"customer_id": rng.choice(facts["customer_id"], 200), "category": rng.choice(list("pqrs"), 200)}
    )
    one, other = (
        wallets(facts.sample(frac=1, random_state=k), accounts, pairs.sample(frac=1, random_state=k)) for k in (1, 2)
    )
    pd.testing.assert_frame_equal(one, other)
    assert one["penetration"].dropna().between(0, 1).all()


@pytest.mark.slow
def test_the_wallets_of_the_sample_by_plain_pandas(sample_clean):
    from bench.oracles import SAMPLE, read_books
    from kamlib.facts import account_facts

    books, day = read_books(SAMPLE), date(2026, 6, 30)
    facts = account_facts(sample_clean.orders, day, columns=["revenue_12m", "order_days_12m"])
    table = wallets(facts, sample_clean.tables["accounts"], categories_bought(sample_clean.orders, day)).set_index(
        "customer_id"
    )
    revenue = books.year().groupby("group")["amount"].sum()
    each = pd.to_numeric(books.accounts["wallet"].replace("", None)).groupby(books.accounts["group"])
    complete = each.sum()[each.count() == each.size()].reindex(table.index)
    shared = table["wallet"].notna() & complete.notna()
    share = (revenue.reindex(table.index).clip(lower=0) / complete)[shared]
    assert shared.sum() > 300 and table.loc[shared, "share_of_wallet"].to_numpy() == pytest.approx(share.to_numpy())
