"""The command line: kam new · init · check · run · open · batch · firms · sample · course · anonymise · person."""

from __future__ import annotations

import gc
import os
import signal
import sys
import tempfile
import traceback
import webbrowser
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from kamlib import __version__
from kamlib.ends import STOPPED, Stopped, end, stop, stopped
from kamlib.errors import InputError, StepError
from kamlib.passwords import INSTEAD, PASSWORD, hidden, shows

STATUS = """Exit status: 0 done · 1 a step or a study failed · 2 a mistake in what was given · 130 stopped by Ctrl-C or the system."""
app = typer.Typer(
    help="Find a company's key customers from its own records, and keep them.",
    epilog=STATUS,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
StudyFile = Annotated[Path, typer.Argument(help="The study file (study.yaml).")]
DAY = "Day or quarter, e.g. 2026-09-30, 2026Q3 or, of a fiscal year, FY2026Q3"
AsOf = Annotated[str | None, typer.Option(help=f"{DAY}, instead of the study's.")]
Out = Annotated[Path, typer.Option(help="Folder of the reports.")]
Set = Annotated[list[str] | None, typer.Option("--set", help="A study value, e.g. churn.horizon_days=90; repeatable.")]
OneFile = Annotated[bool, typer.Option("--one-file", help="Also report.html: the parts in one page, to be mailed.")]
Pdf = Annotated[bool, typer.Option("--pdf", help="Also digest.pdf: two sides for print, by Chromium or WeasyPrint.")]


@app.command()
def init(
    files: Annotated[list[str] | None, typer.Argument(help="CSV, Excel or Parquet, or a database's URL.")] = None,
    out: Annotated[Path, typer.Option(help="The study file to write.")] = Path("study.yaml"),
    name: Annotated[str | None, typer.Option(help="Name of the study; else that of file or folder.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a study file that is there already.")] = False,
    since: Annotated[Path | None, typer.Option("--from", help="A mended study: renew all but your changes.")] = None,
) -> None:
    """Look into files and propose a study file: tables, columns, dialects, criteria; what nothing decides begins with ?."""
    from kamlib.init.start import start, summary

    typer.echo("\n".join(summary(start(files or [], out, name=name, force=force, since=since))))


@app.command(epilog="Example: kam new mine && cd mine && kam run study.yaml")
def new(folder: Annotated[Path, typer.Argument(help="The folder to make.")]) -> None:
    """Make a folder to work in: a study that runs, its files, the notebooks, a README."""
    from kamlib.run.workspace import new_workspace

    typer.echo(f"study: {new_workspace(folder)}")


@app.command(epilog="Example: kam run study.yaml --as-of 2026Q3 --set churn.horizon_days=90")
def run(
    study: StudyFile, as_of: AsOf = None, out: Out = Path("reports"), set_: Set = None, one_file: OneFile = False, pdf: Pdf = False
) -> None:  # fmt: skip
    """Run a study and publish its report; steps that would come out the same are taken from the report that stands."""
    from kamlib.report.whole import print_pdf, write_one_file
    from kamlib.run.places import older_schema, place_of
    from kamlib.run.progress import expected, telling
    from kamlib.run.publish import run_study
    from kamlib.study.yaml_lines import given

    values = given(set_ or [])
    report = place_of(study, as_of, out, values)
    left = f"the report of {report.name} stands as it was" if report.exists() else "no report was made"
    with stopped(left), telling() as told:
        if word := older_schema(report):
            told.line(word)
        told.expect(expected(report))
        index = run_study(study, as_of=as_of, out=out, values=values, progress=told.step)
    typer.echo(f"report: {index}")
    if one_file:
        typer.echo(f"one file: {(page := write_one_file(index.parent))} ({page.stat().st_size / 1e6:.1f} MB)")
    if pdf:
        typer.echo(f"digest: {print_pdf(index.with_name('digest.html'))}")


@app.command("open", epilog="Example: kam open study.yaml")
def open_(
    study: Annotated[Path | None, typer.Argument(help="A study file; else the last report of all.")] = None,
    out: Out = Path("reports"),
) -> None:
    """Open the last report in the browser."""
    from kamlib.run.places import last_report

    index = last_report(out, study)
    typer.echo(f"report: {index}")
    with suppress(webbrowser.Error):  # a server has none
        webbrowser.get().open(index.as_uri())


@app.command()
def check(study: StudyFile, as_of: AsOf = None, set_: Set = None) -> None:
    """Read and clean a study's files and print what came of them, the ledger and a verdict, without a report."""
    from kamlib.report.check_lines import checked
    from kamlib.study.model import Study
    from kamlib.study.yaml_lines import given

    typer.echo("\n".join(checked(Study.read(study, as_of=as_of, values=given(set_ or [])), study)))


@app.command()
def firms(
    study: StudyFile,
    out: Annotated[Path | None, typer.Option(help="The review file; else identity.review, or firms.csv.")] = None,
) -> None:
    """Propose accounts that may be one firm in a review file, to be decided there; decisions already made are kept."""
    from kamlib.entities import review
    from kamlib.intake import pipeline
    from kamlib.report.words import with_words
    from kamlib.study.model import Study

    loaded = Study.read(study)
    path = out or loaded.folder / (loaded.identity.review or "firms.csv")
    pairs = review.refresh(path, pipeline.given_accounts(loaded), with_words, "," if loaded.language == "en" else ";")
    typer.echo(f"{len(pairs):,} pairs, {int((pairs['decision'] != '').sum()):,} of them decided: {path}")
    if loaded.identity.review is None:
        typer.echo(f"The study obeys the decisions (same, group, different) by\n  identity: {{review: {path.name}}}")


@app.command(epilog="Example: kam batch quarter.yaml --since 2025Q1 --jobs 4")
def batch(
    file: Annotated[Path, typer.Argument(help="The batch file: studies, or patterns of them, and dates.")],
    as_of: Annotated[list[str] | None, typer.Option(help=f"{DAY}, for all studies; may be repeated.")] = None,
    since: Annotated[str | None, typer.Option(help="Every quarter from this one to the study's own day.")] = None,
    out: Out = Path("reports"),
    jobs: Annotated[int | None, typer.Option(min=1, help="Notebooks at a time; else one for each core.")] = None,
) -> None:
    """Run many studies and quarters: one report each, a page that links them, batch.json. What stands already is kept."""
    from kamlib.run.batch import run_batch
    from kamlib.run.progress import BatchTelling, telling

    at_once = jobs or os.cpu_count() or 1
    with stopped("what is finished stands; the same command goes on from there"), telling(at_once) as told:
        entries = run_batch(file, as_of=as_of or (), since=since, out=out, jobs=jobs, watch=BatchTelling(told, out))
    typer.echo(f"reports: {(out / 'index.html').resolve()}")
    if any(entry["status"] == "failed" for entry in entries):
        raise typer.Exit(1)


@app.command()
def sample(
    folder: Annotated[Path, typer.Argument(help="Where the sample goes.")] = Path("data/sample"),
    kind: Annotated[str, typer.Option(help="distributor, or seasonal: a small wholesaler.")] = "distributor",
) -> None:
    """Make a sample: a fictional firm's tables and study, and the truth that was planted in them."""
    from kam_teaching import make_sample

    make_sample(folder, kind=kind)
    typer.echo(f"sample: {folder.resolve()}")


@app.command(epilog="Example: kam new class && cd class && kam course && jupyter lab notebooks/exercises")
def course(
    folder: Annotated[Path, typer.Argument(help="Where the exercises go.")] = Path("notebooks/exercises"),
    answers: Annotated[bool, typer.Option("--answers", help="The trainer's edition: answers, slides, sheets.")] = False,
) -> None:
    """Write the exercises of the course as notebooks: a question, cells to fill, checks that explain a wrong answer."""
    from kam_teaching.exercises import make_course

    typer.echo(f"course: {make_course(folder, with_answers=answers)[0].resolve()}")


@app.command()
def anonymise(
    study: StudyFile,
    out: Annotated[Path, typer.Argument(help="Where the copy goes: a new folder.")],
    key: Annotated[str | None, typer.Option(help="Secret of 16 letters or more, for the same ids next time.")] = None,
    as_of: AsOf = None,
) -> None:
    """Make a pseudonymised copy of a study, for people you trust: its README.txt says what is protected and what not."""
    from kamlib.privacy.anonymised_copy import anonymise as copy
    from kamlib.study.model import Study

    made, named = copy(Study.read(study, as_of=as_of), out, key=key)
    words = "Pseudonymised, for people you trust: one known order line names its customer in"
    typer.echo(f"study: {made}\n{words} {named:.1%} of the cases.")


@app.command()
def person(
    study: StudyFile,
    who: Annotated[str, typer.Argument(help="A contact_id, a whole name or a work channel.")],
    erase: Annotated[Path | None, typer.Option(help="A new folder for copies without this person.")] = None,
    out: Out = Path("reports"),
) -> None:
    """List all that a study's files and reports hold about one person, or write copies of the files without it."""
    from kamlib.privacy import person_lines
    from kamlib.study.model import Study

    typer.echo("\n".join(person_lines(Study.read(study), who, erase, out)))


@app.callback(invoke_without_command=True)
def _version(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    if version:
        typer.echo(f"kam {__version__}")
        raise typer.Exit


def main() -> None:
    """Run the command line; whatever goes wrong ends with one message and a status, never with a traceback."""
    gc.set_threshold(50_000)  # objects until garbage is looked for; at Python's 700 a tenth of the time goes into that
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):  # Windows has no SIGHUP
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), stop)
    words = (part for word in sys.argv[1:] for part in (word.lstrip("-"), word.partition("=")[2]))
    if any(map(shows, words)):  # before they are parsed: what is wrong with a command is told with its words
        end(f"{PASSWORD}. {INSTEAD}", 2)
    try:
        app()
    except Stopped:
        end("stopped", STOPPED)
    except InputError as error:
        end(str(error), 2)
    except OSError as error:
        end(f"{error.filename or 'the system'}: {error.strerror or error}", 1)
    except Exception as error:
        if isinstance(error, StepError):
            end(f"{error}{f'. The details are in {error.log}' if error.log else ''}", 1)
        with tempfile.NamedTemporaryFile("w", prefix="kam-", suffix=".log", delete=False, encoding="utf-8") as log:
            log.write(hidden(traceback.format_exc()))
        end(f"{type(error).__name__}: {error}. The details are in {log.name}", 1)
