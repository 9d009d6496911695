"""The pages on single customers: the dossier and the handover of each key account, one on each prospect, and a list of all."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from kamlib.facts.accounts import at_last_date
from kamlib.facts.customers import lanes, names
from kamlib.plan.dossier import Dossiers, dossiers, prospects
from kamlib.plan.dossier.decision_scheme import SUPPORT
from kamlib.report.dossier.file_names import file_names
from kamlib.report.dossier.head_lines import head_facts
from kamlib.report.dossier.screened import without_personal
from kamlib.report.dossier.sections import bars, grid, shortened, strip, written
from kamlib.report.html import write_page
from kamlib.report.numbers import Numbers, day
from kamlib.report.tables import cells
from kamlib.report.text import is_missing, unknown
from kamlib.report.words import from_to, in_words, sentence, word
from kamlib.stats.reasons import Reason, split
from kamlib.study.model import Study
from kamlib.study.periods import period_label


def write_dossiers(
    folder: Path,
    study: Study,
    tables: Mapping[str, pd.DataFrame],
    *,
    changes: pd.DataFrame | None = None,
    workbook: str = "",
) -> dict[str, str]:
    """Write the pages of all key accounts and prospects of a run.

    Parameters
    ----------
    folder : of the pages; it is made.
    study : its day, words of its numbers, the section dossier.
    tables : of the run, by name.
    changes : `kamlib.report.round_trip.changes_of`, for the list of all; None: not known.
    workbook : href of the workbook that managers fill in; '': there is none.

    Returns
    -------
    dict
        By customer_id, the page within `folder`.
    """
    if "scores" not in tables:
        return {}
    found = _screened(dossiers(tables, study))
    first = _prospects(tables, study)
    keys, others = list(found.heads.index), list(first["customer_id"])
    safe = file_names([*keys, *others])
    write, as_of = Numbers(study.language, study.currency), day(study.as_of)
    common = {
        "day": as_of,
        "period": period_label(study.as_of, study.year_begins),
        "currency": study.currency,
        "numbers": write,
    }
    views = _views(found, study, tables, write)
    for one in keys:
        view, name = views[str(one)], safe[str(one)]
        write_page(folder / f"{name}.html", "dossier.html.j2", **common, **view, handover=f"handover/{name}.html")
        write_page(folder / "handover" / f"{name}.html", "handover.html.j2", **common, **view, back=f"../{name}.html")
    made = {str(one): f"{safe[str(one)]}.html" for one in keys}
    for one, view in _prospect_views(first, tables, study).items():
        write_page(folder / "prospects" / f"{safe[one]}.html", "prospect.html.j2", **common, **view)
        made[one] = f"prospects/{safe[one]}.html"
    rows = [{"href": made[str(one)], **views[str(one)]} for one in keys]
    ahead = [
        {"href": made[str(one)], "title": shortened(name)} for one, name in zip(others, first["name"], strict=True)
    ]
    write_page(
        folder / "index.html",
        "dossiers.html.j2",
        **common,
        title=word("page_dossiers"),
        rows=rows,
        prospects=ahead,
        **_hand(changes, workbook),
    )
    return made


def _hand(changes: pd.DataFrame | None, workbook: str) -> dict[str, Any]:
    """What was changed by hand since the last report, and what is to be filled in for the next."""
    if changes is None or changes.empty:
        return {"changed": [], "changed_heads": [], "workbook": workbook}
    heads, rows, _ = cells(changes.fillna(""), index=False)
    return {
        "changed": [[shortened(cell) for cell in row] for row in rows],
        "changed_heads": heads,
        "workbook": workbook,
    }


def _screened(found: Dossiers) -> Dossiers:
    clean = without_personal({**found.parts, "heads": found.heads})
    return Dossiers(found.day, clean.pop("heads"), clean)


def _views(
    found: Dossiers, study: Study, tables: Mapping[str, pd.DataFrame], write: Numbers
) -> dict[str, dict[str, Any]]:
    """What each page shows, by customer."""
    each, sections = found.of_each(), written(found)
    heads = found.heads.drop(columns="name")
    facts = head_facts(heads.drop(columns=["why", "why_values"]), study)
    why = in_words(heads["why"], heads["why_values"])
    called = _contact_names(tables) if study.dossier.contact_names else {}
    made = {}
    for one, said, name in zip(heads.index, why, found.heads["name"], strict=True):
        gaps = each["gaps"][one].iloc[0]
        record = each["completeness"][one].iloc[0]
        quarters, rows = strip(each["money"][one], each["path"].get(one), write)
        goals = each["goals"].get(one)
        made[str(one)] = {
            "title": shortened(str(name)),
            "id": shortened(str(one), 60),
            "why": shortened(said, 220),
            "facts": facts[str(one)],
            "quarters": quarters,
            "strip": rows,
            "bars": bars(each["money"][one]),
            "grid": grid(each["scheme"].get(one), called),
            "support": SUPPORT,
            "gaps": [sentence(reason) for reason in split(gaps["lacks"], gaps["lacks_values"])],
            "main_contact": write.share(gaps["main_contact_share"]),
            "sections": sections[str(one)],
            "complete": bool(record["complete"]),
            "completeness": write.share(record["completeness"]),
            "freshness": write.share(record["freshness"]),
            "missing": [word(code) for code in str(record["missing_facts"]).split(";") if code],
            "ages": _ages(each["facts"][one]),
            "goal": {} if goals is None else _goal(goals.iloc[0]),
        }
    return made


def _goal(tier: pd.Series) -> dict[str, str]:
    """What the strategy of its tier says: goal, offer, measure, how often."""
    said = {name: shortened(str(tier[name])) for name in ("goal", "offer", "measure") if not is_missing(tier[name])}
    return (
        said
        if is_missing(tier["every_days"])
        else said | {"contact": sentence(Reason("every_so_many_days", {"days": tier["every_days"]}))}
    )


def _ages(facts: pd.DataFrame) -> list[tuple[str, str, bool]]:
    """What ages, with its age in days, and whether it has lost more than half of its worth."""
    aging = facts[facts["freshness"].notna()]
    ages = zip(aging["fact"], aging["age_days"], aging["freshness"] < 0.5, strict=True)
    return [(word(fact), sentence(Reason("so_many_days", {"days": age})), bool(old)) for fact, age, old in ages]


def _contact_names(tables: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    contacts = tables.get("contacts", pd.DataFrame(columns=["contact_id", "name"]))
    named = contacts.dropna(subset="name")
    return dict(zip(named["contact_id"].astype(str), named["name"].astype(str), strict=True))


def _prospects(tables: Mapping[str, pd.DataFrame], study: Study) -> pd.DataFrame:
    """The prospects whose gate is open or to be asked, with their names."""
    nothing = pd.DataFrame({"customer_id": [], "name": []}, dtype=object)
    needed = ("facts", "states", "accounts", "ratings", "proposals", "interactions")
    if any(name not in tables for name in needed):
        return nothing
    facts = at_last_date(tables["facts"])
    lane = lanes(facts, tables["states"], tables["accounts"])
    ids = lane.loc[lane["lane"] == "prospect", "customer_id"]
    if ids.empty:
        return nothing
    given = {name: tables[name] for name in needed[2:]}
    first = facts.set_index("customer_id")["first_order"]
    found = prospects(ids, first, pd.Timestamp(study.as_of), **given, hour=study.money.hour)
    found = found[found["verdict"] != "closed"].reset_index(drop=True)
    return found.assign(name=names(found["customer_id"], tables["accounts"]).to_numpy())


def _prospect_views(first: pd.DataFrame, tables: Mapping[str, pd.DataFrame], study: Study) -> dict[str, dict[str, Any]]:
    if first.empty:
        return {}
    ids = pd.Index(first["customer_id"], name="customer_id")
    found = _screened(dossiers(tables, study, ids))
    each, sections = found.of_each(), written(found)
    top = without_personal({"first": first})["first"].drop(columns=["customer_id", "name"])
    labels, lines, _ = cells(top, index=False)
    chance, low, high = (list(top.columns).index(name) for name in ("p_win", "p_win_low", "p_win_high"))
    called = _contact_names(tables) if study.dossier.contact_names else {}
    made = {}
    for one, line, name in zip(first["customer_id"], lines, first["name"], strict=True):
        record = each["completeness"][one].iloc[0]
        if line[chance] != unknown():
            line[chance] += f" ({from_to(line[low], line[high])})"
        facts = [(labels[at], shortened(cell, 60)) for at, cell in enumerate(line) if cell and at not in (low, high)]
        made[str(one)] = {
            "title": shortened(str(name)),
            "id": shortened(str(one), 60),
            "facts": facts,
            "grid": grid(each["scheme"].get(one), called),
            "support": SUPPORT,
            "sections": {part: sections[str(one)][part] for part in ("steps", "bids", "rivals", "notes")},
            "missing": [word(code) for code in str(record["missing_facts"]).split(";") if code],
        }
    return made
