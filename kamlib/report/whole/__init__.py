"""Pages on a whole report: all customers, two sides for print, one file to be mailed; and the shelf of all reports."""

from kamlib.report.whole.customers_page import write_customers
from kamlib.report.whole.digest import print_pdf, write_digest
from kamlib.report.whole.one_file import write_one_file
from kamlib.report.whole.shelf import shelf_pages

__all__ = ["print_pdf", "shelf_pages", "write_customers", "write_digest", "write_one_file"]
