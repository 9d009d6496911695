"""Pictures of a report of the sample for the gallery and the tour: `python -m docs.pictures REPORT`, REPORT the folder of its `index.html`.

Debian's chromium takes them, light (NAME.png) and dark (NAME_dark.png), and each is brought down to 64 colours, so that none weighs
more than 150 KB.
"""

from __future__ import annotations

import io
import shutil
import sys
from pathlib import Path

PLACE = Path(__file__).with_name("pictures")
#: name of the picture: page of the report, and what must stand at its top (None: the page from its beginning)
PICTURES = {
    "index": ("index.html", None),
    "01_cleaning": ("01_cleaning.html", None),
    "02_scoring": ("02_scoring.html", "Where each customer stands: KAISM"),
    "03_segmentation": ("03_segmentation.html", "RFM: recent, frequent, valuable"),
    "04_clustering": ("04_clustering.html", "What the groups are like"),
    "05_churn": ("05_churn.html", "Who left in each quarter, and what was on record before?"),
    "06_risk": ("06_risk.html", "Who eats what others bring?"),
    "07_measures": ("07_measures.html", "From one year to the next"),
    "08_plan": ("08_plan.html", None),
    "dossier": ("dossiers/*.html", None),
}


def take(report: Path) -> None:
    """Take every picture of `PICTURES` of the report in this folder."""
    from PIL import Image
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for scheme, end in (("light", ""), ("dark", "_dark")):
            page = browser.new_page(viewport={"width": 1000, "height": 760}, color_scheme=scheme)
            for name, (pattern, heading) in PICTURES.items():
                file = next(
                    path for path in sorted(report.glob(pattern)) if path.parent == report or path.name != "index.html"
                )
                page.goto(file.as_uri())
                if heading:
                    page.get_by_role("heading", name=heading, exact=True).first.evaluate("it => it.scrollIntoView()")
                taken = Image.open(io.BytesIO(page.screenshot()))
                taken.convert("RGB").quantize(64, dither=Image.Dither.NONE).save(
                    PLACE / f"{name}{end}.png", optimize=True
                )
        browser.close()


if __name__ == "__main__":
    take(Path(sys.argv[1]).resolve())
