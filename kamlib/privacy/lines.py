"""What a person is told of one person in a study: the places, what was erased, and the reports that still hold them."""

from __future__ import annotations

from pathlib import Path

from kamlib.privacy import erasure, published, subject
from kamlib.study.model import Study


def person_lines(study: Study, who: str, copies: Path | None, reports: Path) -> list[str]:
    """The lines that ``kam person`` prints; the person is erased in copies where a folder for them is given.

    Parameters
    ----------
    who : a contact_id, a whole name or a work channel.
    copies : a new folder, or None.
    reports : folder of the reports, which are only looked through.

    Raises
    ------
    InputError
        As `identify` and `erase`.
    """
    person = subject.identify(study, who)
    held = subject.places(study, person) if copies is None else erasure.erase(study, person, copies)
    made = [
        f"{row['table']:<16}{row['file']}, line {row['line']}: {row['held']} ({row['columns']})"
        for row in held.to_dict("records")
    ]
    words = "hold something about this person" if copies is None else "were changed in the copies"
    made.append(f"{len(held):,} rows {words}")
    if copies is not None:
        made.append(f"copies: {copies.resolve()}, with a study.yaml that runs; the files of the study are as they were")
    found = published.holding(reports, study.name, person)
    made += [
        f"still published: {report.resolve()} holds this person in {files:,} files" for report, files in found.items()
    ]
    return [*made, "Publish these again from the copies, or delete them."] if found else made
