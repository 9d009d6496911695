"""A line as high as a word: how a figure went over the quarters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from markupsafe import Markup

from kamlib.report.text import tidy

WIDE, HIGH, EDGE = 90, 22, 3


def sparkline(lines: Mapping[str, Sequence[float]], said: Mapping[str, Sequence[tuple[str, str]]]) -> Markup:
    """An inline SVG with a line for each series on one scale, the second dashed, the last value of each marked; '' without a value.

    Parameters
    ----------
    lines : values by name, oldest first.
    said : by the same names (day, value as written), which its title tells.
    """
    drawn = {name: values for name, values in lines.items() if len(values)}
    if not drawn:
        return Markup()
    every = [value for values in drawn.values() for value in values]
    low, spread = min(every), max(every) - min(every) or 1.0
    marks = []
    for place, values in enumerate(drawn.values()):
        step = (WIDE - 2 * EDGE) / max(len(values) - 1, 1)
        left = WIDE - EDGE - step * (len(values) - 1)
        points = [
            (left + step * n, HIGH - EDGE - (HIGH - 2 * EDGE) * (value - low) / spread)
            for n, value in enumerate(values)
        ]
        dashed = ' stroke-dasharray="3 2"' if place else ""
        marks.append(f'<polyline points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in points)}"{dashed}/>')
        marks.append(f'<circle cx="{points[-1][0]:.1f}" cy="{points[-1][1]:.1f}" r="2"/>')
    told = "; ".join(f"{name}: " + ", ".join(f"{when} {value}" for when, value in said[name]) for name in drawn)
    title = f"<title>{escape(tidy(told))}</title>"
    box = f'viewBox="0 0 {WIDE} {HIGH}" width="{WIDE}" height="{HIGH}"'
    return Markup(f'<svg class="spark" {box} role="img">{title}{"".join(marks)}</svg>')
