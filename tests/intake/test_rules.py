"""Rules as data: their actions, what repairs do to the money, and the rules that look at one line. Oracle: sums by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest

from kamlib.errors import InputError
from kamlib.intake import ledger
from kamlib.intake.pipeline import collect
from kamlib.intake.rules import ORDERS, of_study

HEAD = "order_id,account_id,date,quantity,amount,cost,currency,product\n"


def line(clean, rule):
    return clean.ledger[(clean.ledger["table"] == "orders") & (clean.ledger["rule"] == rule)].iloc[0]


def reasons(clean):
    table = clean.quarantine.to_pandas()
    return dict(zip(table["source_line"], table["reason"], strict=True))


def test_every_rule_has_a_name_of_its_own_a_sentence_and_an_action_that_it_can_do():
    names = [rule.name for rule in ORDERS]
    assert len(set(names)) == len(names) <= 62  # bits of a flag
    assert all(rule.words and not rule.words.endswith(".") for rule in ORDERS)
    assert all(rule.repair for rule in ORDERS if rule.action == "repair")


def test_any_rule_can_be_given_another_action_or_none(make_study):
    lines = {"orders.csv": HEAD + "1,a,2026-01-01,1,10,4,EUR,P\n"}
    for name in [rule.name for rule in ORDERS]:
        assert name not in {rule.name for rule in of_study(make_study(lines, cleaning={"rules": {name: "off"}}))}
        found = {rule.name: rule.action for rule in of_study(make_study(lines, cleaning={"rules": {name: "mark"}}))}
        assert found[name] == "mark"


def test_a_rule_that_can_not_repair_is_refused(make_study):
    study = make_study(
        {"orders.csv": HEAD + "1,a,2026-01-01,1,10,4,EUR,P\n"}, cleaning={"rules": {"bad_date": "repair"}}
    )
    with pytest.raises(InputError, match=r"'bad_date' can't repair.*'currency_spelling', 'cancellation_above_zero'"):
        collect(study)


CURRENCIES = (
    HEAD
    + "1,a,2026-01-01,1,10,,EUR,P\n2,a,2026-01-01,1,20,,eur,P\n3,a,2026-01-01,1,40,,€,P\n4,a,2026-01-01,1,80,,Euro,P\n"
    + "5,a,2026-01-01,1,160,,,P\n6,a,2026-01-01,1,1000,,руб.,P\n7,a,2026-01-01,1,320,,kr,P\n8,a,2026-01-01,1,640,,coins,P\n"
)


@pytest.mark.slow
def test_a_currency_written_otherwise_is_read_as_its_code_and_counted(make_study):
    """1000 rubles at 0.01 are 10; kr is the sign of several currencies, and is not guessed."""
    clean = collect(make_study({"orders.csv": CURRENCIES}, rates={"RUB": 0.01}))
    kept = clean.orders.to_pandas().set_index("order_id")
    assert kept["currency"].fillna("").to_dict() == {
        "1": "EUR",
        "2": "EUR",
        "3": "EUR",
        "4": "EUR",
        "5": "",
        "6": "RUB",
    }
    assert reasons(clean) == {8: "no_rate", 9: "no_rate"}
    found = line(clean, "currency_spelling")
    assert (found["action"], found["matched_rows"], found["matched_amount"]) == (
        "repair",
        4,
        Decimal(20 + 40 + 80 + 10),
    )
    assert (found["rows"], found["amount"]) == (0, 0)


@pytest.mark.slow
@pytest.mark.parametrize("action", ["mark", "off"])
def test_a_currency_that_is_not_repaired_has_no_rate(make_study, action):
    clean = collect(
        make_study({"orders.csv": CURRENCIES}, rates={"RUB": 0.01}, cleaning={"rules": {"currency_spelling": action}})
    )
    assert set(clean.orders.order_id.to_pyarrow().to_pylist()) == {"1", "5"}


SIGNS = (
    HEAD
    + "1,a,2026-01-01,10,100,60,,P\nC2,a,2026-01-02,4,40,24,,P\nC3,a,2026-01-03,-1,-10,-6,,P\nC4,,2026-01-03,1,10,6,,P\n"
)


@pytest.mark.slow
def test_a_cancellation_above_zero_is_marked_and_stays_as_it_is(make_study):
    clean = collect(make_study({"orders.csv": SIGNS}, cleaning={"cancelled": "^C"}))
    kept = clean.orders.to_pandas().set_index("order_id")
    assert kept["amount"].to_dict() == {"1": 100, "C2": 40, "C3": -10}
    assert kept["mark"].dropna().to_dict() == {"C2": "cancellation_above_zero", "C3": "cancellation"}


@pytest.mark.slow
def test_a_repaired_cancellation_changes_its_sign_and_the_ledger_tells_by_how_much(make_study):
    """Came 100 + 40 - 10 + 10 = 140. The repair takes away 80 and 20; set aside are -10; 100 - 40 - 10 = 50 are kept."""
    clean = collect(
        make_study({"orders.csv": SIGNS}, cleaning={"cancelled": "^C", "rules": {"cancellation_above_zero": "repair"}})
    )
    kept = clean.orders.to_pandas().set_index("order_id")
    assert kept[["amount", "margin", "quantity"]].astype(float).loc["C2"].tolist() == [-40, -16, -4]
    assert kept["mark"].dropna().to_dict() == {"C2": "cancellation", "C3": "cancellation"}
    found = line(clean, "cancellation_above_zero")
    assert (found["matched_rows"], found["matched_amount"], found["rows"], found["amount"]) == (2, 50, 0, 100)
    assert [line(clean, rule)["amount"] for rule in ("came in", "no_account", "kept")] == [140, -10, 50]
    ledger.check_sum(clean.ledger)


@pytest.mark.slow
def test_test_rows_are_known_by_order_account_or_product(make_study):
    text = HEAD + (
        "TEST1,a,2026-01-01,1,1,,,P\n2,TEST,2026-01-01,1,1,,,P\n3,a,2026-01-01,1,1,,,TEST9\n"
        "4,a,2026-01-01,1,1,,,CONTEST\n5,a,2026-01-01,1,1,,,\n"
    )
    clean = collect(make_study({"orders.csv": text}, cleaning={"tests": "^TEST"}))
    assert reasons(clean) == {2: "test_row", 3: "test_row", 4: "test_row"}
    assert reasons(collect(make_study({"orders.csv": text}))) == {}
    with pytest.raises(InputError, match=r"cleaning\.tests is no pattern"):
        collect(make_study({"orders.csv": text}, cleaning={"tests": "(?=x)"}))
