"""What a person sees of the order lines, and what is refused. Oracle: files of a few lines, added up by hand."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from kamlib.errors import InputError
from kamlib.intake.pipeline import collect

HEAD = "order_id,account_id,date,amount,product\n"
FEW = HEAD + (
    "1,a,2026-01-05,100.10,p\n1,a,2026-01-05,0.90,q\n2,a,2026-04-01,-1,p\n3,b,2026-04-02,50,p\n4,c,2026-04-03,60,p\n"
    "5,d,2026-04-04,70,p\n,,,,\n,,,,\n"
)


def seen(study):
    return collect(study).seen


def test_the_figures_are_those_that_are_counted_by_hand(make_study):
    found = seen(make_study({"orders.csv": FEW}))
    assert (found.customers, found.orders, found.lines, found.amount) == (4, 5, 6, Decimal("280.00"))
    assert (found.first, found.last) == (date(2026, 1, 5), date(2026, 4, 4))
    assert found.quiet_months == ["2026-02", "2026-03"]
    assert (found.unknown, found.joined) == (None, None)
    assert found.largest()[["customer_id", "name", "amount"]].to_numpy().tolist() == [
        ["a", "a", Decimal("100.00")],
        ["d", "d", Decimal("70.00")],
        ["c", "c", Decimal("60.00")],
    ]


def test_empty_rows_are_counted_apart_and_no_fault(make_study):
    clean = collect(make_study({"orders.csv": FEW + ",,,,\n" * 20}, cleaning={"most_rows": 0}, proposed=True))
    rows = clean.ledger[clean.ledger["table"] == "orders"].set_index("rule")["rows"]
    assert (rows["empty_row"], rows["kept"]) == (22, 6)


def test_accounts_of_a_group_are_one_customer_by_the_name_of_its_head(make_study):
    accounts = "account_id,name,parent_id\na,Acme,\nb,Acme north,a\nc,,\n"
    found = seen(make_study({"orders.csv": FEW, "accounts.csv": accounts}))
    assert (found.customers, found.unknown, found.joined) == (3, ["d"], 0.75)
    assert found.largest()[["name", "amount"]].to_numpy().tolist() == [
        ["Acme", Decimal("150.00")],
        ["d", Decimal("70.00")],
        ["c", Decimal("60.00")],
    ]


def test_accounts_that_are_made_from_the_lines_join_by_themselves(make_study):
    sources = {"orders": {"files": "orders.csv"}, "accounts": {"from": "orders", "columns": {"name": "product"}}}
    assert seen(make_study({"orders.csv": FEW}, sources=sources)).unknown is None


def once(customers: int, days: int, lines: int = 1) -> str:
    """Each customer orders once, `lines` lines of it; the first and the last are so many days apart."""
    first = date(2026, 1, 1)
    return HEAD + "".join(
        f"{n},c{n},{first + timedelta(days=days * n // (customers - 1))},10,p{line}\n"
        for n in range(customers)
        for line in range(lines)
    )


@pytest.mark.parametrize(("lines", "words"), [(1, "each order line has"), (2, "each order has")])
def test_customers_who_all_ordered_once_are_refused(make_study, lines, words):
    with pytest.raises(InputError, match=rf"{words} a customer of its own: 30 customers.*Map account_id"):
        collect(make_study({"orders.csv": once(30, 90, lines)}))


@pytest.mark.parametrize(
    "orders",
    [once(29, 90), once(30, 89), once(30, 90) + "x,c1,2026-04-02,5,p\n"],
    ids=["few customers", "a short time", "one came back"],
)
def test_few_customers_a_short_time_and_one_who_came_back_are_no_sign(make_study, orders):
    assert seen(make_study({"orders.csv": orders})).customers in (29, 30)


def test_orders_none_of_whose_accounts_is_known_are_refused_with_examples_of_both(make_study):
    files = {"orders.csv": FEW, "accounts.csv": "account_id,name\n001,Acme\n002,Beta\n"}
    with pytest.raises(InputError, match=r"none of the 4 accounts .*'a', 'b', 'c' in the orders, '001', '002' in"):
        collect(make_study(files))
    files["accounts.csv"] += "a,Gamma\n"
    assert seen(make_study(files)).joined == 0.25


@pytest.mark.parametrize("bad", ["31.31.2026,10", "2026-01-02,ten"], ids=["day", "amount"])
def test_a_proposed_study_may_have_a_twentieth_at_fault_and_a_confirmed_one_its_limits(make_study, bad):
    """19 good lines and one that can't be read are 5 %; two of 20 are 10 %."""
    good = HEAD + "".join(f"{n},a,2026-01-02,10,p\n" for n in range(18))
    one, two = good + "x,a,2026-01-02,10,p\n" + f"y,a,{bad},p\n", good + f"x,a,{bad},p\ny,a,{bad},p\n"
    assert seen(make_study({"orders.csv": one}, proposed=True)).lines == 19
    with pytest.raises(InputError, match=r"10\.0% of the rows .*nobody confirmed.*take the line proposed: true out"):
        collect(make_study({"orders.csv": two}, proposed=True))
    assert seen(make_study({"orders.csv": two})).lines == 18


def test_what_a_proposed_study_leaves_out_by_choice_is_no_fault(make_study):
    good = HEAD + "".join(f"{n},a,2026-01-02,10,{'p' if n % 2 else 'POST'}\n" for n in range(20))
    assert seen(make_study({"orders.csv": good}, proposed=True, cleaning={"not_goods": "^POST$"})).lines == 10


def test_orders_without_a_sale_are_refused(make_study):
    with pytest.raises(InputError, match=r"no order line has an amount above zero.*sales are positive"):
        collect(make_study({"orders.csv": HEAD + "1,a,2026-01-02,-10,p\n2,a,2026-02-02,-10,p\n"}))
