"""Files that are no plain table, told by their cells: without names, cut by blanks, months, groups, heads and lines."""

from kamlib.init.shapes.groups import groups
from kamlib.init.shapes.heads import Joint, joint
from kamlib.init.shapes.layout import layout
from kamlib.init.shapes.months import months

__all__ = ["Joint", "groups", "joint", "layout", "months"]
