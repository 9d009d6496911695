"""Limits of what a page on a customer may show."""

import pytest
from pydantic import ValidationError

from kamlib.study.settings.dossier import Dossier


def test_contacts_are_not_named_unless_the_study_says_so():
    assert Dossier().contact_names is False and Dossier(contact_names=True).contact_names


@pytest.mark.parametrize("mistake", [{"complete": 60}, {"benefit_cap": -0.1}, {"sponsors": ["chair"]}, {"names": True}])
def test_what_is_no_share_or_no_key_is_refused(mistake):
    with pytest.raises(ValidationError):
        Dossier(**mistake)
