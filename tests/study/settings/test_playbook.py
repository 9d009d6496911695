"""What a playbook may hold. Oracles: the kit's own file, and contradictions made by hand, each of one line."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest
import yaml
from pydantic import ValidationError

from kamlib.scoring.kaism import CELLS
from kamlib.study.settings import playbook
from kamlib.study.settings.playbook import RULES, Playbook, Trigger

KITS = yaml.safe_load(Path(playbook.__file__).with_suffix(".yaml").read_text())


def made(**given) -> Playbook:
    return Playbook.model_validate(given)


def test_the_kits_own_speaks_of_every_cell_and_every_trigger():
    kits = Playbook.kits()
    assert {*kits.tiers} == {*CELLS, "unknown"} and kits.precedence == RULES
    assert {*kits.moves} == {*get_args(Trigger)}
    assert {*KITS} == {*Playbook.model_fields}, "its file shows every key"
    assert Playbook.kits() == made(**KITS)


def test_what_is_left_out_stands_as_in_the_kits_own():
    found = made(tiers={"invest": {"hours": 6}}, moves={"overdue": {"days": 3}})
    assert found.tiers["invest"].hours == 6 and found.tiers["invest"].goal == KITS["tiers"]["invest"]["goal"]
    assert found.tiers["maintenance"] == Playbook.kits().tiers["maintenance"]
    assert (found.moves["overdue"].days, found.moves["overdue"].channel) == (3, "call")
    assert made(win_back={"exempt": 3}).win_back.control_share == 0.3


def test_hours_a_year_by_hand():
    """4 hours every 30 days: 4 · 365 / 30 = 48.7."""
    assert made().tiers["invest"].hours_a_year == pytest.approx(48.67, abs=0.01)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"precedence": RULES[:-1]}, "each rule once; found otherwise: 'terms'"),
        ({"precedence": (*RULES, "tier")}, "each rule once; found otherwise: 'tier'"),
        ({"precedence": (*RULES[:4], "state", "control group", *RULES[6:])}, "'control group' before 'state'"),
        ({"precedence": (*RULES[:6], "category", "tier", "terms")}, "'tier' before 'category'"),
        ({"tiers": {"opportunistic": {"hours": 100}}}, "contradict themselves: opportunistic gets 202.8 hours a year and invest 48.67"),
        ({"tiers": {"star": {"hours": 1}}}, "'invest', 'development'"),
        ({"tiers": {"invest": {"every_days": 0}}}, "greater than or equal to 1"),
        ({"tiers": {"invest": {"who": []}}}, "at least 1 item"),
        ({"moves": {"birthday": {"action": "a card", "channel": "post", "hours": 1, "days": 1}}}, "'dispute', 'contract end'"),
        ({"moves": {"overdue": {"hours": -1}}}, "greater than or equal to 0"),
        ({"hours_of": {"M01": 200}}, "less than or equal to 168"),
        ({"colour": "red"}, "Extra inputs"),
    ],
)  # fmt: skip
def test_contradictions_and_what_nobody_knows_are_refused(given, words):
    with pytest.raises(ValidationError, match=words):
        made(**given)


def test_a_manager_may_have_no_hours():
    assert made(hours_a_week=0, hours_of={"M01": 0}).hours_a_week == 0
