"""A raw table → what each of its columns holds.

The first rows say which ways of writing days and numbers can be meant; one pass in the engine over all rows then counts
what each of them reads, by the very expressions that read the values afterwards (`values`). So 10 million lines take
seconds.
"""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.types as ir

from kamlib.init.column_contents import EXAMPLES, Contents, Days, Numbers, numbers_of
from kamlib.init.formats import NUMBER_FORMS, date_forms, number_forms
from kamlib.io import readers
from kamlib.io.values import as_day, as_number, as_text, as_whole, trimmed
from kamlib.study.sources import Dialect

HEAD = 10_000
_MORE = 0.001  # of all values, unread beyond the share of the first ones


def profile(con: Any, raw: ir.Table) -> dict[str, Contents]:
    """What each column of a raw table holds.

    Parameters
    ----------
    con : Ibis backend from `readers.engine`.
    raw : from `readers.read`.

    Returns
    -------
    dict of Contents, by raw column name

    Raises
    ------
    InputError
        If the file can't be read to its end.
    """
    names = [name for name in raw.columns if name not in readers.ADDED]
    table = raw.select(*names)
    head = readers.store(con, table.limit(HEAD))
    small = int(head.count().execute()) < HEAD
    shapes, examples = _first_values(head, names)
    rows = head if small else table
    days = {name: _days(rows[name], date_forms(shapes[name])) for name in names}
    likely = {name: number_forms(shapes[name]) for name in names}
    forms = {name: _plainest(tied) for name, (tied, _) in likely.items()}
    found = _count(rows, names, forms)
    doubtful = [] if small else [name for name in names if _missed(found[name]) > likely[name][1] + _MORE]
    if doubtful:  # further down stand numbers written with marks that the first rows did not show
        rest = {name: _unread(table[name], forms[name]) for name in doubtful}
        more = _count(table.select(**rest), doubtful, {name: likely[name][0] for name in doubtful})
        for name in doubtful:
            found[name]["numbers"] = _together(found[name]["numbers"], more[name]["numbers"])
    return {name: Contents(**found[name], days=days[name], examples=examples[name]) for name in names}


def _first_values(head: ir.Table, names: list[str]) -> tuple[dict[str, dict[str, int]], dict[str, tuple[str, ...]]]:
    """Of the first rows, by column: how often each shape of a value comes, and the most frequent values.

    In a shape N are one or two digits, Y four, and a letters: ``Y-N-N``, ``N a Y``; three digits are NN, five YN.
    """
    keys = [f"c{place}" for place in range(len(names))]
    text = head.select(**{key: trimmed(as_text(head[name])) for key, name in zip(keys, names, strict=True)})
    long = text.pivot_longer(keys, names_to="key", values_to="value").filter(lambda t: t.value.notnull())
    values = long.group_by("key", "value").agg(n=long.count()).cache()
    letters = values.value.substr(0, 40).re_replace(r"\pL+", "a")
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
    """One pass over all rows: values, different ones, the longest, and what the marks given for each column read."""
    plain = table.select(**{f"{place}": trimmed(table[name], long=True) for place, name in enumerate(names)})
    read = {
        f"{place} {at}": as_number(plain[f"{place}"], _marks(marks))
        for place, name in enumerate(names)
        for at, marks in enumerate(forms[name])
    }
    values = plain.mutate(**read)
    asked: dict[str, Any] = {"rows": values.count()}
    for place in range(len(names)):
        value = values[f"{place}"]
        asked |= {f"{place} filled": value.count(), f"{place} distinct": value.approx_nunique()}
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
        filled = told[f"{place} filled"]
        made[name] = {
            "rows": told["rows"],
            "filled": filled,
            "distinct": min(told[f"{place} distinct"], filled),
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


def _missed(found: dict[str, Any]) -> float:
    """Share of the values of a column of numbers that none of the marks reads."""
    counts = [read.count for read in found["numbers"].values()]
    return 1 - max(counts) / max(found["filled"], 1) if counts else 0.0


def _unread(value: ir.Value, forms: list[tuple[str, str]]) -> ir.Value:
    """The values that none of the marks reads; missing elsewhere."""
    number = ibis.coalesce(*[as_number(trimmed(value, long=True), _marks(form)) for form in forms])
    return ibis.ifelse(number.isnull(), value, None)


def _together(
    plainest: dict[tuple[str, str], Numbers], more: dict[tuple[str, str], Numbers]
) -> dict[tuple[str, str], Numbers]:
    """What each pair of marks reads: what the plainest of its decimal mark reads, and of the rest what it reads alone."""
    by_decimal = {form[0]: read for form, read in plainest.items()}
    first = next(iter(plainest.values()))
    return {form: numbers_of([by_decimal.get(form[0], first), read]) for form, read in more.items()}


def _plainest(tied: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The plainest pair for each decimal mark: the others read the same. One is enough where no value has a mark."""
    if len(tied) == len(NUMBER_FORMS):
        return [NUMBER_FORMS[0]]
    return list({form[0]: form for form in reversed(tied)}.values())


def _marks(form: tuple[str, str]) -> Dialect:
    return Dialect.model_validate({"decimal": form[0], "thousands": form[1]})
