"""A small report with hostile and long names: one page of each kind."""

from __future__ import annotations

import datetime as dt
import json
from html import escape
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import pytest
from nbformat import v4

NAMES = ["<img src=x onerror=alert(1)> & Söhne", "Extraordinarily" * 8, "Ромашка", "[a](javascript:b) | *c*", None]


def written(folder: Path) -> dict[str, Path]:
    """File of each kind of page, by name, all of them below a folder."""
    from kamlib.report.dossier import write_dossiers
    from kamlib.report.html import index, page
    from kamlib.report.whole import shelf_pages, write_customers, write_digest, write_one_file
    from kamlib.study.model import Study

    links = [
        ("Summary", "index.html"),
        ("What came in, and what was set aside", "01_cleaning.html"),
        ("Who", "02_scoring.html"),
    ]
    study = Study(name="demo", title="Nuts & " + "Bolts" * 20, as_of="2026Q3", sources={"orders": {"files": "o.csv"}})
    more = {
        "study": study,
        "as_of": dt.date(2026, 9, 30),
        "parts": [(*link, "Why?") for link in links[1:]],
        "record": _record(),
    }
    told = index(folder / "index.html", tables=_tables(), **more)
    write_digest(folder, study, told)
    write_customers(folder, study, _dossiers())
    index(folder / "waiting.html", tables={}, **more)
    page(_notebook(folder / "02_scoring.ipynb"), folder / "02_scoring.html", "Who", links)
    page(_notebook(folder / "plain.ipynb", prose=False), folder / "01_cleaning.html", "Data", links)
    write_one_file(folder)
    shelf = shelf_pages(_shelved(folder / "all"))
    (folder / "shelf.html").write_text(shelf[folder / "all" / "index.html"], encoding="utf-8")
    made = write_dossiers(folder / "dossiers", study, _dossiers())
    first = folder / "dossiers" / made["000"]
    more = {
        "dossier": first,
        "bare": folder / "dossiers" / made["004"],
        "handover": first.parent / "handover" / first.name,
    }
    more |= {"dossiers": first.with_name("index.html"), "prospect": folder / "dossiers" / made["P"]}
    return {path.stem: path for path in folder.glob("*.html")} | more


def _shelved(out: Path) -> Path:
    """Two quarters of a study with every line of the scoreboard, and one that failed."""
    from kamlib.measures.scoreboard import MEASURES

    for period, day in (("2026Q2", "2026-06-30"), ("2026Q3", "2026-09-30")):
        place = out / "x" / period
        place.mkdir(parents=True)
        made = {"as_of": day, "parameters": {"language": "en", "currency": "EUR", "title": NAMES[1]}}
        (place / "run.json").write_text(json.dumps(made))
        told = [{"name": name, "as_of": day, "value": 0.5, "table": "scoreboard"} for name in MEASURES]
        (place / "report.json").write_text(json.dumps({"figures": told}))
    failed = {"study": "y", "title": NAMES[1], "period": "2026Q3", "status": "failed", "cause": NAMES[0]}
    (out / "batch.json").write_text(json.dumps([failed]))
    return out


def _record() -> pd.DataFrame:
    return pd.DataFrame({"item": ["kam", "input orders.csv"], "value": ["0.1.0", "9f2c1d8a77aa0102" * 4]})


def _tables() -> dict[str, pd.DataFrame]:
    ids = [f"{i:03d}" for i in range(len(NAMES))]
    money = np.array([50e3, 30e3, 15e3, 5e3, 1e3])
    facts = pd.DataFrame(
        {"customer_id": ids, "as_of": pd.Timestamp("2026-09-30"), "order_days": 5, "silence_days": 9.0}
    )
    facts = facts.assign(revenue=money, revenue_12m=money, margin=money / 4)
    scores = pd.DataFrame(
        {"customer_id": ids, "score": [90.0, 80, 70, 60, 50], "rank": range(1, 6), "key": True, "p_key": 0.8}
    )
    return {
        "facts": facts,
        "scores": scores,
        "accounts": pd.DataFrame({"customer_id": ids, "account_id": ids, "name": NAMES}),
        "churn": pd.DataFrame({"customer_id": ids, "p_silent": [0, 0.3, 0.6, 1, np.nan], "method": "cox"}),
        "value": pd.DataFrame({"customer_id": ids, "stake": money / 9}),
        "kaism": pd.DataFrame({"customer_id": ids, "cell": "opportunistic"}),
        "abcxyz": pd.DataFrame({"customer_id": ids, "cell": "AX", "uncertain": False}),
        **_blocks(ids, money),
    }


