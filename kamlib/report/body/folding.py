"""What a reader sees of a page before opening anything: the answer, then names, pictures and sentences."""

from __future__ import annotations

import re
from itertools import takewhile

from bs4 import BeautifulSoup, Tag
from bs4.element import PageElement

from kamlib.report.words import sentence
from kamlib.stats.reasons import Reason

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
#: a longer table shows its first ten rows
MOST_ROWS, FIRST_ROWS = 12, 10
_ANSWER = "Conclusion"
_METHOD = re.compile(r"Data and method|(Limits|Sensitivity|How much hangs)\b.*")
_BASIS = re.compile(r"Parameters|Run record")


def answer_first(soup: BeautifulSoup) -> None:
    """Move the section "Conclusion" above the first section: under the title and the decision that the page serves.

    Parameters
    ----------
    soup : the body, its headings beside what stands below them; changed in place.
    """
    first, answer = soup.find("h2"), soup.find("h2", string=_ANSWER)
    if first and answer and first is not answer:
        for node in [answer, *_below(answer)]:
            first.insert_before(node.extract())


def fold_sections(soup: BeautifulSoup) -> None:
    """Close what is method, basis or appendix under its heading, each in the place where it stands.

    `details` of the class ``method`` are printed all the same, those of the class ``basis`` or ``appendix`` are not.
    The id moves from the heading to what is folded: a browser opens it for a link that leads into it, not for one to
    its summary.

    Parameters
    ----------
    soup : the body, its headings beside what stands below them, those of an appendix with that class; changed in place.
    """
    for heading in soup.find_all(["h2", "h3"]):
        words, kind = heading.get_text(" ", strip=True), "appendix" if heading.attrs.pop("class", None) else None
        if heading.name == "h2":
            kind = "method" if _METHOD.fullmatch(words) else "basis" if _BASIS.fullmatch(words) else kind
        if kind is None:
            continue
        inside = soup.new_tag("div", attrs={"id": str(heading.attrs.pop("id"))})
        inside.extend(_below(heading))
        heading.wrap(soup.new_tag("summary")).wrap(soup.new_tag("details", attrs={"class": kind})).append(inside)


def fold_tables(soup: BeautifulSoup) -> None:
    """Close the numbers of a picture under their caption, and of any other long table what follows the first rows.

    A table of customers stays open below a picture too: it says who. What is folded already stays whole. The rest of a long table is hidden by the style of
    the page as long as the `details` behind it are closed; a browser that doesn't know how shows all rows.

    Parameters
    ----------
    soup : the body, each table in its box of the class ``scroll``; changed in place.
    """
    for box in [box for box in soup.select("div.scroll") if not box.find_parent("details")]:
        above = box.find_previous([*HEADINGS, "figure"])
        rows = len(box.select("tbody tr"))
        if above and above.name == "figure" and not box.select_one(".who"):
            fold = box.wrap(soup.new_tag("details", attrs={"class": "numbers"}))
            fold.insert(0, _summary(soup, str(box["aria-label"])))
        elif rows > MOST_ROWS:
            more = soup.new_tag("details", attrs={"class": "more"})
            more.append(_summary(soup, sentence(Reason("rows_more", {"n": rows - FIRST_ROWS}))))
            box.insert_after(more)


def _summary(soup: BeautifulSoup, words: str) -> Tag:
    tag = soup.new_tag("summary")
    tag.string = words
    return tag


def _below(heading: Tag) -> list[PageElement]:
    """What stands below a heading, down to the next of its level or above."""
    ends = HEADINGS[: int(heading.name[1])]
    return list(takewhile(lambda node: getattr(node, "name", None) not in ends, heading.next_siblings))
