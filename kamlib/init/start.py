"""`kam init`: files in, the proposal of a study out, tried on the files before it is written."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import ibis.expr.types as ir

from kamlib.errors import InputError, some
from kamlib.facts import account_facts, service_facts
from kamlib.facts.service import serving_costs
from kamlib.init import assign_tables, criteria, inputs, study_head, write_study
from kamlib.init.accounts_inside import accounts_inside
from kamlib.init.dialect import Marked
from kamlib.init.draft import Draft, SourceDraft
from kamlib.init.evidence import states
from kamlib.init.related import related
from kamlib.intake import pipeline
from kamlib.io import readers
from kamlib.scoring.ratings import latest_ratings
from kamlib.study.dictionary import INPUTS
from kamlib.study.file_patterns import matching
from kamlib.study.model import Study

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
        given = [one for file in files for one in _given(str(file))]
        found, unread = inputs.look(con, given, scratch)
        if not found:
            raise InputError("none of the files can be read", found="; ".join(unread.values()))
        sources, unused = assign_tables.draft_sources(related(con, found))
        sources, only = counted(sources)
        made = Draft(
            study_head.head(sources, _called(given, name)),
            sources,
            cleaning=only | _cleaning(sources),
            unused=unread | unused,
        )
        con.disconnect()
        made, refused = _tried(made, scratch)
    try:
        out.write_text(write_study.text(made, out.parent), encoding="utf-8")
    except OSError as error:
        raise InputError("the study file can't be written", file=out, found=error.strerror) from None
    return Started(out, made, refused)


def _given(file: str) -> Sequence[Path | str]:
    """The files that a name or pattern stands for; a name that fits none stays, to be told, and so does a URL."""
    if "://" in file:
        return [file]
    path = Path(file)
    return [path] if path.exists() else matching(Path(), file) or [path]


def _called(given: Sequence[Path | str], name: str | None) -> str:
    if name:
        return name
    first = given[0]
    if isinstance(first, str):
        return Path(first.partition("?")[0].rpartition("/")[2]).stem
    return first.stem if len(given) == 1 else first.resolve().parent.name


def _cleaning(sources: dict[str, SourceDraft]) -> dict[str, Marked]:
    """Lines in other currencies are set aside, and said to be, until a person gives rates."""
    if others := study_head.currencies(sources["orders"])[1:]:
        return {"rules": Marked({"no_rate": "set_aside"}, f"without rates the lines in {some(others)} are set aside")}
    return {}


def counted(sources: dict[str, SourceDraft]) -> tuple[dict[str, SourceDraft], dict[str, Marked]]:
    """The sources with the customers inside the order lines, and which rows of these count."""
    orders = sources["orders"]
    free = [
        c for c in orders.pieces[0].contents if c not in {choice.theirs for choice in orders.found.columns.values()}
    ]
    found = states(orders.pieces[0].texts, free)
    only = {}
    if found is not None:
        rows = ", ".join(f"{word} {n:,}" for word, n in found.rows.items())
        why = f"which rows count? {found.column} holds {rows}"
        only["only"] = Marked({found.column: list(found.done)}, why, "", True)
        free.remove(found.column)
    if "accounts" not in sources and (accounts := accounts_inside(orders, free)):
        names = sorted(sources | {"accounts": accounts}, key=list(INPUTS).index)
        sources = {name: accounts if name == "accounts" else sources[name] for name in names}
    return sources, only


def _tried(made: Draft, scratch: Path) -> tuple[Draft, str | None]:
    """The draft with what its clean order lines tell: cancellations and criteria; and why they could not be read."""
    path = scratch / "study.yaml"
    path.write_text(
        write_study.text(replace(made, criteria=Marked((_PLACEHOLDER,))), scratch, answered=True), encoding="utf-8"
    )
    try:
        study = Study.read(path)
        clean = pipeline.collect(study)
        facts = account_facts(clean.orders, study.as_of)
        costs = serving_costs(clean.tables["interactions"], study.money.hour)
        dealt = service_facts(
            facts, invoices=clean.tables["invoices"], interactions=clean.tables["interactions"], costs=costs
        )
        ours = latest_ratings(clean.tables["ratings"], study.as_of)
        found = criteria.criteria(facts, study.currency, service=dealt, ratings=ours)
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
        ("you decide", made.questions),
        ("not used", [f"{label}: {why}" for label, why in made.unused.items()]),
    ):
        lines += ["", f"{title}:", *[f"  {write_study.comment(one, 300)}" for one in said]] if said else []
    lines += ["", f"study: {started.path}"]
    if started.refused:
        lines.append(f"It can't be run yet: {started.refused}")
    if made.questions:
        lines.append(f"next: open {started.path}, decide the values that begin with ?, then: kam check {started.path}")
    else:
        lines.append(f"next: kam check {started.path}")
    return lines
