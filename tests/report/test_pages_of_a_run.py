"""The pages of one run of the sample, read as a finance director reads them: equal things are equal, and every sum says its period."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from kamlib.run.notebook.steps import notebook_steps

PARTS = sorted(step.name for step in notebook_steps())
AMOUNT = re.compile(r"€|\bEUR\b")
PERIOD = re.compile(
    r"\d+ (days|months|years)|\d+m\b|\ba year\b|last year|by reason and year|by quarter|in the year after|all days|[Oo]n the day of this page|on \d{4}-\d\d-\d\d|\d+ weeks|week \d+|that week|from \d{4}-\d\d-\d\d to \d{4}-\d\d-\d\d"
)
LADDER = re.compile(
    r"(\d+) customers with an order: (\d+) active \+ (\d+) returned \+ (\d+) partial \+ (\d+) silent = (\d+) ours; (\d+) lost lately "
    r"\(last order at most 365 days old\) \+ (\d+) lost for longer \+ (\d+) closed or out of contract = (\d+) lost"
)


@pytest.fixture(scope="module")
def told(sample_report: Path) -> dict[str, list[str]]:
    """What each page says, by its name: sentences, tables and pictures in words, and the blocks of the summary."""
    found = {}
    for part in PARTS:
        cells = json.loads((sample_report / "notebooks" / f"{part}.ipynb").read_text(encoding="utf-8"))["cells"]
        outputs = (output for cell in cells for output in cell.get("outputs", ()))
        found[part] = ["".join(output.get("data", {}).get("text/plain", "")) for output in outputs]
    soup = BeautifulSoup((sample_report / "index.html").read_text(encoding="utf-8"), "html.parser")
    blocks = [*soup.select("p, figcaption, thead"), *(term.parent for term in soup.select("dt"))]
    found["index"] = [" ".join(block.get_text(" ").split()) for block in blocks]
    return found


@pytest.fixture(scope="module")
def kept(sample_report: Path) -> dict[str, pd.DataFrame]:
    """The tables of the run that these tests read."""
    names = ("states", "churn", "value", "winback", "disagreement", "facts")
    return {name: pd.read_parquet(sample_report / "tables" / f"{name}.parquet") for name in names}


def units(page: str, text: str) -> list[str]:
    """The sentences of a text; of a table its caption with the heads, of the summary each block."""
    lines = text.split("\n")
    if len(lines) > 1:
        return [" ".join(lines[:2])]
    return [text] if page == "index" else re.split(r"(?<=\.)(?<!Co\.)\**\s+(?=[A-Z*])", text)


def rows(told: dict[str, list[str]], page: str, caption: str) -> list[list[str]]:
    """The rows of the table with that caption, as words between two spaces or more."""
    table = next(text for text in told[page] if text.startswith(caption) and "\n" in text)
    return [re.split(r"\s{2,}", line.strip()) for line in table.split("\n")[2:]]


def test_every_amount_has_its_period_in_its_sentence_its_caption_or_its_head(told):
    without = [
        (page, unit)
        for page, texts in told.items()
        for text in texts
        for unit in units(page, text)
        if AMOUNT.search(unit) and not PERIOD.search(unit) and "amounts in EUR" not in unit
    ]
    assert not without


def test_nothing_reads_nan(told):
    assert not [text for texts in told.values() for text in texts if re.search(r"\b(nan|NaN|NaT)\b", text)]


def test_the_ladder_is_one_on_every_page_adds_up_and_is_that_of_the_states(told, kept):
    ladders = {
        page: [found for text in texts if (found := LADDER.search(text.replace("*", "")))]
        for page, texts in told.items()
    }
    assert [page for page, found in ladders.items() if found] == [
        "01_cleaning",
        "02_scoring",
        "03_segmentation",
        "05_churn",
        "index",
    ]
    assert len({found.groups() for all_ in ladders.values() for found in all_}) == 1
    every, *steps = map(int, ladders["index"][0].groups())
    assert sum(steps[:4]) == steps[4] and sum(steps[5:8]) == steps[8] and steps[4] + steps[8] == every
    counts = kept["states"]["state"].value_counts()
    assert (
        steps[:4] == [counts[name] for name in ("active", "returned", "partial", "silent")]
        and steps[8] == counts["lost"]
    )
    facts = kept["facts"][kept["facts"]["as_of"] == kept["facts"]["as_of"].max()]
    assert every == facts["last_order"].notna().sum()
    assert [int(row[1]) for row in rows(told, "05_churn", "All customers with an order by state")] == [
        *steps[:4],
        *steps[5:8],
    ]


def test_a_quarter_has_one_number_of_losses(told):
    quarters = rows(told, "05_churn", "Customers at the start of a quarter")
    drawn = next(text for text in told["05_churn"] if "Bars of the customers lost in each quarter" in text)
    assert f"{sum(int(row[2]) for row in quarters)} were lost in all" in drawn
    assert not [text for text in told["03_segmentation"] if "lost this quarter" in text]


def test_calls_go_to_ours_and_offers_to_the_lost_that_are_not_closed(told, kept):
    state = kept["states"].set_index("customer_id")
    called = [row[0] for row in rows(told, "05_churn", "First to call")]
    assert called and set(state.loc[called, "state"]) <= {"active", "returned", "partial", "silent"}
    offered = state.loc[kept["winback"].dropna(subset="arm")["customer_id"]]
    assert set(offered["state"]) == {"lost"} and set(offered["reason"]) == {"no_purchase"}
    gone = (state["state"] == "lost").sum() - len(offered)
    assert any(f"The other {gone} of the lost are let go" in text for text in told["05_churn"])


def test_a_customer_has_one_probability_of_each_event_in_all_tables(kept):
    churn = kept["churn"].set_index("customer_id")
    value = kept["value"].set_index("customer_id")[["p_silent", "p_stopped"]].reindex(churn.index)
    pd.testing.assert_frame_equal(value, churn[["p_silent", "p_stopped"]])
    look = kept["disagreement"].set_index("customer_id")["p_loss"]
    assert look.tolist() == churn.loc[look.index, "p_stopped"].tolist()
    back = kept["winback"].set_index("customer_id")["p_return"]
    both = back.index.intersection(churn.index)
    assert len(both) and back[both].tolist() == pytest.approx((1 - churn.loc[both, "p_silent"]).tolist())


def test_the_stake_of_the_summary_is_that_of_the_part_on_losses(told, kept):
    """By 180 days and by three years, the lost apart; together the sum over the whole base."""
    value = kept["value"].merge(kept["states"][["customer_id", "state"]], on="customer_id")
    lost = value["state"] == "lost"
    soon, ours, apart = (
        value.loc[part, name].sum() for part, name in ((~lost, "stake_horizon"), (~lost, "stake"), (lost, "stake"))
    )
    said = next(text for text in told["05_churn"] if text.startswith("At stake with the"))
    assert (
        f"{soon:,.0f} EUR within 180 days, {ours:,.0f} over 3 years" in said
        and f"{apart:,.0f} over 3 years; they are" in said
    )
    assert f"{ours + apart:,.0f}" in rows(told, "05_churn", "The whole base")[0]
    block = next(text for text in told["index"] if text.startswith("Margin at stake within 180 days"))
    assert f"€{soon / 1e3:.0f}K" in block and f"€{ours / 1e6:.0f}M over 3 years" in block
    assert f"€{apart / 1e3:.0f}K over 3 years with the {(lost & (value['stake'] != 0)).sum()} lost lately" in block


def test_the_path_of_each_dossier_ends_quarters_as_its_money_does_and_meets_the_matrix(sample_report):
    path, matrix = (pd.read_parquet(sample_report / "tables" / f"{name}.parquet") for name in ("kaism_path", "kaism"))
    days = sorted(path["as_of"].unique())
    assert len(days) == 8 and pd.DatetimeIndex(days).is_month_end.all()
    for day, column in ((days[-1], "cell"), (days[-2], "cell_before")):
        cells = path[path["as_of"] == day].set_index("customer_id")["cell"]
        assert len(cells) and cells.tolist() == matrix.set_index("customer_id").loc[cells.index, column].tolist()
