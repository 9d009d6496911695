"""What the cells of a column hold, and in which marks and formats they are written."""

from kamlib.init.cells.column_contents import Contents, Days, Numbers, merged
from kamlib.init.cells.dialect import Marked, date_format, number_form
from kamlib.init.cells.profile_columns import profile, sampled

__all__ = ["Contents", "Days", "Marked", "Numbers", "date_format", "merged", "number_form", "profile", "sampled"]
