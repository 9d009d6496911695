"""What the page of segments says of its results: who carries the money, who fades, who moved."""

from __future__ import annotations

import pandas as pd

from kamlib.facts.worth import Window
from kamlib.report.words import sentence
from kamlib.segments.abc_xyz import NOT_POSITIVE, OTHER_METHOD
from kamlib.segments.crosstabs import TRAITS
from kamlib.segments.lifecycle import FADING, HEALTHY
from kamlib.stats.reasons import Reason

_MOST = 0.5


def stand_in(window: Window) -> Reason | None:
    """What stands in for the wanted window or for the margin; None where nothing does."""
    return Reason("stands_in", {"notes": _notes(window)}) if window.notes else None


def shared_window(shared: Window, window: Window) -> Reason | None:
    """Over what both dates are compared, where that is not the `window` of the page."""
    return Reason("stands_in_at_both_dates", {"notes": _notes(shared)}) if shared.months != window.months else None


def bought_once(table: pd.DataFrame) -> Reason | None:
    """That frequency tells little, where half or more of those with a cell of RFM bought on one day; None else."""
    share = float((table.loc[table["f"].notna(), "order_days"] <= 1).mean())
    return Reason("most_bought_once", {"share": share}) if share >= _MOST else None


def largest_segment(summary: pd.DataFrame) -> Reason:
    """The segment with most money, of `kamlib.segments.rfm.summary`."""
    return Reason("largest_segment", _largest(summary))


def classes_by_money(by_money: pd.DataFrame, by_other: pd.DataFrame, method: str) -> Reason:
    """Customers and money by class of ABC, and how many the other method (`by_other`) would put into another class."""
    held, counts = by_money.groupby("abc")["share"].sum(), by_money["abc"].value_counts()
    values = {"a": counts.get("A", 0), "b": counts.get("B", 0), "c": counts.get("C", 0)}
    values |= {"a_share": held.get("A", 0.0), "b_share": held.get("B", 0.0), "apart": counts.get(NOT_POSITIVE, 0)}
    moved = _differ(by_money, by_other, "abc")
    return Reason("classes_by_money", {**values, "method": OTHER_METHOD[method], "moved": moved})


def added_up(accounts: pd.DataFrame) -> Reason:
    """Customers that are A though none of their accounts is, of `kamlib.segments.abc_xyz.classes_of_accounts`."""
    by = accounts.assign(alone=accounts["by_itself"] == "A").groupby("customer_id")
    hidden = (by["customer"].first() == "A") & ~by["alone"].any()
    return Reason("added_up", {"accounts": len(accounts), "customers": len(hidden), "hidden": int(hidden.sum())})


def most_money(cells: pd.DataFrame, grid: pd.DataFrame) -> Reason:
    """The cell of ABC-XYZ (`cells`, and their `grid`) with most money, and of how many the rhythm is in doubt."""
    top, xyz = grid.loc[grid["money"].idxmax()], cells["xyz"]
    values = {"cell": top["abc"] + top["xyz"], "accounts": top["accounts"], "share": top["share_of_money"]}
    judged = cells[xyz.isin(["X", "Y", "Z"])]
    values |= {"judged": len(judged), "uncertain": int(judged["uncertain"].sum())}
    return Reason("most_money", {**values, "short": int((xyz == "N").sum()), "lost": int((xyz == "L").sum())})


def fading(stages: pd.DataFrame, currency: str) -> Reason:
    """Who declines or is at risk, of `kamlib.segments.lifecycle.stages`."""
    part = stages[stages["stage"].isin(FADING)]
    return Reason("fading", {**_fading(stages), "money": part["money"].sum(), "currency": currency})


def absent_traits(totals: pd.DataFrame) -> Reason | None:
    """Traits that `kamlib.segments.crosstabs.cross` doesn't have."""
    absent = [name for name in TRAITS if name not in set(totals["trait"])]
    return Reason("absent_traits", {"absent": absent}) if absent else None


def fading_by_trait(by_trait: pd.DataFrame, trait: str | None, currency: str) -> Reason | None:
    """The value of a trait with most revenue of those who fade, of `kamlib.segments.crosstabs.cross` by stage."""
    own = by_trait[by_trait["trait"] == trait]
    if not (own["revenue"] > 0).any():
        return None
    fades = own[own["stage"].isin(FADING)].groupby("value")["revenue"].sum()
    value = fades.idxmax() if len(fades) else None
    return Reason("fading_by_trait", {"trait": trait, "value": value, "money": fades.max(), "currency": currency})


def held_still(balance: pd.DataFrame) -> Reason | None:
    """Which grouping moved least and which most, of `kamlib.segments.migration.balance`; None where all moved alike."""
    share = balance.set_index("grouping")["share_moved"].dropna()
    if share.nunique() < 2:
        return None
    values = {"calm": share.idxmin(), "least": share.min(), "restless": share.idxmax(), "most": share.max()}
    return Reason("held_still", values)


def left_healthy(changed: pd.DataFrame, currency: str) -> Reason:
    """Who left the healthy stages, of the streams (`kamlib.segments.migration.flows`) of those that changed their stage."""
    fell = changed[changed["from"].isin(HEALTHY) & ~changed["to"].isin(HEALTHY)]
    values = {"accounts": int(fell["accounts"].sum()), "money": fell["money_before"].sum()}
    return Reason("left_healthy", {**values, "currency": currency})


def conclusion(
    summary: pd.DataFrame, stages: pd.DataFrame, changed: pd.DataFrame, balance: pd.DataFrame, currency: str
) -> Reason:
    """Who carries the money, whom to call first, who was lost this quarter and how many moved."""
    lost = changed[changed["to"] == "lost"]
    values = {"lost": int(lost["accounts"].sum()), "gone": lost["money_before"].sum(), "currency": currency}
    moved = balance.set_index("grouping")["moved"]["segment"]
    fades = {f"fading_{name}": value for name, value in _fading(stages).items()}
    return Reason("segments_conclusion", {**_largest(summary), **fades, **values, "moved": moved})


def another_letter(cells: pd.DataFrame, tried: pd.DataFrame, reading: str) -> Reason:
    """How many have another letter by gaps alone (`kamlib.segments.xyz.by_reading`) than by the page's `reading`."""
    differ = _differ(cells, tried[tried["reading"] == "gaps"], "xyz")
    return Reason("another_letter", {"differ": differ, "accounts": len(cells), "reading": reading})


def _notes(window: Window) -> str:
    return "; ".join(map(sentence, window.notes))


def _differ(one: pd.DataFrame, other: pd.DataFrame, column: str) -> int:
    both = one[["customer_id", column]].merge(other[["customer_id", column]], on="customer_id")
    return int((both[f"{column}_x"] != both[f"{column}_y"]).sum())


def _largest(summary: pd.DataFrame) -> dict[str, object]:
    row = summary.loc[summary["share_of_money"].fillna(0).idxmax()]
    return {name: row[name] for name in ("segment", "share_of_accounts", "share_of_money")}


def _fading(stages: pd.DataFrame) -> dict[str, object]:
    part = stages[stages["stage"].isin(FADING)]
    return {"accounts": int(part["accounts"].sum()), "share": part["share_of_money"].sum()}
