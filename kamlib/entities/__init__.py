"""Who is one customer: groups under a parent, and firms that may be one."""

from kamlib.entities.duplicates import likely_duplicates
from kamlib.entities.groups import double_count, group_heads, roll_up

__all__ = ["double_count", "group_heads", "likely_duplicates", "roll_up"]
