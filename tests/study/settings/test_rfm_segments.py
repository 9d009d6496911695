"""The named RFM segments of a study. Oracle: the 27 cells of three levels, told off by hand."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from kamlib.errors import InputError
from kamlib.study.settings.rfm_segments import NO_ORDER, SEGMENTS, Segment, check
from kamlib.study.settings.sections import Rfm


def test_rfm_segments_of_the_study_cover_each_cell_once_or_are_refused():
    two = [{"name": "here", "r": ["high"], "policy": "hold"}, {"name": "gone", "r": ["low", "middle"]}]
    assert [s.name for s in Rfm(segments=two).segments] == ["here", "gone"]
    with pytest.raises(ValidationError, match="in none: 'recency low, frequency low, money low'"):
        Rfm(segments=[two[0], {"name": "gone", "r": ["middle"]}])
    with pytest.raises(ValidationError, match=r"in several: 'recency high, .* \(here, gone\)'"):
        Rfm(segments=[two[0], {"name": "gone"}])
    with pytest.raises(ValidationError, match=r"must be there, differ.*'here'"):
        Rfm(segments=[two[0], two[1] | {"name": "here"}])
    with pytest.raises(ValidationError, match="'low', 'middle' or 'high'"):
        Rfm(segments=[two[0], two[1] | {"f": [1]}])
    with pytest.raises(ValidationError, match="polcy"):
        Rfm(segments=[two[0] | {"polcy": "hold"}, two[1]])


def test_the_example_in_the_study_of_the_sample_is_one_that_passes():
    text = (Path(__file__).parents[3] / "data" / "sample" / "study.yaml").read_text(encoding="utf-8")
    example = text[text.index("#   rfm:") : text.index("\nchurn:")]
    rules = yaml.safe_load("\n".join(line.removeprefix("# ") for line in example.splitlines()))
    assert [s.name for s in Rfm(**rules["rfm"]).segments] == ["buys now", "slows down", "gone and large", "gone"]


def test_the_ten_segments_of_the_kit_hold_27_cells_and_none_twice():
    cells = [cell for s in SEGMENTS for cell in product(s.r, s.f, s.m)]
    assert len(SEGMENTS) == 10 and len(cells) == len(set(cells)) == 27


def test_a_segment_can_not_take_the_name_of_the_accounts_that_stand_apart():
    with pytest.raises(InputError, match=f"not be taken; found '{NO_ORDER}'"):
        check([Segment(NO_ORDER)])
