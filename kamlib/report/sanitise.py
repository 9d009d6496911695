"""The body of a page: what nbconvert made of a notebook, made safe, accessible and tidy.

Only known elements and attributes pass; headings step down one at a time and carry ids; every table stands in a
box of its own that scrolls; every picture has alternative text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bs4 import BeautifulSoup, Tag
from bs4.element import PreformattedString

_GONE = (
    "script",
    "style",
    "iframe",
    "object",
    "embed",
    "template",
    "noscript",
    "form",
    "svg",
    "math",
    "link",
    "meta",
    "base",
)
_PLAIN = re.findall(
    r"\w+",
    "b blockquote br caption code del dd details div dl dt em figcaption figure h1 h2 h3 h4 h5 h6 hr i li p pre s small span "
    "strong sub summary sup table tbody tfoot thead tr u ul",
)
_KEPT = {
    "a": {"href", "title"},
    "abbr": {"title"},
    "img": {"src", "alt", "width", "height"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    **{name: set() for name in _PLAIN},
    "svg": {"viewbox", "width", "aria-hidden"},
    "circle": {"cx", "cy", "r"},
    "title": set(),
}
_NAMES = {"circle", "title"}
"""What an svg may hold: points that tell a name to a pointer, laid over a picture. Any other svg goes."""
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_NUMBER = re.compile(r"^[-+−(]?[\d.,\s\u00a0\u202f]*\d[\d.,\s\u00a0\u202f]*\s?[%)]?$|^(unknown|nan|NaN|NaT|<NA>)$")
_DAY = re.compile(r"^\s*\d{4}-\d\d-\d\d\s*$")


@dataclass(frozen=True)
class Body:
    """Inner HTML of a page, its first heading, and its contents: (id, words, level) of each heading below."""

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
    soup = BeautifulSoup(html, "html.parser")
    _drop_forbidden(soup)
    _keep_known(soup)
    first = _headings(soup, title)
    contents = [
        (str(tag["id"]), tag.get_text(" ", strip=True), int(tag.name[1]))
        for tag in soup.find_all(_HEADINGS)
        if tag.name != "h1"
    ]
    _pictures(soup)
    _tables(soup)
    for empty in reversed(soup.find_all(["div", "p", "span", "figure"])):
        if not empty.get_text(strip=True) and not empty.find(["img", "table", "hr", "br"]):
            empty.decompose()
        elif empty.name == "div" and not empty.attrs:
            empty.unwrap()
    return Body(str(soup).strip(), first, contents)


def _drop_forbidden(soup: BeautifulSoup) -> None:
    """Elements that go with all that is in them."""
    for note in soup.find_all(string=lambda text: isinstance(text, PreformattedString)):
        note.extract()  # comments, declarations
    for tag in soup.find_all(_GONE):
        if tag.name != "svg" or {inner.name for inner in tag.find_all(True)} - _NAMES:
            tag.decompose()
    for tag in soup.find_all(_NAMES):
        if tag.parent is None or tag.parent.name != {"circle": "svg", "title": "circle"}[tag.name]:
            tag.unwrap()
    for tag in soup.find_all("a", class_="anchor-link"):
        tag.decompose()


def _keep_known(soup: BeautifulSoup) -> None:
    """Of unknown elements only what is in them, and of known ones only the attributes that do no harm."""
    for tag in soup.find_all(True):
        allowed = _KEPT.get(tag.name)
        if allowed is None:
            tag.unwrap()
            continue
        right = "text-align: right" in str(tag.get("style", "")) or "text-align:right" in str(tag.get("style", ""))
        tag.attrs = {key: value for key, value in tag.attrs.items() if key in allowed and _harmless(key, str(value))}
        if right and tag.name in ("td", "th"):
            tag["class"] = "num"
        if tag.name == "img" and not tag.get("src"):
            tag.decompose()


def _harmless(key: str, value: str) -> bool:
    if key == "src":
        return bool(re.match(r"data:image/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]+$", value))
    if key == "href":
        return bool(re.match(r"(https?://|mailto:|#|[\w.-]+\.html(#[\w-]*)?$)", value))
    if key in ("colspan", "rowspan", "width", "height", "start"):
        return value.isdigit()
    if key in ("viewbox", "cx", "cy", "r"):
        return bool(re.fullmatch(r"[\d. ]+", value))
    if key == "aria-hidden":
        return value == "true"
    return True


def _headings(soup: BeautifulSoup, title: str) -> str:
    """One h1, no level left out, an id for each; the words of the h1."""
    tags = list(soup.find_all(_HEADINGS))
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
    heading = tag.find_previous(_HEADINGS)
    return heading.get_text(" ", strip=True) if heading else "results"


def _pictures(soup: BeautifulSoup) -> None:
    for image in soup.find_all("img"):
        if not str(image.get("alt", "")).strip():
            image["alt"] = f"Figure: {_under(image)}"


def _tables(soup: BeautifulSoup) -> None:
    for table in soup.find_all("table"):
        for cell in table.select("thead th"):
            cell["scope"] = "col"
        for cell in table.select("tbody th"):
            cell["scope"] = "row"
        for cell in table.find_all(["td", "th"], string=_DAY):
            cell["class"] = "day"
        _numbers_right(table)
        for cell in table.select("td:not([class])"):
            if len(cell.get_text(strip=True)) > 16:
                cell["class"] = "words"
        caption = table.find("caption")
        words = caption.get_text(" ", strip=True) if caption else f"Table: {_under(table)}"
        table.wrap(
            soup.new_tag("div", attrs={"class": "scroll", "role": "region", "tabindex": "0", "aria-label": words})
        )


def _numbers_right(table: Tag) -> None:
    """Where no cell says how it stands (pandas' own tables): columns of numbers to the right."""
    rows = [row.find_all(["td", "th"], recursive=False) for row in table.select("tbody tr")]
    if table.find(class_="num") or not rows or len({len(row) for row in rows}) > 1:
        return
    heads = [row.find_all(["td", "th"], recursive=False) for row in table.select("thead tr")]
    for place in range(len(rows[0])):
        texts = [row[place].get_text(strip=True) for row in rows]
        if all(_NUMBER.match(text) for text in texts if text) and any(texts):
            for row in [*rows, *(head for head in heads if len(head) == len(rows[0]))]:
                row[place]["class"] = "num"
