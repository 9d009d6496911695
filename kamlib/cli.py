"""The command line: kam init · run · check · firms · batch · sample · anonymise · person."""

from __future__ import annotations

import sys
import tempfile
import traceback
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from kamlib import __version__
from kamlib.errors import InputError

app = typer.Typer(
    help="Find a company's key customers from its own records, and keep them.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
StudyFile = Annotated[Path, typer.Argument(help="The study file (study.yaml).")]
AsOf = Annotated[str | None, typer.Option(help="Day or quarter, e.g. 2026-09-30 or 2026Q3, instead of the study's.")]
Out = Annotated[Path, typer.Option(help="Folder of the reports.")]
Set = Annotated[
    list[str] | None, typer.Option("--set", help="A study value, e.g. churn.horizon_days=90; may be repeated.")
]


@app.command()
def init(
    files: Annotated[list[str], typer.Argument(help="CSV, Excel or Parquet files, or the URL of a database.")],
    out: Annotated[Path, typer.Option(help="The study file to write.")] = Path("study.yaml"),
    name: Annotated[
        str | None, typer.Option(help="Name of the study; else that of the file, or of its folder.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a study file that is there already.")] = False,
) -> None:
    """Look into files and propose a study file: tables, columns, dialects, criteria. It asks nothing."""
    from kamlib.init.start import propose_study, summary

    for line in summary(propose_study(files, out, name=name, force=force)):
        typer.echo(line)


@app.command()
def run(study: StudyFile, as_of: AsOf = None, out: Out = Path("reports"), set_: Set = None) -> None:
    """Run a study and publish its report."""
    from kamlib.run.publish import run_study
    from kamlib.run.steps import notebook_steps

    values = _values(set_)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    console = Console(stderr=True, soft_wrap=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("notebooks", total=len(notebook_steps()) + 1)

        def step(name: str, seconds: float) -> None:
            bar.advance(task)
            console.print(f"{name:<20} {seconds:6.1f} s", highlight=False)

        index = run_study(study, as_of=as_of, out=out, values=values, progress=step)
    typer.echo(f"report: {index}")


@app.command()
def check(study: StudyFile, as_of: AsOf = None, set_: Set = None) -> None:
    """Read and clean a study's files and print the ledger, without a report."""
    from kamlib.intake import pipeline
    from kamlib.study.model import Study

    loaded = Study.read(study, as_of=as_of, values=_values(set_))
    clean = pipeline.collect(loaded)
    typer.echo(f"{loaded.title}, as of {loaded.as_of}\n")
    heads = ("rows hit", "money hit", "rows off", "money off")
    typer.echo(f"{'table':<13}{'rule':<28}{'what is done':<14}" + _columns(heads))
    for row in clean.ledger.loc[clean.ledger["matched_rows"] > 0].to_dict("records"):
        cells = [_count(row["matched_rows"]), _money(row["matched_amount"])]
        if row["action"]:
            cells += [_count(row["rows"]), _money(row["amount"])]
        typer.echo(f"{row['table']:<13}{row['rule']:<28}{row['action']:<14}{_columns(cells)}")
    for note in clean.notes:
        typer.echo(note)


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
    decided = int((pairs["decision"] != "").sum())
    typer.echo(f"{len(pairs):,} pairs, {decided:,} of them decided: {path}")
    if loaded.identity.review is None:
        typer.echo("The study obeys the decisions (same, group, different) once it says")
        typer.echo(f"  identity: {{review: {path.name}}}")


@app.command()
def batch(
    file: Annotated[Path, typer.Argument(help="The batch file: studies and dates.")],
    as_of: Annotated[list[str] | None, typer.Option(help="Day or quarter for all studies; may be repeated.")] = None,
    out: Out = Path("reports"),
) -> None:
    """Run many studies and quarters: one report each and a page that links them. Exit status 1 if any failed."""
    from kamlib.run.batch import run_batch

    def told(entry: dict[str, Any]) -> None:
        cause = f": {entry['cause']}" if entry["cause"] else ""
        typer.echo(f"{entry['status']:<7} {entry['study']} {entry['as_of']} {entry['seconds']:.1f} s{cause}", err=True)

    entries = run_batch(file, as_of=as_of, out=out, progress=told)
    typer.echo(f"reports: {(out / 'index.html').resolve()}")
    if any(entry["status"] == "failed" for entry in entries):
        raise typer.Exit(1)


@app.command()
def sample(folder: Annotated[Path, typer.Argument(help="Where the sample goes.")] = Path("data/sample")) -> None:
    """Make the sample: a fictional distributor with every table, and the truth that was planted in it."""
    from kam_teaching import make_sample

    make_sample(folder)
    typer.echo(f"sample: {folder.resolve()}")


@app.command()
def anonymise(
    study: StudyFile,
    out: Annotated[Path, typer.Argument(help="Where the copy goes: a new folder.")],
    key: Annotated[str | None, typer.Option(help="Secret of 16 letters or more, for the same ids next time.")] = None,
    as_of: AsOf = None,
) -> None:
    """Make a pseudonymised copy of a study for a class or for support: its README.txt says what is protected."""
    from kamlib.privacy.anonymised_copy import anonymise as copy
    from kamlib.study.model import Study

    typer.echo(f"study: {copy(Study.read(study, as_of=as_of), out, key=key)}")


@app.command()
def person(
    study: StudyFile,
    who: Annotated[str, typer.Argument(help="A contact_id, a whole name or a work channel.")],
    erase: Annotated[
        Path | None, typer.Option(help="Write copies of the files without this person into this new folder.")
    ] = None,
) -> None:
    """List all that a study's files hold about one person, or write copies of the files without it."""
    from kamlib.privacy import erasure, subject
    from kamlib.study.model import Study

    loaded = Study.read(study)
    found = subject.identify(loaded, who)
    held = subject.places(loaded, found) if erase is None else erasure.erase(loaded, found, erase)
    for row in held.to_dict("records"):
        typer.echo(f"{row['table']:<13}{row['file']}, line {row['line']}: {row['held']} ({row['columns']})")
    typer.echo(
        f"{len(held):,} rows {'hold something about this person' if erase is None else 'were changed in the copies'}"
    )
    if erase is not None:
        typer.echo(f"copies: {erase.resolve()}; the files of the study are as they were")


@app.callback(invoke_without_command=True)
def _version(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    if version:
        typer.echo(f"kam {__version__}")
        raise typer.Exit


def main() -> None:
    """Run the command line; a mistake of the input ends with one message and status 2, never with a traceback."""
    try:
        app()
    except InputError as error:
        typer.echo(f"kam: {error}", err=True)
        sys.exit(2)
    except Exception as error:
        from kamlib.run.steps import StepError

        if isinstance(error, StepError):
            details = f". The details are in {error.log}" if error.log else ""
            typer.echo(f"kam: {error}{details}", err=True)
            sys.exit(1)
        with tempfile.NamedTemporaryFile("w", prefix="kam-", suffix=".log", delete=False, encoding="utf-8") as log:
            traceback.print_exc(file=log)
        typer.echo(f"kam: {type(error).__name__}: {error}. The details are in {log.name}", err=True)
        sys.exit(1)


def _values(pairs: list[str] | None) -> dict[str, object]:
    from kamlib.study.yaml_lines import value

    values = {}
    for pair in pairs or []:
        key, mark, text = pair.partition("=")
        if not (key and mark):
            raise InputError("--set needs key=value", found=pair, remedy="For example --set churn.horizon_days=90.")
        try:
            values[key] = value(text)
        except InputError as error:
            raise InputError(f"--set {key}: {error.problem}", found=text, remedy=error.remedy) from None
    return values


def _columns(cells: Iterable[str]) -> str:
    return "".join(f"{cell:>{width}}" for cell, width in zip(cells, (12, 20, 12, 20), strict=False))


def _count(value: int) -> str:
    return f"{value:,}"


def _money(value: Decimal | None) -> str:
    return "" if value is None else f"{value:,.2f}"
