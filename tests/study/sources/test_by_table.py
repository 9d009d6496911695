"""The sources of a study by table. Oracle: mistakes made by hand, with the line they stand at."""

from __future__ import annotations

import pytest

from kamlib.study.model import Study


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ("{status: {Kunde: client, Interessent: lead}}", "expected client / prospect on the right, not 'lead'"),
        ("{name: {a: b}}", "no column of choices; these are: size, status"),
    ],
)
def test_the_users_words_stand_for_choices_of_the_table(write, values, words, mistake, good):
    message = mistake(write(good.replace("files: accounts.csv", f"files: accounts.csv\n    values: {values}")))
    assert f"line 12: sources.accounts.values.{'status' if 'status' in values else 'name'}: {words}" in message


TWO = """\
sources:
  orders:
    - files: h1.csv
      columns: {order_id: Invoice, amount: Sum}
    - files: h2.csv
      columns: {order_id: Document no, amount: Amount}
      dialect: {decimal: ","}
"""


def with_sources(good, text):
    """The study `good` with other sources; they begin at its line 4."""
    before, _, rest = good.partition("sources:")
    return before + text + rest[rest.index("scoring:") :]


def test_one_mapping_is_one_source_and_a_list_is_several_each_with_its_own_names_and_marks(write, good):
    (orders,) = Study.read(write()).sources["orders"]
    assert orders.files == ["orders.csv"]
    first, second = Study.read(write(with_sources(good, TWO))).sources["orders"]
    assert (first.columns["amount"], second.columns["amount"]) == ("Sum", "Amount")
    assert (first.dialect.decimal, second.dialect.decimal) == (".", ",")


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("{order_id: Document no, amount", "{order_id: Document no, amuont", "line 9: sources.orders.1.columns.amuont", "unknown column"),
        ("    - files: h2.csv\n  ", "    - fils: h2.csv\n  ", "line 8: sources.orders.1.fils", "unknown key"),
        ("- files: h1.csv\n      ", "- ", "line 6: sources.orders.0", "expected either files, or url and table"),
    ],
)  # fmt: skip
def test_a_mistake_in_one_of_several_sources_is_named_with_its_line(write, good, mistake, old, new, line, words):
    assert TWO.count(old) == 1
    message = mistake(write(with_sources(good, TWO.replace(old, new))))
    assert line in message and words in message


def test_a_table_without_any_source_is_refused(write, good, mistake):
    assert "sources.orders: expected at least one source" in mistake(
        write(with_sources(good, "sources:\n  orders: []\n"))
    )


@pytest.mark.parametrize(
    ("accounts", "words"),
    [
        ("{from: orders, files: accounts.csv}", "expected columns and values alone beside from, not files"),
        ("{from: invoices}", "'orders'"),
        ("[{from: orders}, {files: accounts.csv}]", "accounts that come from the order lines have no other source"),
    ],
)
def test_accounts_from_the_order_lines_lie_nowhere_else(write, good, mistake, accounts, words):
    text = f"sources:\n  orders: {{files: orders.csv}}\n  accounts: {accounts}\n"
    assert words in mistake(write(with_sources(good, text)))


@pytest.mark.parametrize("key", ["from: orders", "months: [Jan]"])
def test_what_belongs_to_one_table_is_refused_for_another(write, good, mistake, key):
    files = "" if key.startswith("from") else "files: i.csv, "
    text = f"sources:\n  orders: {{files: orders.csv}}\n  invoices: {{{files}{key}}}\n"
    assert f"sources.invoices.{key.partition(':')[0]}: only" in mistake(write(with_sources(good, text)))
