"""What a new study needs besides its tables: its date, and criteria with anchors that fit the data, once.

The anchors stand in the study file from then on: a new customer never moves them.
"""

from __future__ import annotations

import math
from datetime import date, timedelta

import pandas as pd

from kamlib.facts.worth import worth_column
from kamlib.init.cells.dialect import Marked
from kamlib.scoring.prospects import THREE_P
from kamlib.study.settings.known_criteria import BUILT_IN
from kamlib.study.settings.sections import FEWEST

_SLACK = 7  # days before a quarter's end at which its last order may lie: holidays
_ALONE = 366  # days without any line that cut off a few mistyped dates
_TINY = 0.01  # share of the lines that can be such
_PROUD = 3  # the largest of so many scores best
_LATE = 0.5  # of its invoices
_MOST, _OPINIONS, _RATED = 8, 40, 3  # criteria; of the weight, for opinions; of them


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


def criteria(
    facts: pd.DataFrame,
    currency: str,
    *,
    service: pd.DataFrame | None = None,
    ratings: pd.DataFrame | None = None,
) -> list[dict[str, object]]:
    """Criteria that the tables can tell, eight at most, with anchors that fit the accounts of today; weights sum to 100.

    Money and order days run from the lower quartile of the accounts that bought to the third largest, a customer one would be
    proud of, at 1, 2 or 5 times a power of ten on the outer side, and are concave: each doubling is worth the same. So the
    largest still stand apart, and one giant or slip moves no anchor. Categories run between the same two. A customer on which
    serving takes the whole usual margin scores nothing for it, as who pays 60 days late. The evenness of orders and growth have
    anchors of their own. All this is *default*, and opinions weigh 40 of 100 at most.

    Parameters
    ----------
    facts : from `kamlib.facts.account_facts`, at one date.
    currency : of the amounts.
    service : `kamlib.facts.service_facts` of `facts`, or None.
    ratings : `kamlib.scoring.ratings.latest_ratings` of ours, or None.

    Returns
    -------
    list of dict
        As `kamlib.study.settings.sections.Criterion` takes them. Without enough of a history for a window of months, over all of it.
    """
    window = next((w for w in ("12m", "6m") if facts[f"revenue_{w}"].notna().any()), "")
    money = worth_column(facts, window)
    kind = money.partition("_")[0]
    when = {"12m": "the last twelve months", "6m": "the last six months", "": "all months"}[window]
    days = "order_days_12m" if window == "12m" else "order_days"
    day_words = f"days with an order in {when if window == '12m' else 'all months'}"
    made = [
        *_between(facts[money], money, None if window else kind, 40, f"{kind} of {when} in {currency}"),
        *_between(facts[days], "frequency", days, 15, day_words),
    ]
    if facts["growth"].notna().any():
        words = "revenue of the last twelve months against the twelve before"
        made.append(_criterion("growth", None, "development", -0.5, 0.5, 15, words))
    if service is not None and (service["cost_to_serve_share"] > 0).any():
        words = f"what serving costs us, for each {currency} of revenue"
        made.append(_criterion("cost_to_serve_share", None, "revenue", _margin_rate(facts), 0, 10, words))
    if service is not None and service["p_late_60"].notna().any():
        words = "chance that an invoice is unpaid 60 days past due"
        made.append(_criterion("payment", "p_late_60", "revenue", _LATE, 0, 10, words))
    if facts["gap_cv"].notna().any():
        words = "how evenly the orders come (variation of the gaps between order days)"
        made.append(_criterion("stability", "gap_cv", "revenue", 1.5, 0.3, 10, words))
    if facts["categories_12m"].max() > 1:
        words = "categories bought in the last twelve months"
        made += _between(facts["categories_12m"], "breadth", "categories_12m", 5, words, curve="linear")
    made += _between(facts["average_order"], "average_order", None, 5, f"value of an average order in {currency}")
    opinions = _opinions(ratings) if made and ratings is not None else []
    made = made[: _MOST - len(opinions)]
    return [
        *_weighed(made, 100 - _OPINIONS * len(opinions) // _RATED),
        *_weighed(opinions, _OPINIONS * len(opinions) // _RATED),
    ]


def _between(
    values: pd.Series, name: str, column: str | None, weight: int, words: str, curve: str = "log"
) -> list[dict[str, object]]:
    """A criterion from the lower quartile of what is above zero to its third largest; none where nothing is."""
    some = values[values > 0]
    if some.empty:
        return []
    worst, best = rounded(some.quantile(0.25), down=True), rounded(some.nlargest(_PROUD).iloc[-1], up=True)
    worst = worst if worst < best else best / 10
    return [
        _criterion(name, column, "revenue", worst, best, weight, words)
        | ({"curve": curve} if curve != "linear" else {})
    ]


def _margin_rate(facts: pd.DataFrame) -> float:
    """The usual margin of a unit of revenue of 12 months; 0.3 where none is known."""
    known = facts[facts["margin_12m"].notna() & (facts["revenue_12m"] > 0)]
    rate = float(known["margin_12m"].sum() / known["revenue_12m"].sum()) if len(known) else 0.0
    return round(rate, 2) if rate >= 0.01 else 0.3


def _opinions(ratings: pd.DataFrame) -> list[dict[str, object]]:
    """The criteria that most customers were rated on, beside those of the gate for prospects; with equal weights."""
    ours = ratings[ratings["rival"] == ""].drop_duplicates(["customer_id", "criterion"])
    counts = ours["criterion"].value_counts()
    named = [name for name, known in BUILT_IN.items() if known.source == "rating" and name not in THREE_P]
    rated = sorted((name for name in named if counts.get(name, 0) >= FEWEST.averaged), key=lambda name: -counts[name])
    return [{"name": name, "worst": 1, "best": 10, "weight": 1} for name in rated[:_RATED]]


def _weighed(made: list[dict[str, object]], total: int) -> list[dict[str, object]]:
    """With weights in the same proportions, whole, that sum to `total`; the first takes what rounding leaves."""
    parts = [float(str(one["weight"])) for one in made]
    whole = [round(total * part / sum(parts)) for part in parts]
    return [
        one | {"weight": weight + (total - sum(whole) if at == 0 else 0)}
        for at, (one, weight) in enumerate(zip(made, whole, strict=True))
    ]


def rounded(value: float, *, up: bool = False, down: bool = False) -> float:
    """1, 2 or 5 times a power of ten: the nearest on a scale of ratios, 3,400 is 5,000 and 3,000 is 2,000; or never below, or above."""
    power = math.floor(math.log10(value))
    steps = [step * 10.0 ** (power + more) for more in (-1, 0, 1) for step in (1, 2, 5)]
    fit = [
        step for step in steps if not (up and step < value * (1 - 1e-9)) and not (down and step > value * (1 + 1e-9))
    ]
    best = min(fit, key=lambda step: abs(math.log(step / value)))
    return int(best) if best >= 1 else best


def _criterion(
    name: str, column: str | None, group: str, worst: float, best: float, weight: int, words: str
) -> dict[str, object]:
    where = {"column": column} if column else {}
    ends = {"group": group, "worst": worst, "best": best, "weight": weight, "words": words}
    return {"name": name, "source": "facts", **where, **ends}
