"""What a reader gets: sentences, tables, pages and, in figures, pictures."""

from kamlib.report.html import batch_page, index, page
from kamlib.report.numbers import Numbers
from kamlib.report.summary import Summary
from kamlib.report.tables import table
from kamlib.report.text import say
from kamlib.report.words import tell

__all__ = ["Numbers", "Summary", "batch_page", "index", "page", "say", "table", "tell"]
