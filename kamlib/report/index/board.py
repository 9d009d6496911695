"""The quarters at a glance: what the scoreboard says in eight lines, and what came of our own forecasts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from kamlib.measures.scoreboard import LESS_IS_BETTER, SHARES
from kamlib.report.index.summary_facts import Tables, waits_for
from kamlib.report.numbers import Numbers, day
from kamlib.report.words import from_to, sentence, word
from kamlib.stats.reasons import Reason

LINES = (
    ("revenue_12m",), ("contribution_12m",), ("nrr", "grr"), ("lost_customers", "returned_customers"), ("share_of_keys",), ("top_1",),
    ("overdue",), ("nps",),
)  # fmt: skip
"""The measures of each line; two that are read together share one."""
MONEY = ("revenue_12m", "contribution_12m", "overdue")
"""The measures that are amounts."""
MONEY_EVENTS = ("value", "value_of_keys")
"""The forecasts that are amounts."""
_EVENTS = ("silent", "stopped", "returned", "offer", "value", "value_of_keys", "still_key")
_PROMISED = ("event", "as_of", "customers", "not_over", "expected", "expected_low", "expected_high", "came", "verdict")
_ARROWS = {
    ("better", False): "▲",
    ("worse", False): "▼",
    ("better", True): "▼",
    ("worse", True): "▲",
    ("noise", False): "→",
    ("noise", True): "→",
}


@dataclass(frozen=True)
class Board:
    """A small table: heads (the first is of the words), rows of written cells; or what it waits for."""

    heads: list[str]
    rows: list[list[str]]
    waits: str = ""


def board(tables: Tables, write: Numbers) -> Board:
    """A line for each of `LINES`: its value at each quarter end, oldest first, and whether the last differs from a year before beyond chance.

    The arrow says which way the figure moved, the word whether that is good; both by the interval of 99.9 %.

    Parameters
    ----------
    tables : of the run; `scoreboard` of `kamlib.measures.scoreboard`.
    """
    if wait := waits_for(tables, scoreboard=("measure", "as_of", "now", "firm_verdict")):
        return Board([], [], wait)
    table = tables["scoreboard"]
    days = sorted(table["as_of"].unique())
    now, verdict = (table.pivot(index="measure", columns="as_of", values=name) for name in ("now", "firm_verdict"))
    values, rows = now.T.to_dict(), []
    for measures in LINES:
        if all(name in now.index for name in measures):
            cells = [" · ".join(written(name, float(values[name][one]), write) for name in measures) for one in days]
            told = [_verdict(name, str(verdict.at[name, days[-1]])) for name in measures]
            rows.append([" · ".join(map(word, measures)), *cells, " · ".join(dict.fromkeys(told))])
    return Board([word("board_figure"), *(day(pd.Timestamp(one)) for one in days), word("board_against")], rows)


def judged(tables: Tables) -> pd.DataFrame:
    """The scorecard with what published reports promised: it takes the place of what was made anew of the same quarter.

    Parameters
    ----------
    tables : of the run; `scorecard` of `kamlib.measures.scorecard` and, where reports of earlier days stand, `said` of `kamlib.plan.said`.

    Returns
    -------
    DataFrame
        The columns of both, and source: *published*, *made_anew*, or *control_group* of a round of offers; by day.
    """
    made, said = (tables.get(name, pd.DataFrame(columns=_PROMISED)) for name in ("scorecard", "said"))
    told = pd.MultiIndex.from_arrays([said["event"], pd.to_datetime(said["as_of"]).dt.to_period("Q")])
    same = pd.MultiIndex.from_arrays([made["event"], pd.to_datetime(made["as_of"]).dt.to_period("Q")]).isin(told)
    anew = made[~same]
    by = anew["event"].map({"offer": "control_group"}).fillna("made_anew")
    parts = [said.assign(source="published"), anew.assign(source=by)]
    return pd.concat([part for part in parts if len(part)] or parts[1:]).sort_values("as_of", ignore_index=True)


def promised(tables: Tables, write: Numbers) -> Board:
    """A row for each kind of forecast and whether its window is over: of the latest such day what was expected and what came.

    What a report published goes before what was made anew.

    Parameters
    ----------
    tables : as for `judged`.
    """
    if "said" not in tables and (wait := waits_for(tables, scorecard=_PROMISED)):
        return Board([], [], wait)
    card = judged(tables)
    card = card.assign(open=card["not_over"] > 0, published=card["source"] == "published")
    last = card.sort_values(["published", "as_of"]).drop_duplicates(["event", "open"], keep="last")
    last = last.assign(place=last["event"].map(list(_EVENTS).index)).sort_values(["place", "open"])
    rows = []
    for row in last.to_dict("records"):
        number: Callable[[object], str] = write.short_money if row["event"] in MONEY_EVENTS else write.number
        expected, low, high = (number(row[name]) for name in ("expected", "expected_low", "expected_high"))
        expected = "" if pd.isna(row["expected"]) else expected
        spread = "" if pd.isna(row["expected_low"]) else f" ({from_to(low, high)})"
        over = sentence(Reason("window_open" if row["open"] else "window_over", {"n": write.number(row["not_over"])}))
        told = [word(f"forecast_of_{row['event']}"), day(row["as_of"]), word(row["source"]), over]
        verdict = "" if pd.isna(row["verdict"]) else word(row["verdict"])
        rows.append([*told, write.number(row["customers"]), f"{expected}{spread}", number(row["came"]), verdict])
    heads = ("forecast", "of", "source", "window", "customers", "expected", "came", "verdict")
    return Board([word(f"promised_{name}") for name in heads], rows)


def written(name: str, value: float | None, write: Numbers) -> str:
    """A value of the scoreboard as its measure is written."""
    if name in SHARES:
        return write.share(value, 1)
    return write.short_money(value) if name in MONEY else write.number(value)


def _verdict(name: str, verdict: str) -> str:
    arrow = _ARROWS.get((verdict, name in LESS_IS_BETTER), "")
    return f"{arrow} {word(verdict)}".strip()