def _blocks(ids: list[str], money: np.ndarray) -> dict[str, pd.DataFrame]:
    """What the warnings, the quarters, the promises and the calls of the summary are made of."""
    from kamlib.measures.scoreboard import MEASURES

    day, due = pd.Timestamp("2026-09-30"), pd.Timestamp("2026-10-05")
    plan = {
        "trigger": "quiet",
        "fate": "this_week",
        "action": NAMES[0],
        "owner": NAMES[1],
        "due": due,
        "hours": 1.0,
        "p": 0.4,
    }
    plan |= {"at_stake": 9e3, "gain": np.nan, "an_hour": np.nan, "break_even": 12.0}
    board = pd.DataFrame(
        [(name, day - pd.DateOffset(months=3 * n)) for name in MEASURES for n in range(4)], columns=["measure", "as_of"]
    )
    card = {"event": "silent", "as_of": day - pd.DateOffset(years=1), "customers": 90, "not_over": 0, "expected": 9.0}
    card |= {"expected_low": 5.0, "expected_high": 13.0, "came": 20, "verdict": "more_came"}
    return {
        "exposure": pd.DataFrame(
            {"customer_id": ids, "measure": "contribution", "revenue": money, "contribution": money / 9}
        ),
        "action_list": pd.DataFrame(
            {"customer_id": ids, "kind": ["keep", "win_back", "keep", "win_back", "keep"], **plan}
        ),
        "scoreboard": board.assign(now=0.5, firm_verdict=["better", "worse", "noise", "unknown"] * len(MEASURES)),
        "scorecard": pd.DataFrame([card]),
    }


def _dossiers() -> dict[str, pd.DataFrame]:
    """One dossier that is as full as it gets, with texts of 300 letters and more; one with nothing in it; a prospect."""
    day, long = pd.Timestamp("2026-08-01"), "Sphinx of black quartz, judge my vow. " * 9
    many, one = range(40), {"customer_id": "000"}
    tables = _tables()
    months = pd.DataFrame(
        {**one, "month": pd.date_range("2023-10-01", periods=36, freq="MS"), "revenue": 1e6, "margin": 3e5}
    )
    told = {
        **one,
        "date": day,
        "lesson": long,
        "closed": day,
        "cost": 9.0,
        "hours": 1.0,
        "promised": day - pd.Timedelta(days=9),
    }
    kinds = ["claim", "delivery", "call", "dispute"] * 10
    touches = pd.DataFrame({**told, "kind": kinds, "contact_id": [f"c{n}" for n in many]}).astype(
        {"closed": "datetime64[ns]"}
    )
    influence, support = ["decides", "high", "medium", "low", None], ["for", "neutral", "against", None]
    people = pd.DataFrame({**one, "contact_id": [f"c{n}" for n in many], "role": [f"{NAMES[n % 2]} {n}" for n in many]})
    people = people.assign(influence=influence * 8, support=support * 10)
    bids = {
        "value": 123456.0,
        "outcome": "lost",
        "decided": day,
        "reason": long,
        "single_supplier": True,
        "source": "tender",
    }
    proposals = pd.DataFrame(
        {**one, **bids, "date": day, "proposal_id": [f"p{n}" for n in many], "rival": [f"{NAMES[1]} {n}" for n in many]}
    )
    plans = {**one, "action": long, "owner": NAMES[1], "due": day, "benefit_kind": NAMES[0], "cost": 9.0}
    done = [day, pd.NaT] * 20
    topics = ["strategy", "budget", "structure", "needs", "history", "rival", "regions", "solvency"] * 5
    firms = tables["accounts"].assign(
        industry=long, country=NAMES[0], region=long, size="large", employees=9, since=day, manager=long
    )
    firms = pd.concat(
        [firms, pd.DataFrame({"customer_id": ["P"], "account_id": ["P"], "name": [NAMES[0]], "wallet": [1e6]})]
    )
    return tables | {
        "accounts": firms.assign(contract_end=day),
        "states": pd.DataFrame(
            {"customer_id": tables["facts"]["customer_id"], "state": "active", "silence_limit": 30.0}
        ),
        "facts": tables["facts"].assign(first_order=pd.Timestamp("2023-10-01")),
        "months": months,
        "interactions": touches,
        "contacts": people.assign(name=None),
        "proposals": proposals,
        "ratings": pd.DataFrame(
            columns=["customer_id", "criterion", "score", "rater", "date", "evidence", "view", "rival"]
        ).astype({"date": "datetime64[ns]"}),
        "actions": pd.DataFrame({**plans, "done": pd.to_datetime(done)}),
        "notes": pd.DataFrame({**one, "date": day, "topic": topics, "text": long, "source": long}),
        "quiet_lines": pd.DataFrame(
            {
                **one,
                "category": [NAMES[1]] * 9,
                "change": "stopped",
                "since": day,
                "order_days_a_year": 20.0,
                "amount_a_year": 1e6,
            }
        ),
        "white_space": pd.DataFrame(
            {**one, "category": [NAMES[1]] * 9, "share_of_peers": 0.8, "usual_amount": 1e6, "low": 9e5, "high": 2e6}
        ),
        "benefits": pd.DataFrame(
            {
                **one,
                "benefit_kind": [NAMES[1]] * 9,
                "times": 3,
                "benefit_cost": 9.0,
                "share_of_margin": 0.1,
                "why_given": "",
            }
        ),
        "action_list": pd.DataFrame({**one, "action": [long] * 9, "owner": NAMES[1], "due": day, "why": long}),
        "strategy": pd.DataFrame(
            {"tier": ["opportunistic"], "goal": long, "offer": long, "measure": long, "every_days": 30}
        ),
    }


