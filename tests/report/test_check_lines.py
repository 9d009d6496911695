"""What kam check prints. Oracle: a file of a few lines, added up by hand, and what its lines must say."""

from __future__ import annotations

from pathlib import Path

import pytest

from kamlib.intake.pipeline import collect
from kamlib.report.check_lines import check_lines, doubtful

HEAD = "order_id,account_id,date,amount\n"
SOUND = HEAD + "".join(f"{n},{name},2026-0{n % 2 + 5}-01,10.50\n" for n in range(40) for name in "abcdef")
CRITERIA = {"criteria": [{"name": "revenue", "worst": 0, "best": 9, "weight": 100}]}


def told(make_study, orders=SOUND, accounts=None, **values):
    study = make_study({"orders.csv": orders} | ({"accounts.csv": accounts} if accounts else {}), **values)
    return check_lines(
        study, Path("mine/study.yaml"), collect(study), ["A note " + "of many words " * 12 + "that ends."]
    )


def test_the_figures_come_first_then_the_ledger_a_verdict_and_the_next_command(make_study):
    """6 customers of 40 orders each, 240 lines of 10.50."""
    text = "\n".join(told(make_study, scoring=CRITERIA)).splitlines()
    figures, ledger, *rest = "\n".join(text[2:]).split("\n\n")
    assert [" ".join(line.split()) for line in figures.splitlines()] == [
        "customers 6",
        "orders 240, 40.0 a customer, in 240 lines",
        "first and last day 2026-05-01 to 2026-06-01",
        "net money in these days 2,520.00 EUR",
        "largest in these days a 420.00",
        "b 420.00",
        "c 420.00",
        "months without a line none",
        "accounts found the study has no table of accounts to look them up in",
    ]
    assert ledger.splitlines()[-1].split() == ["kept", "240", "2,520.00"]
    assert text[0] == "Test, as of 2026-06-30" and text[-1] == "next: kam run mine/study.yaml"
    assert "Verdict: nothing looks wrong" in rest[-1] and "that ends." in rest[-1]


def test_no_line_is_wider_than_80_columns(make_study):
    names = "account_id,name\n" + "".join(f"{name},{'Firm ' * 30}{name}\n" for name in "abcde")
    text = "\n".join(told(make_study, accounts=names, title="A long title " * 15))
    assert max(map(len, text.splitlines())) <= 80
    assert "5 of 6 that order (83.3 %); not 'f'" in text


def test_a_name_that_could_turn_the_terminal_is_shown_without_its_marks(make_study):
    text = "\n".join(told(make_study, accounts="account_id,name\na,\x1b[31mRed\u202e\n" + "b,B\nc,C\nd,D\ne,E\nf,F\n"))
    assert "\x1b" not in text and "\u202e" not in text and "Red" in text


@pytest.mark.parametrize(
    ("orders", "accounts", "code"),
    [
        (SOUND, None, None),
        (SOUND + "x,a,2026-02-01,10\n", None, "check_quiet_months"),
        (SOUND + "x,a,2026-05-32,10\n" * 3, None, "check_faults"),
        (SOUND + "x,a,2026-05-31,100000\n", None, "check_most_of_one"),
        (SOUND, "account_id,name\na,A\n", "check_few_joined"),
    ],
)
def test_each_doubt_is_named_and_a_sound_study_has_none(make_study, orders, accounts, code):
    study = make_study({"orders.csv": orders} | ({"accounts.csv": accounts} if accounts else {}))
    clean = collect(study)
    assert doubtful(clean.seen, clean.ledger) == ([code] if code else [])


def test_what_comes_next_depends_on_whether_the_study_was_looked_through_and_says_who_is_key(make_study):
    for values, words, command in (
        ({"proposed": True}, "take the line proposed: true out of it", "next: kam check mine/study.yaml"),
        ({}, "does not say who is key", "next: kam check mine/study.yaml"),
        ({"scoring": CRITERIA}, "Verdict", "next: kam run mine/study.yaml"),
    ):
        *before, last = told(make_study, **values)
        assert last == command and words in " ".join("\n".join(before).split())
