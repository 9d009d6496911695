"""Limits of the playbook of a study."""

import pytest
from pydantic import ValidationError

from kamlib.study.settings.offers import WinBack


def test_the_playbook_has_one_offer_a_cause():
    offer = {"cause": "any", "offer": "a call", "cost": 10}
    assert WinBack(offers=[offer]).offers[0].cost == 10
    with pytest.raises(ValidationError, match="two offers for one cause: 'any'"):
        WinBack(offers=[offer, offer])
    with pytest.raises(ValidationError):
        WinBack(offers=[offer | {"cause": "weather"}])