def _notebook(path: Path, *, prose: bool = True) -> Path:
    """An executed notebook with a figure, sentences, a wide table and text."""
    from kamlib.report.text import fill

    tables = {
        "Wide": pd.DataFrame({"name": NAMES} | {f"column {i}": NAMES for i in range(11)}),
        "Long": pd.DataFrame({"name": [f"customer {i}" for i in range(30)]}),
        "Numbers": pd.DataFrame({"month": [NAMES[1], "may"]}),
    }
    written = [
        table.to_html(index=False)
        .replace("<thead>", f"<caption>{words}</caption><thead>")
        .replace("<td>", "<td>" if words == "Numbers" else '<td class="who">')
        for words, table in tables.items()
    ]
    outputs = [
        *(v4.new_output("display_data", data=data) for data in _pictures()),
        v4.new_output("display_data", data={"text/markdown": fill("**{a}** and {b}", a=NAMES[0], b=NAMES[1])}),
        *(v4.new_output("display_data", data={"text/html": html}) for html in written),
        v4.new_output("stream", name="stdout", text="x" * 400),
    ]
    words = "word " * 80
    prose_of = {
        "head": f"# Who pays?\n\n{words}\n\n## Data and method\n\n{words}\n\n### Where from\n\n{words * 9}",
        "why": f"## Why\n\n### A `detail`\n\n> said\n\n[source](https://doi.org/10/1)\n\n{words * 9}",
        "tail": f"## Conclusion\n\nAnna pays.\n\n## Limits\n\n{words}\n\n## Run record\n\n{words}",
    }
    head, why, tail = (v4.new_markdown_cell(text) for text in prose_of.values())
    code = v4.new_code_cell("1", execution_count=1, outputs=outputs)
    aside = v4.new_markdown_cell(f"## {escape(NAMES[0])}\n\n{words}", metadata={"tags": ["appendix"]})
    node = v4.new_notebook(cells=[head, why, code, aside, tail] if prose else [code])
    nbformat.write(node, path)
    return path


def _pictures() -> list[dict[str, str]]:
    """Pictures of 06 to 08 with names that nobody expects: what a notebook is given to display."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    from kamlib.report import figures

    names = [*NAMES[:4], "W" * 300, "$x^2$ & \u202eשלום\u202c", "a_b%#&amp;'\"" * 9]
    ids = [f"K.{n}" for n in range(len(names))]
    called = pd.Series(names, ids)
    rank = np.arange(1.0, len(ids) + 1)
    sets = {"customer_id": ids, "rank": rank, "rank_best": 1.0, "rank_worst": rank + 2, "among_top": "possibly"}
    curve = pd.DataFrame({"place": rank, "cumulative_share": np.linspace(0.3, 1.0, len(ids))})
    owners = pd.DataFrame({"owner": names, "hours": 8.0, "used": 5.0, "waiting_hours": 20.0})
    card = {
        "measure": "on_time",
        "trait": "manager",
        "value": names,
        "rate": np.linspace(0.2, 0.9, len(ids)),
        "whole": rank * 30,
    }
    card |= {"centre": 0.5, "low_95": 0.4, "high_95": 0.6, "low_998": 0.3, "high_998": 0.7, "verdict": "above"}
    quiet = pd.DataFrame(
        {
            "customer_id": ids,
            "category": names,
            "change": "fewer",
            "since": pd.Timestamp("2026-09-30"),
            "order_days_a_year": 24.0,
        }
    )
    shown: list[dict[str, str]] = []
    with pytest.MonkeyPatch.context() as patch, matplotlib.rc_context():
        figures.set_style()
        patch.setattr("IPython.display.display", lambda data, **_: shown.append(data))
        drawn = [
            figures.rank_intervals(pd.DataFrame(sets), top=3, names=called),
            figures.concentration_curves(
                pd.concat([curve.assign(measure=name) for name in ("revenue", "contribution")]),
                names=pd.Series({"revenue": names[4], "contribution": names[0]}),
            ),
            figures.whale_curve(curve, ends=(names[4], names[1])),
            figures.owner_hours(owners),
            figures.funnel_plots(pd.DataFrame(card), trait="manager"),
            figures.quiet_blocks(
                quiet, quiet[["customer_id", "category"]].assign(block_0=0, block_1=2, block_2=3), names=called
            ),
        ]
        for one in drawn:
            figures.show(one)
    plt.close("all")
    return shown
