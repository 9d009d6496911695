"""The lists of packages agree and hold what the code imports, the locks serve every system, importing the kit is light."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
from collections import defaultdict
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from uv import find_uv_bin

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS = PROJECT["optional-dependencies"]
OWN = {"kamlib", "kam_teaching", "bench", "docs", "tests"}

LOCKS = ("requirements.lock", "requirements-all.lock")
PYTHONS = [f"3.{minor}" for minor in range(30) if f"3.{minor}" in SpecifierSet(PROJECT["requires-python"])]
SYSTEMS = ("x86_64-unknown-linux-gnu", "aarch64-apple-darwin", "x86_64-pc-windows-msvc")
RARER = ("aarch64-unknown-linux-gnu", "x86_64-apple-darwin")
AS_SOURCE = ("autograd-gamma", "pyspark")  # published without wheels, but nothing in them is compiled


def locked(lock: str) -> dict[str, set[str]]:
    """The versions of each package: more than one where systems or Pythons differ."""
    found = defaultdict(set)
    for name, version in re.findall(r"^([A-Za-z0-9._-]+)==(\S+)", (ROOT / lock).read_text(), re.M):
        found[canonicalize_name(name)].add(version)
    return found


def imported(*folders: str) -> dict[str, str]:
    """What the files of the folders import from elsewhere, each with one file that does."""
    found = {}
    for path in (path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            else:
                names = [node.module] if isinstance(node, ast.ImportFrom) and not node.level else []
            found |= {name.partition(".")[0]: str(path.relative_to(ROOT)) for name in names}
    return {name: path for name, path in found.items() if name not in OWN | sys.stdlib_module_names}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("folders", "extras"), [(("kamlib", "kam_teaching"), ("spark", "postgres")), (("bench", "tests"), tuple(EXTRAS))]
)
def test_every_package_that_the_code_imports_is_declared(folders, extras):
    groups = [PROJECT["dependencies"], *(EXTRAS[extra] for extra in extras)]
    declared = {canonicalize_name(Requirement(text).name) for group in groups for text in group}
    known = packages_distributions()
    found = imported(*folders)
    assert {"pandas", "yaml"} <= set(found)
    assert not {
        name: path
        for name, path in found.items()
        if declared.isdisjoint(canonicalize_name(package) for package in known.get(name, [name]))
    }


@pytest.mark.parametrize("lock", LOCKS)
def test_the_locks_hold_every_package_of_the_project_in_allowed_versions(lock):
    groups = {} if lock == "requirements.lock" else EXTRAS
    wanted = [Requirement(text) for group in [PROJECT["dependencies"], *groups.values()] for text in group]
    versions = locked(lock)
    found = {str(r): versions[canonicalize_name(r.name)] for r in wanted}
    assert not [str(r) for r in wanted if not found[str(r)] or not all(v in r.specifier for v in found[str(r)])]


def test_the_small_lock_is_a_part_of_the_large_one():
    large = locked("requirements-all.lock")
    assert {name: large[name] for name in locked("requirements.lock")} == locked("requirements.lock")


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_of_the_locks_has_a_hash_and_none_an_address(lock):
    text = (ROOT / lock).read_text()
    entries = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.M)
    assert not [entry.split()[0] for entry in entries if entry.strip() and "--hash=sha256:" not in entry]
    assert "://" not in text


@pytest.mark.slow
@pytest.mark.parametrize(
    ("lock", "system"),
    [
        *((LOCKS[0], system) for system in SYSTEMS),
        *(pytest.param(LOCKS[0], system, marks=pytest.mark.proof) for system in RARER),
        *(pytest.param(LOCKS[1], system, marks=pytest.mark.proof) for system in SYSTEMS + RARER),
    ],
)
@pytest.mark.parametrize(
    "python",
    [PYTHONS[0], *(pytest.param(python, marks=pytest.mark.proof) for python in PYTHONS[1:-1]), PYTHONS[-1]],
)
def test_the_lock_installs_with_its_hashes_and_no_compiler(lock, system, python, tmp_path):
    command = [find_uv_bin(), "pip", "install", "--dry-run", "--require-hashes", "-r", lock, "--only-binary=:all:"]
    command += [f"--no-binary={package}" for package in AS_SOURCE]
    command += ["--target", tmp_path, "--python", sys.executable]
    command += ["--python-platform", system, "--python-version", python]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if re.search("error sending request|timed out|server error", done.stderr):
        pytest.skip("the index of packages cannot be reached")
    assert done.returncode == 0, done.stderr


def test_make_looks_for_every_python_that_the_project_allows():
    (found,) = re.findall(r"^PYTHON .*?in ((?: ?python[\d.]+)+);", (ROOT / "Makefile").read_text(), re.M)
    assert found.split() == [f"python{python}" for python in PYTHONS]
    assert f"Python {PYTHONS[0]} to {PYTHONS[-1]}" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_conda_environment_lists_exactly_the_packages_of_the_project():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    pip = next(item["pip"] for item in environment if isinstance(item, dict))
    assert sorted(pip) == sorted([*PROJECT["dependencies"], "-e ."])
    python = next(item for item in environment if isinstance(item, str) and item.startswith("python"))
    assert python.removeprefix("python") == PROJECT["requires-python"]


def test_what_is_to_be_cited_is_what_is_packed():
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert (cited["version"], cited["license"]) == (PROJECT["version"], PROJECT["license"])
    assert [author["name"] for author in cited["authors"]] == [author["name"] for author in PROJECT["authors"]]
    assert set(cited) >= {"cff-version", "message", "title", "type", "abstract", "keywords"}


@pytest.mark.slow
def test_a_wheel_holds_the_notebooks_and_the_sample_and_nothing_is_written_into_it(tmp_path):
    def done(*words: str | Path, **options: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*map(str, words)], capture_output=True, text=True, **options)

    built = done(find_uv_bin(), "build", "--wheel", "--out-dir", tmp_path / "dist", ROOT)
    if re.search("error sending request|timed out|server error", built.stderr):
        pytest.skip("the index of packages cannot be reached")
    assert built.returncode == 0, built.stderr
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    place = tmp_path / "installed"
    installed = done(find_uv_bin(), "pip", "install", "--no-deps", "--target", place, "--python", sys.executable, wheel)
    assert installed.returncode == 0, installed.stderr
    before = {path: path.stat().st_mtime_ns for path in place.rglob("*") if "__pycache__" not in path.parts}

    def kam(*words: str, cwd: Path) -> str:
        main = "import kamlib, sys; from kamlib.cli import main; print(kamlib.__file__); main()"
        options = {"cwd": cwd, "env": os.environ | {"PYTHONPATH": str(place), "PYTHONDONTWRITEBYTECODE": "1"}}
        ran = done(sys.executable, "-c", main, *words, **options)
        assert ran.returncode == 0, ran.stderr
        assert ran.stdout.startswith(str(place))
        return ran.stdout

    assert "kam " in kam("--version", cwd=tmp_path)
    kam("new", "mine", cwd=tmp_path)
    assert "orders" in kam("check", "study.yaml", cwd=tmp_path / "mine")
    opened = "from kamlib.run import Run; print(Run.open().folder)"
    options = {
        "cwd": place / "kamlib" / "kit" / "notebooks",
        "env": os.environ
        | {"PYTHONPATH": str(place), "XDG_CACHE_HOME": str(tmp_path / "cache"), "PYTHONDONTWRITEBYTECODE": "1"},
    }
    draft = done(sys.executable, "-c", opened, **options).stdout.strip()
    assert draft == str(tmp_path / "cache" / "kam" / "reports" / "drafts" / "sample" / "2026Q2")
    assert {path: path.stat().st_mtime_ns for path in place.rglob("*") if "__pycache__" not in path.parts} == before
