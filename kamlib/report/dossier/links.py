"""Links from the tables of a report to the pages on single customers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from html import escape, unescape
from pathlib import Path

import pandas as pd

from kamlib.facts.customers import own_rows

_CELL = re.compile(r'(<t[dh]\b[^>]*class="who\b[^>]*>(?:<span[^>]*>)?)([^<>]+)((?:</span>)?\s*(?:<small>|</t[dh]>))')
_ROW = re.compile(r"<tr\b.*?</tr>", re.S)


def hrefs_by_text(pages: Mapping[str, str], names: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Where a cell of a table leads to by what it says, an id or a name that one customer alone has: the page, and the id.

    Parameters
    ----------
    pages : href by customer_id.
    names : name by customer_id, of all customers.
    """
    times = Counter(names.values())
    own = {name: (pages[one], one) for one, name in names.items() if one in pages and times[name] == 1}
    return own | {one: (page, one) for one, page in pages.items()}


def linked(html: str, hrefs: Mapping[str, tuple[str, str]]) -> str:
    """A page in which each cell of the class ``who`` that says nothing but such a text is a link to its page; beside a name stands the id, where the row has it nowhere.

    Parameters
    ----------
    html : a page of the report.
    hrefs : from `hrefs_by_text`, as seen from that page.
    """

    def in_row(row: re.Match[str]) -> str:
        def link(found: re.Match[str]) -> str:
            opening, text, closing = found.groups()
            said = " ".join(unescape(text).split())
            if said not in hrefs:
                return found[0]
            href, one = hrefs[said]
            there = one == said or f">{escape(one)}<" in row[0]
            beside = "" if there else f" <small>{escape(one)}</small>"
            return f'{opening}<a href="{escape(href)}">{text.rstrip()}</a>{beside}{closing}'

        return _CELL.sub(link, row[0])

    return _ROW.sub(in_row, html)


def link_pages(folder: Path, hrefs: Mapping[str, str], accounts: pd.DataFrame) -> None:
    """Lead from the customers in the tables of all pages of a report to their dossier, or to their row.

    Parameters
    ----------
    folder : of the report.
    hrefs : page by customer_id, seen from the folder.
    accounts : the clean table, for the names.
    """
    known = hrefs_by_text(hrefs, dict(own_rows(accounts)["name"].dropna()))
    for page in folder.glob("*.html"):
        page.write_text(linked(page.read_text(encoding="utf-8"), known), encoding="utf-8", newline="\n")
