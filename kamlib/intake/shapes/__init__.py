"""Shapes in which systems write order lines, each made into plain rows."""

from kamlib.intake.shapes.accounts_from_lines import accounts, names
from kamlib.intake.shapes.heads_and_lines import joined
from kamlib.intake.shapes.worded_rows import with_words

__all__ = ["accounts", "joined", "names", "with_words"]
