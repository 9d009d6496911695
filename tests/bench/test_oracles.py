"""The oracles of the sample's figures. Oracle: small books by hand, sums that must close, and the page that was kept."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from bench.oracles import FIGURES, SAMPLE, as_text, read_books
from bench.oracles.books import heads
from bench.oracles.customers import rhythm, two_events

KEPT = Path(__file__).parents[2] / "bench" / "oracles" / "FIGURES.md"


@pytest.fixture(scope="module")
def books():
    return read_books(SAMPLE)


def small(lines: list[tuple[str, str, float]], **tables: pd.DataFrame) -> SimpleNamespace:
    """Books of lines (group, day, amount) up to 2026-06-30."""
    table = pd.DataFrame(lines, columns=["group", "date", "amount"]).assign(date=lambda t: pd.to_datetime(t["date"]))
    days = table.loc[table["amount"] > 0, ["group", "date"]].drop_duplicates().sort_values(["group", "date"])
    end = pd.Timestamp("2026-06-30")

    def year(back: int = 0) -> pd.DataFrame:
        upper, lower = (end - pd.DateOffset(years=n) for n in (back, back + 1))
        return table[(table["date"] > lower) & (table["date"] <= upper)]

    accounts = pd.DataFrame({"account_id": sorted(set(table["group"])), "closed_on": pd.NaT, "contract_end": pd.NaT})
    own = {"accounts": accounts.assign(group=accounts["account_id"])} | tables
    return SimpleNamespace(
        end=end, lines=table, days=days.assign(gap=days.groupby("group")["date"].diff().dt.days), year=year, **own
    )


def test_a_head_is_the_end_of_the_chain_and_who_stands_in_a_circle_stands_alone():
    parents = {"a": "", "b": "a", "c": "b", "d": "d", "e": "f", "f": "e", "g": "gone"}
    assert heads(parents) == {"a": "a", "b": "a", "c": "a", "d": "d", "e": "e", "f": "f", "g": "gone"}


def test_limit_and_window_by_hand():
    """Gaps of a: 10 days, 20 order days; of b one gap of 100. mu = sqrt(10 x 100) = 31.62."""
    first = pd.Timestamp("2025-01-01")
    days = [("a", str((first + pd.Timedelta(days=10 * n)).date()), 1.0) for n in range(20)]
    table = rhythm(small([*days, ("b", "2025-01-01", 1.0), ("b", "2025-04-11", 1.0)]), pd.Timestamp("2025-07-20"))
    mu = np.sqrt(10 * 100)
    assert table["gaps"].to_dict() == {"a": 19, "b": 1} and table.loc["a", "silence"] == 10
    assert table["L"].tolist() == pytest.approx([max(30, 3 * (190 + mu) / 20), 3 * (100 + mu) / 2])
    assert table["W"].tolist() == pytest.approx([180, 3 * (200 + mu) / 2])


def test_neither_event_bounds_the_other():
    """On 2025-01-01, W = 180: a orders within 180 days and never again, b only after them, c in both, d never, e after both."""
    past = [(who, f"2024-{month:02d}-01", 1.0) for who in "abcde" for month in (9, 10, 11, 12)]
    later = [("a", "2025-02-01", 1.0), ("b", "2025-08-01", 1.0), ("c", "2025-02-01", 1.0), ("c", "2025-08-01", 1.0), ("e", "2026-06-01", 1.0)]  # fmt: skip
    found = two_events(small(past + later), pd.Timestamp("2025-01-01"))
    assert found["silent"].tolist() == [False, True, False, True, True]
    assert found["stopped"].tolist() == [True, False, False, True, True]
    assert found["at_risk"].all() and found["over"].all()


def test_a_bridge_by_hand():
    """a grew by 5, b shrank by 3, c was lost with 7, d is new with 11, e came back with 13, f joined in the base year."""
    old = [(who, "2023-08-01", 1.0) for who in "abce"]
    base = [("a", "2025-01-01", 10.0), ("b", "2025-01-01", 10.0), ("c", "2025-01-01", 7.0), ("f", "2025-01-01", 4.0)]
    last = [("a", "2026-01-01", 15.0), ("b", "2026-01-01", 7.0), ("d", "2026-01-01", 11.0), ("e", "2026-01-01", 13.0), ("f", "2026-01-01", 6.0)]  # fmt: skip
    found = FIGURES["bridge"](small(old + base + last))
    assert {name: value for name, value in found.items() if "customers" not in name and "%" not in name} == {
        "R0": 31, "new": 11, "returned": 13, "joined in the base year": 2, "grown": 5, "shrunk": -3, "lost": -7, "R1": 52,
    }  # fmt: skip
    kept = FIGURES["retention"](small(old + base + last))
    assert kept["NRR, %"] == pytest.approx(100 * (15 + 7 + 6) / 31)
    assert kept["GRR, %"] == pytest.approx(100 * (10 + 7 + 4) / 31)
    assert kept["NRR without who joined in the base year, %"] == pytest.approx(100 * 22 / 27)


def test_a_borrowing_base_by_hand():
    """Old: 20. b has 20 of 100 old: its other 80 are crossed. Left 30 + 10 + 10: a is cut to a fifth of 50, so are c and d."""
    bills = pd.DataFrame(
        [("a", "2026-06-01", 30.0), ("b", "2026-01-01", 20.0), ("b", "2026-06-01", 80.0), ("c", "2026-06-01", 10.0), ("d", "2026-06-01", 10.0), ("d", "2026-06-01", -5.0)],
        columns=["group", "issued", "amount"],
    )  # fmt: skip
    bills = bills.assign(issued=pd.to_datetime(bills["issued"]), paid=pd.NaT)
    found = FIGURES["borrowing base"](small([("a", "2026-01-01", 1.0)], invoices=bills))
    assert list(found.values()) == [20, 80, 20, 30]


def test_the_median_wait_counts_open_invoices():
    """Paid after 10, 20, 30 days and two open since 25: the curve is 0.8, 0.6 and, of one still waiting at 30, 0."""
    issued = pd.to_datetime(["2026-01-01"] * 3 + ["2026-06-05"] * 2)
    paid = pd.to_datetime(["2026-01-11", "2026-01-21", "2026-01-31", None, None])
    bills = pd.DataFrame({"group": list("abcde"), "amount": 1.0, "issued": issued, "paid": paid})
    truth = pd.DataFrame({"payer": "usual"}, index=list("abcde"))
    found = FIGURES["payers"](small([("a", "2026-01-01", 1.0)], invoices=bills, truth=truth))
    assert found == {"usual: groups": 5, "usual: median days": 30}


def test_the_ladder_and_the_bridges_of_the_sample_add_up(books):
    rungs, steps, articles = (FIGURES[name](books) for name in ("ladder", "bridge", "by article"))
    assert rungs["customers"] == sum(rungs[name] for name in ("active", "returned", "partial", "silent", "lost"))
    assert rungs["lost"] == sum(rungs[f"{name}"] for name in ("lost, up to 365 days", "lost, longer", "closed or contract ended"))  # fmt: skip
    assert rungs["customers"] == sum(rungs[f"by L: {name}"] for name in ("ours", "silent", "lost"))
    changes = ("new", "returned", "joined in the base year", "grown", "shrunk", "lost")
    assert steps["R0"] + sum(steps[name] for name in changes) == pytest.approx(steps["R1"], abs=0.005)
    assert sum(articles.values()) == pytest.approx(steps["R1"] - steps["R0"], abs=0.005)


def test_the_last_round_is_counted_as_it_was_planted(books):
    told = pd.read_csv(SAMPLE / "truth" / "rounds.csv").iloc[-1]
    found = FIGURES["offers"](books)
    assert [found[name] for name in ("offered", "... back", "control", "... of them back")] == [
        told[name] for name in ("offered", "offered_back", "control", "control_back")
    ]
    assert found["odds ratio, low"] > 1 and found["odds ratio, low"] < told["odds_ratio"] < found["odds ratio, high"]


def test_the_page_of_figures_is_that_of_the_committed_sample(books):
    assert KEPT.read_text(encoding="utf-8") == as_text(books)
