"""Links from the tables of a report to the pages on single customers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from html import escape, unescape

_CELL = re.compile(r"(<t[dh]\b[^>]*>)([^<>]+)(<small>|</t[dh]>)")


def hrefs_by_text(pages: Mapping[str, str], names: Mapping[str, str]) -> dict[str, str]:
    """The page that a cell of a table leads to by what it says: an id, or a name that one customer alone has.

    Parameters
    ----------
    pages : href by customer_id.
    names : name by customer_id, of all customers.
    """
    times = Counter(names.values())
    own = {name: pages[one] for one, name in names.items() if one in pages and times[name] == 1}
    return own | dict(pages)


def linked(html: str, hrefs: Mapping[str, str]) -> str:
    """A page in which each cell of a table that says nothing but such a text is a link to its page.

    Parameters
    ----------
    html : a page of the report.
    hrefs : from `hrefs_by_text`, as seen from that page.
    """

    def link(found: re.Match[str]) -> str:
        opening, text, closing = found.groups()
        href = hrefs.get(" ".join(unescape(text).split()))
        return found[0] if href is None else f'{opening}<a href="{escape(href)}">{text.rstrip()}</a>{closing}'

    return _CELL.sub(link, html)
