"""The sample's files: the same bytes each time, and every table in order."""

from __future__ import annotations

import filecmp
from pathlib import Path

import pandas as pd
import pytest

from kam_teaching import make_sample, planted_truth
from kam_teaching.world import groups as groups_of
from kamlib.errors import InputError
from kamlib.study.dictionary import INPUTS
from kamlib.study.model import Study

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "data" / "sample"
END = pd.Timestamp("2026-06-30")
START = pd.Timestamp("2023-07-01")


@pytest.mark.slow
def test_a_second_making_gives_the_committed_bytes_and_another_seed_others(tmp_path):
    make_sample(tmp_path / "again")
    files = sorted(str(path.relative_to(SAMPLE)) for path in SAMPLE.rglob("*") if path.is_file())
    made = sorted(str(p.relative_to(tmp_path / "again")) for p in (tmp_path / "again").rglob("*") if p.is_file())
    assert made == files
    _, differ, errors = filecmp.cmpfiles(SAMPLE, tmp_path / "again", files, shallow=False)
    assert (differ, errors) == ([], [])
    assert not groups_of(7).equals(groups_of(2026))


def test_files_are_utf8_with_plain_line_ends_and_small():
    for path in SAMPLE.rglob("*.*"):
        data = path.read_bytes()
        assert b"\r" not in data and not data.startswith(b"\xef\xbb\xbf"), path
        data.decode("utf-8")
    assert (SAMPLE / "orders.csv").stat().st_size < 12e6
    assert sum(path.stat().st_size for path in SAMPLE.rglob("*.*")) < 12e6


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match=r"file.*can't be written.*Name a folder"):
        make_sample(tmp_path / "file")


@pytest.mark.slow
@pytest.mark.parametrize("name", INPUTS)
def test_every_table_keeps_the_rules_of_the_dictionary(name, goods, text, broken):
    study = Study.read(SAMPLE / "study.yaml")
    table = goods if name == "orders" else text(name)
    table = table.rename(columns={theirs: ours for ours, theirs in study.sources[name][0].columns.items()})
    left_out = {"orders": ["discount"], "invoices": ["currency"]}.get(
        name, []
    )  # its lines give their amount, its bills are in euros
    names = [column for column in INPUTS[name].names if column not in left_out]
    assert set(names) <= set(table.columns)
    table = table[names]
    for column in map(INPUTS[name].column, names):
        filled = table[column.name].replace("", None)
        assert filled.notna().any(), f"{column.name} is never used"
        if column.type == "date":
            table = table.assign(**{column.name: pd.to_datetime(filled, format="%Y-%m-%d")})
        elif column.type in ("money", "number", "integer"):
            table = table.assign(**{column.name: pd.to_numeric(filled)})
        elif column.type == "flag":
            table = table.assign(**{column.name: filled.map({"true": True, "false": False})})
        else:
            table = table.assign(**{column.name: filled})
    assert broken(name, table) == []


@pytest.mark.parametrize("name", [name for name in INPUTS if name not in ("orders", "accounts")])
def test_the_other_tables_speak_of_known_accounts_only(name, text):
    assert set(text(name)["account_id"]) <= set(text("accounts")["account_id"])


def test_the_planted_truth_of_a_study_has_a_row_a_customer_and_the_chances_of_the_file(groups):
    found = planted_truth(Study.read(SAMPLE / "study.yaml")).set_index("customer_id")
    assert sorted(found.index) == sorted(groups.index)
    wanted = groups.loc[found.index]
    assert found["p_silent"].tolist() == wanted["p_silent_180_seen"].tolist()
    assert found["p_stopped"].tolist() == wanted["p_stopped_seen"].tolist()
    assert (found["p_return"] + found["p_silent"]).tolist() == pytest.approx([1.0] * len(found))
    assert found["left_on"].equals(wanted["left_on"].rename_axis("customer_id"))
    back = found.dropna(subset="returned_on")
    assert len(back) > 20 and (back["first_left_on"] < back["returned_on"]).all()


@pytest.mark.parametrize(
    ("as_of", "values"), [("2026-03-31", {}), (None, {"churn.horizon_days": 90}), (None, {"unit": "account"})]
)
def test_of_another_day_horizon_or_unit_nothing_is_known_to_be_planted(as_of, values):
    found = planted_truth(Study.read(SAMPLE / "study.yaml", as_of=as_of, values=values))
    assert found.empty and {"p_silent", "p_stopped", "p_return", "left_on"} <= set(found.columns)


def test_a_study_without_truth_beside_it_has_no_planted_one(tmp_path):
    (tmp_path / "study.yaml").write_bytes((SAMPLE / "study.yaml").read_bytes())
    for file in SAMPLE.glob("*.csv"):
        (tmp_path / file.name).symlink_to(file)
    assert planted_truth(Study.read(tmp_path / "study.yaml")).empty
