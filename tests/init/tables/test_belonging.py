"""What belongs together. Oracle: files written here, joined by a person."""

from __future__ import annotations

HEADS = "No,Client,Placed,Freight\n" + "".join(f"{i},K{i % 3},2026-01-{i:02d},4.9{i}\n" for i in range(1, 10))
ITEMS = "Order No,Article,Pieces,Price per unit\n" + "".join(
    f"{i},A{n},{n + 1},{i}.5\n" for i in range(1, 10) for n in range(2)
)


def test_heads_come_to_their_lines_by_a_key_that_is_called_otherwise(drafted):
    heads = HEADS.replace("No,", "Order Number,", 1)
    sources, unused = drafted(items=ITEMS, heads=heads)
    orders = sources["orders"]
    assert not unused
    assert orders.pieces[0].source.heads.key == {"Order No": "Order Number"}
    found = {ours: choice.theirs for ours, choice in orders.found.columns.items()}
    assert found == {
        "order_id": "Order No", "account_id": "Client", "date": "Placed", "product": "Article", "quantity": "Pieces",
        "price": "Price per unit",
    }  # fmt: skip
    assert "Freight" not in found.values()


def test_the_table_of_accounts_is_the_one_whose_key_the_orders_name(drafted):
    orders = "Order,Customer,Rep code,Date,Amount\n" + "".join(
        f"{i},C{i % 4},V{i % 2},2026-01-{i:02d},{i}.50\n" for i in range(1, 13)
    )
    firms = "Customer ID,Name,Country\n" + "".join(f"C{i},Firm {i},DE\n" for i in range(4))
    suppliers = "Account ID,Name,Country\n" + "".join(f"S{i},Maker {i},AT\n" for i in range(9))
    sources, unused = drafted(orders=orders, suppliers=suppliers, firms=firms)
    assert [piece.label for piece in sources["accounts"].pieces] == ["firms.csv"]
    assert unused["suppliers.csv"] == "like 'accounts', but the order lines do not name its key"
    assert sources["orders"].found.columns["account_id"].question == ""


def test_heads_and_accounts_that_a_sample_hardly_shows_come_to_their_lines(drafted):
    """30,000 orders in another order than their lines: of two samples of 20,000 rows a few hundred keys are in both."""
    orders = range(30_000)
    heads = "Order No,Client\n" + "".join(f"{i * 7919 % 30_000},C{i * 7919 % 30_000 % 25_000}\n" for i in orders)
    items = "Order No,Date,Article,Amount\n" + "".join(
        f"{i},2026-01-{i % 28 + 1:02d},A{n},{i % 97 + n}.50\n" for i in orders for n in range(2)
    )
    firms = "Client,Name\n" + "".join(f"C{i * 7919 % 25_000},Firm {i}\n" for i in range(25_000))
    sources, unused = drafted(heads=heads, items=items, firms=firms)
    assert not unused
    assert sources["orders"].pieces[0].source.heads.key == {"Order No": "Order No"}
    assert sources["orders"].found.columns["account_id"].question == ""
    assert [piece.label for piece in sources["accounts"].pieces] == ["firms.csv"]
