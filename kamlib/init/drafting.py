"""Pieces → the draft of a study, tried on the files themselves: the order lines as they would come in tell its criteria."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import ibis.expr.types as ir

from kamlib.errors import InputError, some
from kamlib.facts import account_facts, service_facts
from kamlib.facts.service import serving_costs
from kamlib.init import criteria, study_head, write_study
from kamlib.init.cells import Marked
from kamlib.init.draft import Draft, SourceDraft
from kamlib.init.evidence import credits_above_zero, states
from kamlib.init.inputs import Piece
from kamlib.init.tables import accounts_inside, draft_sources
from kamlib.intake import pipeline
from kamlib.scoring.ratings import latest_ratings
from kamlib.study.dictionary import INPUTS
from kamlib.study.model import Study

_MANY = 0.05  # of the lines, in other currencies
_PLACEHOLDER = {
    "name": "revenue_12m",
    "source": "facts",
    "group": "revenue",
    "worst": 0,
    "best": 100_000,
    "weight": 100,
}


def drafted(pieces: Sequence[Piece], called: str, unread: Mapping[str, str]) -> Draft:
    """The draft of a study, without criteria.

    Parameters
    ----------
    pieces : from `related`.
    called : what the study is called by its user, or by its file.
    unread : what is no piece, and why, by label.

    Raises
    ------
    InputError
        If none of the pieces holds order lines.
    """
    sources, unused = draft_sources(pieces)
    sources, only = counted(sources)
    head = study_head.head(sources, called)
    return Draft(head, sources, cleaning=only | _cleaning(sources), unused={**unread, **unused})


def _cleaning(sources: dict[str, SourceDraft]) -> dict[str, Marked]:
    """Lines in other currencies are set aside, and said to be, until a person gives rates."""
    orders = sources["orders"]
    if not (others := study_head.currencies(orders)[1:]):
        return {}
    words = orders.pieces[0].texts[orders.found.columns["currency"].theirs].value_counts(normalize=True)
    why = f"without rates the lines in {some(others)} are set aside"
    return {"rules": Marked({"no_rate": "set_aside"}, why, "", bool(words.iloc[1:].sum() > _MANY))}


def counted(sources: dict[str, SourceDraft]) -> tuple[dict[str, SourceDraft], dict[str, Marked]]:
    """The sources with the customers inside the order lines, which rows of these count, and which give money back."""
    orders = sources["orders"]
    free = [
        c for c in orders.pieces[0].contents if c not in {choice.theirs for choice in orders.found.columns.values()}
    ]
    found = states(orders.pieces[0].texts, free)
    cleaning = {}
    if found is not None:
        cleaning["only"] = Marked({found.column: list(found.meant)}, f"which rows count? {found.told}", "", True)
        free.remove(found.column)
    if (amount := orders.found.columns.get("amount")) and amount.theirs in orders.pieces[0].numbers:
        money = orders.pieces[0].numbers[amount.theirs]
        if back := credits_above_zero(orders.pieces[0].texts, money, free):
            why = f"do these give money back? They are above zero as the others: {back.told}"
            cleaning["credits"] = Marked({back.column: list(back.meant)}, why, "", True)
    if "accounts" not in sources and (accounts := accounts_inside(orders, free)):
        names = sorted(sources | {"accounts": accounts}, key=list(INPUTS).index)
        sources = {name: accounts if name == "accounts" else sources[name] for name in names}
    return sources, cleaning


def tried(made: Draft, scratch: Path) -> tuple[Draft, str | None]:
    """The draft with what its clean order lines tell: cancellations and criteria; and why they could not be read."""
    path = scratch / "study.yaml"
    whole = made if made.criteria.value else replace(made, criteria=Marked((_PLACEHOLDER,)))
    needed = {
        name: source
        for name, source in made.sources.items()
        if not source.inside or "parent_id" in source.found.columns
    }
    path.write_text(write_study.text(replace(whole, sources=needed), scratch, answered=True), encoding="utf-8")
    try:
        study = Study.read(path, values={"proposed": False})  # what is at fault is told when it is checked
        clean = pipeline.collect(study)
        facts = account_facts(clean.orders, study.as_of)
        costs = serving_costs(clean.tables["interactions"], study.money.hour)
        dealt = service_facts(
            facts, invoices=clean.tables["invoices"], interactions=clean.tables["interactions"], costs=costs
        )
        ours = latest_ratings(clean.tables["ratings"], study.as_of)
        found = criteria.criteria(
            facts, made.head["currency"].value or "the currency of the study", service=dealt, ratings=ours
        )
        if not found:
            raise InputError("no order line is a sale, so nothing can be scored")
        cancelled = _cancelled(clean.orders)
    except InputError as error:
        here = f"{Path(os.path.relpath(Path.cwd(), scratch)).as_posix()}/"
        why = str(error).replace(str(path), "the study file").replace(here, "")
        return replace(
            whole,
            criteria=Marked(
                whole.criteria.value, f"these anchors are no proposal; the order lines can't be read yet: {why}"
            ),
        ), why
    return replace(
        made,
        criteria=made.criteria if made.criteria.value else Marked(tuple(found)),
        cleaning={**({"cancelled": cancelled} if cancelled else {}), **made.cleaning},
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
