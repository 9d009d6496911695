"""accounts.xlsx: the tables of a report in a spreadsheet."""

from kamlib.report.workbook.blocks import Block, Sheet
from kamlib.report.workbook.book import new_book
from kamlib.report.workbook.whole import write_workbook

__all__ = ["Block", "Sheet", "new_book", "write_workbook"]
