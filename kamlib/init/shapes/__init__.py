"""Files that are no plain table, told by their cells: no names, runs of blanks, months as columns, reports in groups, heads."""

from kamlib.init.shapes.groups import groups
from kamlib.init.shapes.heads import Joint, joint
from kamlib.init.shapes.layout import layout
from kamlib.init.shapes.months import months

__all__ = ["Joint", "groups", "joint", "layout", "months"]
