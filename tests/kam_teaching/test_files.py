"""The sample's files: the same bytes each time, and every table in order."""

from __future__ import annotations

import filecmp
from pathlib import Path

import pandas as pd
import pytest

from kam_teaching import make_sample
from kam_teaching.world import groups as groups_of
from kamlib.errors import InputError
from kamlib.intake.validate import check
from kamlib.study.dictionary import INPUTS
from kamlib.study.model import Study

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "data" / "sample"
END = pd.Timestamp("2026-06-30")
START = pd.Timestamp("2023-07-01")


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


def test_the_study_file_loads_and_names_every_table():
    study = Study.read(SAMPLE / "study.yaml")
    assert (study.name, study.as_of, study.start) == ("sample", END.date(), START.date())
    assert set(study.sources) == set(INPUTS)
    criteria = study.scoring.criteria
    assert 3 <= len(criteria) <= 8 and {c.group for c in criteria} == {"revenue", "reputation", "development"}
    counted_thrice = {"revenue_12m", "margin_12m", "remaining_value"}
    assert len(counted_thrice & {c.column or c.name for c in criteria}) <= 1
    assert min(study.money.fixed_costs, study.money.opening_cash, study.money.hour) > 0


@pytest.mark.parametrize("name", INPUTS)
def test_every_table_keeps_the_rules_of_the_dictionary(name, goods, text):
    study = Study.read(SAMPLE / "study.yaml")
    table = goods if name == "orders" else text(name)
    table = table.rename(columns={theirs: ours for ours, theirs in study.sources[name].columns.items()})
    assert set(INPUTS[name].names) <= set(table.columns)
    table = table[list(INPUTS[name].names)]
    for column in INPUTS[name].columns:
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
    assert len(check(name, table)) == len(table)


@pytest.mark.parametrize("name", [name for name in INPUTS if name not in ("orders", "accounts")])
def test_the_other_tables_speak_of_known_accounts_only(name, text):
    assert set(text(name)["account_id"]) <= set(text("accounts")["account_id"])


def test_events_do_not_lie_after_the_study(text):
    dates = {"interactions": ["date", "closed"], "invoices": ["issued", "paid"], "proposals": ["date", "decided"]}
    dates |= {"ratings": ["date"], "surveys": ["date"], "notes": ["date"], "actions": ["done"], "accounts": ["since", "closed_on"]}  # fmt: skip
    for name, columns in dates.items():
        for column in columns:
            assert text(name)[column].max() <= "2026-06-30", (name, column)


def test_no_personal_facts_are_kept(text):
    assert set(text("contacts")) == {"contact_id", "account_id", "role", "name", "work_channel", "influence", "support",
                                     "legal_basis", "keep_until"}  # fmt: skip
    assert text("contacts")["work_channel"].str.endswith(".example").all()
    words = "child|wife|husband|son |daughter|health|ill|religio|church|party|birthday|age |car |dog|cat |divorc|lover"
    for name, column in (("notes", "text"), ("interactions", "lesson"), ("actions", "action"), ("ratings", "evidence")):
        found = text(name)[column]
        assert not found.str.contains(rf"\b(?:{words})", case=False).any(), found[found.str.contains(words)].unique()


def test_ids_keep_their_traps(text):
    ids = text("accounts")["account_id"]
    assert ids.str.startswith("K.").sum() > 900 and ids.str.fullmatch(r"0\d{4}").sum() >= 50
    assert ids.is_unique and (len(ids), text("truth/accounts")["group_id"].nunique()) == (1200, 900)


def test_the_readme_tells_every_column_of_every_file():
    page = (SAMPLE / "README.md").read_text(encoding="utf-8")
    for path in SAMPLE.rglob("*.csv"):
        name = str(path.relative_to(SAMPLE))
        section = page.split(f"### {name}\n")[1].split("\n#")[0]
        rows = sum(1 for _ in path.open(encoding="utf-8")) - 1
        assert f"{rows:,} rows" in section, name
        header = path.open(encoding="utf-8").readline().strip().split(",")
        assert [c for c in header if f"| {c} |" not in section and f"`{c}`" not in section] == [], name
