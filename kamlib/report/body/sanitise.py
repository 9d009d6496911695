"""The body of a page: what nbconvert made of a notebook, made safe, accessible and tidy, with the answer first.

Only known elements and attributes pass; headings step down one at a time and carry ids; every table stands in a
box of its own that scrolls; every picture has alternative text. The conclusion stands above the first section, and
what is method is folded.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

import nh3
from bs4 import BeautifulSoup, Tag

from kamlib.report.body.folding import HEADINGS, answer_first, fold_sections, fold_tables
from kamlib.report.body.pictures import ADDRESS, draw_inline
from kamlib.report.language import spoken
from kamlib.report.words import sentence
from kamlib.stats.reasons import Reason

_KEPT = {
    "a": {"href", "title", "class"},
    "abbr": {"title"},
    "div": {"lang", "class"},
    "img": {"src", "alt", "width", "height"},
    "ol": {"start"},
    "td": {"colspan", "rowspan", "class", "style"},
    "th": {"colspan", "rowspan", "class", "style", "scope"},
}
_PLAIN = {
    *("b", "blockquote", "br", "caption", "code", "dd", "del", "details", "dl", "dt", "em", "figcaption"),
    *("figure", *HEADINGS, "hr", "i", "li", "p", "pre", "s", "small", "span", "strong"),
    *("sub", "summary", "sup", "table", "tbody", "tfoot", "thead", "tr", "u", "ul"),
}
_GONE = {"script", "style", "iframe", "object", "embed", "template", "noscript", "form", "math", "svg"}
_VALUES = {
    "src": re.compile(rf"data:image/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]+|{re.escape(ADDRESS)}<svg\b.*", re.S),
    "href": re.compile(r"(https?://|mailto:|#).*|[\w.-]+\.html(#[\w-]*)?", re.S),
    **dict.fromkeys(("colspan", "rowspan", "width", "height", "start"), re.compile(r"\d+")),
    "lang": re.compile("en"),
}
_NUMBER = re.compile(
    r"^[-+−(]?[\d.,\s\u00a0\u202f]*\d[\d.,\s\u00a0\u202f]*\s?[%)]?$|^(unknown|неизвестно|desconegut|nan|NaN|NaT|<NA>)$"
)
_RIGHT = re.compile(r"text-align:\s*right")
_DAY = re.compile(r"^\s*(\d{4}-\d\d-\d\d|\d\d?[./]\d\d?[./]\d{4})\s*$")


@dataclass(frozen=True)
class Body:
    """Inner HTML of a page, its first heading, and its contents: (id, words, level) of each heading below, in the order of the page."""

    html: str
    title: str
    contents: list[tuple[str, str, int]]


def sanitise_body(html: str, *, title: str) -> Body:
    """Make the inner HTML of a page from what nbconvert wrote.

    Parameters
    ----------
    html : a fragment, nothing in it is trusted.
    title : the heading of the page where the notebook has none.
    """
    soup = BeautifulSoup(_harmless(html), "html.parser")
    _marked(soup)
    first = _headings(soup, title)
    _tables(soup)
    for empty in reversed(soup.find_all(["div", "p", "span", "figure"])):
        if not empty.get_text(strip=True) and not empty.find(["img", "table", "hr", "br"]):
            empty.decompose()
        elif empty.name == "div" and not empty.attrs:
            empty.unwrap()
    _pictures(soup)
    for prose in soup.find_all("div", lang=True):
        for part in prose.find_all(True, recursive=False) if spoken() != prose["lang"] else ():
            part["lang"] = prose["lang"]
        prose.unwrap()
    answer_first(soup)
    contents = [
        (str(tag["id"]), tag.get_text(" ", strip=True), int(tag.name[1]))
        for tag in soup.find_all(HEADINGS)
        if tag.name != "h1"
    ]
    fold_sections(soup)
    fold_tables(soup)
    return Body(str(soup).strip(), first, contents)


def _harmless(html: str) -> str:
    """Only known elements and attributes; what acts goes with all that is in it, and of unknown elements stays what is in them."""
    return nh3.clean(
        html,
        tags=_PLAIN | _KEPT.keys(),
        clean_content_tags=_GONE,
        attributes=_KEPT,
        attribute_filter=lambda _, key, value: value if key not in _VALUES or _VALUES[key].fullmatch(value) else None,
        url_schemes={"http", "https", "mailto", "data"},
        link_rel=None,
    )


def _marked(soup: BeautifulSoup) -> None:
    """The classes of a page in the place of those that nbconvert and pandas give; what shows nothing is taken out."""
    for tag in [tag for tag in soup.find_all(["a", "img"]) if _useless(tag)]:
        tag.decompose()
    for cell in soup.find_all(["td", "th"]):
        right = _RIGHT.search(str(cell.attrs.pop("style", "")))
        kind = "num" if right else "who" if "who" in cell.attrs.pop("class", ()) else ""
        if kind:
            cell["class"] = kind
    for box in soup.find_all("div", class_="celltag_appendix"):
        for heading in box.find_all(["h2", "h3"]):
            heading["class"] = "appendix"
    for tag in soup.find_all(["a", "div"], class_=True):
        del tag["class"]


def _useless(tag: Tag) -> bool:
    """A link to a heading from itself, a picture of nothing."""
    return "anchor-link" in (tag.get("class") or ()) if tag.name == "a" else not tag.has_attr("src")


def _headings(soup: BeautifulSoup, title: str) -> str:
    """One h1, no level left out, an id for each; the words of the h1."""
    tags = list(soup.find_all(HEADINGS))
    if not tags or tags[0].name != "h1":
        top = soup.new_tag("h1")
        top.string = title
        soup.insert(0, top)
        tags = [top, *tags]
    above, taken = 1, {"content", "contents"}
    for place, tag in enumerate(tags):
        level = 1 if place == 0 else min(max(2, int(tag.name[1])), above + 1)
        tag.name, above = f"h{level}", level
        base = re.sub(r"[^\w]+", "-", tag.get_text(" ", strip=True).lower()).strip("-") or "part"
        name, count = base, 2
        while name in taken:
            name, count = f"{base}-{count}", count + 1
        taken.add(name)
        tag["id"] = name
    return tags[0].get_text(" ", strip=True)


def _under(tag: Tag) -> str:
    """The words of the heading that `tag` stands below."""
    heading = tag.find_previous(HEADINGS)
    return heading.get_text(" ", strip=True) if heading else "results"


def _pictures(soup: BeautifulSoup) -> None:
    for image in soup.find_all("img"):
        if not str(image.get("alt", "")).strip():
            image["alt"] = sentence(Reason("figure_of", {"of": _under(image)}))
        if str(image.get("src", "")).startswith(ADDRESS):
            draw_inline(image)


def _tables(soup: BeautifulSoup) -> None:
    named: Counter[str] = Counter()
    for table in soup.find_all("table"):
        _whole(table)
        for cell in table.select("thead th"):
            if cell.get_text(strip=True):
                cell["scope"] = "col"
            else:
                cell.name = "td"
                cell.attrs.pop("scope", None)  # a head without words heads nothing
        for cell in table.select("tbody th"):
            cell["scope"] = "row"
        for cell in table.find_all(["td", "th"], string=_DAY):
            cell["class"] = "day"
        _numbers_right(table)
        for cell in table.select("td:not(.num, .day)"):
            if len(cell.get_text(strip=True)) > 16:
                cell["class"] = " ".join(["who", "words"] if "who" in (cell.get("class") or ()) else ["words"])
        caption = table.find("caption")
        words = caption.get_text(" ", strip=True) if caption else sentence(Reason("table_of", {"of": _under(table)}))
        named[words] += 1
        label = words if named[words] == 1 else f"{words} ({named[words]})"
        table.wrap(
            soup.new_tag("div", attrs={"class": "scroll", "role": "region", "tabindex": "0", "aria-label": label})
        )


def _whole(table: Tag) -> None:
    """One body with all rows that the table holds, those that a notebook leaves unseen too, and no foot that counts them."""
    first, *unseen = table.find_all("tbody", recursive=False) or [table]
    for body in unseen:
        first.extend(body.find_all("tr", recursive=False))
        body.decompose()
    if unseen and table.tfoot:
        table.tfoot.decompose()


def _numbers_right(table: Tag) -> None:
    """Where no cell says how it stands (pandas' own tables): columns of numbers to the right."""
    rows = [row.find_all(["td", "th"], recursive=False) for row in table.select("tbody tr")]
    if table.find(class_=["num", "who"]) or not rows or len({len(row) for row in rows}) > 1:
        return
    heads = [row.find_all(["td", "th"], recursive=False) for row in table.select("thead tr")]
    for place in range(len(rows[0])):
        texts = [row[place].get_text(strip=True) for row in rows]
        if all(_NUMBER.match(text) for text in texts if text) and any(texts):
            for row in [*rows, *(head for head in heads if len(head) == len(rows[0]))]:
                row[place]["class"] = "num"
