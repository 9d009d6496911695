"""Which table each piece of the files is, what belongs together, and what a person has to decide of it."""

from kamlib.init.tables.assign_tables import draft_sources
from kamlib.init.tables.belonging import related
from kamlib.init.tables.customer_traits import accounts_inside
from kamlib.init.tables.open_choices import with_questions

__all__ = ["accounts_inside", "draft_sources", "related", "with_questions"]
