"""What the page on the plan concludes of white space: where the most is to be expected, and what such a list was worth a year ago."""

from __future__ import annotations

import pandas as pd

from kamlib.stats.reasons import Reason, waits_for


def white_cells(cells: pd.DataFrame, names: pd.Series, currency: str, least_share: float) -> Reason | None:
    """How many cells there are, and the first of them.

    Parameters
    ----------
    cells : `kamlib.plan.white_space.white_space`.
    names : name by customer_id.
    """
    if cells.empty:
        return waits_for(cells)
    first = cells.iloc[0]
    values = {"n": len(cells), "customers": cells["customer_id"].nunique(), "least": least_share, "currency": currency}
    values |= {"name": names.get(first["customer_id"], first["customer_id"]), "category": first["category"]}
    return Reason("white_space_found", values | {name: first[name] for name in ("usual_amount", "low", "high")})


def held_out_year(held_out: pd.DataFrame, currency: str) -> Reason | None:
    """How much oftener the cells that were named first a year ago were begun than all that were open.

    Parameters
    ----------
    held_out : `kamlib.plan.white_space.white_space_test`.
    """
    if held_out.empty:
        return waits_for(held_out)
    by = held_out.set_index("among")
    first, base = by.loc["first_cells"], by.loc["open_cells"]
    values = {
        "n": int(first["cells"]),
        "open": int(base["cells"]),
        "base": base["taken_up_share"],
        "currency": currency,
    }
    values |= {name: first[name] for name in ("taken_up_share", "low", "high", "usual_amount", "taken_up_amount")}
    if not base["taken_up"]:
        return Reason("white_space_never_begun", {"open": int(base["cells"])})
    values["times"] = first["taken_up_share"] / base["taken_up_share"]
    return Reason("white_space_tested" if first["taken_up"] else "white_space_none_of_them_begun", values)
