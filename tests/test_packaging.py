"""The three lists of packages agree, and importing the kit is light."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


LOCKS = ("requirements.lock", "requirements-all.lock")


def locked(lock: str) -> dict[str, str]:
    text = (ROOT / lock).read_text()
    return {canonicalize_name(name): version for name, version in re.findall(r"^([A-Za-z0-9._-]+)==(\S+)", text, re.M)}


@pytest.mark.parametrize("lock", LOCKS)
def test_the_locks_hold_every_package_of_the_project_in_an_allowed_version(lock):
    groups = {} if lock == "requirements.lock" else PROJECT["optional-dependencies"]
    wanted = [Requirement(text) for group in [PROJECT["dependencies"], *groups.values()] for text in group]
    versions = locked(lock)
    wrong = [str(r) for r in wanted if versions.get(canonicalize_name(r.name)) not in r.specifier]
    assert not wrong


def test_the_small_lock_is_a_part_of_the_large_one():
    large = locked("requirements-all.lock")
    assert {name: large.get(name) for name in locked("requirements.lock")} == locked("requirements.lock")


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_of_the_locks_has_a_hash(lock):
    entries = re.split(r"^(?=[A-Za-z0-9])", (ROOT / lock).read_text(), flags=re.M)
    assert not [entry.split()[0] for entry in entries if entry.strip() and "--hash=sha256:" not in entry]


def test_the_conda_environment_lists_exactly_the_packages_of_the_project():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    pip = next(item["pip"] for item in environment if isinstance(item, dict))
    assert sorted(pip) == sorted([*PROJECT["dependencies"], "-e ."])
    python = next(item for item in environment if isinstance(item, str) and item.startswith("python"))
    assert python.removeprefix("python") == PROJECT["requires-python"]


def test_importing_the_kit_loads_none_of_the_heavy_packages():
    heavy = "seaborn scipy.stats sklearn lifelines matplotlib pandas duckdb ibis papermill"
    code = f"import kamlib, sys; print([m for m in {heavy.split()!r} if m in sys.modules])"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
    )


def test_opening_a_run_loads_neither_plots_nor_models():
    heavy = "seaborn scipy.stats sklearn lifelines"
    code = f"import kamlib.run.store, kamlib.facts, sys; print([m for m in {heavy.split()!r} if m in sys.modules])"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
    )
