"""A course is made of its solutions alone: all of them pass, and nothing of them is in the hands of the students."""

from __future__ import annotations

import nbformat
import pytest
from threadpoolctl import threadpool_limits

from kam_teaching.exercises.edition import cells_of, make_course, solutions
from kam_teaching.exercises.feedback import NAMES
from kamlib.errors import InputError
from kamlib.run.notebook.steps import notebook_steps

FILES = [path for path in solutions() if path.stem[0] != "0"]
#: the first one shows the ledger of a run of the sample
MARKED = [pytest.param(path, id=path.stem, marks=[pytest.mark.kernel] if path is FILES[0] else [pytest.mark.slow]) for path in FILES]  # fmt: skip


@pytest.fixture(scope="module")
def students(tmp_path_factory):
    folder = tmp_path_factory.mktemp("students")
    make_course(folder)
    return folder


@pytest.fixture(scope="module")
def trainers(tmp_path_factory):
    folder = tmp_path_factory.mktemp("trainers")
    make_course(folder, with_answers=True)
    return folder


@threadpool_limits.wrap(limits=1)
def run(cells, text_of):
    """Run cells in order in one namespace; what each check said."""
    space, said = {}, []
    for cell in cells:
        if cell.kind == "check":
            said.append(eval(text_of(cell), space))
        elif cell.kind in ("code", "answer"):
            exec(text_of(cell), space)
    return said


@pytest.mark.parametrize("path", MARKED)
def test_every_solution_passes_each_check(path, request):
    if path is FILES[0]:
        request.getfixturevalue("sample_report")
    said = run(cells_of(path), lambda cell: cell.text)
    assert len(said) >= 2 and all(one.right for one in said), said


@pytest.mark.parametrize("path", MARKED)
def test_an_empty_edition_runs_to_its_end_and_fails_each_check_with_words(path, request):
    if path is FILES[0]:
        request.getfixturevalue("sample_report")
    said = run(cells_of(path), lambda cell: cell.empty)
    assert len(said) >= 2 and not any(one.right for one in said)
    assert all("still empty" in one.words and not one.trap for one in said)


def test_there_is_an_exercise_for_each_notebook_of_the_study_and_the_start_links_to_all(students):
    assert [path.stem[2:] for path in FILES] == list(NAMES) and len(notebook_steps()) == len(FILES)
    first = nbformat.read(students / "0_start.ipynb", as_version=4).cells[0].source
    for step in notebook_steps():
        assert f"(../{step.path.name})" in first and step.question in first
    for path in FILES:
        assert f"({path.stem}.ipynb)" in first and (students / f"{path.stem}.ipynb").exists()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_answer_and_no_note_of_the_trainer_is_in_the_students_edition(path, students):
    text = (students / f"{path.stem}.ipynb").read_text(encoding="utf-8")
    book = nbformat.reads(text, as_version=4)
    shown = {line.strip() for cell in book.cells for line in cell.source.splitlines()}
    given = {line for cell in cells_of(path) if cell.kind == "code" for line in cell.text.splitlines()}
    for cell in cells_of(path):
        if cell.kind == "answer":
            assert cell.names and all(f"{name} = ...  # yours" in shown for name in cell.names)
            assert not ({line.strip() for line in cell.text.splitlines()} - given) & shown
        if cell.kind == "trainer":
            assert cell.text.split(".")[0] not in text
    assert "trainer" not in text and not any(cell.get("outputs") for cell in book.cells)


def test_every_answer_is_held_by_a_check_of_its_exercise():
    for path in FILES:
        kinds = [cell.kind for cell in cells_of(path) if cell.kind in ("answer", "check")]
        assert kinds == ["answer", "check"] * (len(kinds) // 2)
        for cell in cells_of(path):
            if cell.kind == "check":
                assert cell.text.startswith(f'check("{path.stem[2:]}.')


def test_a_cell_keeps_its_id_between_the_editions_and_from_one_making_to_the_next(students, trainers, tmp_path):
    for path in FILES:
        one, other = (nbformat.read(folder / f"{path.stem}.ipynb", as_version=4) for folder in (students, trainers))
        theirs = {cell.id: cell.cell_type for cell in other.cells}
        assert {cell.id: cell.cell_type for cell in one.cells}.items() <= theirs.items()
    make_course(tmp_path)
    for path in tmp_path.iterdir():
        assert path.read_bytes() == (students / path.name).read_bytes()


def test_the_trainers_edition_has_answers_slides_and_sheets(trainers):
    assert {"answers.md", "slides.html", "sheets.html"} <= {path.name for path in trainers.iterdir()}
    book = nbformat.read(trainers / "5_churn.ipynb", as_version=4)
    assert any(cell.source.startswith("> **For the trainer.**") for cell in book.cells)
    assert any("roc_auc_score(lost, silence)" in cell.source for cell in book.cells if cell.cell_type == "code")


def test_a_folder_that_cant_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="the course can't be written"):
        make_course(tmp_path / "file" / "course")
