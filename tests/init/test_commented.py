"""What a proposed study shows as comments. Oracle: the model of the study, which takes them once they are no comments any more."""

from __future__ import annotations

import re

import pytest
import yaml

from kamlib.init.commented import SECTIONS
from kamlib.study.model import Study

HEAD = {"name": "t", "title": "T", "as_of": "2026-06-30", "sources": {"orders": {"files": "o.csv"}}}
KEYS = [line.removeprefix("# ") for line in SECTIONS if re.match(r"# [a-z]+: ", line)]


@pytest.mark.parametrize("line", [line for line in KEYS if not line.startswith("playbook")])
def test_a_section_that_is_shown_is_one_that_a_study_may_hold(line):
    assert Study.model_validate(HEAD | yaml.safe_load(line))


def test_a_playbook_is_named_and_all_that_is_shown_is_a_comment():
    assert "playbook: playbook.yaml" in KEYS and all(line.startswith("#") for line in SECTIONS)
