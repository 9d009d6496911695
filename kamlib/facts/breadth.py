"""How many kinds of things an account buys, and from how many of our people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import ibis
import ibis.expr.types as ir

from kamlib.facts.days import seen_at
from kamlib.facts.order_lines import check_lines, stands


def breadth(orders: ir.Table, dates: Sequence[date]) -> ir.Table:
    """Distinct categories and managers of each account at each date; 0 too where they bought but none is known.

    Parameters
    ----------
    dates : ascending. The lines are read once for all of them: what counts of a category at a date is the last purchase of it
        by then, so the last of each stretch between two dates is all that is kept.

    Returns
    -------
    ibis Table
        customer_id, as_of, categories, categories_12m, categories_24m, managers, managers_12m, managers_24m. Accounts without
        a purchase by the date are not in it.
    """
    check_lines(orders, "customer_id", "date", "amount", "category", "manager")
    lines = orders.filter((orders.date <= dates[-1]) & (orders.amount > 0))
    stretch = ibis.cases(*((lines.date <= at, place) for place, at in enumerate(dates)))
    by = ["customer_id", "category", "manager", *({"cancelled_on"} & set(lines.columns))]
    kinds = lines.group_by(*by, stretch=stretch).agg(latest=lines.date.max())
    seen = seen_at(kinds, "latest", dates)
    seen = seen.filter(stands(seen, seen.as_of))
    counts = []
    for column, name in (("category", "categories"), ("manager", "managers")):
        each = seen.group_by("customer_id", "as_of", column).agg(age=seen.age.min())
        known = each[column].notnull()
        counts.append(
            each.group_by("customer_id", "as_of").agg(
                **{name: each[column].count()},
                **{f"{name}_{months}m": each.age.count(where=known & (each.age < months)) for months in (12, 24)},
            )
        )
    return counts[0].join(counts[1], ["customer_id", "as_of"])
