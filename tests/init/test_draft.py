"""A draft with its doubts. Oracle: doubts typed in by hand; files of a few lines."""

from __future__ import annotations

import pytest

from kamlib.init.cells.dialect import Marked
from kamlib.init.draft import Draft
from kamlib.intake.pipeline import collect
from kamlib.study.model import Study

LINES = "Order,Customer,Date,Amount\n" + "".join(f"{i},{i % 3},2026-01-{i:02d},{i}.50\n" for i in range(1, 9))


@pytest.mark.slow
def test_words_of_choices_are_proposed_as_ours_and_read_so(kam, tmp_path, rows, write, lines):
    day = "%d.%m.%Y"
    write(tmp_path / "Продажи.csv", ["Номер заказа", "Клиент", "Дата", "Сумма"], rows(day, str), mark=";")
    kinds = ["Звонок", "Встреча", "Жалоба"]
    events = [[account, when.strftime(day), kinds[i % 3]] for i, (_, account, when, _) in enumerate(lines)]
    write(tmp_path / "События.csv", ["Клиент", "Дата", "Вид события"], events, mark=";")
    kam("init", tmp_path / "*.csv", "--out", tmp_path / "study.yaml")
    study = Study.read(tmp_path / "study.yaml", values={"as_of": "2026-12-31", "currency": "EUR"})
    assert study.sources["interactions"][0].values == {
        "kind": {"звонок": "call", "встреча": "meeting", "жалоба": "claim"}
    }
    touches = collect(study).tables["interactions"]
    assert touches["kind"].value_counts().to_dict() == {"call": 60, "meeting": 60, "claim": 60}


def test_a_needed_column_that_is_not_there_is_said_and_the_check_refuses(kam, tmp_path, rows, write):
    write(tmp_path / "orders.csv", ["Order", "Customer", "Amount"], [[a, b, d] for a, b, _, d in rows("%d", str)])
    status, out, _ = kam("init", "orders.csv")
    assert status == 0
    assert "sources.orders.columns.date: no column" in out and "can't be run yet" in out
    status, _, err = kam("check", "study.yaml")
    assert status == 2
    assert "as_of" in err


def test_only_what_waits_for_a_person_is_told_with_its_key_in_the_order_of_the_file():
    head = {
        "name": Marked("shop"),
        "currency": Marked("", "nothing says", "", True),
        "unit": Marked("group", "a doubt"),
    }
    only = Marked({"State": ["Sent"]}, "which rows count?", "", True)
    made = Draft(head, {}, Marked((), "no proposal"), {"cancelled": Marked("^C"), "only": only})
    assert made.questions == ["currency: nothing says", "cleaning.only: {'State': ['Sent']} (which rows count?)"]
    assert Draft({"name": Marked("shop")}, {}).questions == []


def test_a_question_of_a_source_is_told_at_its_column(drafted):
    two = LINES.replace("Amount", "Net amount,Sales").replace(".50\n", ".50,9.75\n")
    (asked,) = Draft({}, drafted(a=two)[0]).questions
    assert asked == "sources.orders.columns.amount: Net amount (it may be 'Sales' as well)"
    gross = drafted(b=two.replace("Sales", "Gross amount"))[0]
    assert Draft({}, gross).questions == [], "net goes before gross"


def test_words_that_are_ours_already_need_no_translation(drafted):
    events = "Customer,Date,Kind of event\n" + "".join(
        f"1,2026-01-0{i},{('Call', 'Besuch')[i % 2]}\n" for i in range(1, 9)
    )
    sources, _ = drafted(a=LINES, interactions=events)
    assert sources["interactions"].values == {"kind": {"besuch": "visit"}}
    assert sources["orders"].values == {}
