"""What all parts of a study have in common: they refuse, they do not change, and a watched one knows what was read of it."""

from __future__ import annotations

import copy
import pickle
from functools import cache
from operator import attrgetter, ge
from pathlib import Path
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, ValidationError

from kamlib.study.model import Study
from kamlib.study.settings.parts import Currency, Part, Pattern, Share, beside
from kamlib.study.settings.sections import Churn, Criterion, Scoring, Value


def criterion(name, weight, **more):
    more = {"source": "facts", "group": "revenue", "worst": 0, "best": 1} | more
    return Criterion(name=name, weight=weight, **more)


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_numbers_must_be_finite(bad):
    for make in (lambda: criterion("a", 100, best=bad), lambda: Value(discount=bad), lambda: Scoring(threshold=bad)):
        with pytest.raises(ValidationError, match="finite"):
            make()


def test_parts_can_not_be_changed_after_they_were_checked():
    with pytest.raises(ValidationError, match="frozen"):
        Churn().horizon_days = 1


class Oven(Part):
    low: int = 100
    high: Annotated[int | None, beside("low", ge, "at least")] = 200
    share: Share = 0.5
    currency: Currency = "EUR"
    label: Pattern = "^A"
    tray: int = Field(1, ge=1)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"high": 99}, r"high\n.*expected at least low \(100\)"),
        ({"low": 201}, r"expected at least low \(201\)"),
        ({"share": 1.01}, "less than or equal to 1"),
        ({"currency": "eur"}, "currency"),
        ({"label": "("}, "no valid pattern: missing"),
        ({"trey": 1}, "Extra inputs"),
    ],
)
def test_a_value_that_breaks_its_rule_or_has_no_place_is_refused(given, words):
    with pytest.raises(ValidationError, match=words):
        Oven(**given)


def test_a_value_is_not_compared_with_one_that_is_not_there():
    """`low` is wrong itself: one mistake is told, not two."""
    assert Oven(high=None).high is None
    with pytest.raises(ValidationError, match="1 validation error"):
        Oven(low="hot", high=1)


class Tray(Part):
    depth: int = 3
    width: int = 4


class Kitchen(Part):
    name: str = "north"
    doors: int = 1
    oven: Oven = Oven()
    tray: Tray = Tray()
    shelves: list[Tray] = [Tray()]  # noqa: RUF012

    def room(self) -> int:
        return self.doors * self.tray.depth


ALL = {"name", "doors", "shelves", "tray.depth", "tray.width", *(f"oven.{name}" for name in Oven.model_fields)}


@pytest.mark.parametrize(
    ("read", "expected"),
    [
        (lambda one: None, set()),
        (lambda one: one.name, {"name"}),
        (lambda one: one.tray, set()),  # of a part, only what is read in it
        (lambda one: (one.tray.depth, one.oven.tray), {"tray.depth", "oven.tray"}),
        (lambda one: getattr(one, "doors", None), {"doors"}),
        (lambda one: one.shelves[0].depth, {"shelves"}),
        (lambda one: one.room(), {"doors", "tray.depth"}),
        (lambda one: isinstance(one, Kitchen) and type(one).model_fields, set()),
        (lambda one: one.tray.model_dump(), {"tray.depth", "tray.width"}),
        (lambda one: one.tray == Tray(), {"tray.depth", "tray.width"}),
        (lambda one: list(one.tray), {"tray.depth", "tray.width"}),
        (lambda one: one.model_dump(), ALL),
        (lambda one: one.model_dump_json(), ALL),
        (lambda one: one.model_dump(include={"name"}), {"name", "doors", "shelves"}),  # more is safe, less is not
    ],
)
def test_what_counts_as_read_of_a_watched_part(read, expected):
    one = Kitchen().watched()
    read(one)
    assert one.read_values() == expected


@pytest.mark.parametrize(
    "whole",
    [
        lambda one: one.model_copy(),
        lambda one: one.model_copy(update={"name": "south"}),
        copy.copy,
        copy.deepcopy,
        pickle.dumps,
        lambda one: one == Kitchen(),
        lambda one: Kitchen() == one,
        list,
        dict,
        vars,
        repr,
    ],
)
def test_a_part_that_is_read_as_a_whole_is_read_with_each_of_its_values(whole):
    one = Kitchen().watched()
    whole(one)
    assert {"name", "doors", "shelves"} <= one.read_values()


def test_copies_of_a_watched_part_are_equal_to_it_and_hold_its_values():
    plain = Kitchen(name="south", tray=Tray(depth=9))
    one = plain.watched()
    for other in (one.model_copy(), copy.deepcopy(one), pickle.loads(pickle.dumps(one)), plain):
        assert other == one and one == other
        assert other.model_dump() == plain.model_dump()
    assert one != Kitchen() and one.model_copy(update={"doors": 2}).doors == 2
    with pytest.raises(ValidationError, match="frozen"):
        one.doors = 2


def test_only_the_copy_is_watched_and_each_by_itself():
    plain = Kitchen()
    one, other = plain.watched(), plain.watched()
    assert plain.name == one.name and plain.tray.depth == 3
    assert (plain.read_values(), one.read_values(), other.read_values()) == (set(), {"name"}, set())


def leaves(part: Part, before: str = "") -> set[str]:
    """The dotted keys of all values of a part, by walking through what it dumps."""
    tree = part.model_dump()
    parts = {name for name in tree if isinstance(getattr(part, name), Part)}
    inner = [leaves(getattr(part, name), f"{before}{name}.") for name in parts]
    return {f"{before}{name}" for name in {*tree} - parts}.union(*inner)


@cache
def sample_study() -> Study:
    return Study.read(Path(__file__).parents[3] / "data" / "sample" / "study.yaml")


@pytest.mark.parametrize(
    "write", [Study.model_dump, Study.model_dump_json, Study.values, Study.to_yaml, Study.fingerprint]
)
def test_a_study_that_is_written_out_is_read_with_every_value(write):
    study = sample_study()
    watched = study.watched()
    assert write(watched) == write(study)
    assert watched.read_values() == leaves(study)


SAMPLE_KEYS = sorted(leaves(sample_study()))


@given(st.sets(st.sampled_from(SAMPLE_KEYS), max_size=12))
def test_exactly_the_keys_that_are_read_one_by_one_are_told(keys):
    study = sample_study()
    watched = study.watched()
    for key in keys:
        assert attrgetter(key)(watched) == attrgetter(key)(study)
    assert watched.read_values() == keys
