"""Files that are no plain table, told by their cells: without names, cut by blanks, months, groups, heads and lines."""

from kamlib.init.shapes.group_rows import groups
from kamlib.init.shapes.heads import Joint, joint
from kamlib.init.shapes.month_names import months
from kamlib.init.shapes.repeated_labels import labels
from kamlib.init.shapes.text_layout import layout

__all__ = ["Joint", "groups", "joint", "labels", "layout", "months"]
