"""What a new study needs besides its tables: its date, and criteria with anchors that fit the data, once.

The anchors stand in the study file from then on: a new customer never moves them.
"""

from __future__ import annotations

import math
from datetime import date, timedelta

import pandas as pd

from kamlib.facts.worth import worth_column
from kamlib.init.dialect import Marked

_SLACK = 7  # days before a quarter's end at which its last order may lie: holidays
_ALONE = 366  # days without any line that cut off a few mistyped dates
_TINY = 0.01  # share of the lines that can be such
_BEST = 0.9  # the quantile that scores best


def last_quarter(days: pd.DataFrame) -> Marked:
    """The last day of the last quarter that the order lines cover to its end, never later than they do.

    Parameters
    ----------
    days : one row a day with lines: date, lines. A few lines more than a year from all others count as mistyped.

    Returns
    -------
    Marked
        A quarter such as ``2026Q2``; the last day itself where no quarter is whole.
    """
    counts = days.dropna().sort_values("date", ignore_index=True)
    day, total = list(counts["date"].dt.date), int(counts["lines"].sum())
    first, last, strays = 0, len(day) - 1, 0
    for gap in range(len(day) - 1, 0, -1):
        if (day[gap] - day[gap - 1]).days > _ALONE and counts["lines"].iloc[gap:].sum() <= _TINY * total:
            last, strays = gap - 1, int(counts["lines"].iloc[gap:].sum())
    for gap in range(1, last + 1):
        if (day[gap] - day[gap - 1]).days > _ALONE and counts["lines"].iloc[:gap].sum() <= _TINY * total:
            first = gap
    doubt = f"{strays:,} lines are dated later, up to {day[-1]}, and taken as mistyped" if strays else ""
    covered = f"the order lines go from {day[first]} to {day[last]}"
    end = _quarter_end(day[last] + timedelta(days=_SLACK))
    if _quarter_begin(end) <= day[first] + timedelta(days=-_SLACK):
        return Marked(day[last].isoformat(), doubt or "no quarter is whole", covered)
    return Marked(f"{end.year}Q{(end.month + 2) // 3}", doubt, f"the last whole quarter; {covered}")


def _quarter_end(day: date) -> date:
    """The last quarter's end on or before a day."""
    month = (day + timedelta(days=1)).month
    following = date((day + timedelta(days=1)).year, 3 * ((month - 1) // 3) + 1, 1)
    return following - timedelta(days=1)


def _quarter_begin(end: date) -> date:
    return date(end.year, end.month - 2, 1)


def criteria(facts: pd.DataFrame, currency: str) -> list[dict[str, object]]:
    """Criteria that the order lines alone can tell, with anchors that fit the accounts of today; weights sum to 100.

    Money and counts are best at the 90th percentile of the accounts that bought in the window, rounded to 1, 2 or 5
    times a power of ten: *default*. The evenness of orders and growth have the anchors of the sample.

    Parameters
    ----------
    facts : from `kamlib.facts.account_facts`, at one date.
    currency : of the amounts.

    Returns
    -------
    list of dict
        As `kamlib.study.sections.Criterion` takes them. Without enough of a history for a window of months, over all of it.
    """
    window = next((w for w in ("12m", "6m") if facts[f"revenue_{w}"].notna().any()), "")
    money = worth_column(facts, window)
    kind = money.partition("_")[0]
    when = {"12m": "the last twelve months", "6m": "the last six months", "": "all months"}[window]
    days = "order_days_12m" if window == "12m" else "order_days"
    wanted = [
        (money, None if window else kind, "revenue", 40, f"{kind} of {when} in {currency}"),
        ("frequency", days, "revenue", 20, f"days with an order in {when if window == '12m' else 'all months'}"),
        ("average_order", None, "revenue", 10, f"value of an average order in {currency}"),
    ]
    if facts["categories_12m"].notna().any() and facts["categories_12m"].max() > 1:
        wanted.append(("breadth", "categories_12m", "revenue", 10, "categories bought in the last twelve months"))
    made: list[dict[str, object]] = []
    for name, column, group, weight, words in wanted:
        values = facts[column or name]
        best = rounded(values[values > 0].quantile(_BEST)) if (values > 0).any() else None
        if best:
            made.append(_criterion(name, column, group, 0, best, weight, words))
    if (facts["gap_cv"].notna()).any():
        words = "how evenly the orders come (variation of the gaps between order days)"
        made.append(_criterion("stability", "gap_cv", "revenue", 1.5, 0.3, 10, words))
    if facts["growth"].notna().any():
        words = "revenue of the last twelve months against the twelve before"
        made.append(_criterion("growth", None, "development", -0.5, 0.5, 20, words))
    if made:
        made[0]["weight"] = 100 - sum(int(str(one["weight"])) for one in made[1:])
    return made


def rounded(value: float) -> float:
    """1, 2 or 5 times a power of ten: the nearest on a scale of ratios; 3,400 is 5,000 and 3,000 is 2,000."""
    power = math.floor(math.log10(value))
    steps = [step * 10.0 ** (power + more) for more in (0, 1) for step in (1, 2, 5)]
    best = min(steps, key=lambda step: abs(math.log(step / value)))
    return int(best) if best >= 1 else best


def _criterion(
    name: str, column: str | None, group: str, worst: float, best: float, weight: int, words: str
) -> dict[str, object]:
    where = {"column": column} if column else {}
    ends = {"group": group, "worst": worst, "best": best, "weight": weight, "words": words}
    return {"name": name, "source": "facts", **where, **ends}
