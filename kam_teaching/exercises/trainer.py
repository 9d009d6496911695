"""What a trainer shows and hands out: the answers as computed, slides that tell each trap, a sheet per exercise for A4."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence

import pandas as pd

from kam_teaching.exercises.feedback import NAMES, tasks
from kam_teaching.exercises.task import Answer

STYLE = """
body { font: 11pt/1.45 "DejaVu Sans", Arial, sans-serif; color: #1a1a1a; background: #fff; margin: 0 auto; max-width: 46em; padding: 1em }
h1 { font-size: 1.5em; line-height: 1.2 } h2 { font-size: 1.15em }
code { font-family: "DejaVu Sans Mono", monospace; font-size: .92em }
.anchor-link { display: none }
.line { border-bottom: 1px solid #777; height: 2em }
@media print { body { padding: 0; max-width: none } section { break-after: page } section:last-child { break-after: auto } }
"""
SHEETS = "@page { size: A4; margin: 14mm } body { font-size: 10.5pt } h2 { margin: .8em 0 .4em } p { margin: .6em 0 }"
SLIDES = """
@page { size: A4 landscape; margin: 14mm }
body { font-size: 20pt; max-width: none; padding: 0 }
section { min-height: 86vh; padding: 7vh 8vw; box-sizing: border-box; border-bottom: 1px solid #bbb; display: flex; flex-direction: column; justify-content: center }
.figure { font-size: 1.25em; font-weight: bold }
.trap { color: #8a4b00 }
@media print { section { min-height: 0; padding: 0; border: 0; height: 170mm } }
"""
Cells = Sequence[tuple[str, str]]


def answers() -> str:
    """Every answer and what each trap gives, computed from the sample, as a table in Markdown."""
    rows = ["| task | right | a careless way gives |", "| --- | --- | --- |"]
    for name in NAMES:
        for task, one in tasks(name).items():
            traps = "; ".join(f"{trap.name}: {told(trap.answer)}" for trap in one.traps)
            rows.append(f"| {name}.{task} | {told(one.expected)} | {traps} |")
    return "\n".join(rows) + "\n"


def told(answer: Answer) -> str:
    """An answer in a few words: a number, names, or the mean of a Series."""
    if isinstance(answer, frozenset):
        return f"{len(answer)}: {', '.join(sorted(answer))}" if len(answer) <= 10 else f"{len(answer)} customers"
    if isinstance(answer, pd.Series):
        return f"mean {answer.mean():.2f}"
    return f"{answer:,.2f}" if abs(answer) >= 1000 else f"{answer:.4g}"


def sheets(exercises: Mapping[str, Cells]) -> str:
    """The exercises as one page in HTML, each on a sheet of A4: the story, the tasks, and lines to write on."""
    pages = []
    for cells in exercises.values():
        parts = []
        for kind, text in cells:
            if kind == "text" and text.startswith("## With the kit"):
                break
            parts += [_html(text)] if kind == "text" else []
            parts += ['<div class="line"></div>' * 2] if kind == "answer" else []
        pages.append("\n".join(parts))
    return _page("Exercises", SHEETS, pages)


def slides(exercises: Mapping[str, Cells]) -> str:
    """Slides as one page in HTML, a screen or a landscape page each: the question, then every trap with what it gives and why."""
    pages = []
    for name, cells in exercises.items():
        opening = next(text for kind, text in cells if kind == "text")
        pages.append(_html(opening))
        for task, one in tasks(name).items():
            pages += [
                f'<h2 class="trap">{html.escape(trap.name[0].upper() + trap.name[1:])}</h2>'
                f'<p class="figure">{html.escape(task)}: {html.escape(told(trap.answer))}, and not {html.escape(told(one.expected))}</p>'
                f"<p>{html.escape(trap.why)}</p>"
                for trap in one.traps
            ]
        pages.append(
            f"<h2>What came out</h2>{''.join(f'<p>{html.escape(one.so)}</p>' for one in tasks(name).values())}"
        )
    return _page("Slides", SLIDES, pages)


def _html(text: str) -> str:
    from nbconvert.filters.markdown import markdown2html

    made: str = markdown2html(text)
    return made


def _page(title: str, style: str, sections: Sequence[str]) -> str:
    body = "\n".join(f"<section>\n{section}\n</section>" for section in sections)
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<meta name="viewport" content="width=device-width">\n'
        f"<title>{title}</title>\n<style>{STYLE}{style}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )
