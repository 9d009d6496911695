"""The body of a page, made from a notebook: safe with any name, the answer first, what is method folded."""

from kamlib.report.body.folding import answer_first, fold_sections, fold_tables
from kamlib.report.body.sanitise import Body, sanitise_body

__all__ = ["Body", "answer_first", "fold_sections", "fold_tables", "sanitise_body"]
