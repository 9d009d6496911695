"""The sheet on which a weight can be moved: score, rank and key of each customer are formulas of its utilities and the weights above them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from kamlib.facts.accounts import at_last_date
from kamlib.report.index.summary_facts import Tables, names
from kamlib.report.text import as_cell
from kamlib.report.words import sentence, word
from kamlib.report.workbook.blocks import HEADS, Block, as_printed, cell_writer, head, plain_values, set_widths
from kamlib.report.workbook.book import Styles
from kamlib.scoring.doubt.border import HALF
from kamlib.scoring.scores import top_count
from kamlib.stats.reasons import Reason
from kamlib.study.model import Scoring, Study

LIVE = 10_000
"""Customers with formulas at most, the first by rank: each rank looks at all of them, which takes a spreadsheet seconds for so many."""
TOP = 6
"""Row of the heads, counted from 0; above them stand the weights."""
_LEAD = (
    "customer_id",
    "name",
    "key",
    "rank",
    "score",
    "low",
    "high",
    "rank_in_report",
    "score_in_report",
    "places_up",
    "knock_out",
    "why",
)
_KEY, _RANK, _SCORE, _LOW, _HIGH, _THEN, _, _UP, _OUT = range(2, 11)
_WEIGHT, _SHARE, _WORST, _BEST, _LIST = 1, 2, 3, 4, 2  # rows above the heads; the column of the length of the list


@dataclass(frozen=True)
class _Place:
    """Where things stand: behind `_LEAD` the utilities of the criteria, their raw values, and the score that is ranked."""

    criteria: int
    rows: int

    @property
    def ranked(self) -> int:
        return len(_LEAD) + 2 * self.criteria

    def utilities(self, line: int) -> str:
        return self._across(line, fixed=False)

    @property
    def weights(self) -> str:
        return self._across(_WEIGHT, fixed=True)

    def all(self, column: int) -> str:
        name = xl_col_to_name(column, col_abs=True)
        return f"{name}${TOP + 2}:{name}${TOP + 1 + self.rows}"

    def _across(self, line: int, *, fixed: bool) -> str:
        ends = (len(_LEAD), len(_LEAD) + self.criteria - 1)
        return ":".join(xl_rowcol_to_cell(line, column, row_abs=fixed, col_abs=True) for column in ends)


def scored(study: Study, tables: Tables) -> pd.DataFrame:
    """A row for each customer that is scored, the best first: what the report has, then utility and value of each criterion.

    Returns
    -------
    DataFrame
        customer_id, name, key, rank, score, low, high, rank_in_report, score_in_report, places_up, knock_out and why (with their values),
        ``utility_<criterion>`` (0-1, missing where not known), ``value_<criterion>`` in the order of the study.
    """
    scores, points = tables["scores"], tables["contributions"]
    points = points.assign(utility=points["utility"].where(~points["missing"].astype(bool)))
    criteria = points["criterion"].drop_duplicates()
    wide = [
        points.pivot(index="customer_id", columns="criterion", values=what)[list(criteria)].add_prefix(f"{what}_")
        for what in ("utility", "value")
    ]
    told = scores[["customer_id", *_LEAD[2:7], "knock_out", "knock_out_values", "why", "why_values"]].copy(deep=False)
    told.insert(1, "name", told["customer_id"].map(names(tables)))
    for place, (name, values) in enumerate(
        {"rank_in_report": told["rank"], "score_in_report": told["score"]}.items(), 7
    ):
        told.insert(place, name, values)
    told.insert(9, "places_up", told["rank"] - told["rank"])
    return told.join(pd.concat(wide, axis=1), on="customer_id")


def write_scores(sheet: Any, block: Block, study: Study, tables: Tables, styles: Styles) -> None:
    """Write the sheet; `block` holds what `scored` gives.

    Who is knocked out stays so at any weight. From `LIVE` customers on the others have the values of the report, and no formula looks
    at them.
    """
    shown, known, rules = block.shown, block.known, study.scoring
    weights = tables["contributions"].drop_duplicates("criterion").set_index("criterion")["weight"]
    place = _Place(len(weights), min(len(shown), LIVE))
    _above(sheet, weights, rules, place, styles, top_count(tables["scores"], rules), len(shown))
    as_printed(sheet)
    set_widths(sheet, [block])
    sheet.set_column(place.ranked, place.ranked, 14)
    sheet.set_row(TOP, HEADS)
    for column, name in enumerate(map(str, shown.columns)):
        sheet.write_string(TOP, column, head(name, known[name], study.currency), styles.head(known[name]))
    sheet.write_string(TOP, place.ranked, word("head_ranked_score"), styles.head())

    values = {name: plain_values(shown[name], one) for name, one in known.items()}
    writers = [cell_writer(sheet, styles, column) for column in known.values()]
    live = {column: styles.cell(known[_LEAD[column]]) for column in (_KEY, _RANK, _SCORE, _LOW, _HIGH, _UP)}
    volume = _by_volume(shown["customer_id"], rules, tables)
    ranked = shown["score"].where(shown["rank"].notna()).round(6)
    for number, row in enumerate(zip(*values.values(), strict=True)):
        line = TOP + 1 + number
        formulas = _formulas(line, place, rules, volume[number]) if number < place.rows else {}
        for column, value in enumerate(row):
            if column in formulas:
                sheet.write_formula(line, column, formulas[column], live[column], "" if value is None else value)
            elif value is not None:
                writers[column](line, column, value)
        if formulas:
            told = ranked.iloc[number]
            sheet.write_formula(
                line,
                place.ranked,
                formulas[place.ranked],
                styles.of(num_format="0.000000"),
                "" if pd.isna(told) else told,
            )
    last = TOP + len(shown)
    sheet.conditional_format(
        TOP + 1,
        0,
        last,
        _SCORE,
        {"type": "formula", "criteria": f"=$C{TOP + 2}", "format": styles.of(bg_color="#DDEBDA")},
    )
    sheet.autofilter(TOP, 0, last, place.ranked)
    sheet.freeze_panes(TOP + 1, 2)


def _above(sheet: Any, weights: pd.Series, rules: Scoring, place: _Place, styles: Styles, top: int, rows: int) -> None:
    """What stands above the heads: how to use the sheet, the length of the list, and of each criterion its weight and its anchors."""
    told = [sentence(Reason("move_a_weight"))]
    told += [sentence(Reason("live_for_the_first", {"live": place.rows, "n": rows}))] * (rows > place.rows)
    sheet.write_string(0, 0, as_cell(" ".join(told)), styles.of(num_format="@", bold=True))
    moved = styles.of(bg_color="#FFF2B3", border=1, num_format="General")
    by_name = {one.name: one for one in rules.criteria}
    label = len(_LEAD) - 1
    for line, code in (
        (_WEIGHT, "row_weight"),
        (_SHARE, "row_share_of_weight"),
        (_WORST, "row_worst"),
        (_BEST, "row_best"),
    ):
        if line == _WEIGHT:
            sheet.write_string(
                line, 0, word("row_list" if rules.threshold is None else "row_threshold"), styles.of(bold=True)
            )
            sheet.write_number(line, _LIST, top if rules.threshold is None else rules.threshold, moved)
        sheet.write_string(line, label, word(code), styles.of(bold=True, align="right"))
        for column, (name, weight) in enumerate(weights.items(), len(_LEAD)):
            if line == _WEIGHT:
                sheet.write_number(line, column, weight, moved)
            elif line == _SHARE:
                own = xl_rowcol_to_cell(_WEIGHT, column)
                of = weight / weights.sum() if weights.sum() > 0 else ""
                sheet.write_formula(
                    line,
                    column,
                    f'=IF(SUM({place.weights})>0,{own}/SUM({place.weights}),"")',
                    styles.of(num_format="0.0%"),
                    of,
                )
            elif name in by_name:
                one = by_name[name]
                sheet.write_number(
                    line, column, one.worst if line == _WORST else one.best, styles.of(num_format="#,##0.####")
                )
    weighed = {"validate": "decimal", "criteria": ">=", "value": 0}
    sheet.data_validation(_WEIGHT, len(_LEAD), _WEIGHT, len(_LEAD) + len(weights) - 1, weighed)


def _formulas(line: int, place: _Place, rules: Scoring, by_volume: bool) -> dict[int, str]:
    """The formulas of a customer by column: `kamlib.scoring.scores.score` and `members` in the words of a spreadsheet."""
    rank, total, out, then = (xl_rowcol_to_cell(line, column, col_abs=True) for column in (_RANK, _SCORE, _OUT, _THEN))
    ranked, own, weights = xl_rowcol_to_cell(line, place.ranked, col_abs=True), place.utilities(line), place.weights
    known, open_ = f"SUMPRODUCT({weights},{own})", f'SUMPRODUCT({weights}*({own}=""))'
    span, limit = rules.scale - 1, xl_rowcol_to_cell(_WEIGHT, _LIST, row_abs=True, col_abs=True)
    if by_volume:
        is_key = f'={ranked}<>""'
    elif rules.threshold is None:
        is_key = f'=IF({rank}="",FALSE,IF({rank}>{limit},FALSE,({limit}+1-{rank})/COUNTIF({place.all(_RANK)},{rank})>={HALF}))'
    else:
        is_key = f'=IF({ranked}="",FALSE,{ranked}>={limit})'
    return {
        _KEY: is_key,
        _RANK: f'=IF({ranked}="","",RANK({ranked},{place.all(place.ranked)},0))',
        _SCORE: f'=IF(OR(COUNT({own})=0,SUM({weights})<=0),"",1+{span}*({known}+{open_}/2)/SUM({weights}))',
        _LOW: f'=IF(SUM({weights})<=0,"",1+{span}*{known}/SUM({weights}))',
        _HIGH: f'=IF(SUM({weights})<=0,"",1+{span}*({known}+{open_})/SUM({weights}))',
        _UP: f'=IF(OR({rank}="",{then}=""),"",{then}-{rank})',
        place.ranked: f'=IF(OR({total}="",{out}<>""),"",ROUND({total},6))',
    }


def _by_volume(customers: pd.Series, rules: Scoring, tables: Tables) -> list[bool]:
    """Who is key by revenue alone, whatever the weights."""
    if rules.qualifying_revenue is None or "facts" not in tables:
        return [False] * len(customers)
    revenue = customers.map(at_last_date(tables["facts"]).set_index("customer_id")["revenue_12m"])
    return list(revenue >= rules.qualifying_revenue)
