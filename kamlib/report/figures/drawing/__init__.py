"""From a figure to what a reader gets: laid out, written as a lean SVG, shown with its alternative text."""

from kamlib.report.figures.drawing.layout import lay_out
from kamlib.report.figures.drawing.picture import show, svg

__all__ = ["lay_out", "show", "svg"]
