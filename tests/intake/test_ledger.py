"""What came, what was set aside and what was kept. Oracles: ledgers added up by hand; the rules told again in plain Python."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kamlib.errors import InputError
from kamlib.intake import ledger
from kamlib.intake.pipeline import collect
from kamlib.stats.reasons import waits_for

HEAD = "order_id,account_id,date,amount\n"


@pytest.mark.slow
def test_a_ledger_worked_out_by_hand(make_study, lines, kept, reasons):
    """Money in: 10 + 20 + 40 + 80 + 160 = 310 (of a bad amount the worth is not known); set aside 20 + 40 + 80 = 140."""
    text = (
        HEAD
        + "1,a,2026-01-01,10\n2,,2026-01-01,20\n3,a,x,40\n4,a,2026-07-01,80\n5,b,2026-06-30,160\n6,b,2026-01-01,?\n"
    )
    clean = collect(make_study({"orders.csv": text}))
    assert kept(clean) == ["1", "5"]
    assert reasons(clean) == {3: "no_account", 4: "bad_date", 5: "after_as_of", 7: "bad_amount"}
    assert (lines(clean, "came in")["rows"], lines(clean, "came in")["amount"]) == (6, Decimal(310))
    assert (lines(clean, "bad_amount")["rows"], lines(clean, "bad_amount")["amount"]) == (1, None)
    assert (lines(clean, "kept")["rows"], lines(clean, "kept")["amount"]) == (2, Decimal(170))
    assert clean.ledger.iloc[0]["rule"] == "came in" and clean.ledger.iloc[-1]["rule"] == "kept"


def test_the_first_rule_is_the_reason_and_every_rule_counts_what_it_hits(make_study, lines):
    text = HEAD + "1,,2026-07-01,5\n2,a,2026-07-01,7\n3,a,2026-01-01,1\n"
    clean = collect(make_study({"orders.csv": text}))
    late, nameless = lines(clean, "after_as_of"), lines(clean, "no_account")
    assert (late["matched_rows"], late["rows"], late["amount"]) == (2, 2, Decimal(12)), "a later line has no faults yet"
    assert (nameless["matched_rows"], nameless["matched_amount"], nameless["rows"]) == (1, Decimal(5), 0)


def test_a_past_quarter_is_not_stopped_by_the_faults_of_later_lines(make_study, lines):
    """One of two lines of the time has no account, and all of the eight that came later: a half, not nine of ten."""
    rows = ["1,a,2026-01-01,5", "2,,2026-01-02,5", *(f"{n},,2026-07-0{n},5" for n in range(1, 9))]
    clean = collect(
        make_study({"orders.csv": HEAD + "\n".join(rows) + "\n"}, cleaning={"most_rows": 0.5, "most_amount": 0.5})
    )
    assert (lines(clean, "no_account")["rows"], lines(clean, "after_as_of")["rows"]) == (1, 8)


FIELD = {
    "account": st.sampled_from(["a", "b", "", " "]),
    "date": st.sampled_from(["2026-01-01", "2026-06-30", "2026-07-01", "", "soon"]),
    "amount": st.one_of(
        st.decimals(-1000, 1000, places=4, allow_nan=False).map(str), st.sampled_from(["", "x", "nan", "1,5"])
    ),
    "product": st.sampled_from(["P", "POST"]),
}


@pytest.mark.slow
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(*FIELD.values()), min_size=1, max_size=12))
def test_rows_and_money_in_are_rows_and_money_kept_and_set_aside(make_study, rows):
    rows = [("a", "2026-01-01", "1", "P"), *rows]
    text = "order_id,account_id,date,amount,product\n" + "".join(
        f'{place},{account},{day},"{amount}",{product}\n' for place, (account, day, amount, product) in enumerate(rows)
    )
    clean = collect(make_study({"orders.csv": text}, cleaning={"not_goods": "^POST$"}))

    def money(amount):
        return None if amount in ("", "x", "nan", "1,5") else Decimal(amount)

    def reason(account, day, amount, product):
        if day == "2026-07-01":
            return "after_as_of"
        if not account.strip():
            return "no_account"
        if money(amount) is None:
            return "bad_amount"
        if day in ("", "soon"):
            return "bad_date"
        return "not_goods" if product == "POST" else "kept"

    found = [reason(*row) for row in rows]
    counts = Counter(found)
    sums = {
        name: sum(money(row[2]) or 0 for row, why in zip(rows, found, strict=True) if why == name) for name in counts
    }
    ledger = clean.ledger.set_index("rule")
    for rule in ("no_account", "bad_amount", "bad_date", "after_as_of", "not_goods", "kept"):
        assert ledger.loc[rule, "rows"] == counts.get(rule, 0)
        unread = rule == "bad_amount" and counts.get(rule, 0)
        assert ledger.loc[rule, "amount"] == (None if unread else sums.get(rule, 0))
    assert (
        ledger.loc["came in", "rows"]
        == len(rows)
        == clean.orders.count().execute() + clean.quarantine.count().execute()
    )
    assert ledger.loc["came in", "amount"] == sum(sums.values())


@pytest.mark.slow
def test_a_study_of_which_too_much_is_set_aside_stops(make_study):
    text = HEAD + "1,a,2026-01-01,1\n" * 6 + "2,,2026-01-01,30\n3,a,2026-09-01,1000\n"
    with pytest.raises(InputError, match=r"14\.3% of the rows.*most_rows allows 10\.0%.*no_account 14\.3%"):
        collect(make_study({"orders.csv": text}, cleaning={"most_rows": 0.1}))
    with pytest.raises(InputError, match=r"83\.3% of the amount.*most_amount allows 50\.0%"):
        collect(make_study({"orders.csv": text}, cleaning={"most_amount": 0.5}))
    collect(
        make_study({"orders.csv": text}, cleaning={"most_rows": 0.15, "most_amount": 0.84})
    )  # a late line is no fault


@pytest.mark.slow
def test_a_study_without_a_line_left_is_refused(make_study):
    with pytest.raises(InputError, match="no order line in the file"):
        collect(make_study({"orders.csv": HEAD}))
    with pytest.raises(InputError, match=r"as_of 2020-01-01.*after_as_of 1"):
        collect(make_study({"orders.csv": HEAD + "1,a,2026-01-01,1\n"}, as_of="2020-01-01"))
    with pytest.raises(InputError, match=r"every order line was set aside.*no_account 1"):
        collect(make_study({"orders.csv": HEAD + "1,,2026-01-01,1\n"}))


def test_what_was_set_aside_first_is_shown_with_its_line(make_study):
    """The most frequent reason is bad_amount; its first line is the third of the file."""
    text = HEAD + '1,,2026-01-01,5\n2,a,2026-01-01,"7,5"\n3,a,2026-01-02,"8,5"\n'
    with pytest.raises(InputError, match=r"orders\.csv, line 3: every.*bad_amount 2, no_account 1.*\"7,5\".*decimal"):
        collect(make_study({"orders.csv": text}))


@pytest.mark.slow
@pytest.mark.parametrize("amount", ["0", "-5"])
def test_order_lines_without_a_single_sale_are_refused(make_study, amount):
    with pytest.raises(InputError, match=r"orders\.csv: no order line has an amount above zero; found '1 lines"):
        collect(make_study({"orders.csv": HEAD + f"1,a,2026-01-01,{amount}\n"}))


REPAIRED = (
    "order_id,account_id,date,quantity,amount,cost,currency,product\n"
    "1,a,2026-01-01,10,100,60,,P\nC2,a,2026-01-02,4,40,24,,P\nC3,a,2026-01-03,-1,-10,-6,,P\nC4,,2026-01-03,1,10,6,,P\n"
)


@pytest.mark.slow
def test_a_repair_that_is_lost_from_the_ledger_is_noticed(make_study):
    clean = collect(
        make_study(
            {"orders.csv": REPAIRED}, cleaning={"cancelled": "^C", "rules": {"cancellation_above_zero": "repair"}}
        )
    )
    with pytest.raises(ArithmeticError, match="amount came"):
        ledger.check_sum(clean.ledger[clean.ledger["rule"] != "cancellation_above_zero"])


LINES = [  # 100 lines came: 4 of another time, 3 by choice, 2 faults, 1 a total; 90 are kept
    ("orders", "came in", "", 100, 1000, 100, 1000),
    ("orders", "total_row", "set_aside", 1, 50, 1, 50),
    ("orders", "no_account", "set_aside", 3, 30, 2, 20),
    ("orders", "after_as_of", "set_aside", 4, 40, 4, 40),
    ("orders", "not_goods", "set_aside", 3, 9, 3, 9),
    ("orders", "no_rate", "set_aside", 0, 0, 0, 0),
    ("orders", "cancellation_above_zero", "repair", 5, 6, 0, 12),
    ("orders", "kept", "", 90, 869, 90, 869),
    ("surveys", "came in", "", 8, None, 8, None),
    ("surveys", "no_day", "set_aside", 1, None, 1, None),
    ("surveys", "kept", "", 7, None, 7, None),
]
MADE = pd.DataFrame(LINES, columns=["table", "rule", "action", "matched_rows", "matched_amount", "rows", "amount"])
MADE.insert(3, "words", "words of " + MADE["rule"])


def test_the_rows_of_each_table_are_kept_or_set_aside():
    assert ledger.by_table(MADE).to_dict("index") == {
        "orders": {"came_in": 100, "kept": 90, "set_aside": 10},
        "surveys": {"came_in": 8, "kept": 7, "set_aside": 1},
    }


def test_the_totals_of_the_order_lines_balance():
    """1000 came, 869 are kept, 50 + 20 + 40 + 9 = 119 set aside, 12 repaired away."""
    assert ledger.order_totals(MADE).to_dict() == {
        **{
            "rows_came": 100,
            "rows_kept": 90,
            "rows_aside": 10,
            "money_came": 1000,
            "money_kept": 869,
            "money_aside": 119,
        },
        **{"money_repaired": 12, "share_aside": pytest.approx(0.1), "balance": 0},
    }


def test_rules_that_hit_nothing_are_not_shown():
    shown = ledger.order_rules(MADE)
    assert shown["rule"].tolist() == [
        *("came in", "total_row", "no_account", "after_as_of", "not_goods", "cancellation_above_zero", "kept")
    ]
    row = shown.set_index("rule").loc["no_account"]
    assert row.tolist() == ["set aside", "words of no_account", 3, 30, 2, 20]


def test_the_rules_of_the_other_tables_stand_by_themselves_and_their_absence_is_told():
    assert ledger.other_rules(MADE)["rule"].tolist() == ["no_day"]
    nothing = ledger.other_rules(MADE[MADE["table"] == "orders"])
    assert nothing.empty and waits_for(nothing).code == "no_rule_hit_another_table"


def test_faults_are_what_can_be_mended_among_the_lines_of_the_studys_own_time():
    """No account: 2 of 100 - 4 lines, worth 20."""
    found = ledger.faults(MADE)
    assert found.to_dict() == {"rows": 2, "amount": 20, "rows_in_time": 96, "share": pytest.approx(2 / 96)}


@pytest.mark.parametrize(("own", "other"), [("net", "drop"), ("drop", "net")])
def test_under_another_policy_the_ledger_is_that_of_a_study_with_it(make_study, own, other):
    """Kept under net: 10 - 4 + 5 - 2 = 9; under drop without the cancellation and the amount below zero: 10."""
    text = HEAD + "1,a,2026-01-01,10\nC2,a,2026-01-02,-4\n3,,2026-01-03,7\nC4,a,2026-01-04,5\n5,a,2026-01-05,-2\n"
    studies = {
        policy: make_study({"orders.csv": text}, cleaning={"cancelled": "^C", "credit_notes": policy})
        for policy in ("net", "drop")
    }
    clean, wanted = collect(studies[own]), collect(studies[other])
    made = ledger.of_orders(clean.lines.under(studies[other]))
    pd.testing.assert_frame_equal(made, wanted.ledger)
    totals = ledger.order_totals(made)
    assert (totals["rows_kept"], totals["money_kept"]) == {"net": (4, Decimal(9)), "drop": (1, Decimal(10))}[other]


def test_another_policy_that_refuses_credit_notes_names_the_first(make_study):
    text = HEAD + "1,a,2026-01-01,10\n2,a,2026-01-02,-4\n"
    clean = collect(make_study({"orders.csv": text}))
    with pytest.raises(InputError, match="line 3: 1 lines are credit notes"):
        clean.lines.under(make_study({"orders.csv": text}, cleaning={"credit_notes": "refuse"}))
