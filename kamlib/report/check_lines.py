"""What `kam check` prints: what a person can see is wrong, the ledger, what else is to be known, a verdict and the next command."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from kamlib.entities import review
from kamlib.errors import short, some, wrapped
from kamlib.intake import pipeline
from kamlib.intake.ledger import faults
from kamlib.intake.overview import Overview
from kamlib.intake.pipeline import Clean
from kamlib.report.ledger_lines import ledger_lines
from kamlib.report.text import tidy
from kamlib.report.words import sentence, word
from kamlib.scoring.criteria import begin_late
from kamlib.stats.reasons import Reason
from kamlib.study.model import Study

_WIDTH = 80
_LABEL = 24
_MANY_FAULTS, _FEW_JOINED, _MOST_OF_ONE = 0.01, 0.9, 0.5


def checked(study: Study, file: Path) -> list[str]:
    """A study's files read and cleaned: what came of them, as `check_lines`."""
    clean = pipeline.collect(study)
    late = begin_late(study.scoring.criteria, study.start or clean.seen.first, study.as_of)
    alike = [] if "accounts" in study.sources else review.names_alike(study, clean.orders, clean.heads)
    return check_lines(study, file, clean, [*alike, *map(sentence, late)])


def check_lines(study: Study, file: Path, clean: Clean, notes: Sequence[str] = ()) -> list[str]:
    """The lines of `kam check`, wrapped at 80 columns.

    Parameters
    ----------
    file : of the study, for the next command.
    notes : what else the reader should know, behind what the files told.
    """
    seen = clean.seen
    doubts = doubtful(seen, clean.ledger)
    return [
        wrapped(f"{tidy(study.title)}, as of {study.as_of}"),
        "",
        *_figures(seen, study.currency),
        "",
        *ledger_lines(clean.ledger),
        "",
        *map(wrapped, (*clean.notes, *notes)),
        wrapped(sentence(Reason("check_doubts", {"doubts": doubts}) if doubts else Reason("check_sound"))),
        *_next(study, file),
    ]


def doubtful(seen: Overview, ledger: pd.DataFrame) -> list[str]:
    """Codes of what may be right and is worth a look before the study is run."""
    amounts = seen.largest()["amount"]
    found = {
        "check_quiet_months": bool(seen.quiet_months),
        "check_few_joined": seen.joined is not None and seen.joined < _FEW_JOINED,
        "check_faults": float(faults(ledger)["share"]) > _MANY_FAULTS,
        "check_most_of_one": float(amounts.max()) > _MOST_OF_ONE * float(seen.amount),
    }
    return [code for code, so in found.items() if so]


def _figures(seen: Overview, currency: str) -> list[str]:
    """What a person can compare with what he knows of his firm."""
    joined = word("check_no_accounts")
    if seen.unknown is not None:
        count = len(seen.accounts) - len(seen.unknown)
        without = f"; not {some(map(tidy, seen.unknown), 3)}" if seen.unknown else ""
        joined = f"{count:,} of {len(seen.accounts):,} that order ({_percent(seen.joined)}){without}"
    largest = [
        f"{short(tidy(str(row['name'])), 28):<28}{row['amount']:>18,.2f}" for row in seen.largest().to_dict("records")
    ]
    rows = [
        ("check_customers", f"{seen.customers:,}"),
        ("check_orders", f"{seen.orders:,}, {seen.orders / seen.customers:,.1f} a customer, in {seen.lines:,} lines"),
        ("check_days", f"{seen.first} to {seen.last}"),
        ("check_money", f"{seen.amount:,.2f} {currency}"),
        *zip(("check_largest", *[""] * (len(largest) - 1)), largest, strict=True),
        ("check_months", _months(seen.quiet_months)),
        ("check_joined", joined),
    ]
    lines = []
    for code, told in rows:
        first, *more = wrapped(told, _WIDTH - _LABEL).splitlines()
        lines += [f"{word(code) if code else '':<{_LABEL}}{first}", *[f"{'':<{_LABEL}}{line}" for line in more]]
    return lines


def _months(months: Sequence[str]) -> str:
    """The first few months without a line, or that there is none."""
    more = f" and {len(months) - 6} more" if len(months) > 6 else ""
    return f"{', '.join(months[:6])}{more}" if months else word("check_none")


def _percent(share: float | None) -> str:
    return "" if share is None else f"{int(1000 * share) / 10:g} %"


def _next(study: Study, file: Path) -> list[str]:
    """What to do then."""
    if study.proposed:
        return [wrapped(sentence(Reason("check_proposed"))), f"next: kam check {file}"]
    if not study.scoring.criteria:
        return [wrapped(sentence(Reason("check_criteria"))), f"next: kam check {file}"]
    return [f"next: kam run {file}"]
