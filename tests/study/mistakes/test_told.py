"""All mistakes of a file at once. Oracle: lines counted by hand in small files, and in the fixture `good`."""

from __future__ import annotations

import time

import pytest


@pytest.mark.parametrize(
    ("tail", "told"),
    [
        ("kaism: {cut: 5, cut: 6}\n", ["line 23: kaism.cut: stands twice; keep one"]),
        ("churn:\n  seed: 2\n", ["line 23: churn: stands twice; keep one"]),
        (
            "cleaning:\n  key: [a]\n  key: [b]\n  rules: {x: off, x: off}\n",
            [
                "line 25: cleaning.key: stands twice; keep one",
                "line 26: cleaning.rules.x: stands twice; keep one",
            ],
        ),
    ],
)
def test_a_key_that_stands_twice_is_told_with_its_line(write, mistake, good, tail, told):
    assert [row.strip() for row in mistake(write(good + tail)).splitlines()[1:]] == told


def test_mistakes_of_every_kind_are_told_at_once_in_the_order_of_their_lines(write, mistake, good):
    """A value of a source that is wrong hides no unknown column of the same source, nor of another one."""
    text = good.replace("amount: Net", "amuont: Net\n    dialect: {decimal: ;}").replace("120", "1\n  horizn: 2")
    text = text.replace("files: accounts.csv", "files: accounts.csv\n    columns: {acount_id: X}")
    told = mistake(write(text + "kaism: 1\nkaism: 2\n")).splitlines()
    assert told[0].endswith("study.yaml: 7 mistakes in the study")
    assert [" ".join(row.split()[: 4 if "kaism" in row else 3]) for row in told[1:]] == [
        "line 9: sources.orders.columns.amuont:",
        "line 10: sources.orders.dialect.decimal:",
        "line 13: sources.accounts.columns.acount_id:",
        "line 24: churn.horizon_days:",
        "line 25: churn.horizn:",
        "line 27: kaism: stands",
        "line 27: kaism: expected",
    ]
    assert told[1].endswith("; did you mean 'amount'?") and told[3].endswith("; did you mean 'account_id'?")


def test_what_was_given_is_told_behind_what_stands_in_the_file(write, mistake, good):
    told = mistake(write(good.replace("120", "1")), values={"kaism.cut": 11}).splitlines()[1:]
    assert [row.split(":")[0].strip() for row in told] == ["line 22", "as given"]


def test_a_study_without_orders_and_one_without_sources_say_what_is_needed(write, mistake, good):
    assert "line 4: sources: the table 'orders' is needed" in mistake(write(good.replace("  orders:", "  invoices:")))
    assert "line 1: sources: missing" in mistake(write("name: a\ntitle: A\nas_of: 2026Q2\n"))
    assert "line 4: sources: expected keys and values" in mistake(
        write("name: a\ntitle: A\nas_of: 2026Q2\nsources: [orders]\n")
    )


def test_aliases_that_grow_without_end_are_refused_at_once(write, mistake, good):
    bomb = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 30))
    began = time.process_time()
    assert "30 mistakes in the study" in mistake(write(good + bomb))
    assert "cleaning.only" in mistake(write(good + bomb + "cleaning: {only: {a: *a29}}\n"))
    assert time.process_time() - began < 10


def test_an_anchor_that_is_used_again_is_read_as_if_it_were_written_there(write, good):
    from kamlib.study.model import Study

    text = good.replace("[orders.csv]", "[orders.csv]\n    dialect: &ours {decimal: ','}").replace(
        "files: accounts.csv", "files: accounts.csv\n    dialect: {<<: *ours, thousands: '.'}"
    )
    (accounts,) = Study.read(write(text)).sources["accounts"]
    assert (accounts.dialect.decimal, accounts.dialect.thousands) == (",", ".")


def test_a_batch_file_given_as_a_study_is_told_how_to_run_it(write, mistake):
    path = write("studies: [{study: a.yaml}]\n")
    assert mistake(path) == f"{path}: a batch file, and no study. Run it: kam batch {path}"
