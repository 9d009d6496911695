"""What the page of segments says of its results: who carries the money, who fades, who moved."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from kamlib.facts.worth import MARGIN_KNOWN, Window
from kamlib.report.words import sentence
from kamlib.segments.abc_xyz import NOT_POSITIVE, OTHER_METHOD, UNKNOWN
from kamlib.segments.crosstabs import TRAITS
from kamlib.segments.lifecycle import FADING, HEALTHY
from kamlib.segments.rfm import LEAST_DAYS
from kamlib.segments.xyz import seldom
from kamlib.stats.reasons import Reason
from kamlib.study.settings.rfm_segments import APART, NO_ORDER, TOO_SHORT, Segment

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


def money_known(table: pd.DataFrame) -> Reason | None:
    """Of how many of those with an order in the window (`kamlib.segments.rfm.rfm_segments`) the money is known; None: of all."""
    bought = table.loc[table["order_days"] > 0, "money"]
    if bought.notna().all():
        return None
    return Reason(
        "money_is_known_of_some", {"known": int(bought.notna().sum()), "all": len(bought), "share": MARGIN_KNOWN}
    )


def too_short(table: pd.DataFrame) -> Reason | None:
    """That RFM gives no segments, as all orders lie within a few days; None where it does."""
    return Reason("records_too_short", {"days": LEAST_DAYS}) if (table["segment"] == TOO_SHORT).any() else None


def own_policies(segments: Sequence[Segment]) -> Reason | None:
    """That the policies which the study gives its segments are not shown; None where it gives none."""
    n = sum(bool(segment.policy) for segment in segments)
    return Reason("segments_have_policies", {"n": n}) if n else None


def largest_segment(summary: pd.DataFrame) -> Reason | None:
    """The segment with most money, of `kamlib.segments.rfm.summary`; None where RFM gives none."""
    row = summary.loc[summary["share_of_money"].fillna(0).idxmax()]
    if row["segment"] in APART:
        return None
    return Reason("largest_segment", {name: row[name] for name in ("segment", "share_of_accounts", "share_of_money")})


def classes_by_money(by_money: pd.DataFrame, by_other: pd.DataFrame, method: str) -> Reason:
    """Customers and money by class of ABC, and how many the other method (`by_other`) would put into another class."""
    held, counts = by_money.groupby("abc")["share"].sum(), by_money["abc"].value_counts()
    values = {"a": counts.get("A", 0), "b": counts.get("B", 0), "c": counts.get("C", 0)}
    values |= {"none": counts.get(NO_ORDER, 0), "unknown": counts.get(UNKNOWN, 0)}
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
    unsure = seldom(cells)
    values |= {"present": len(unsure), "seldom": int(unsure.sum()), "part": unsure.mean()}
    return Reason("most_money", {**values, "short": int((xyz == "N").sum()), "lost": int((xyz == "L").sum())})


def fading(stages: pd.DataFrame, currency: str) -> Reason:
    """Who declines or is at risk, of `kamlib.segments.lifecycle.stages`."""
    part = stages[stages["stage"].isin(FADING)]
    return Reason("fading", {**_fading(stages), "money": _sum(part["money"]), "currency": currency})


def absent_traits(totals: pd.DataFrame) -> Reason | None:
    """Traits that `kamlib.segments.crosstabs.cross` doesn't have."""
    absent = [name for name in TRAITS if name not in set(totals["trait"])]
    return Reason("absent_traits", {"absent": absent}) if absent else None


def fading_by_trait(rows: pd.DataFrame, trait: str | None, span: str, currency: str) -> Reason | None:
    """The value of a trait with most revenue of those who fade, and how much of it is one customer's.

    Parameters
    ----------
    rows : `kamlib.segments.traits` with stage.
    span : the period of their revenue, in words (`kamlib.report.readings.standing.span`).
    """
    own = rows[(rows["trait"] == trait) & rows["stage"].isin(FADING)]
    fades = own.groupby("value")["revenue"].sum()
    if not (fades > 0).any():
        return None
    value, money = fades.idxmax(), fades.max()
    others = own.drop(index=own.loc[own["value"] == value, "revenue"].idxmax()).groupby("value")["revenue"].sum()
    values = {"trait": trait, "value": value, "money": money, "one": 1 - others.get(value, 0.0) / money}
    return Reason("fading_by_trait", values | {"without": others.idxmax(), "span": span, "currency": currency})


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
    values = {"accounts": int(fell["accounts"].sum()), "money": _sum(fell["money_before"])}
    return Reason("left_healthy", {**values, "currency": currency})


def conclusion(stages: pd.DataFrame, balance: pd.DataFrame) -> Reason:
    """Who fades and how many moved; who was lost is told by the page on losses."""
    moved = balance.set_index("grouping")["moved"]["segment"]
    fades = {f"fading_{name}": value for name, value in _fading(stages).items()}
    return Reason("segments_conclusion", {**fades, "moved": moved})


def another_letter(cells: pd.DataFrame, tried: pd.DataFrame, reading: str) -> Reason:
    """How many have another letter by gaps alone (`kamlib.segments.xyz.by_reading`) than by the page's `reading`."""
    differ = _differ(cells, tried[tried["reading"] == "gaps"], "xyz")
    return Reason("another_letter", {"differ": differ, "accounts": len(cells), "reading": reading})


def _notes(window: Window) -> str:
    return "; ".join(map(sentence, window.notes))


def _differ(one: pd.DataFrame, other: pd.DataFrame, column: str) -> int:
    both = one[["customer_id", column]].merge(other[["customer_id", column]], on="customer_id")
    return int((both[f"{column}_x"] != both[f"{column}_y"]).sum())


def _fading(stages: pd.DataFrame) -> dict[str, object]:
    part = stages[stages["stage"].isin(FADING)]
    return {"accounts": int(part["accounts"].sum()), "share": _sum(part["share_of_money"])}


def _sum(money: pd.Series) -> float:
    """A sum that is 0 of nobody, and missing where it is known of none."""
    return float(money.sum(min_count=min(1, len(money))))
