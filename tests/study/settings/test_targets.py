"""Targets of a study: what can be told is taken, slips are refused."""

import pytest
from pydantic import TypeAdapter, ValidationError

from kamlib.study.settings.targets import Target, Targets


def test_a_target_has_one_end():
    assert Target(measure="nrr", at_least=0.95).limit == 0.95 and Target(measure="top_1", at_most=0).limit == 0
    for ends in ({}, {"at_least": 0.9, "at_most": 1}):
        with pytest.raises(ValidationError, match="expected at_least or at_most, one of both"):
            Target(measure="nrr", **ends)


@pytest.mark.parametrize(
    ("measure", "value", "words"),
    [("on_time", 92, "a share, such as 0.95 for 95 %"), ("nps", 120, "-100 to 100"), ("claims_rate", -1, "claims for 1,000 order days")],
)  # fmt: skip
def test_a_target_that_no_year_can_reach_is_refused_with_its_unit(measure, value, words):
    with pytest.raises(ValidationError, match=words):
        Target(measure=measure, at_least=value)


def test_a_measure_has_one_target_and_is_one_that_the_kit_tells():
    with pytest.raises(ValidationError, match="two targets for one measure: 'nrr'"):
        TypeAdapter(Targets).validate_python([{"measure": "nrr", "at_least": 0.9}, {"measure": "nrr", "at_most": 1}])
    with pytest.raises(ValidationError, match="measure"):
        Target(measure="joy", at_least=0.9)


def test_our_own_people_are_numbered_unless_the_study_names_them(make_study):
    lines = {"orders.csv": "order_id,account_id,date,amount\n1,a,2026-01-01,5\n"}
    assert make_study(lines).managers == "numbered" and make_study(lines).targets == []
    named = make_study(lines, managers="named", targets=[{"measure": "nps", "at_least": -5}])
    assert named.managers == "named" and named.targets[0].limit == -5
