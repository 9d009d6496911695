"""Pages: a notebook as a page without code, the summary of a run.

Each page stands alone: no font, no picture from elsewhere. Its own policy forbids the browser to load anything and to run
any script but the one that sorts and searches tables, which it knows by its hash; so nothing in a customer's name can.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Sequence
from datetime import date
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import jinja2
import pandas as pd
from markupsafe import Markup, escape

from kamlib.errors import InputError
from kamlib.report.body import sanitise_body
from kamlib.report.index.since_last import Since
from kamlib.report.index.summary import Summary, summary
from kamlib.report.language import catalogue, month_of, spoken, value_word, words_in
from kamlib.report.numbers import Numbers, day
from kamlib.report.scripts import direction_of, language_of
from kamlib.report.tables import cells
from kamlib.report.text import is_missing, number_or_text, tidy
from kamlib.report.words import sentence, word
from kamlib.stats.reasons import Reason
from kamlib.study.model import Study
from kamlib.study.periods import period_label

TEMPLATES = Path(__file__).parent / "templates"


def page(notebook: Path, out: Path, title: str, links: Sequence[tuple[str, str]] = ()) -> None:
    """Write an executed notebook as a page: prose and results, no code; the conclusion first, what is method folded.

    Cells tagged ``notebook-only`` are left out; a section whose heading stands in a cell tagged ``appendix`` is folded.
    Warnings are not shown.

    Parameters
    ----------
    notebook : an executed notebook.
    out : the page to write.
    title : of the page; its first heading where the notebook has none.
    links : (title, href) of the parts of the report, in reading order.

    Raises
    ------
    InputError
        If the notebook can't be read, was not run, or ended in an error: half a page would look like a whole one.
    """
    node = _executed(notebook)
    body = sanitise_body(_prose_and_results(node), title=title)
    links = [(value_word("part", words), href) for words, href in links]
    here = [href for _, href in links]
    place = here.index(out.name) if out.name in here else -1
    write_page(
        out,
        "page.html.j2",
        title=tidy(title),
        body=_markup(body.html),
        contents=body.contents,
        links=links,
        here=out.name,
        before=links[place - 1] if place > 0 else None,
        after=links[place + 1] if 0 <= place < len(links) - 1 else None,
    )


def index(
    out: Path,
    *,
    study: Study,
    as_of: date,
    tables: dict[str, pd.DataFrame],
    parts: Sequence[tuple[str, str, str]],
    record: pd.DataFrame,
    since: Since | None = None,
) -> Summary:
    """Write the summary of a run for a manager; what it says is given back.

    Parameters
    ----------
    out : the page to write.
    study, as_of : what was studied, and at which day.
    tables : the run's tables by name; what is missing is named on the page as awaited.
    parts : (title, href, question) of each part of the report.
    record : item and value of the run record.
    since : what changed since the report before, if there is one.
    """
    items, rows, _ = cells(record, index=False)
    told = summary(study, tables, since)
    write_page(
        out,
        "index.html.j2",
        title=tidy(study.title),
        study=study,
        day=day(as_of),
        month=month_of(study.year_begins),
        period=period_label(as_of, study.year_begins),
        summary=told,
        since=since,
        numbers=Numbers(study.language, study.currency),
        parts=[(value_word("part", words), href, value_word("part", asks)) for words, href, asks in parts],
        record_heads=items,
        record=rows,
    )
    return told


def glossary(out: Path) -> None:
    """Write what the words of the report mean, in the language that is spoken."""
    told = catalogue()
    terms = [code.removeprefix("term_") for code in told if code.startswith("term_")]
    rows = sorted((told[f"term_{one}"], told[f"means_{one}"], one) for one in terms)
    write_page(
        out, "glossary.html.j2", title=word("page_glossary"), terms=[(one, term, means) for term, means, one in rows]
    )


def _executed(notebook: Path) -> Any:
    import nbformat

    try:
        node = nbformat.read(notebook, as_version=4)
    except FileNotFoundError:
        raise InputError("no such notebook", file=notebook) from None
    except Exception as error:  # nbformat raises many kinds
        raise InputError("the notebook can't be read", file=notebook, found=str(error)[:200]) from None
    code = [cell for cell in node.cells if cell.cell_type == "code" and cell.source.strip()]
    if code and all(cell.get("execution_count") is None and not cell.outputs for cell in code):
        raise InputError("the notebook was not run", file=notebook, remedy="Run it first; a page shows its results.")
    for place, cell in enumerate(node.cells):
        for output in cell.get("outputs", ()):
            if output.output_type == "error" and "raises-exception" not in cell.metadata.get("tags", ()):
                raise InputError(
                    "the notebook ended in an error",
                    file=notebook,
                    found=f"{output.ename} in cell {place}",
                    remedy="Mend and run it again.",
                )
        if "outputs" in cell:  # warnings are for who runs the notebook
            cell.outputs = [output for output in cell.outputs if output.get("name") != "stderr"]
    node.cells = [cell for cell in node.cells if "notebook-only" not in cell.metadata.get("tags", ())]
    return node


def _prose_and_results(node: Any) -> str:
    from nbconvert import TemplateExporter

    # HTMLExporter would parse and write it once more, for what the sanitiser does in its own way
    html: str = TemplateExporter.from_notebook_node(_exporter(), node)[0]
    return html


@cache
def _exporter() -> Any:
    from nbconvert import HTMLExporter

    exporter = HTMLExporter(
        template_name="notebook", extra_template_basedirs=[str(TEMPLATES)], optimistic_validation=True
    )
    exporter.register_filter(
        "highlight_code", lambda source, **_: source
    )  # named by the template below ours; no code is shown
    return exporter


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals |= {"t": _told, "lang": lambda: words_in(spoken())}
    environment.tests |= {
        "missing": is_missing,
        "a_day": re.compile(r"\d{4}-\d\d-\d\d|\d\d?[./]\d\d?[./]\d{4}").fullmatch,
    }
    environment.filters |= {
        "tidy": lambda text: tidy(str(text)),
        "named": _named,
        "tidy_lines": lambda text: "\n".join(map(tidy, text.splitlines())),
        "known": number_or_text,
    }
    script = (TEMPLATES / "tables.js").read_text(encoding="utf-8")
    environment.globals |= {
        "script": Markup(script),
        "script_hash": f"sha256-{b64encode(sha256(script.encode()).digest()).decode()}",
        "script_words": _script_words,
    }
    return environment


_SCRIPT_WORDS = ("search", "copy", "copied", "under", "over", "unknown", "decimal")
"""What the script of tables says and reads; in the catalogue as ``table_…``."""


def _script_words() -> str:
    return json.dumps({name: word(f"table_{name}") for name in _SCRIPT_WORDS}, ensure_ascii=False)


def _told(code: str, **values: Any) -> str:
    """The words of a code with its values, for a template."""
    return sentence(Reason(code, values))


def _named(name: object) -> Markup:
    """A name from the data, with its language and the direction of its letters where these are sure and not the page's own."""
    text = tidy(str(name))
    language, direction = language_of(text), direction_of(text)
    marks = Markup(f' lang="{language}"' if language not in ("", words_in(spoken())) else "")
    marks += Markup(f' dir="{direction}"' if direction else "")
    return Markup("<span{}>{}</span>").format(marks, text) if marks else escape(text)


def _markup(html: str) -> Any:
    return Markup(html)


def rendered(template: str, **values: Any) -> str:
    """A page of one of the templates; every value is escaped."""
    return _environment().get_template(template).render(values)


def write_page(out: Path, template: str, **values: Any) -> None:
    """Write a page of one of the templates."""
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(rendered(template, **values), encoding="utf-8", newline="\n")
