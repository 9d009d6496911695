"""Workbooks, and web pages that are called so, as sheets of text; what a file is its content says."""

from kamlib.io.books.book import Book, is_page, is_workbook, opened
from kamlib.io.books.workbook import sheets

__all__ = ["Book", "is_page", "is_workbook", "opened", "sheets"]
