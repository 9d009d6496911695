"""Charts of the spreadsheet's own, each an answer in its title, beside the few rows that it is drawn from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from kamlib.facts.months import cube_by_quarter
from kamlib.report.index.summary_facts import Tables, called
from kamlib.report.words import sentence
from kamlib.report.workbook.blocks import Block, as_printed, write_block
from kamlib.report.workbook.book import Styles
from kamlib.report.workbook.contents import lacks
from kamlib.stats.reasons import Reason
from kamlib.study.model import Study

_QUARTERS, _FIRST = 12, 10
_COLOURS = ("#1F4E79", "#E69F00")  # dark and light in grey, apart for the colour-blind
_BESIDE, _TALL = 5, 18  # column at which charts begin; rows that one takes
_SIZE = {"width": 720, "height": 340}


@dataclass(frozen=True)
class Chart:
    """A chart to be drawn.

    Parameters
    ----------
    block : its rows, the first column the categories.
    series : the columns that are drawn.
    found : its title, a reason with the answer.
    seen : its alternative text, a reason.
    lying : whether bars lie, the first one on top.
    """

    block: Block
    series: tuple[str, ...]
    found: Reason
    seen: Reason
    lying: bool = False


def charts_of(study: Study, tables: Tables) -> list[Chart]:
    """The charts that the tables of a run give."""
    found = [_quarters(study, tables), _at_stake(study, tables), _past_due(study, tables), _classes(tables)]
    return [chart for chart in found if chart is not None]


def write_charts(book: Any, sheet: Any, charts: list[Chart], styles: Styles, currency: str) -> None:
    """Write the rows of each chart at the left and the chart beside them."""
    as_printed(sheet)
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, _BESIDE - 1, 15)
    top = 0
    for one in charts:
        title = sentence(one.found)
        sheet.write_string(top, 0, title, styles.caption)
        below = write_block(sheet, one.block, styles, currency, top + 1)
        chart = book.add_chart({"type": "bar" if one.lying else "column"})
        names = list(one.block.known)
        for colour, name in zip(_COLOURS, one.series, strict=False):
            place = names.index(name)
            chart.add_series(
                {
                    "name": [sheet.name, top + 1, place],
                    "categories": [sheet.name, top + 2, 0, below - 1, 0],
                    "values": [sheet.name, top + 2, place, below - 1, place],
                    "fill": {"color": colour},
                    "gap": 60,
                }
            )
        chart.set_title(
            {"name": title.replace("=", "\N{FULLWIDTH EQUALS SIGN}"), "name_font": {"size": 12}, "overlay": False}
        )
        values = {
            "name": currency,
            "num_format": "#,##0",
            "major_gridlines": {"visible": True, "line": {"color": "#D9D9D9"}},
        }
        chart.set_y_axis({"reverse": True} if one.lying else values)
        chart.set_x_axis(values if one.lying else {})
        chart.set_legend({"none": True} if len(one.series) == 1 else {"position": "bottom"})
        chart.set_size(_SIZE)
        sheet.insert_chart(top, _BESIDE, chart, {"description": sentence(one.seen), "object_position": 3})
        top = max(below, top + _TALL) + 1


def _quarters(study: Study, tables: Tables) -> Chart | None:
    """Does the money grow?"""
    if lacks(tables, "customer_cube"):
        return None
    rows = cube_by_quarter(tables["customer_cube"])[["quarter", "customers", "revenue", "margin"]].tail(_QUARTERS)
    now = rows.iloc[-1]
    told = {"quarter": now["quarter"], "now": now["revenue"], "currency": study.currency}
    before = rows["revenue"].iloc[-5] if len(rows) > 4 else 0
    found = (
        Reason("chart_quarter_grew", told | {"change": now["revenue"] / before - 1})
        if before > 0
        else Reason("chart_quarter", told)
    )
    series = ("revenue", "margin") if rows["margin"].notna().any() else ("revenue",)
    spread = {
        "first": rows["quarter"].iloc[0],
        "last": now["quarter"],
        "least": rows["revenue"].min(),
        "most": rows["revenue"].max(),
    }
    return Chart(
        Block(rows, "customer_cube"), series, found, Reason("alt_chart_quarters", spread | {"currency": study.currency})
    )


def _at_stake(study: Study, tables: Tables) -> Chart | None:
    """With whom is most at stake?"""
    if lacks(tables, "value") or not (tables["value"]["stake_horizon"] > 0).any():
        return None
    whole = tables["value"]["stake_horizon"].clip(lower=0).sum()
    first = tables["value"].nlargest(_FIRST, "stake_horizon")
    rows = pd.DataFrame({"name": called(tables, first, _FIRST), "stake_horizon": first["stake_horizon"].to_numpy()})
    told = {
        "n": len(rows),
        "share": rows["stake_horizon"].sum() / whole,
        "whole": whole,
        "days": study.churn.horizon_days,
    }
    seen = {"name": rows["name"].iloc[0], "most": rows["stake_horizon"].iloc[0], "currency": study.currency}
    return Chart(
        Block(rows),
        ("stake_horizon",),
        Reason("chart_at_stake", told | {"currency": study.currency}),
        Reason("alt_chart_at_stake", seen),
        True,
    )


def _past_due(study: Study, tables: Tables) -> Chart | None:
    """How much of what is owed is late?"""
    if lacks(tables, "ageing") or not (whole := tables["ageing"]["open_amount"].sum()) > 0:
        return None
    rows = tables["ageing"][["bucket", "invoices", "open_amount"]]
    late = rows.loc[rows["bucket"] != "not_due", "open_amount"].sum() / whole
    told = {"late": late, "whole": whole, "currency": study.currency}
    return Chart(
        Block(rows, "ageing"), ("open_amount",), Reason("chart_past_due", told), Reason("alt_chart_past_due", told)
    )


def _classes(tables: Tables) -> Chart | None:
    """How few bring most?"""
    if lacks(tables, "abcxyz"):
        return None
    by = tables["abcxyz"][tables["abcxyz"]["money"] > 0].groupby("abc")["money"].agg(["size", "sum"]).reset_index()
    if "A" not in set(by["abc"]):
        return None
    rows = by.set_axis(["abc", "customers", "money"], axis=1)
    large = rows.set_index("abc").loc["A"]
    told = {
        "n": int(large["customers"]),
        "share": large["money"] / rows["money"].sum(),
        "all": int(rows["customers"].sum()),
    }
    return Chart(Block(rows, "abcxyz"), ("money",), Reason("chart_classes", told), Reason("alt_chart_classes", told))
