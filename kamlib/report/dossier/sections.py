"""The sections of a dossier as written rows, of all customers at once: each part is put into words once and then taken apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from kamlib.plan.dossier import Dossiers
from kamlib.plan.dossier.decision_scheme import INFLUENCE, SUPPORT
from kamlib.report.language import value_word
from kamlib.report.numbers import Numbers
from kamlib.report.tables import cells
from kamlib.report.text import is_missing, tidy
from kamlib.report.words import sentence, word
from kamlib.stats.reasons import Reason, waits_for

_FREE = (
    "text",
    "owner",
    "source",
    "benefit_kind",
    "rival",
    "reason_given",
    "why",
)  # stay empty where nothing is on record
LONGEST = 150
"""Letters of a text on a page; the whole text stands in the tables of the run."""


@dataclass(frozen=True)
class Shown:
    """How a part is shown, under its code section_…: its columns, and how many rows at most."""

    columns: tuple[str, ...]
    most: int


@dataclass(frozen=True)
class Section:
    """A table of one customer, or what stands in its place."""

    title: str
    about: str
    heads: list[str]
    rows: list[list[str]]
    right: list[bool]
    left_out: int
    instead: str


SHOWN: Mapping[str, Shown] = {
    "owed": Shown(
        ("owed", "since", "age_days", "text", "owner"),
        6,
    ),
    "steps": Shown(("action", "owner", "due", "why"), 3),
    "done": Shown(("action", "done", "cost", "benefit_kind"), 4),
    "lessons": Shown(("date", "kind", "lesson"), 4),
    "notes": Shown(("topic", "date", "text", "source"), 8),
    "rivals": Shown(("rival", "bids", "bids_won", "bids_lost", "lost_value", "last_met"), 4),
    "bids": Shown(
        ("date", "bid_value", "bid_outcome", "reason_given", "rival", "single_supplier"),
        4,
    ),
    "quiet": Shown(
        ("category", "change", "since", "order_days_a_year", "amount_a_year"),
        4,
    ),
    "white": Shown(
        ("category", "share_of_peers", "usual_amount", "low", "high"),
        4,
    ),
    "benefits": Shown(("benefit_kind", "times", "benefit_cost", "share_of_margin", "why_given"), 3),
}
NONE: Mapping[str, str] = {
    "owed": "nothing_owed",
    "lessons": "no_lessons",
    "rivals": "no_rival_known",
    "bids": "no_recent_bids",
    "notes": "no_notes_here",
    "done": "nothing_done_here",
    "steps": "no_step_here",
    "quiet": "no_line_quiet_here",
    "white": "no_white_space_here",
    "benefits": "no_benefit_here",
}
"""By part: what is said where a customer has no row."""


def written(found: Dossiers) -> dict[str, dict[str, Section]]:
    """By customer, then by part of `SHOWN`: its rows as they are printed."""
    made: dict[str, dict[str, Section]] = {str(one): {} for one in found.heads.index}
    for name, shown in SHOWN.items():
        part = found.parts[name]
        columns = [column for column in shown.columns if column in part]
        told = [column for column in _FREE if column in columns]
        part = part.assign(**{column: part[column].fillna("") for column in told})
        rows = part[["customer_id", *columns, *(f"{c}_values" for c in columns if f"{c}_values" in part)]]
        waits = waits_for(part)
        by = {str(one): list(places) for one, places in rows.groupby("customer_id", sort=False).indices.items()}
        heads, lines, right = cells(rows.drop(columns="customer_id"), index=False)
        lines = [[shortened(cell) for cell in line] for line in lines]
        for one, sections in made.items():
            own = [lines[place] for place in by.get(one, ())]
            instead = "" if own else word(waits.code if waits and not waits.values else NONE[name])
            sections[name] = Section(
                word(f"section_{name}"),
                word(f"section_{name}_about"),
                heads,
                own[: shown.most],
                right,
                max(0, len(own) - shown.most),
                instead,
            )
    return made


def shortened(text: str, most: int = LONGEST) -> str:
    """A text of one line, cut at a word where it is longer than `most` letters."""
    text = tidy(text)
    return text if len(text) <= most else text[:most].rsplit(" ", 1)[0][:most] + " …"


def strip(
    money: pd.DataFrame, path: pd.DataFrame | None, write: Numbers
) -> tuple[list[str], list[tuple[str, list[str]]]]:
    """Quarters in columns: the heads, and by row its name and what it says of each.

    Parameters
    ----------
    money, path : the rows of one customer of `kamlib.plan.dossier.quarterly` and of `kaism_path`; None: not known. On a day within a month
        the money ends with the month before, and the path on that day.
    """
    lines = [
        (word(f"strip_{name}"), [write.short_money(value) for value in money[name]])
        for name in ("revenue", "margin", "cost_to_serve", "contribution")
    ]
    if path is not None:
        by = path.set_index("as_of").reindex(money["until"], method="bfill", tolerance=pd.Timedelta(days=30))
        lines.append(
            (word("strip_cell"), ["" if is_missing(cell) else value_word("cell", str(cell)) for cell in by["cell"]])
        )
        lines.append((word("strip_attractiveness"), [write.number(value, 1) for value in by["attractiveness"]]))
    return list(money["quarter"]), lines


def bars(money: pd.DataFrame, height: int = 56, width: int = 640) -> list[tuple[float, float, float, float, str]]:
    """Revenue and contribution by quarter as bars: x, y, width, height, and which of both; none where nothing is known."""
    top = money[["revenue", "contribution"]].max().max()
    if is_missing(top) or top <= 0:
        return []
    step = width / len(money)
    found = []
    for place, row in enumerate(money.itertuples()):
        for name, left, wide in (("revenue", 0.14, 0.44), ("contribution", 0.58, 0.28)):
            value = getattr(row, name)
            tall = 0.0 if is_missing(value) else max(0.0, float(value) / float(top) * height)
            found.append((step * (place + left), height - tall, step * wide, tall, name))
    return found


def grid(scheme: pd.DataFrame | None, names: Mapping[str, str]) -> list[tuple[str, list[str]]]:
    """Influence by row and support by column (`SUPPORT`, then unknown): who stands there, by role or, where they are given, by name.

    Parameters
    ----------
    scheme : the rows of one customer of `kamlib.plan.dossier.decision_scheme.scheme`.
    names : by contact_id, where the study allows names; else empty.
    """
    if scheme is None or scheme.empty:
        return []
    found: dict[tuple[str, str], list[str]] = {}
    for row in scheme.itertuples():
        who = str(row.role) if not names.get(str(row.contact_id)) else f"{names[str(row.contact_id)]}, {row.role}"
        found.setdefault((str(row.influence), str(row.support)), []).append(who)
    return [
        (influence, [_counted(found.get((influence, support), [])) for support in (*SUPPORT, "")])
        for influence in (*INFLUENCE, "")
    ]


def _counted(people: list[str]) -> str:
    """Each once, with how many there are of it; the rest counted where there are many."""
    times = {one: people.count(one) for one in dict.fromkeys(people)}
    told = [shortened(one, 40) + (f" × {n}" if n > 1 else "") for one, n in times.items()]
    return ", ".join(told[:4]) + (f", {sentence(Reason('and_more', {'n': len(told) - 4}))}" if len(told) > 4 else "")
