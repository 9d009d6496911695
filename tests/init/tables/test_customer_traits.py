"""Customers inside the order lines. Oracle: lines written here, of which a person sees what belongs to a customer."""

from __future__ import annotations

from kamlib.init.tables import accounts_inside

HEAD = "Order,Customer ID,Customer name,Region,Country,Date,Amount\n"
LINES = HEAD + "".join(
    f"{i},C{i % 4},Firm {i % 4},R{i % 4},{('DE', 'AT', 'CH')[i % 3]},2026-01-{i:02d},{i}.50\n" for i in range(1, 25)
)


def test_what_each_customer_has_one_value_of_is_a_trait_and_where_it_was_sent_is_none(drafted):
    orders = drafted(a=LINES)[0]["orders"]
    made = accounts_inside(orders, ["Customer name", "Region", "Country"])
    assert made is not None and made.inside
    assert {ours: choice.theirs for ours, choice in made.found.columns.items()} == {
        "account_id": "Customer ID", "name": "Customer name", "region": "Region"
    }  # fmt: skip


def test_without_a_trait_there_is_no_table_of_accounts(drafted):
    orders = drafted(a=LINES)[0]["orders"]
    assert accounts_inside(orders, ["Country"]) is None
