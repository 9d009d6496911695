"""A raw table → what each of its columns holds.

A sample, the first rows and as many spread over the rest, says which ways of writing days and numbers can be meant and what
each of them reads, by the very expressions that read the values afterwards (`values`). How many values there are, how many
different ones, and which days, all rows say: a column has few days. So 10 million lines take seconds; what the sample does
not show, `kam check` sees.
"""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.types as ir

from kamlib.init.cells.column_contents import EXAMPLES, Contents, Days, Numbers
from kamlib.init.cells.formats import NUMBER_FORMS, date_forms, number_forms
from kamlib.io import readers
from kamlib.io.values import as_day, as_number, as_text, as_whole, trimmed
from kamlib.study.sources import Dialect

HEAD = 10_000


def sampled(con: Any, raw: ir.Table) -> ir.Table:
    """The rows that decide, stored: the first ones, and as many spread evenly over all the rest.

    Parameters
    ----------
    con : Ibis backend from `readers.engine`.
    raw : from `readers.read`.

    Raises
    ------
    InputError
        If the file can't be read to its end.
    """
    with readers.plain_errors():
        step = int(raw.count().execute()) // HEAD
    head = raw.limit(HEAD)
    if step < 1 or readers.LINE not in raw.columns:
        return readers.store(con, head)
    line = raw[readers.LINE]
    return readers.store(con, raw.filter((line <= HEAD) | (line % step == 0)))


def profile(con: Any, raw: ir.Table, rows: ir.Table | None = None) -> dict[str, Contents]:
    """What each column of a raw table holds.

    Parameters
    ----------
    con : Ibis backend from `readers.engine`.
    raw : from `readers.read`.
    rows : the sample of it that is looked at, from `sampled`; None: it is taken here.

    Returns
    -------
    dict of Contents, by raw column name

    Raises
    ------
    InputError
        If the file can't be read to its end.
    """
    names = [name for name in raw.columns if name not in readers.ADDED]
    rows = (sampled(con, raw) if rows is None else rows).select(*names)
    shapes, examples = _first_values(rows, names)
    days = {name: _days(raw[name], date_forms(shapes[name])) for name in names}
    forms = {name: _plainest(number_forms(shapes[name])[0]) for name in names}
    found = _count(rows, names, forms)
    whole = _whole(raw, names, exact=int(rows.count().execute()) < HEAD)
    return {
        name: Contents(
            **found[name] | whole[name], days=days[name], examples=examples[name], sampled=found[name]["filled"]
        )
        for name in names
    }


def _whole(raw: ir.Table, names: list[str], *, exact: bool) -> dict[str, dict[str, int]]:
    """One pass over all rows: rows, values and different ones, these about where they are many."""
    plain = raw.select(**{f"{place}": trimmed(raw[name], long=True) for place, name in enumerate(names)})
    asked: dict[str, Any] = {"rows": plain.count()}
    for place in range(len(names)):
        value = plain[f"{place}"]
        asked |= {
            f"{place} filled": value.count(),
            f"{place} distinct": value.nunique() if exact else value.approx_nunique(),
        }
    with readers.plain_errors():
        told = plain.aggregate(**asked).to_pyarrow().to_pylist()[0]
    return {
        name: {
            "rows": told["rows"],
            "filled": told[f"{place} filled"],
            "distinct": min(told[f"{place} distinct"], told[f"{place} filled"]),
        }
        for place, name in enumerate(names)
    }


