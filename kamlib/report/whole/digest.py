"""The digest: what a board reads on paper, two sides of A4, and its PDF where a program that prints pages is installed."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from kamlib.errors import InputError
from kamlib.report.html import write_page
from kamlib.report.index.summary import Summary
from kamlib.report.numbers import Numbers, day
from kamlib.study.model import Study
from kamlib.study.periods import period_label

PAGE = "digest.html"
LISTED = 12
"""Key accounts that fit; how many more there are is told."""
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome", "microsoft-edge", "msedge")
WEASYPRINT = "weasyprint"
PRINTS = 120
"""Seconds that a browser may take."""


def write_digest(folder: Path, study: Study, told: Summary) -> None:
    """Write the digest of a report: the five sentences, the warnings, the scoreboard, the first key accounts, what to do.

    Parameters
    ----------
    folder : of the report.
    study : its title, day and words of numbers.
    told : what its first page says.
    """
    write_page(
        folder / PAGE,
        "digest.html.j2",
        title=study.title,
        study=study,
        day=day(study.as_of),
        period=period_label(study.as_of, study.year_begins),
        numbers=Numbers(study.language, study.currency),
        summary=told,
        listed=LISTED,
    )


def print_pdf(page: Path) -> Path:
    """Print a page as a PDF beside it, by a browser of Chromium's kind, else by WeasyPrint.

    Returns
    -------
    Path
        The PDF, whole.

    Raises
    ------
    InputError
        If neither is installed, or the program made none.
    """
    made = page.with_suffix(".pdf")
    program = next(filter(None, map(shutil.which, (*BROWSERS, WEASYPRINT))), None)
    if program is None:
        raise InputError(
            "nothing that prints a PDF is installed",
            file=page,
            remedy="Install Chromium or WeasyPrint, or print the page from a browser.",
        )
    with tempfile.TemporaryDirectory(dir=page.parent, prefix=".") as beside:
        part = Path(beside) / made.name
        run = [program, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={beside}/profile"]
        run += ["--no-pdf-header-footer", f"--print-to-pdf={part}", page.resolve().as_uri()]
        if Path(program).stem == WEASYPRINT:
            run = [program, str(page), str(part)]
        done = subprocess.run(run, capture_output=True, timeout=PRINTS, check=False)
        if not part.exists():
            said = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
            raise InputError(
                "no PDF was printed", file=page, found=" ".join([program, *said]), remedy="Print the page by hand."
            )
        part.replace(made)
    return made
