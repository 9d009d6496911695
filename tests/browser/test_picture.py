"""The picture in README is the first screen of the sample's report. Oracle: a screen made now."""

from __future__ import annotations

import io
import runpy
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

pytestmark = pytest.mark.browser
TOOL = runpy.run_path(str(Path(__file__).parents[1] / "refresh_picture.py"))


def grey(png: bytes) -> np.ndarray:
    """Darkness in squares of 40 by 40, for letters may lie otherwise by a little."""
    pixels = 255 - np.asarray(Image.open(io.BytesIO(png)).convert("L"), dtype=float)
    return pixels.reshape(TOOL["HIGH"] // 40, 40, TOOL["WIDE"] // 40, 40).mean(axis=(1, 3))


def test_the_picture_shows_the_report_as_it_is_now_and_is_small(chromium, sample_report):
    kept = TOOL["PICTURE"].read_bytes()
    now, then = grey(TOOL["picture"](chromium, sample_report / "index.html")), grey(kept)
    assert len(kept) <= 150_000
    assert np.abs(now - then).mean() < 4, "make it again: python tests/refresh_picture.py <report>/index.html"
