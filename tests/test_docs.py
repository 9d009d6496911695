"""The site builds without a warning, names all that a package offers, and loads nothing from the network."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from docs.from_code.messages import messages
from docs.from_code.methods import methods
from kamlib.study.run_tables import run_tables

pytest.importorskip("furo")

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    made = tmp_path_factory.mktemp("site")
    options = ["-W", "-q", "-c", "docs", "-d", str(made / "doctrees")]
    built = subprocess.run(
        [sys.executable, "-m", "sphinx", *options, ".", str(made / "html")], cwd=ROOT, capture_output=True, text=True
    )
    assert built.returncode == 0, built.stderr
    return made / "html"


@pytest.mark.slow
def test_no_page_loads_a_script_a_style_or_a_picture_from_the_network(site):
    pages = list(site.rglob("*.html"))
    tags = [tag for page in pages for tag in re.findall(r"<[a-z][^>]*>", page.read_text(encoding="utf-8"))]
    loading = [tag for tag in tags if re.match(r"<(?!a\b)[^>]*\b(src|href|srcset|data)\s*=\s*[\"']?(https?:)?//", tag)]
    assert len(pages) > 20 and not loading
    styles = "".join(path.read_text(encoding="utf-8") for path in site.rglob("*.css"))
    assert not re.findall(r"(?:url\(|@import)\s*[\"']?(?:https?:)?//[^)\s]*", styles)


def test_each_package_has_a_page_with_each_name_that_it_offers(site):
    offered = [path.parent.relative_to(ROOT) for path in ROOT.glob("kam*/**/__init__.py")]
    packages = {".".join(path.parts) for path in offered} - {"kamlib"}
    assert {path.stem for path in (site / "docs" / "api").glob("*.html")} == packages
    for package in packages:
        page = (site / "docs" / "api" / f"{package}.html").read_text(encoding="utf-8")
        names = getattr(import_module(package), "__all__", ())
        assert not [name for name in names if f"{package}.{name}" not in re.findall(r'id="([\w.-]+)"', page)]


def test_each_notebook_is_a_page_and_its_pictures_have_words(site):
    books = {path.stem for path in (ROOT / "notebooks").glob("*.ipynb")}
    assert {path.stem for path in (site / "notebooks").glob("*.html")} == books
    pictures = [
        tag
        for page in (site / "notebooks").glob("*.html")
        for tag in re.findall(r"<img[^>]*>", page.read_text("utf-8"))
    ]
    assert pictures and not [tag for tag in pictures if not re.search(r'alt="[^"]{20,}"', tag)]


@pytest.mark.parametrize("name", ["docs/gallery", "README"])
def test_pictures_of_the_report_are_light_by_day_and_dark_by_night(site, name):
    """Furo hides what is of the class only-dark in the light, and the other way round."""
    page = BeautifulSoup((site / f"{name}.html").read_text("utf-8"), "html.parser")
    light, dark = (page.select(f"img.only-{mode}") for mode in ("light", "dark"))
    assert [one["src"].replace(".png", "_dark.png") for one in light] == [one["src"] for one in dark] != []
    assert [one["alt"] for one in light] == [one["alt"] for one in dark]
    assert all((site / name).parent.joinpath(one["src"]).exists() for one in dark)


def test_every_column_of_every_table_of_a_run_is_on_a_page(site):
    page = BeautifulSoup((site / "docs" / "run_tables.html").read_text("utf-8"), "html.parser")
    found = {
        part.get("id"): [row.td.get_text() for row in part.select("tbody tr")]
        for part in page.select("section section section")
    }
    assert found == {name.replace("_", "-"): list(table.names) for name, table in run_tables().items()}


def test_every_message_and_every_method_is_on_a_page(site):
    told = BeautifulSoup((site / "docs" / "messages.html").read_text("utf-8"), "html.parser")
    cells = {" ".join(row.td.get_text().split()) for row in told.select("tbody tr")}
    plain = {ord("‘"): "'", ord("’"): "'", ord("“"): '"', ord("”"): '"', ord("–"): "--"}  # as the site writes them
    assert {" ".join(one.text.split()).translate(plain) for one in messages()} <= {
        cell.translate(plain) for cell in cells
    }
    for part, there in methods().items():
        (path,) = (site / "docs" / "methods").glob(f"{part}_*.html")
        heads = {
            head.get_text().rstrip("¶#") for head in BeautifulSoup(path.read_text("utf-8"), "html.parser").select("h2")
        }
        assert {one["method"] for one in there} <= heads
