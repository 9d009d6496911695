"""What a director asks is answered before anybody scrolls: the first screen of the summary, 1280 by 800."""

from __future__ import annotations

import pandas as pd
import pytest

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def screen(chromium, sample_report) -> str:
    """The text of what stands wholly within the first screen."""
    tab = chromium.new_page(viewport={"width": 1280, "height": 800})
    tab.goto((sample_report / "index.html").as_uri())
    lines = tab.evaluate(
        """() => [...document.querySelectorAll("h1, p, dt, dd, th, td")].filter(e => e.getBoundingClientRect().bottom <= 800 &&
                 e.getBoundingClientRect().right <= 1280).map(e => e.innerText)"""
    )
    tab.close()
    return " ".join(" ".join(lines).split())


@pytest.fixture(scope="module")
def next_lost(sample_report) -> dict:
    """Of those more likely gone than not, the one that brings most; with its action."""
    read = {
        name: pd.read_parquet(sample_report / "tables" / f"{name}.parquet")
        for name in ("churn", "exposure", "states", "accounts", "action_list")
    }
    ours = read["states"].query("state != 'lost'")[["customer_id"]]
    rows = read["churn"].query("p_stopped >= 0.5").merge(ours).merge(read["exposure"][["customer_id", "contribution"]])
    row = rows.sort_values("contribution", ascending=False).iloc[0]
    own = read["accounts"].query("account_id == customer_id").set_index("customer_id")["name"]
    action = read["action_list"].query("customer_id == @row.customer_id").iloc[0]
    return {
        "name": own[row["customer_id"]],
        "p": row["p_stopped"],
        "money": row["contribution"],
        "owner": action["owner"],
        "due": action["due"],
    }


def test_whom_do_we_lose_next(screen, next_lost):
    assert f"first {next_lost['name']} (" in screen


def test_what_does_it_cost(screen, next_lost):
    assert f"€{next_lost['money'] / 1000:.1f}K" in screen and "of margin at stake within 180 days" in screen


def test_who_acts_and_by_when(screen, next_lost):
    assert f"{next_lost['owner']} by {next_lost['due'].day} {next_lost['due']:%B %Y}" in screen


def test_how_sure(screen, next_lost):
    assert (
        f"({next_lost['p']:.0%}, " in screen
        and "such forecasts what came, as far as windows are over, lay within" in screen
    )


def test_what_we_are_warned_of_stands_there_with_money_and_owner(screen):
    assert (
        "EUR a year How sure Owner" in screen and screen.count("on record") + screen.count("a case, no forecast") == 5
    )
