"""What a reader gets: sentences, tables and, in figures, pictures; in html, pages."""

from kamlib.report.numbers import Numbers
from kamlib.report.summary import Summary
from kamlib.report.tables import table
from kamlib.report.text import say
from kamlib.report.words import tell

__all__ = ["Numbers", "Summary", "say", "table", "tell"]
