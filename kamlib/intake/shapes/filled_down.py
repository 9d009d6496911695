"""Labels that stand once: an empty cell below has the value above it, as in a pivot table or an order with its lines below."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Any

import ibis
import ibis.expr.types as ir

from kamlib.errors import InputError
from kamlib.io import readers
from kamlib.io.values import trimmed
from kamlib.study.sources import Source


def filled(con: Any, raw: ir.Table, source: Source) -> ir.Table:
    """The rows with the value above in each empty cell of `source.fill_down`.

    A column is filled as far as those named before it stay as they are: a month goes on within its customer. Empty rows stay
    empty.

    Parameters
    ----------
    raw : as it came.
    source : one with `fill_down`.

    Raises
    ------
    InputError
        If a column is not there, or the rows lie in another engine.
    """
    if con.name != "duckdb":
        raise InputError(
            "rows of a server have no order, so nothing stands above an empty cell there",
            file=source.place,
            remedy="Take fill_down out of the source, or read a file by the embedded engine.",
        )
    own = [name for name in raw.columns if name not in readers.ADDED]
    for name in source.fill_down:
        if name not in own:
            raise readers.missing_column(raw, name, source.place, "which the study names in fill_down")
    rows = ibis.window(group_by=readers.FILE, order_by=readers.LINE)
    value = {name: trimmed(raw[name]) for name in own}
    some = reduce(or_, [value[name].notnull() for name in own])
    last = {name: value[name].lag().over(rows) for name in source.fill_down}
    new = {f"kam:{at}": value[name].notnull() & ~value[name].identical_to(last[name]) for at, name in enumerate(last)}
    made = raw.mutate(**{"kam:some": some}, **new)
    above = ibis.window(group_by=readers.FILE, order_by=readers.LINE, preceding=None, following=0)
    runs = {f"kam:{at}": _any(made, at).sum().over(above) for at in range(len(new))}
    made = made.mutate(**runs)
    within = [ibis.window(group_by=[readers.FILE, run]) for run in runs]
    whole = {name: trimmed(made[name]).max().over(run) for name, run in zip(source.fill_down, within, strict=True)}
    return made.mutate(**{n: ibis.ifelse(made["kam:some"], one, None) for n, one in whole.items()}).drop(
        "kam:some", *runs
    )


def _any(made: ir.Table, at: int) -> Any:
    """Whether a value begins in the column at a place of the chain or in one before it."""
    return reduce(or_, [made[f"kam:{place}"] for place in range(at + 1)])