def _first_values(head: ir.Table, names: list[str]) -> tuple[dict[str, dict[str, int]], dict[str, tuple[str, ...]]]:
    """Of the first rows, by column: how often each shape of a value comes, and the most frequent values.

    In a shape N are one or two digits, Y four, and a letters: ``Y-N-N``, ``N a Y``; three digits are NN, five YN.
    """
    keys = [f"c{place}" for place in range(len(names))]
    text = head.select(**{key: trimmed(as_text(head[name])) for key, name in zip(keys, names, strict=True)})
    long = text.pivot_longer(keys, names_to="key", values_to="value").filter(lambda t: t.value.notnull())
    values = long.group_by("key", "value").agg(n=long.count()).cache()
    letters = values.value.substr(0, 80).re_replace(r"\pL+", "a")
    shape = letters.re_replace("[0-9]{4}", "Y").re_replace("[0-9]{1,2}", "N")
    kinds = values.mutate(shape=shape).group_by("key", "shape").agg(n=lambda t: t.n.sum())
    most = ibis.window(group_by="key", order_by=[ibis.desc("n"), "value"])
    top = values.mutate(place=ibis.row_number().over(most)).filter(lambda t: t.place < EXAMPLES)
    shapes = kinds.order_by(ibis.desc("n"), "shape").to_pandas()
    tops = top.order_by("place").to_pandas()
    counted, examples = {}, {}
    for key, name in zip(keys, names, strict=True):
        here = shapes[shapes["key"] == key]
        counted[name] = dict(zip(here["shape"], here["n"].astype(int), strict=True))
        examples[name] = tuple(tops["value"][tops["key"] == key])
    return counted, examples


def _count(table: ir.Table, names: list[str], forms: dict[str, list[tuple[str, str]]]) -> dict[str, dict[str, Any]]:
    """One pass over the sample: values, different ones, the longest, and what the marks given for each column read."""
    plain = table.select(**{f"{place}": trimmed(table[name], long=True) for place, name in enumerate(names)})
    read = {
        f"{place} {at}": as_number(plain[f"{place}"], _marks(marks))
        for place, name in enumerate(names)
        for at, marks in enumerate(forms[name])
    }
    values = plain.mutate(**read)
    asked: dict[str, Any] = {}
    for place in range(len(names)):
        value = values[f"{place}"]
        asked[f"{place} filled"] = value.count()
        asked[f"{place} longest"] = as_text(value).length().max()
    for key in read:
        value = values[key]
        asked |= {f"{key} count": value.count(), f"{key} low": value.min(), f"{key} high": value.max()}
        asked |= {f"{key} negative": (value < 0).sum(), f"{key} whole": as_whole(value).count()}
    with readers.plain_errors():
        told = values.aggregate(**asked).to_pyarrow().to_pylist()[0]
    made = {}
    for place, name in enumerate(names):
        numbers = {
            marks: Numbers(**{what: told[f"{place} {at} {what}"] or 0 for what in Numbers.__annotations__})
            for at, marks in enumerate(forms[name])
        }
        made[name] = {
            "filled": told[f"{place} filled"],
            "longest": told[f"{place} longest"] or 0,
            "numbers": numbers,
        }
    return made


def _days(column: ir.Value, forms: list[str]) -> dict[str, Days]:
    """What each date format reads, worked out once for each different value: a column has few days."""
    if not forms:
        return {}
    one = column.name("value").as_table()
    values = one.mutate(value=trimmed(one.value, long=True)).group_by("value").agg(n=lambda t: t.count())
    read = values.mutate(
        **{f"{at}": as_day(values.value, Dialect(date_format=f or None)) for at, f in enumerate(forms)}
    )
    asked: dict[str, Any] = {}
    for at in range(len(forms)):
        day = read[f"{at}"]
        asked |= {f"{at} count": read.n.sum(where=day.notnull()), f"{at} first": day.min(), f"{at} last": day.max()}
    with readers.plain_errors():
        told = read.aggregate(**asked).to_pyarrow().to_pylist()[0]
    found = {f: Days(*(told[f"{at} {what}"] for what in Days.__annotations__)) for at, f in enumerate(forms)}
    return {form: days for form, days in found.items() if days.count}


def _plainest(tied: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The plainest pair for each decimal mark: the others read the same. One is enough where no value has a mark."""
    if len(tied) == len(NUMBER_FORMS):
        return [NUMBER_FORMS[0]]
    return list({form[0]: form for form in reversed(tied)}.values())


def _marks(form: tuple[str, str]) -> Dialect:
    return Dialect.model_validate({"decimal": form[0], "thousands": form[1]})
