"""A mended study proposed again. Oracle: what was changed stands as it was written; what hangs on it follows."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from kamlib.init import propose_again, propose_study
from kamlib.intake.pipeline import collect
from kamlib.study.model import Study


@pytest.fixture
def study(tmp_path, monkeypatch, rows, write) -> Path:
    """The study of a file with two amounts and days that can be read in two ways, as it was proposed."""
    monkeypatch.chdir(tmp_path)
    days = [line for line in rows("%d/%m/%Y", str, lambda i: f"{i}.25") if int(line[2][:2]) <= 12]
    write(tmp_path / "orders.csv", ["Order", "Customer", "Date", "Net amount", "Sales"], days)
    propose_study(["orders.csv"], Path("study.yaml"))
    return Path("study.yaml")


def _read(path: Path) -> dict:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)


def _mend(path: Path, *pairs: tuple[str, str]) -> None:
    text = path.read_text(encoding="utf-8")
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")


@pytest.mark.slow
def test_what_a_person_decided_stays_and_the_rest_follows(study):
    first = _read(study)
    assert len([one for one in str(first).split("'") if one.startswith("?")]) == 3, "currency, amount, date_format"
    _mend(
        study,
        ('"? Net amount"', "Sales"),
        ('currency: "?"', "currency: CHF"),
        ('"? %d/%m/%Y or %m/%d/%Y"', '"%d/%m/%Y"'),
        ("  most_rows: 0.5 ", "  most_rows: 0.25 "),
        ("# money: {fixed_costs: 480000", "money: {fixed_costs: 480000"),
    )
    made = propose_again(study)
    again = Study.read(study)
    assert not made.draft.questions
    assert again.sources["orders"][0].columns["amount"] == "Sales"
    assert (again.currency, again.cleaning.most_rows, again.money.fixed_costs) == ("CHF", 0.25, 480000)
    found = collect(again).orders.to_pandas()
    assert found["date"].max() <= found["date"].max().replace(year=2025, month=12, day=31)
    anchors = {criterion["name"]: criterion for criterion in _read(study)["scoring"]["criteria"]}
    assert anchors["revenue_12m"] != {c["name"]: c for c in first["scoring"]["criteria"]}["revenue_12m"]
    assert "CHF" in anchors["revenue_12m"]["words"]
    assert _read(study.with_suffix(".before.yaml"))["sources"]["orders"]["columns"]["amount"] == "Sales"


@pytest.mark.slow
def test_a_study_that_nobody_changed_is_proposed_as_it_was(study):
    before = study.read_text(encoding="utf-8")
    propose_again(study)
    assert study.read_text(encoding="utf-8") == before


@pytest.mark.slow
def test_anchors_that_a_person_chose_and_a_shape_of_his_own_stay(study):
    tree = _read(study)
    tree["scoring"] = {
        "criteria": [tree["scoring"]["criteria"][0] | {"weight": "100", "best": "123456"}],
        "top_least": "4",
    }
    tree["sources"]["orders"]["part"] = "Customer"
    tree["sources"]["orders"]["columns"] |= {"amount": "Sales"}
    study.write_text(yaml.safe_dump(tree, sort_keys=False), encoding="utf-8")
    propose_again(study)
    after = _read(study)
    assert after["scoring"]["criteria"][0]["best"] == "123456"
    assert after["scoring"]["top_least"] == "4"
    assert after["sources"]["orders"] == tree["sources"]["orders"], "a part nobody proposed: the table stays as written"


def test_files_beside_the_study_are_refused(kam, tmp_path):
    status, _, err = kam("init", "a.csv", "--from", "study.yaml")
    assert status == 2
    assert "--from takes the files that the study names" in err
    assert kam("init")[0] == 2
