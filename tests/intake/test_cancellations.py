"""What lines tell together. Oracles: cases by hand, and the matching told again with a stack in plain Python."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kamlib.errors import InputError
from kamlib.intake import cancellations
from kamlib.intake.pipeline import collect
from kamlib.report.words import sentence, with_words
from kamlib.stats.reasons import waits_for

HEAD = "order_id,account_id,date,product,quantity,amount\n"
RULES = {"cancelled": "^C"}


def text(*rows):
    """Rows of (order, day of January, quantity, amount), account a and product P where nothing else is said."""
    lines = [(order, *more, "P", "a")[:6] for order, *more in rows]
    return HEAD + "".join(f"{o},{a},2026-01-{day:02d},{p},{q},{m}\n" for o, day, q, m, p, a in lines)


def marks(clean):
    kept = clean.orders.to_pandas()
    return kept.set_index("order_id")["mark"].dropna().to_dict()


def cancelled_on(clean):
    """The day of January on which each order was cancelled, of those that were."""
    kept = clean.orders.filter(clean.orders.cancelled_on.notnull()).to_pandas()
    return kept.set_index("order_id")["cancelled_on"].map(lambda day: pd.Timestamp(day).day).to_dict()


def line(clean, rule):
    return clean.ledger[(clean.ledger["table"] == "orders") & (clean.ledger["rule"] == rule)].iloc[0]


@pytest.mark.slow
def test_a_cancellation_takes_the_last_equal_line_before_it_and_each_line_once(make_study):
    """C4 takes 2 (the last), C5 takes 1; C6 finds no whole line left and no larger one; 7 comes too late for it."""
    rows = [("1", 1, 5, 50), ("2", 2, 5, 50), ("3", 2, 4, 40), ("C4", 3, -5, -50), ("C5", 4, -5, -50), ("C6", 5, -5, -50), ("7", 6, 5, 50)]  # fmt: skip
    clean = collect(make_study({"orders.csv": text(*rows)}, cleaning=RULES))
    assert marks(clean) == {
        **dict.fromkeys(["1", "2", "C4", "C5"], "cancelled_pair"), "C6": "return_without_purchase"
    }  # fmt: skip
    assert cancelled_on(clean) == {"2": 3, "1": 4}
    pair = line(clean, "cancelled_pair")
    assert (pair["matched_rows"], pair["matched_amount"]) == (4, 0)
    assert line(clean, "cancellation")["matched_rows"] == 3
    assert line(clean, "cancellation_without_order")["matched_rows"] == 1


@pytest.mark.slow
def test_part_of_a_larger_line_is_matched_and_more_than_any_line_is_not(make_study):
    """C3 is part of 1. Five units are more than either line held, though not more than both: C4 has no order."""
    rows = [("1", 1, 4, 40), ("2", 2, 4, 40), ("C3", 3, -1, -10), ("C4", 4, -5, -50)]
    clean = collect(make_study({"orders.csv": text(*rows)}, cleaning=RULES))
    assert marks(clean) == {"C3": "cancellation", "C4": "cancellation_without_order"}
    assert cancelled_on(clean) == {}, "an order of which a part came back is one"


@pytest.mark.slow
@pytest.mark.parametrize("other", [("1", 1, 3, 30, "Q"), ("1", 1, 3, 30, "P", "b"), ("1", 9, 3, 30), ("1", 1, 2, 30)])
def test_another_product_account_or_a_later_day_or_fewer_units_is_no_match(make_study, other):
    clean = collect(make_study({"orders.csv": text(other, ("C2", 5, -3, -30))}, cleaning=RULES))
    assert marks(clean) == {"C2": "return_without_purchase"}
    assert line(clean, "cancellation_without_order")["matched_rows"] == 1


@pytest.mark.slow
def test_another_price_is_no_whole_match_but_part_of_the_line(make_study):
    clean = collect(make_study({"orders.csv": text(("1", 1, 3, 30), ("C2", 5, -3, -29))}, cleaning=RULES))
    assert marks(clean) == {"C2": "cancellation"}


@pytest.mark.slow
def test_on_one_day_the_order_in_the_file_does_not_matter(make_study):
    clean = collect(make_study({"orders.csv": text(("C1", 5, -3, -30), ("2", 5, 3, 30))}, cleaning=RULES))
    assert marks(clean) == {"C1": "cancelled_pair", "2": "cancelled_pair"}


@pytest.mark.slow
def test_without_product_and_quantity_the_amount_decides(make_study):
    """C3 takes 2; C4 is part of 1 (70 of 100); then 30 are left, and 5 gives back 31."""
    table = "order_id,account_id,date,amount\n" + "".join(
        f"{order},a,2026-01-{day:02d},{amount}\n"
        for order, day, amount in [("1", 1, 100), ("2", 2, 50), ("C3", 3, -50), ("C4", 4, -70), ("5", 5, -31)]
    )
    clean = collect(make_study({"orders.csv": table}, cleaning=RULES))
    assert marks(clean) == {
        "2": "cancelled_pair", "C3": "cancelled_pair", "C4": "cancellation", "5": "return_without_purchase"
    }  # fmt: skip


@pytest.mark.slow
def test_what_was_missing_is_not_asked_for_twice(make_study):
    """One unit bought, two given back: one too many. The next one bought and given back is in order."""
    rows = [("1", 1, 1, 9), ("2", 2, -2, -18), ("3", 3, 1, 8), ("4", 4, -1, -8)]
    clean = collect(make_study({"orders.csv": text(*rows)}))
    assert marks(clean) == {"2": "return_without_purchase"}


@pytest.mark.slow
def test_thirds_of_a_unit_add_up_exactly(make_study):
    rows = [("1", 1, "0.1", 1), ("2", 1, "0.2", 2), ("3", 2, "-0.3", -3)]
    assert marks(collect(make_study({"orders.csv": text(*rows)}))) == {}


@pytest.mark.slow
def test_what_was_bought_before_the_study_begins_can_be_given_back(make_study):
    study = make_study(
        {"orders.csv": text(("1", 1, 3, 30), ("2", 8, 1, 10), ("C3", 9, -3, -30))}, cleaning=RULES, start="2026-01-05"
    )
    assert marks(collect(study)) == {"C3": "cancelled_pair"}


@pytest.mark.slow
def test_a_line_that_is_set_aside_is_not_there_to_be_cancelled(make_study):
    rules = {**RULES, "tests": "^TEST"}
    clean = collect(
        make_study({"orders.csv": text(("1", 1, 1, 5), ("TEST2", 1, 3, 30), ("C3", 9, -3, -30))}, cleaning=rules)
    )
    assert marks(clean) == {"C3": "return_without_purchase"}


@pytest.mark.slow
def test_without_a_pattern_there_are_no_cancellations_to_match(make_study):
    clean = collect(make_study({"orders.csv": text(("1", 1, 3, 30), ("C2", 5, -3, -30))}))
    assert marks(clean) == {} and "cancelled_pair" not in set(clean.ledger["rule"])


@pytest.mark.slow
def test_pairs_can_be_set_aside_whole_and_no_money_goes_with_them(make_study):
    rows = [("1", 1, 5, 50), ("2", 2, 4, 40), ("C3", 3, -5, -50), ("C4", 4, -1, -10)]
    clean = collect(
        make_study({"orders.csv": text(*rows)}, cleaning={**RULES, "rules": {"cancelled_pair": "set_aside"}})
    )
    assert sorted(clean.orders.order_id.to_pyarrow().to_pylist()) == ["2", "C4"]
    aside = line(clean, "cancelled_pair")
    assert (aside["rows"], aside["amount"], line(clean, "kept")["amount"]) == (2, 0, Decimal(30))
    original = clean.quarantine.to_pandas().set_index("source_line")["original"]
    assert original.to_dict() == {2: '"1","a","2026-01-01","P","5","50"', 4: '"C3","a","2026-01-03","P","-5","-50"'}


@pytest.mark.slow
def test_credit_notes_that_are_dropped_are_matched_all_the_same(make_study):
    clean = collect(
        make_study(
            {"orders.csv": text(("1", 1, 5, 50), ("C2", 2, -5, -50))}, cleaning={**RULES, "credit_notes": "drop"}
        )
    )
    assert line(clean, "cancelled_pair")["matched_rows"] == 2 and line(clean, "cancellation")["rows"] == 1


@pytest.mark.slow
def test_where_nothing_came_back_nothing_is_looked_for(make_study, monkeypatch):
    monkeypatch.setattr(cancellations, "returned", lambda *_: pytest.fail("the lines were searched"))
    clean = collect(make_study({"orders.csv": text(("1", 1, 5, 50), ("C2", 2, 5, 0))}, cleaning=RULES))
    assert line(clean, "return_without_purchase")["matched_rows"] == 0


EVENT = st.tuples(
    st.booleans(), st.integers(1, 9), st.sampled_from([1, 2, 3]), st.sampled_from([5, 6]), st.sampled_from("PQ"), st.sampled_from("abcdefgh")
)  # fmt: skip


@pytest.mark.slow
@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(EVENT, min_size=60, max_size=120))
def test_matching_is_that_of_a_stack_and_pairs_add_up_to_nothing(make_study, events):
    """The rules told again, line by line in the order of days, purchases first, then that of the order ids."""
    lines = [
        (
            f"C{i}" if back else f"S{i}",
            day,
            -units if back else units,
            (-1 if back else 1) * units * price,
            product,
            account,
        )
        for i, (back, day, units, price, product, account) in enumerate(events)
    ]
    clean = collect(make_study({"orders.csv": text(("S", 1, 1, 1, "X", "x"), *lines)}, cleaning=RULES))
    stacks, left, pairs, beyond = defaultdict(list), defaultdict(int), [], set()
    ordered = sorted(lines, key=lambda row: (row[1], row[0][0] == "C", row[0]))
    for order, _, units, amount, product, account in ordered:
        stack = stacks[product, account, abs(units), abs(amount)]
        if units > 0:
            stack.append(order)
        elif stack:
            pairs.append((stack.pop(), order))
        if left[product, account] + units < 0:
            beyond.add(order)
        left[product, account] = max(left[product, account] + units, 0)
    used = [order for pair in pairs for order in pair]
    largest, alone = defaultdict(int), set()
    for order, _, units, _, product, account in ordered:
        if order not in used and units > 0:
            largest[product, account] = max(largest[product, account], units)
        elif order not in used and largest[product, account] < -units:
            alone.add(order)
    assert len(set(used)) == len(used) == line(clean, "cancelled_pair")["matched_rows"]
    assert line(clean, "cancelled_pair")["matched_amount"] == 0
    assert line(clean, "cancellation_without_order")["matched_rows"] == len(alone)
    expected = {order: "cancellation" for order, *_ in lines if order[0] == "C"} | dict.fromkeys(used, "cancelled_pair")
    expected |= dict.fromkeys(alone, "cancellation_without_order") | dict.fromkeys(beyond, "return_without_purchase")
    assert marks(clean) == expected
    day_of = {order: day for order, day, *_ in lines}
    assert cancelled_on(clean) == {order: day_of[by] for order, by in pairs}


@pytest.mark.slow
def test_months_show_what_came_back_once(make_study):
    rows = [("1", 1, 5, 50), ("2", 2, 4, 40), ("C3", 3, -5, -50), ("C4", 4, -1, -10), ("C5", 5, -9, -90)]
    found = cancellations.by_month(collect(make_study({"orders.csv": text(*rows)}, cleaning=RULES)).orders)
    assert found["month"].dt.strftime("%Y-%m").unique().tolist() == ["2026-01"]
    assert found.set_index("outcome")[["rows", "amount"]].T.to_dict("list") == {
        "cancellation": [1, -10], "cancelled_pair": [1, -50], "return_without_purchase": [1, -90]
    }  # fmt: skip
    assert set(found["outcome"]) <= set(cancellations.OUTCOMES)
    whole = cancellations.by_outcome(found)
    assert whole["outcome"].tolist() == [f"outcome_{name}" for name in cancellations.OUTCOMES]
    assert whole["lines"].tolist() == [1, 1, 0, 1] and whole["money_back"].tolist() == [-50, -10, 0, -90]
    assert with_words(whole)["outcome"].iloc[0] == "matched: takes back a whole line"


def test_where_nothing_came_back_the_table_says_so():
    nothing = cancellations.by_outcome(pd.DataFrame(columns=["month", "outcome", "rows", "amount"]))
    assert sentence(waits_for(nothing)).startswith("No order is marked as a cancellation")


KEYED = "order_id,account_id,date,amount,Pos\n1,a,2026-01-01,5,1\n1,a,2026-01-01,5,2\n1,a,2026-01-01,5, 1\n1,a,2026-01-01,5,\n1,a,2026-01-01,5,\n"


@pytest.mark.slow
def test_a_repeated_key_is_a_duplicate_and_equal_lines_with_keys_of_their_own_are_not(make_study):
    """Line 4 repeats the key of line 2; lines without a whole key have none to repeat."""
    clean = collect(make_study({"orders.csv": KEYED}, cleaning={"key": ["order_id", "Pos"]}))
    found = clean.quarantine.to_pandas()
    assert found[["source_line", "reason", "original"]].to_numpy().tolist() == [
        [4, "repeated_key", '"1","a","2026-01-01","5"," 1"']
    ]
    assert line(clean, "kept")["amount"] == 20
    assert collect(make_study({"orders.csv": KEYED})).quarantine.count().execute() == 0


@pytest.mark.slow
def test_the_first_of_a_key_is_the_first_that_no_other_rule_sets_aside(make_study):
    table = "order_id,account_id,date,amount\n1,,2026-01-01,5\n1,a,2026-01-01,7\n1,a,2026-01-01,9\n"
    clean = collect(make_study({"orders.csv": table}, cleaning={"key": ["order_id"]}))
    assert clean.quarantine.to_pandas().set_index("source_line")["reason"].to_dict() == {
        2: "no_account",
        4: "repeated_key",
    }


@pytest.mark.slow
def test_a_key_may_be_named_by_our_names_or_the_files(make_study):
    table = "Beleg,account_id,date,amount\n1,a,2026-01-01,5\n1,a,2026-01-01,7\n"
    source = {"orders": {"files": "orders.csv", "columns": {"order_id": "Beleg"}}}
    for key in ("order_id", "Beleg"):
        clean = collect(make_study({"orders.csv": table}, sources=source, cleaning={"key": [key]}))
        assert line(clean, "repeated_key")["rows"] == 1
    with pytest.raises(InputError, match=r"cleaning\.key names 'Pos', which the orders do not have.*'Beleg'"):
        collect(make_study({"orders.csv": table}, sources=source, cleaning={"key": ["order_id", "Pos"]}))
