"""The order lines of the sample: their sums agree, and every planted fault stands where the truth says."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

SAMPLE = Path(__file__).parents[2] / "data" / "sample"
END = pd.Timestamp("2026-06-30")
START = pd.Timestamp("2023-07-01")


def test_there_are_about_a_hundred_thousand_lines_over_36_months(goods):
    assert 90_000 <= len(goods) <= 110_000
    assert goods["date"].dt.to_period("M").nunique() == 36


def test_amounts_fit_quantity_price_and_cost_to_the_cent(goods):
    cents = {c: (goods[c] * 100).round().astype("int64") for c in ("amount", "cost", "margin", "price")}
    assert (cents["amount"] == goods["quantity"].astype("int64") * cents["price"]).all()
    assert (cents["amount"] == cents["cost"] + cents["margin"]).all()
    credit = goods["order_id"].str.startswith("CN-")
    assert (goods["amount"] < 0).equals(credit) and 0.01 < credit.mean() < 0.02


def faults(lines: pd.DataFrame, known: pd.Series) -> dict[str, pd.Series]:
    """Which rows show which fault, found by other means than the maker's."""
    day = pd.to_datetime(lines["date"], format="%Y-%m-%d", errors="coerce")
    columns = [c for c in lines if c not in ("line_id", "line", "reason", "group")]
    raw = (SAMPLE / "orders.csv").read_text(encoding="utf-8").splitlines()[1:]
    no_order = ~lines["order_id"].str.fullmatch(r"(S|CN-)\d+")
    amount, price = (pd.to_numeric(lines[column], errors="coerce") for column in ("amount", "price"))
    credit = lines["order_id"].str.startswith("CN-")
    found = {
        "broken_line": pd.Series([row.count(",") for row in raw], index=lines.index) < len(columns),
        "repeated_header": lines["date"] == "date",
        "total_row": no_order & (lines["date"] == "") & (lines["account_id"] == ""),
        "repeated_key": lines["line_id"].str.startswith("L") & lines["line_id"].duplicated(),
    }
    row = ~pd.concat(found, axis=1).any(axis=1)
    return found | {
        "no_account": row & (lines["account_id"].str.strip() == ""),
        "bad_amount": row & amount.isna(),
        "bad_date": row & day.isna(),
        "after_as_of": day > END,
        "before_start": day < START,
        "not_goods": lines["product"] == "FREIGHT",
        "test_row": lines["product"].str.startswith("TEST"),
        "no_rate": lines["currency"].isin(["CHF", "USD", "XXX"]),
        "absurd_price": price > 5000,
        "currency_spelling": lines["currency"].isin(["eur", "€", "Euro", "Eur"]),
        "unknown_account": row & ~lines["account_id"].isin(known) & (lines["account_id"].str.strip() != ""),
        "zero_price": price == 0,
        "cancellation_above_zero": credit & (amount > 0),
        "genuine_repeat": (lines[columns] == lines[columns].shift()).all(axis=1),
    } | returns(lines, credit & (amount < 0), row & day.between(START, END), day, price)  # fmt: skip


def returns(
    lines: pd.DataFrame, credit: pd.Series, row: pd.Series, day: pd.Series, price: pd.Series
) -> dict[str, pd.Series]:
    """Credit notes by what the account bought of the product before: a line as large, a larger one, smaller ones, none."""
    goods = lines[["account_id", "product"]].assign(
        line=lines.index, day=day, price=price, units=pd.to_numeric(lines["quantity"], errors="coerce").abs()
    )
    both = goods[credit].merge(
        goods[row & ~lines["order_id"].str.startswith("CN-")], on=["account_id", "product"], suffixes=("", "_bought")
    )
    both = both[both["day_bought"] <= both["day"]]
    whole = both[(both["units_bought"] == both["units"]) & (both["price_bought"] == both["price"])]
    larger = both[both["units_bought"] > both["units"]]

    def among(found: pd.DataFrame) -> pd.Series:
        return credit & lines.index.isin(found["line"])

    return {
        "cancelled_pair": among(whole),
        "cancellation": among(larger) & ~among(whole),
        "cancellation_without_order": among(both) & ~among(larger) & ~among(whole),
        "return_without_purchase": credit & ~among(both),
    }


def test_every_planted_fault_stands_at_its_line_and_no_other_row_has_it(lines, text):
    found = faults(lines, text("accounts")["account_id"])
    assert set(lines["reason"]) == {"", *found}
    for reason, rows in found.items():
        planted = lines["reason"] == reason
        assert planted.sum() >= 20, reason
        if reason == "genuine_repeat":  # two lines of one order may be alike by chance, and are as genuine
            assert rows[planted].all()
        elif reason == "cancelled_pair":  # half of them are the lines taken back, with the same money
            assert rows.equals(planted & lines["order_id"].str.startswith("CN-"))
            assert 2 * rows.sum() == planted.sum() and pd.to_numeric(lines.loc[planted, "amount"]).sum().round(2) == 0
        else:
            assert rows.equals(planted), (reason, lines.loc[rows != planted, "line"].head().tolist())


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
