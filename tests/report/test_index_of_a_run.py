"""The summary of one run of the sample: every number of its blocks is that of the table that its link leads to, made again by plain pandas."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from bs4 import BeautifulSoup, Tag

DAY = pd.Timestamp("2026-06-30")
SIZES = {"": 1.0, "K": 1e3, "M": 1e6}


@pytest.fixture(scope="module")
def page(sample_report: Path) -> BeautifulSoup:
    return BeautifulSoup((sample_report / "index.html").read_text(encoding="utf-8"), "html.parser")


@pytest.fixture(scope="module")
def read(sample_report: Path) -> Callable[[str], pd.DataFrame]:
    """A table of the run, by name."""
    return lambda name: pd.read_parquet(sample_report / "tables" / f"{name}.parquet")


def words(tag: Tag) -> str:
    return " ".join(tag.get_text(" ").split())


def answer(page: BeautifulSoup, question: str) -> str:
    term = next(term for term in page.select(".answer dt") if words(term) == question)
    return words(term.find_next_sibling("dd"))


def grid(page: BeautifulSoup, label: str) -> list[list[str]]:
    """The rows of the table in the region with that label; rows that are a line alone are left out."""
    rows = page.find(attrs={"aria-label": label}).select("tbody tr")
    return [[words(cell) for cell in row.find_all(["th", "td"])] for row in rows if len(row.find_all(["th", "td"])) > 1]


def amount(text: str) -> float:
    sign, number, size = re.fullmatch(r"(-?)€([\d,.]+)([KM]?)", text).groups()
    return (-1 if sign else 1) * float(number.replace(",", "")) * SIZES[size]


def says(text: str, money: float) -> bool:
    """Whether one of the amounts of a text is this one, as far as it is written."""
    found = re.findall(r"-?€[\d,]+(?:\.\d+)?[KM]?", text)
    halves = [(0.051 if "." in one else 0.51) * SIZES[one[-1] if one[-1] in SIZES else ""] for one in found]
    return any(abs(amount(one) - money) <= half for one, half in zip(found, halves, strict=True))


def test_the_answer_is_that_of_the_tables(page, read):
    facts, losses = read("facts").query("as_of == @DAY"), read("losses")
    year = DAY - pd.DateOffset(years=1)
    new, lost = facts[facts["first_order"] > year], losses[losses["lost_on"] > year]
    text = answer(page, "Who came and went")
    bridge = (
        read("bridge")
        .query("counted == 'customer' and measure == 'revenue' and as_of == @DAY and step == 'new'")
        .iloc[0]
    )
    assert (len(new), new["revenue_12m"].sum()) == (bridge["customers"], pytest.approx(bridge["amount"]))
    assert f"{len(new)} customers bought for the first time" in text and says(text, new["revenue_12m"].sum())
    board = read("scoreboard").query("as_of == @DAY").set_index("measure")["now"]
    assert len(lost) == board["lost_customers"]
    assert f"{len(lost)} were lost, of whom {lost['returned_on'].notna().sum()} are back" in text

    ours = read("states").query("state != 'lost'")[["customer_id"]]
    churn, value = (read(name).merge(ours).set_index("customer_id") for name in ("churn", "value"))
    text = answer(page, "Whom we lose next")
    assert f"About {churn['p_stopped'].sum():.0f} of the {len(churn)} customers" in text
    assert says(text, value["stake_horizon"].sum()) and says(text, value["stake"].sum())
    likely = read("exposure").set_index("customer_id")["contribution"].reindex(churn.index[churn["p_stopped"] >= 0.5])
    assert f"More likely gone than not are {len(likely)}" in text and says(text, likely.sum())

    alone, cash = read("if_they_left").query("customers == 1").iloc[0], read("cash_scenarios").set_index("scenario")
    text = answer(page, "What it hangs on")
    assert f"{board['top_1']:.0%}" in text and says(text, alone["result_before"]) and says(text, alone["result_after"])
    assert says(text, cash.at["as_expected", "lowest"]) and says(text, cash.at["keys_late_60", "gap"])

    now = read("action_list").query("fate == 'this_week'")
    text = answer(page, "What to do first")
    assert text.startswith(
        f"{len(now)} actions this week in {now['hours'].sum():.1f} hours; the {now['gain'].count()} "
    )
    assert says(text, now["gain"].sum())


def test_each_warning_costs_what_its_table_says_and_leads_to_a_page_that_is_there(page, read, sample_report):
    keys = read("scores").query("key")["customer_id"]
    worth = read("exposure").set_index("customer_id")
    ageing, cash = read("ageing").set_index("bucket"), read("cash_scenarios").set_index("scenario")
    share = worth["revenue"].clip(lower=0) / worth["revenue"].clip(lower=0).sum()
    touches = read("interactions")
    touches = touches[(touches["date"] > DAY - pd.DateOffset(years=1)) & touches["customer_id"].isin(keys)]
    counts = touches.groupby(["customer_id", "contact_id"]).size().groupby("customer_id").agg(["max", "sum"])
    one = counts.index[(counts["max"] >= 0.8 * counts["sum"]) & (counts["sum"] >= 5)]
    bids = read("single_supplier_bids")
    expected = {
        "more than 60 days overdue": ageing.loc[["late_61_90", "late_over_90"], "open_amount"].sum(),
        "a tenth of revenue or more": worth.loc[share >= 0.1, "contribution"].sum(),
        "key clients pay 60 days later": cash.at["keys_late_60", "gap"],
        "reached through one contact": worth.loc[one, "contribution"].sum(),
        "written for one supplier": bids.loc[bids["date"] > DAY - pd.DateOffset(years=1), "bid_value"].sum(),
    }
    found = grid(page, "Warnings, the dearest and soonest first")
    assert len(found) == 5
    for text, money, sure, owner in found:
        code = next(words_ for words_ in expected if words_ in text)
        assert says(money, expected.pop(code)) and sure and owner
    assert not expected
    assert all((sample_report / link["href"]).exists() for link in page.select(".warnings a"))


def test_the_quarters_and_the_promises_are_those_of_the_page_on_measures(page, read):
    board = read("scoreboard")
    days = sorted(board["as_of"].unique())
    revenue = board.query("measure == 'revenue_12m'").set_index("as_of")["now"]
    found = {row[0]: row[1:] for row in grid(page, "Eight figures at four quarter ends")}
    assert len(found) == 8 and all(len(row) == 5 for row in found.values())
    assert all(says(cell, revenue[day]) for cell, day in zip(found["revenue, 12 months"], days, strict=False))
    pair = [board.query("measure == @name and as_of == @DAY")["now"].iloc[0] for name in ("nrr", "grr")]
    assert found["net revenue retention · gross revenue retention"][3] == " · ".join(f"{one:.1%}" for one in pair)
    card = read("scorecard").query("event == 'silent' and not_over == 0").sort_values("as_of").iloc[-1]
    row = next(row for row in grid(page, "Forecasts and what came of them") if row[0] == "no order in the horizon")
    assert row[4:7] == [
        str(card["customers"]), f"{card['expected']:.0f} ({card['expected_low']:.0f} to {card['expected_high']:.0f})", str(card["came"]),
    ]  # fmt: skip


def test_the_lists_of_customers_are_those_of_the_plan_and_nobody_stands_twice(page, read):
    plan, contribution = read("action_list"), read("exposure").set_index("customer_id")["contribution"]
    control = set(read("winback").query("arm == 'control'")["customer_id"])
    seen: set[str] = set()
    for label in ("About to leave", "To win back"):
        rows = grid(page, label)
        assert len(rows) == 5
        for row in rows:
            customer = row[0].split()[-1]
            first = plan[plan["customer_id"] == customer].iloc[0]
            assert customer not in seen | control
            assert row[1] == f"{first['p']:.0%}" and row[4:] == [
                first["action"],
                first["owner"],
                str(first["due"].date()),
            ]
            assert amount(row[2]) == pytest.approx(contribution[customer], abs=0.51)
            seen.add(customer)


def test_the_file_for_programs_holds_the_sums_of_the_tables_and_the_sentences_of_the_page(page, read, sample_report):
    told = json.loads((sample_report / "report.json").read_text(encoding="utf-8"))
    figures = {(one["name"], one["as_of"]): one["value"] for one in told["figures"]}
    board = read("scoreboard").dropna(subset="now")
    assert all(figures[row.measure, str(row.as_of.date())] == row.now for row in board.itertuples())
    assert figures["at_stake", "2026-06-30"] == pytest.approx(
        read("value").merge(read("states").query("state != 'lost'")[["customer_id"]])["stake"].sum()
    )
    assert [one["text"] for one in told["answer"]] == [answer(page, one["question"]) for one in told["answer"]]
    rows = pd.read_csv(sample_report / "customers.csv", dtype=str, encoding="utf-8-sig")
    states = read("states").set_index("customer_id")["state"]
    assert rows.set_index("customer_id")["state"].to_dict() == states.to_dict()
