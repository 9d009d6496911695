"""`kam init`: files in, the proposal of a study out, tried on the files before it is written."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pandas as pd
from anyascii import anyascii

from kamlib.errors import InputError, some
from kamlib.facts import account_facts
from kamlib.init import criteria, draft, inputs, write_study
from kamlib.init.dialect import Marked
from kamlib.init.draft import Draft, SourceDraft
from kamlib.intake import pipeline
from kamlib.io import readers
from kamlib.io.values import as_day
from kamlib.study.model import Study
from kamlib.study.sources import Dialect

_PLACEHOLDER = {
    "name": "revenue_12m",
    "source": "facts",
    "group": "revenue",
    "worst": 0,
    "best": 100_000,
    "weight": 100,
}


@dataclass(frozen=True)
class Started:
    """A study that was proposed and written.

    Attributes
    ----------
    path : of the study file.
    draft : what stands in it.
    refused : why the study can't be run yet, or None where its order lines were read.
    """

    path: Path
    draft: Draft
    refused: str | None


def propose_study(files: Sequence[str | Path], out: Path, *, name: str | None = None, force: bool = False) -> Started:
    """Look into files, propose a study, try it on them, and write it.

    Parameters
    ----------
    files : CSV, Excel or Parquet, with ``*`` all that fit; URLs of databases, of which every table is looked into.
    out : where the study file goes.
    name : of the study; None: after the file, or the folder of several.
    force : replace a file that is there.

    Raises
    ------
    InputError
        If `out` is there already, or can't be written, or none of the files holds order lines.
    """
    if out.exists() and not force:
        raise InputError(
            "the study file is there already", file=out, remedy="Name another by --out, or replace it by --force."
        )
    if not out.parent.is_dir():
        raise InputError("no such folder", file=out.parent, remedy="Make it, or name another by --out.")
    with tempfile.TemporaryDirectory(prefix="kam-") as folder:
        scratch = Path(folder)
        con = readers.engine()
        given = [one for file in files for one in _matching(str(file))]
        found, unread = inputs.look(con, given, scratch)
        if not found:
            raise InputError("none of the files can be read", found="; ".join(unread.values()))
        sources, unused = draft.sources(found)
        made = Draft(_head(sources, _called(given, name)), sources, cleaning=_cleaning(sources), unused=unread | unused)
        con.disconnect()
        made, refused = _tried(made, scratch)
    try:
        out.write_text(write_study.text(made, out.parent), encoding="utf-8")
    except OSError as error:
        raise InputError("the study file can't be written", file=out, found=error.strerror) from None
    return Started(out, made, refused)


def _matching(file: str) -> Sequence[Path | str]:
    """The files that a name or pattern stands for; a name that fits none stays, to be told, and so does a URL."""
    if "://" in file:
        return [file]
    path = Path(file)
    if "*" not in file or path.exists():
        return [path]
    return sorted(Path(path.anchor or ".").glob(str(path.relative_to(path.anchor)))) or [path]


def slug(name: str) -> str:
    """A name that a folder can have: a-z, 0-9, - and _."""
    made = re.sub(r"[^a-z0-9_-]+", "_", anyascii(name).lower()).strip("_-")[:64].strip("_-")
    return made if made and made != "drafts" else "study"


def _called(given: Sequence[Path | str], name: str | None) -> str:
    if name:
        return name
    first = given[0]
    if isinstance(first, str):
        return Path(first.partition("?")[0].rpartition("/")[2]).stem
    return first.stem if len(given) == 1 else first.resolve().parent.name


def _head(sources: dict[str, SourceDraft], called: str) -> dict[str, Marked]:
    orders = sources["orders"]
    accounts = sources.get("accounts")
    grouped = accounts is not None and "parent_id" in accounts.found.columns
    return {
        "name": Marked(slug(called), "", "folder of the reports"),
        "title": Marked(f"Key accounts: {' '.join(called.replace('_', ' ').split())}"[:200]),
        "as_of": _as_of(orders),
        "currency": draft.currency(orders),
        "unit": Marked(
            "group" if grouped else "account",
            "",
            "who counts as a customer: the group under one parent, or each account",
        ),
        "language": draft.language(sources),
    }


def _cleaning(sources: dict[str, SourceDraft]) -> dict[str, Marked]:
    """Lines in other currencies are set aside, and said to be, until a person gives rates."""
    if others := draft.currencies(sources["orders"])[1:]:
        return {"rules": Marked({"no_rate": "set_aside"}, f"without rates the lines in {some(others)} are set aside")}
    return {}


def _as_of(orders: SourceDraft) -> Marked:
    """The last whole quarter; doubtful where the days can be read in two ways."""
    if "date" not in orders.found.columns:
        return Marked("?", "without a column of days nothing tells it; write a quarter, such as 2026Q2")
    theirs = orders.found.columns["date"].theirs
    form = orders.dialect["date_format"].value if "date_format" in orders.dialect else None
    ways = [
        criteria.last_quarter(days) for one in (form or "").split(" or ") if len(days := _days(orders, theirs, one))
    ]
    if not ways:
        return Marked("?", f"no value of {theirs!r} can be read as a day; write a quarter, such as 2026Q2")
    if len({way.value for way in ways}) > 1:
        return Marked(min(way.value for way in ways), "it hangs on the date_format of the orders")
    return ways[0]


def _days(orders: SourceDraft, theirs: str, form: str) -> pd.DataFrame:
    """Lines by day: date, lines."""
    dialect = Dialect(date_format=form or None)
    days = [p.raw.select(date=as_day(p.raw[theirs], dialect)) for p in orders.pieces if theirs in p.raw.columns]
    lines = ibis.union(*days, distinct=False) if len(days) > 1 else days[0]
    known = lines.filter(lambda t: t.date.notnull())
    counts: pd.DataFrame = known.group_by("date").agg(lines=ibis._.count()).to_pandas()
    return counts.astype({"date": "datetime64[ns]"})


def _tried(made: Draft, scratch: Path) -> tuple[Draft, str | None]:
    """The draft with what its clean order lines tell: cancellations and criteria; and why they could not be read."""
    path = scratch / "study.yaml"
    path.write_text(write_study.text(replace(made, criteria=Marked((_PLACEHOLDER,))), scratch), encoding="utf-8")
    try:
        study = Study.read(path)
        clean = pipeline.collect(study)
        facts = account_facts(clean.orders, study.as_of)
        found = criteria.criteria(facts, study.currency)
        if not found:
            raise InputError("no order line is a sale, so nothing can be scored")
        cancelled = _cancelled(clean.orders)
    except InputError as error:
        why = str(error).replace(str(path), "the study file")
        return replace(
            made,
            criteria=Marked(
                (_PLACEHOLDER,), f"these anchors are no proposal; the order lines can't be read yet: {why}"
            ),
        ), why
    return replace(
        made,
        criteria=Marked(tuple(found)),
        cleaning={**made.cleaning, **({"cancelled": cancelled} if cancelled else {})},
    ), None


def _cancelled(orders: ir.Table) -> Marked | None:
    """The pattern of order ids that begin with letters under which nearly all amounts are negative."""
    lines = orders.mutate(mark=orders.order_id.re_extract(r"^(\pL+[-_/. ]?)", 1))
    sums = lines.group_by("mark").agg(
        lines=lines.count(), negative=(lines.amount < 0).sum(), rest=(lines.amount > 0).sum()
    )
    table = sums.filter(sums.mark != "").to_pandas().sort_values("mark")
    table = table[(table["lines"] >= 3) & (table["negative"] >= 20 * table["rest"]) & (table["negative"] > 0)]
    table = table[table["negative"] >= 0.5 * table["lines"]]
    if table.empty or len(table) > 5:
        return None
    marks = [re.escape(str(mark)).replace(r"\-", "-").replace(r"\ ", " ") for mark in table["mark"]]
    pattern = f"^{marks[0]}" if len(marks) == 1 else f"^({'|'.join(marks)})"
    return Marked(
        pattern, "", f"{int(table['negative'].sum()):,} of {int(table['lines'].sum()):,} such lines are below zero"
    )


def summary(started: Started) -> list[str]:
    """What was proposed, in lines for a terminal: tables, what is unsure, what is not used, what to do next."""
    made = started.draft
    lines = [f"{'table':<14}{'rows':>12}  files"]
    for source in made.sources.values():
        files = ", ".join(dict.fromkeys(write_study.comment(piece.label, 60) for piece in source.pieces))
        lines.append(f"{source.table:<14}{source.rows:>12,}  {write_study.comment(files, 200)}")
    for title, said in (
        ("unsure", made.doubts),
        ("not used", [f"{label}: {why}" for label, why in made.unused.items()]),
    ):
        lines += ["", f"{title}:", *[f"  {write_study.comment(one, 300)}" for one in said]] if said else []
    lines += ["", f"study: {started.path}"]
    if started.refused:
        lines.append("It can't be run yet: mend what is unsure.")
    lines.append(f"next: look at what is unsure, then: kam check {started.path}")
    return lines
