"""docs/report.png, the first screen of the sample's report: ``python tests/refresh_picture.py reports/sample/2026Q2/index.html``."""

from __future__ import annotations

import io
import sys
from pathlib import Path

WIDE, HIGH = 1280, 800
PICTURE = Path(__file__).parents[1] / "docs" / "report.png"


def picture(chromium, index: Path) -> bytes:
    """The first screen of a page in light colours, as a PNG of 64 colours."""
    from PIL import Image

    tab = chromium.new_page(viewport={"width": WIDE, "height": HIGH}, color_scheme="light")
    tab.goto(index.resolve().as_uri())
    shot = Image.open(io.BytesIO(tab.screenshot()))
    tab.close()
    made = io.BytesIO()
    shot.convert("RGB").quantize(64).save(made, "PNG", optimize=True)
    return made.getvalue()


if __name__ == "__main__":
    import shutil

    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        PICTURE.write_bytes(picture(browser, Path(sys.argv[1])))
        browser.close()
