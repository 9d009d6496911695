"""The accounts of the sample: ids, groups, and second records of one firm, as the truth tells them."""

from __future__ import annotations


def test_knots_of_parents_stand_where_the_truth_says(text):
    dirty, accounts = text("truth/dirty"), text("accounts")
    rows = accounts.iloc[dirty.loc[dirty["file"] == "accounts.csv", "line"].astype(int) - 2]
    reasons = dirty.loc[dirty["file"] == "accounts.csv", "reason"].tolist()
    parent = accounts.set_index("account_id")["parent_id"]
    own = [i for i, p in parent.items() if i == p]
    circle = [i for i, p in parent.items() if p and i != p and parent[p] == i]
    assert sorted(zip(rows["account_id"], reasons, strict=True)) == sorted(
        [(i, "own_parent") for i in own] + [(i, "parent_circle") for i in circle]
    )
    assert (len(own), len(circle)) == (1, 2)


def test_groups_of_the_truth_follow_the_parents(text):
    accounts, planted = text("accounts"), text("truth/accounts").set_index("account_id")["group_id"]
    parent = dict(zip(accounts["account_id"], accounts["parent_id"], strict=True))
    depth = {}
    for account in parent:
        head, steps = account, 0
        while parent[head] and parent[head] != head and parent[parent[head]] != head:
            head, steps = parent[head], steps + 1
        assert planted[account] == head
        depth[account] = steps
    assert max(depth.values()) == 2  # a grandchild is there


def test_duplicates_are_two_lone_records_of_one_country_with_unlike_names(text):
    pairs = text("truth/duplicates")
    accounts = text("accounts").set_index("account_id")
    one, two = accounts.loc[pairs["account_id"]], accounts.loc[pairs["same_as"]]
    assert len(pairs) >= 20 and (one["name"].to_numpy() != two["name"].to_numpy()).all()
    assert (one["country"].to_numpy() == two["country"].to_numpy()).all()
    assert one["parent_id"].eq("").all() and two["parent_id"].eq("").all()
    cyrillic = one["name"].str.contains("[А-я]").to_numpy() & ~two["name"].str.contains("[А-я]").to_numpy()
    assert cyrillic.any()


def test_ids_keep_their_traps(text):
    ids = text("accounts")["account_id"]
    assert ids.str.startswith("K.").sum() > 900 and ids.str.fullmatch(r"0\d{4}").sum() >= 50
    assert ids.is_unique and (len(ids), text("truth/accounts")["group_id"].nunique()) == (1200, 900)


def test_the_giant_leads_its_industry_by_far_and_the_firm_by_little(text, goods, groups):
    year = goods[goods["date"] > "2025-06-30"].groupby("group")["amount"].sum()
    home = text("accounts").set_index("account_id")["industry"]
    giant = groups.index[groups["trait"] == "giant"]
    assert len(giant) == 1 and groups.loc[giant, "left_on"].isna().all() and groups.loc[giant, "is_key"].all()
    industry = year[home.reindex(year.index) == home[giant[0]]]
    assert len(industry) >= 5 and industry[giant[0]] / industry.sum() > 0.8
    assert year[giant[0]] / year.sum() < 0.05
