"""The study file of the sample. Oracle: the tables of the data dictionary."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import yaml

from kam_teaching.study_file import PLAYBOOK, STUDY
from kamlib.study.dictionary import INPUTS
from kamlib.study.model import Study
from kamlib.study.settings.known_criteria import BUILT_IN

SAMPLE = Path(__file__).parents[2] / "data" / "sample"
END = pd.Timestamp("2026-06-30")
START = pd.Timestamp("2023-07-01")


def test_the_study_file_loads_and_names_every_table():
    study = Study.read(SAMPLE / "study.yaml")
    assert (study.name, study.as_of, study.start) == ("sample", END.date(), START.date())
    assert set(study.sources) == set(INPUTS)
    criteria = study.scoring.criteria
    assert 3 <= len(criteria) <= 8 and {c.group for c in criteria} == {"revenue", "reputation", "development"}
    counted_thrice = {"revenue_12m", "margin_12m", "remaining_value"}
    assert len(counted_thrice & {c.column or c.name for c in criteria}) <= 1
    assert min(study.money.fixed_costs, study.money.opening_cash, study.money.hour) > 0


def test_its_criteria_are_those_of_the_kit_or_tell_their_source_and_weigh_100():
    criteria = yaml.safe_load(STUDY)["scoring"]["criteria"]
    own = {one["name"] for one in criteria if "source" in one}
    assert {one["name"] for one in criteria} - own <= set(BUILT_IN)
    assert sum(one["weight"] for one in criteria) == 100


def test_every_line_is_short_enough_to_read_in_a_terminal():
    assert max(map(len, (STUDY + PLAYBOOK).splitlines())) <= 140


def test_the_playbook_is_found_beside_the_study_and_has_an_offer_for_whom_no_cause_is_known():
    study = Study.read(SAMPLE / "study.yaml")
    assert study.playbook_path == SAMPLE / "playbook.yaml" and study.playbook.hours_of == {"M05": 4}
    assert {"any", "deadlines", "attention"} <= {offer.cause for offer in study.win_back.offers}
