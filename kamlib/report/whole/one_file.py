"""The report as one page that can be mailed: the summary and all parts, without order lines, contacts, notes and pages on single customers."""

from __future__ import annotations

import re
from pathlib import Path

from bs4 import BeautifulSoup, Tag
from markupsafe import Markup

from kamlib.report.html import rendered
from kamlib.report.language import speaking
from kamlib.report.tables import head_of
from kamlib.report.words import word
from kamlib.study.run_tables import columns

PAGE = "report.html"
LINES = ("order_id", "source_line", "invoice_id", "contact_id", "text", "lesson")
"""Columns of tables whose rows are order lines, invoices, contacts or notes: such a table is left out."""
_HERE = re.compile(r"url\(#([^)]+)\)")


def write_one_file(folder: Path) -> Path:
    """Write a report into one page beside its index, whole; what leads elsewhere in the report is an anchor, or no link.

    Parameters
    ----------
    folder : of a published report.
    """
    index = BeautifulSoup((folder / "index.html").read_text(encoding="utf-8"), "html.parser")
    with speaking(str(index.html["lang"]) if index.html else "en"):
        page = _joined(index, folder)
    part = folder / f".{PAGE}"
    part.write_text(page, encoding="utf-8", newline="\n")
    return part.replace(folder / PAGE)


def _joined(index: BeautifulSoup, folder: Path) -> str:
    title = index.title.get_text() if index.title else folder.name
    links = [(a.get_text(), str(a["href"])) for a in index.select(".cards a") if "/" not in str(a["href"])]
    names = ["index", *(href.removesuffix(".html") for _, href in links)]
    first = _Within(index, "index", names)
    head = first.soup.select_one("header.top")
    parts = [
        (name, words, _Within(_read(folder / href), name, names).main(deeper=1))
        for name, (words, href) in zip(names[1:], links, strict=True)
    ]
    return rendered(
        "one_file.html.j2", title=title, head=Markup(head.decode_contents() if head else ""), summary=first.main(), parts=parts
    )  # fmt: skip


def _read(page: Path) -> BeautifulSoup:
    return BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")


class _Within:
    """A page as a part of another: its ids and links carry its name."""

    def __init__(self, soup: BeautifulSoup, name: str, names: list[str]) -> None:
        self.soup, self.name, self.names = soup, name, names
        lines = {head_of(known.head) for known in columns(LINES) if known}
        for table in soup.select("main table"):
            if lines & {head.get_text(" ", strip=True) for head in table.select("thead th")}:
                self._left_out(table)
        for tag in soup.find_all(True):
            self._renamed(tag)

    def main(self, deeper: int = 0) -> Markup:
        """The content, its headings so many levels lower."""
        main = self.soup.select_one("article") or self.soup.select_one("main")
        assert main is not None
        for heading in main.find_all(re.compile(r"h[1-5]")) if deeper else []:
            heading.name = f"h{int(heading.name[1]) + deeper}"
        return Markup(main.decode_contents())

    def _left_out(self, table: Tag) -> None:
        said = self.soup.new_tag("p", attrs={"class": "note"})
        said.string = word("page_left_out")
        box = table.find_parent(class_="scroll") or table
        box.insert_before(said)
        more = box.find_next_sibling()
        if more is not None and "more" in (more.get("class") or ()):
            more.decompose()
        box.decompose()

    def _renamed(self, tag: Tag) -> None:
        for key in ("id", "aria-labelledby"):
            if key in tag.attrs:
                tag[key] = f"{self.name}-{tag[key]}"
        for key, value in tag.attrs.items():
            if isinstance(value, str) and "url(#" in value:
                tag[key] = _HERE.sub(rf"url(#{self.name}-\1)", value)
        href = tag.get("href")
        if not isinstance(href, str):
            return
        page, _, at = href.partition("#")
        name = page.removesuffix(".html") or self.name
        if name in self.names:
            tag["href"] = f"#{name}-{at}" if at else f"#{name}"
        elif tag.name == "a" and not href.startswith(("http://", "https://", "mailto:")):
            tag.unwrap()
