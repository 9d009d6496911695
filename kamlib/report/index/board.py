"""The quarters at a glance: what the scoreboard says in eight lines, and what came of our own forecasts."""

from __future__ import annotations

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
            cells = [" · ".join(_written(name, float(values[name][one]), write) for name in measures) for one in days]
            told = [_verdict(name, str(verdict.at[name, days[-1]])) for name in measures]
            rows.append([" · ".join(map(word, measures)), *cells, " · ".join(dict.fromkeys(told))])
    return Board([word("board_figure"), *(day(pd.Timestamp(one)) for one in days), word("board_against")], rows)


def promised(tables: Tables, write: Numbers) -> Board:
    """A row for each kind of forecast and whether its window is over: of the latest such day what was expected and what came.

    Parameters
    ----------
    tables : of the run; `scorecard` of `kamlib.measures.scorecard`.
    """
    names = ("event", "as_of", "not_over", "expected", "expected_low", "expected_high", "came", "verdict")
    if wait := waits_for(tables, scorecard=names):
        return Board([], [], wait)
    card = tables["scorecard"].sort_values("as_of")
    last = card.assign(open=card["not_over"] > 0).drop_duplicates(["event", "open"], keep="last")
    rows = []
    for row in last.sort_values(["event", "open"]).to_dict("records"):
        spread = from_to(write.number(row["expected_low"]), write.number(row["expected_high"]))
        over = sentence(Reason("window_open" if row["open"] else "window_over", {"n": write.number(row["not_over"])}))
        told = [word(f"forecast_of_{row['event']}"), day(row["as_of"]), over, write.number(row["customers"])]
        rows.append(
            [*told, f"{write.number(row['expected'])} ({spread})", write.number(row["came"]), word(row["verdict"])]
        )
    return Board(
        [word(f"promised_{name}") for name in ("forecast", "of", "window", "customers", "expected", "came", "verdict")],
        rows,
    )


def _written(name: str, value: float, write: Numbers) -> str:
    if name in SHARES:
        return write.share(value, 1)
    return write.short_money(value) if name in MONEY else write.number(value)


def _verdict(name: str, verdict: str) -> str:
    arrow = _ARROWS.get((verdict, name in LESS_IS_BETTER), "")
    return f"{arrow} {word(verdict)}".strip()
