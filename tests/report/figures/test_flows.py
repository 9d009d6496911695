"""Moves between two dates: what is drawn is what the table says."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd
import pytest

from kamlib.report.figures import flows

STREAMS = pd.DataFrame(
    {
        "from": ["A", "A", "B", "not a client yet"],
        "to": ["A", "B", "A", "B"],
        "accounts": [5, 3, 1, 1],
        "money_before": [100.0, 30.0, 5.0, 0.0],
        "money_after": [120.0, -10.0, 60.0, 20.0],
    }
)
DATES = {"before": "March", "after": "June"}


@pytest.fixture(autouse=True)
def _closed():
    yield
    plt.close("all")


def bars(axes, label) -> list[float]:
    return [bar.get_width() for bar in next(c for c in axes.containers if c.get_label() == label)]


def words(axes) -> list[str]:
    return [text.get_text() for text in axes.texts]


def test_bars_are_who_came_into_each_class_and_who_went_out():
    figure = flows.class_flows(STREAMS, ["B", "A"], ranked=["A", "B"], **DATES)
    customers = figure.axes[0]
    assert [label.get_text() for label in customers.get_yticklabels()] == ["B", "A"]
    # into B: 3 of A and a new one; out of B: 1
    assert bars(customers, "came in") == [4, 1] and bars(customers, "went out") == [-1, -3]
    assert words(customers) == ["4", "1", "1", "3"]
    assert figure.get_suptitle() == "1 customer moved up, 3 down"
    assert "from March to June, and that went out of it; 4 of 9 customers changed their class." in figure.get_label()


def test_money_that_came_is_that_of_the_later_date_and_below_zero_has_no_bar():
    money = flows.class_flows(STREAMS, ["B", "A"], currency="EUR", **DATES).axes[1]
    assert money.get_title(loc="left") + money.get_title() == "money, EUR"
    assert bars(money, "came in") == [10, 60]  # -10 of those who came from A, 20 of the new one
    assert bars(money, "went out") == [-5, -30]
    none = flows.class_flows(STREAMS.assign(money_before=-1.0, money_after=-1.0), ["A"], **DATES).axes[1]
    assert not words(none)


def test_classes_without_an_order_are_not_counted_up_or_down():
    figure = flows.class_flows(STREAMS, ["A", "B"], **DATES)
    assert figure.get_suptitle() == "Who came into each class, and who went out, from March to June"


def test_where_nobody_moved_there_is_nothing_to_draw():
    assert flows.class_flows(STREAMS[STREAMS["from"] == STREAMS["to"]], ["A"], **DATES) is None
