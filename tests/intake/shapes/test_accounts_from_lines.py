"""Accounts made from order lines. Oracle: lines by hand, of which the latest is known."""

from __future__ import annotations

import pytest

from kamlib.errors import InputError
from kamlib.intake.pipeline import collect, given_accounts

ORDERS = """\
order_id,account_id,date,amount,client,kind,parent
1,a,2026-03-01,1,Old name,Trade,
2,a,2026-05-01,1,New name,Trade,
3,a,2026-04-01,1,Middle name,Trade,
4,b,2026-02-01,1,Beta,Public,a
5,b,2026-02-01,1,Beta Ltd,Public,a
6,a,2026-07-01,1,Name to come,Trade,
7,c,2026-07-01,1,Customer to come,Trade,
8,,2026-03-01,1,Nobody,Trade,
9,d,no day,1,No day,Trade,
"""
ACCOUNTS = {"from": "orders", "columns": {"name": "client", "industry": "kind"}}


@pytest.fixture
def collected(make_study):
    def of(accounts=ACCOUNTS, orders=ORDERS, **values):
        sources = {"orders": {"files": "orders.csv"}, "accounts": accounts}
        return collect(make_study({"orders.csv": orders}, sources=sources, **values))

    return of


@pytest.mark.slow
def test_each_account_stands_once_as_its_latest_line_before_the_day_of_the_study_has_it(collected):
    clean = collected()
    found = clean.tables["accounts"].set_index("account_id")[["name", "industry"]]
    assert found.to_dict("index") == {
        "a": {"name": "New name", "industry": "Trade"},
        "b": {"name": "Beta Ltd", "industry": "Public"},
    }
    assert "accounts.name: 2 accounts have several values" in " ".join(clean.notes)
    assert "accounts.industry" not in " ".join(clean.notes)
    earlier = collected(as_of="2026-04-15").tables["accounts"].set_index("account_id")["name"]
    assert earlier["a"] == "Middle name"


@pytest.mark.slow
def test_a_group_of_the_lines_is_one_customer(collected):
    clean = collected({"from": "orders", "columns": {"name": "client", "parent_id": "parent"}})
    assert dict(clean.heads.to_numpy().tolist()) == {"a": "a", "b": "a"}


@pytest.mark.slow
def test_columns_that_are_not_named_are_none_of_the_accounts_even_where_they_are_called_so(collected):
    """The status of an order is none of a customer, and a name may be that of a product."""
    text = ORDERS.replace("client,kind,parent", "name,status,manager")
    accounts = collected({"from": "orders", "columns": {"industry": "status"}}, text).tables["accounts"]
    assert accounts[["name", "status", "manager"]].isna().all(axis=None) and accounts["industry"].notna().all()


@pytest.mark.slow
def test_of_several_sources_one_may_lack_a_column(make_study, collected):
    files = {
        "h1.csv": "order_id,account_id,date,amount,client\n1,a,2026-01-01,1,Alpha\n2,b,2026-01-01,1,Beta\n",
        "h2.csv": "No,Who,Day,Sum,Region\n3,a,01.04.2026,1,North\n4,c,01.04.2026,1,South\n",
    }
    second = {"order_id": "No", "account_id": "Who", "date": "Day", "amount": "Sum"}
    orders = [{"files": "h1.csv"}, {"files": "h2.csv", "columns": second, "dialect": {"date_format": "%d.%m.%Y"}}]
    accounts = {"from": "orders", "columns": {"name": "client", "region": "Region"}}
    found = collect(make_study(files, sources={"orders": orders, "accounts": accounts})).tables["accounts"]
    found = found.set_index("account_id")[["name", "region"]].astype(object).where(lambda t: t.notna(), None)
    assert found.T.to_dict("list") == {"a": [None, "North"], "b": ["Beta", None], "c": [None, "South"]}


@pytest.mark.slow
def test_customers_of_the_heads_are_accounts_too(make_study):
    files = {
        "heads.csv": "No;Who;Firm;Day\n1;a;Alpha;05.01.2026\n2;b;Beta;06.01.2026\n",
        "lines.csv": "No,amount\n1,2\n1,3\n2,4\n",
    }
    orders = {
        "files": "lines.csv",
        "heads": {"files": "heads.csv", "key": "No", "dialect": {"date_format": "%d.%m.%Y"}},
        "columns": {"order_id": "No", "account_id": "Who", "date": "Day"},
    }
    accounts = {"from": "orders", "columns": {"account_id": "Who", "name": "Firm"}}
    clean = collect(make_study(files, sources={"orders": orders, "accounts": accounts}))
    assert clean.tables["accounts"][["account_id", "name"]].to_numpy().tolist() == [["a", "Alpha"], ["b", "Beta"]]


def test_a_column_that_no_source_has_is_named(collected):
    with pytest.raises(InputError, match="no column 'Firm', which the study maps to 'name'"):
        collected({"from": "orders", "columns": {"name": "Firm"}})


@pytest.mark.slow
def test_likely_duplicates_are_looked_for_among_them(make_study):
    sources = {"orders": {"files": "orders.csv"}, "accounts": ACCOUNTS}
    found = given_accounts(make_study({"orders.csv": ORDERS}, sources=sources))
    assert dict(found[["account_id", "name"]].to_numpy().tolist()) == {"a": "New name", "b": "Beta Ltd"}


@pytest.mark.slow
def test_a_decision_on_an_account_to_come_does_not_stop_an_earlier_quarter(make_study, tmp_path):
    """`kam firms` was run later: then c was known. Without a table of accounts, too."""
    (tmp_path / "firms.csv").write_text("account_id,other_id,decision\na,c,same\n")
    for sources in ({"accounts": ACCOUNTS}, {}):
        study = make_study(
            {"orders.csv": ORDERS},
            sources={"orders": {"files": "orders.csv"}} | sources,
            identity={"review": "firms.csv"},
        )
        clean = collect(study)
        assert set(clean.orders.customer_id.to_pyarrow().to_pylist()) == {"a", "b"}
