"""accounts.xlsx: every table that a reader in a spreadsheet works with, on a sheet each, behind a first one that says what is where."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd

import kamlib
from kamlib.report.index.summary_facts import Tables
from kamlib.report.numbers import Numbers, day
from kamlib.report.round_trip import actions_out, add_sheets, facts_out
from kamlib.report.text import as_cell
from kamlib.report.words import sentence, word
from kamlib.report.workbook.blocks import HEADS, Block, Sheet, as_printed, head, write_sheet
from kamlib.report.workbook.book import ROWS, Styles, new_book
from kamlib.report.workbook.charts import charts_of, write_charts
from kamlib.report.workbook.contents import lacks, sheets_of
from kamlib.report.workbook.live_scores import scored, write_scores
from kamlib.stats.reasons import Reason
from kamlib.study.model import Study

_ORDER = (
    *(
        "charts",
        "accounts",
        "scores",
        "segments",
        "churn",
        "measures",
        "receivables_pack",
        "receivables",
        "actions",
        "facts",
        "ledger",
    ),
    *("cube", "exceptions", "definitions"),
)
_LINE = 90  # letters of a line of the first sheet
FILLED_IN = ("actions", "facts")
"""Sheets that come back filled in: their names are those of the study file, in any language."""


def write_workbook(path: Path, study: Study, tables: Tables) -> None:
    """Write the workbook of a report.

    Ids, names and texts are texts, and no formula is made of them; those of the sheet of scores are our own. A sheet whose part has no data is
    left out, and named on the first one with what it waits for; a sheet holds `ROWS` rows at most, and the first one says where there are more.

    Parameters
    ----------
    path : the file.
    tables : of the run, by name; any may be missing.
    """
    sheets = {one.code: one for one in sheets_of(study, tables)}
    sheets["scores"] = _scores(study, tables)
    scores = tables.get("scores", pd.DataFrame(columns=["customer_id", "key"]))
    keys = pd.Index(scores.loc[scores["key"].astype(bool), "customer_id"])
    filled = {"actions": actions_out(tables), "facts": facts_out(tables, keys)}
    sheets |= {code: Sheet(code, [Block(table)]) for code, table in filled.items()}
    drawn = charts_of(study, tables)
    sheets["charts"] = Sheet(
        "charts", [one.block for one in drawn], waits="" if drawn else sentence(Reason("no_chart"))
    )
    told = [sheets[code] for code in _ORDER if code in sheets and not sheets[code].waits]
    sheets["definitions"] = Sheet("definitions", [Block(_definitions(told, study.currency))])

    with new_book(path, study.as_of) as book:
        styles = Styles(book, study.language)
        _first_sheet(book.add_worksheet(word("sheet_about")), study, [sheets[code] for code in _ORDER], styles)
        for code in _ORDER:
            if sheets[code].waits or code == "facts":
                continue
            if code == "actions":
                add_sheets(book, filled)
                continue
            sheet = book.add_worksheet(name_of(code))
            if code == "charts":
                write_charts(book, sheet, drawn, styles, study.currency)
            elif code == "scores":
                write_scores(sheet, sheets[code].blocks[0], study, tables, styles)
            else:
                write_sheet(sheet, sheets[code], styles, study.currency)


def name_of(code: str) -> str:
    """What a sheet is called."""
    return code if code in FILLED_IN else word(f"sheet_{code}")


def _scores(study: Study, tables: Tables) -> Sheet:
    waits = lacks(tables, "scores") or lacks(tables, "contributions")
    return Sheet("scores", [] if waits else [Block(scored(study, tables), "")], waits=waits)


def _definitions(sheets: Iterable[Sheet], currency: str) -> pd.DataFrame:
    """What each column of each sheet holds, in the words of the dictionary."""
    rows = [
        (
            name_of(one.code),
            head(name, known, currency),
            name,
            known.meaning if known else "",
            _unit(known.unit if known else "", currency),
        )
        for one in sheets
        for block in one.blocks
        for name, known in block.known.items()
    ]
    return pd.DataFrame(rows, columns=["sheet", "head", "column", "meaning_of_it", "unit"]).drop_duplicates(
        ignore_index=True
    )


def _unit(unit: str, currency: str) -> str:
    return currency if unit == "study currency" else unit


def _first_sheet(sheet: Any, study: Study, sheets: list[Sheet], styles: Styles) -> None:
    """What the workbook is of, and what is where."""
    as_printed(sheet)
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 96)
    sheet.set_column(2, 2, 12)
    sheet.write_string(0, 0, as_cell(study.title), styles.title)
    facts = {
        "about_period": study.period,
        "about_as_of": day(study.as_of),
        "about_currency": study.currency,
        "about_made_by": f"kam {kamlib.__version__}",
    }
    for line, (code, value) in enumerate(facts.items(), 1):
        sheet.write_string(line, 0, word(code), styles.of(bold=True))
        sheet.write_string(line, 1, as_cell(value), styles.prose)
    top = len(facts) + 2
    sheet.set_row(top, 1.5 * HEADS)
    sheet.write_string(top, 1, sentence(Reason("about_cells")), styles.prose)
    for place, code in enumerate(("about_sheet", "about_holds", "about_rows")):
        sheet.write_string(top + 2, place, word(code), styles.head())
    write = Numbers(study.language, study.currency)
    for line, one in enumerate(sheets, top + 3):
        holds = word(f"holds_{one.code}")
        sheet.set_row(line, HEADS if len(holds) + len(one.waits) > _LINE else None)
        if one.waits:
            sheet.write_string(line, 0, name_of(one.code), styles.of(font_color="#595959"))
            sheet.write_string(
                line, 1, as_cell(sentence(Reason("sheet_left_out", {"holds": holds, "why": one.waits}))), styles.prose
            )
            continue
        link = f"internal:'{name_of(one.code)}'!A1"
        sheet.write_url(line, 0, link, styles.of(font_color="#0B5394", underline=1), name_of(one.code))
        rows = [len(block.frame) for block in one.blocks]
        if max(rows, default=0) > ROWS:
            holds = sentence(
                Reason("sheet_cut", {"holds": holds, "rows": write.number(ROWS), "all": write.number(max(rows))})
            )
        sheet.write_string(line, 1, as_cell(holds), styles.prose)
        sheet.write_number(line, 2, min(sum(rows), ROWS * len(rows)), styles.of(num_format="#,##0"))
