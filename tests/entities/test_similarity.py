"""Likeness of names. Oracles: properties that must hold, slips counted by hand, and pairs labelled by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kamlib.entities.duplicates import LEAST
from kamlib.entities.firm_names import take_apart
from kamlib.entities.similarity import alike
from kamlib.report.words import sentence
from kamlib.stats.reasons import Reason

NAMES = st.text("abeoмшаяüñ 12.&", max_size=14)


def likeness(one: str, other: str) -> float:
    return alike(take_apart(one), take_apart(other))[0]


def why(one: str, other: str) -> str:
    return "; ".join(map(sentence, alike(take_apart(one), take_apart(other))[1]))


def labelled() -> dict[str, list[tuple[str, str]]]:
    """The labelled set: pairs of names by their label. How it was made stands in its head."""
    pairs: dict[str, list[tuple[str, str]]] = {"same": [], "other": []}
    for line in (Path(__file__).parent / "firm_pairs.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            kind = line.split()[1].rstrip(":")
        else:
            one, other = line.split(" | ")
            pairs[kind].append((one, other))
    return {kind: pairs[kind] for kind in ("same", "other")}


@given(NAMES)
def test_a_name_is_like_itself(name):
    assert likeness(name, name) == 100


@given(NAMES, NAMES)
def test_likeness_is_symmetric_and_from_0_to_100(one, other):
    there, back = alike(take_apart(one), take_apart(other)), alike(take_apart(other), take_apart(one))
    assert there == back
    assert 0 <= there[0] <= 100 and (there[0] == 100) == (one == other)
    assert there[1]


@pytest.mark.parametrize(
    ("one", "other", "expected", "words"),
    [
        ("Belagor", "Belogor", 100 * (1 - 1 / 7), "another spelling"),  # a letter for another
        ("Belagor", "Belgaor", 100 * (1 - 1 / 7), "another spelling"),  # two letters swapped
        ("Belagor", "Belagr", 100 * (1 - 1 / 7), "another spelling"),  # a letter less
        ("Belagor", "Belagort", 100 * (1 - 1 / 8), "another spelling"),  # a letter more
        ("Belagor", "Bolagur", 100 * (1 - 2 / 7), "another spelling"),
        ("Belagor", "Bolakur", 0, "another spelling"),  # three of seven are no slip of the pen
        ("ООО Белагор", "Belagor GmbH", 98, "in other letters"),
        ("BELAGOR!", "Belagor Ltd", 98, "case, marks or legal form"),
        ("Belagor GmbH", "Belagor AG", 98 - 6, "legal form (limited / stock)"),
        ("Belagor Werke", "Werke Belagor", 97, "another order"),
        ("Bela Gor", "Belagor", 97, "together or apart"),
        ("Belagor Holding", "Belagor", 90 - 2, "more words (holding)"),
        ("Belagor", "Belagor Niederlassung Kassel", 88, "part of the other"),
        ("Belagor", "Belagor Kassel", 60 + 30 * 7 / 12, "within that of the other"),
        ("ИП Иванов А.Б.", "ИП Иванов Андрей Борисович", 90, "initials"),
        ("Belagor 1", "Belagor 2", 98 - 12, "differ in a number (1 / 2)"),
        ("Bela", "Bola", 0, "another spelling"),  # four letters: another word
        ("4711", "4712", 0, "nothing to compare"),
        ("Mevelin Maschinenbau", "Bebokov Maschinenbau", 0, "another spelling"),
    ],
)
def test_what_differs_decides_the_likeness(one, other, expected, words):
    assert likeness(one, other) == pytest.approx(expected)
    assert words in why(one, other)


def test_why_is_a_code_with_what_differs():
    assert alike(take_apart("Belagor"), take_apart("Belogor"))[1] == [
        Reason("other_spelling", {"one": "belagor", "other": "belogor"})
    ]
    numbers, *rest = alike(take_apart("Belagor 2"), take_apart("Belagor"))[1]
    assert numbers == Reason("number_in_one", {"number": "2"}) and rest[-1] == Reason("rather_one_group")
    assert why("Belagor 2", "Belagor").startswith("differ in a number (2 / none)")
    forms = alike(take_apart("Belagor GmbH"), take_apart("Belagor AG"))[1]
    assert Reason("other_form", {"one": "limited", "other": "stock"}) in forms


def test_branches_with_a_number_are_said_to_be_rather_a_group():
    found = why("Kakoterm Antriebe KG South 2", "Kakoterm Antriebe KG South 1")
    assert found.startswith("differ in a number (1 / 2)") and found.endswith("rather one group than one firm")


def test_recall_and_precision_on_the_labelled_names(capsys):
    pairs = labelled()
    assert min(map(len, pairs.values())) >= 60
    found = {kind: [pair for pair in both if round(likeness(*pair)) >= LEAST] for kind, both in pairs.items()}
    recall = len(found["same"]) / len(pairs["same"])
    precision = len(found["same"]) / (len(found["same"]) + len(found["other"]))
    with capsys.disabled():
        print(
            f"\nfirms: recall {recall:.3f} of {len(pairs['same'])}, precision {precision:.3f} on {len(pairs['other'])} near misses"
        )
    assert recall >= 0.94
    assert precision >= 0.80
