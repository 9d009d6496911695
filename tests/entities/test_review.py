"""The review file: what a person decided there survives everything, and is obeyed or refused by line."""

from __future__ import annotations

import csv
import tempfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kamlib.entities import groups, review
from kamlib.errors import InputError
from kamlib.intake.pipeline import collect
from kamlib.intake.pipeline import given_accounts as accounts_of
from kamlib.report.words import with_words
from kamlib.run.opened import Run
from kamlib.study.model import Study

ORDERS = "order_id,account_id,date,amount\n1,001,2026-06-01,10.10\n2,002,2026-06-02,20.20\n3,003,2026-06-03,5\n"
ACCOUNTS = "account_id,name\n001,Belagor GmbH\n002,BELAGOR\n003,Zeppelin\n"
FILES = {"orders.csv": ORDERS, "accounts.csv": ACCOUNTS}
SOURCES = {"orders": {"files": "orders.csv"}, "accounts": {"files": "accounts.csv"}}
IDS = ["a", "b", "c", "d"]


def accounts(*names):
    return pd.DataFrame({"account_id": [f"a{n}" for n in range(len(names))], "name": pd.Series(names, dtype=object)})


def read(folder, *rows, head="account_id,other_id,decision", code="utf-8"):
    path = folder / "firms.csv"
    path.write_bytes("\n".join([head, *rows]).encode(code))
    return review.read(path, IDS)


def decide(path, *decisions):
    """Write the decisions as a person does in a spreadsheet: into the last column, from the first line on."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        head, *rows = csv.reader(stream)
    for row, decision in zip(rows, decisions, strict=False):
        row[head.index("decision")] = decision
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream).writerows([head, *rows])


def test_the_file_is_one_that_a_spreadsheet_opens(tmp_path):
    review.refresh(tmp_path / "firms.csv", accounts("Белагор", "Belagor"), with_words, ";")
    content = (tmp_path / "firms.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbfaccount_id;name;other_id;other_name;likeness;why;decision\r\n")
    assert content.decode("utf-8-sig").splitlines()[1] == "a0;Белагор;a1;Belagor;98;the same name in other letters;"


HOSTILE = st.text(st.sampled_from("=+-@'\"\t\r\n,;01.aбé＝ \0"), min_size=1, max_size=12)


@pytest.mark.slow
@given(st.lists(st.tuples(HOSTILE, HOSTILE), min_size=1, max_size=4), st.sampled_from([",", ";"]))
@example([('=HYPERLINK("http://x.example","a")', "'=1+1"), ("+1", "''"), ("a\r\nb", "\r")], ",")
def test_hostile_names_come_back_as_they_were_and_no_cell_is_a_formula(pairs, delimiter):
    table = pd.DataFrame(
        [dict.fromkeys(review.COLUMNS, "x") | {"name": a, "other_name": b, "likeness": "90"} for a, b in pairs]
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "firms.csv"
        review._write(table[list(review.COLUMNS)].assign(decision=""), path, delimiter)
        back = review._load(path)
        with path.open(encoding="utf-8-sig", newline="") as stream:
            cells = [cell for row in csv.reader(stream, delimiter=delimiter) for cell in row]
    assert back[["name", "other_name"]].to_numpy().tolist() == [list(pair) for pair in pairs]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r", "＝"))]


def test_ids_with_leading_zeros_are_written_so_that_a_spreadsheet_leaves_them(tmp_path):
    table = accounts("Belagor", "BELAGOR").assign(account_id=["007", "008"])
    review.refresh(tmp_path / "firms.csv", table, with_words)
    assert "\n'007,Belagor,'008,BELAGOR," in (tmp_path / "firms.csv").read_text(encoding="utf-8-sig")
    decide(tmp_path / "firms.csv", "same")
    assert review.read(tmp_path / "firms.csv", ["007", "008"])["account_id"].tolist() == ["007"]


def test_decisions_and_columns_of_the_reviewer_stay_and_new_pairs_come_at_the_end(tmp_path):
    path = tmp_path / "firms.csv"
    first = review.refresh(
        path, accounts("Belagor", "BELAGOR", "Zeppelin", "ZEPPELIN", "Kanonik", "KANONIK"), with_words
    )
    assert len(first) == 3 and set(first["decision"]) == {""}
    decide(path, "different", "Same ")
    content = path.read_text(encoding="utf-8-sig").replace("decision", "decision,remark", 1).replace("same", "same", 1)
    path.write_text(content.replace(",different", ",different,asked them"), encoding="utf-8-sig")
    names = ["Belagor", "gone", "Zeppelin", "ZEPPELIN", "Kanonik", "Other", "Ostwind", "OSTWIND"]
    second = review.refresh(path, accounts(*names), with_words)
    assert second[["account_id", "other_id", "decision", "remark"]].to_numpy().tolist() == [
        ["a0", "a1", "different", "asked them"],  # vanished, but decided
        ["a2", "a3", "same", ""],
        ["a6", "a7", "", ""],  # new; the undecided pair a4, a5 vanished
    ]
    before = path.read_bytes()
    review.refresh(path, accounts(*names), with_words)
    assert path.read_bytes() == before


def test_a_file_with_reasons_in_words_of_long_ago_is_read_and_a_pair_still_proposed_gets_those_of_today(tmp_path):
    path = tmp_path / "firms.csv"
    path.write_text(
        "account_id,name,other_id,other_name,likeness,why,decision\n"
        "a0,Belagor,a1,BELAGOR,98,they look alike,\n"
        "a2,Zeppelin,a3,ZEPPELIN,98,told by phone,same\n"
    )
    made = review.refresh(path, accounts("Belagor", "BELAGOR", "Zeppelin", "ZEPPELIN"), with_words)
    assert made["why"].tolist() == ["the same name but for case, marks or legal form", "told by phone"]
    assert review.read(path, [f"a{n}" for n in range(4)])["decision"].tolist() == ["same"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("code", ["utf-8", "utf-8-sig", "cp1251", "utf-16"])
def test_a_file_is_read_as_a_spreadsheet_saved_it(tmp_path, delimiter, code):
    rows = ['a,b,SAME,"Ромашка и компания, Ёлка"', "", ",,,", "c,d,,Ж"]
    found = read(tmp_path, *(row.replace(",", delimiter) for row in rows), code=code,
                 head="account_id,other_id,decision,name".replace(",", delimiter))  # fmt: skip
    assert found.drop(columns="line").to_numpy().tolist() == [["a", "b", "same"]]


@pytest.mark.parametrize(
    ("rows", "line", "says"),
    [
        (["a,b,same", "c,d,maybe"], 3, r"unknown decision.*'maybe'.*same, group or different"),
        (["a,z,same"], 2, r"other_id is not in the table of accounts.*'z'.*delete the line"),
        (["a,b,", "z,b,group"], 3, r"account_id is not in the table of accounts.*'z'"),
        (["a,a,same"], 2, "beside itself"),
        (
            ["a,b,same", "b,c,same", "a,c,different"],
            4,
            r"contradictory.*'a' and 'c' different here, but one firm by line 2, 3",
        ),
        (
            ["a,c,different", "a,b,same", "", "b,c,group"],
            2,
            r"contradictory.*different here, but one group by line 3, 5",
        ),
        (["a,b,same", "b,a,group"], 3, r"contradictory.*group here, but one firm by line 2"),
        (["a,b,group", "a,b,different"], 3, "contradictory"),
        (["a,b,same,more"], 2, "more cells than columns"),
        (['a,b,"same" x'], 2, "no valid CSV"),
    ],
)
def test_what_cannot_be_obeyed_is_refused_with_its_line(tmp_path, rows, line, says):
    with pytest.raises(InputError, match=rf"(?s)firms\.csv, line {line}: .*{says}"):
        read(tmp_path, *rows)


def test_an_undecided_pair_of_accounts_that_are_gone_is_no_mistake(tmp_path):
    assert read(tmp_path, "y,z,", "a,b,group")["decision"].tolist() == ["group"]


def test_a_line_is_counted_over_line_breaks_in_names(tmp_path):
    with pytest.raises(InputError, match="line 4: an unknown decision"):
        read(tmp_path, '"a",b,same,"two\nlines"', "c,d,what,x", head="account_id,other_id,decision,name")


@pytest.mark.parametrize("content", ["", "name;firm\nx;y\n", "account_id,other_id\na,b\n"])
def test_a_file_without_the_columns_is_named(tmp_path, content):
    (tmp_path / "firms.csv").write_text(content)
    with pytest.raises(
        InputError, match=r"firms\.csv, line 1: the review file lacks columns.*account_id, decision, other_id"
    ):
        review.read(tmp_path / "firms.csv", IDS)


def test_a_file_that_cannot_be_written_is_named(tmp_path):
    with pytest.raises(InputError, match=r"gone/firms\.csv.*can't be written"):
        review.refresh(tmp_path / "gone" / "firms.csv", accounts("Belagor"), with_words)


@pytest.mark.slow
def test_the_study_obeys_the_review_and_no_money_is_lost_or_doubled(make_study, tmp_path):
    path = tmp_path / "firms.csv"
    review.refresh(path, accounts_of(make_study(FILES)), with_words)
    decide(path, "same")
    for unit in ("group", "account"):
        clean = collect(make_study(FILES, identity={"review": "firms.csv"}, unit=unit))
        proof = groups.double_count(clean.orders).iloc[0]
        assert (proof["accounts"], proof["customers"], str(proof["amount_by_customer"])) == (3, 2, "35.3000")
        assert clean.tables["accounts"]["customer_id"].tolist() == ["001", "001", "003"]
        assert clean.tables["accounts"]["account_id"].tolist() == ["001", "002", "003"]
        assert any("joined with another by the review of likely duplicates (1): '002'" in note for note in clean.notes)
    decide(path, "group")
    assert (
        groups.double_count(collect(make_study(FILES, identity={"review": "firms.csv"})).orders)["customers"].item()
        == 2
    )
    apart = collect(make_study(FILES, identity={"review": "firms.csv"}, unit="account"))
    assert groups.double_count(apart.orders)["customers"].item() == 3


@pytest.mark.slow
def test_nothing_is_merged_without_a_decision(make_study, tmp_path):
    review.refresh(tmp_path / "firms.csv", accounts_of(make_study(FILES)), with_words)
    clean = collect(make_study(FILES, identity={"review": "firms.csv"}))
    assert clean.heads["account_id"].tolist() == clean.heads["customer_id"].tolist()


def test_a_study_whose_review_is_missing_is_refused_with_the_command_that_writes_it(make_study):
    with pytest.raises(InputError, match=r"firms\.csv: no review file.*kam firms"):
        collect(make_study(FILES, identity={"review": "firms.csv"}))


def test_without_a_table_of_accounts_they_are_those_of_the_order_lines_by_their_ids(make_study):
    found = accounts_of(
        make_study(
            {"orders.csv": "order_id,account_id,date,amount\n1,b,2026-01-01,1\n2,a,2026-01-02,2\n3,b,2026-01-03,1\n"}
        )
    )
    assert found[["account_id", "name"]].to_numpy().tolist() == [["a", "a"], ["b", "b"]]


def test_the_review_is_an_input_of_the_run_and_travels_with_the_study(make_study, tmp_path):
    (tmp_path / "firms.csv").write_text("account_id,other_id,decision\n001,002,same\n")
    study = make_study(FILES, identity={"review": "firms.csv"})
    (tmp_path / "run").mkdir()
    before = Run(study, tmp_path / "run").present
    assert before.inputs[-1]["table"] == "identity.review" and before.inputs[-1]["file"] == "firms.csv"
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "study.yaml").write_text(study.to_yaml(), encoding="utf-8")
    moved = Study.read(elsewhere / "study.yaml")
    assert moved.review() == tmp_path / "firms.csv" and moved.fingerprint() == study.fingerprint()
    (tmp_path / "firms.csv").write_text("account_id,other_id,decision\n001,002,group\n")
    assert Run(study, tmp_path / "run").present.inputs != before.inputs


def test_the_command_writes_the_file_and_says_how_the_study_obeys_it(make_study, tmp_path):
    from typer.testing import CliRunner

    from kamlib.cli import app

    make_study(FILES, language="de")
    told = CliRunner().invoke(app, ["firms", str(tmp_path / "study.yaml")])
    assert told.exit_code == 0, told.output
    assert "1 pairs, 0 of them decided" in told.output and "identity: {review: firms.csv}" in told.output
    assert (tmp_path / "firms.csv").read_text(encoding="utf-8-sig").startswith("account_id;name;")
    make_study(FILES, identity={"review": "mine.csv"})
    told = CliRunner().invoke(app, ["firms", str(tmp_path / "study.yaml")])
    assert told.exit_code == 0 and "mine.csv" in told.output and "identity:" not in told.output
    told = CliRunner().invoke(app, ["firms", str(tmp_path / "study.yaml"), "--out", str(tmp_path / "there.csv")])
    assert told.exit_code == 0 and (tmp_path / "there.csv").exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("ids", "decided", "told"),
    [
        (["ООО «Ладья»", "ООО  «Ладья»", "Nordwind GmbH", "Bright & Sons"], "", True),
        (["ООО «Ладья»", "ООО  «Ладья»", "Nordwind GmbH", "Bright & Sons"], "same", False),
        (["ООО «Ладья»", "ООО  «Ладья»", "Nordwind GmbH", "Bright & Sons"], "different", False),
        (["Ладья", "Nordwind", "Bright", "Ribera"], "", False),
        (["KUNDE-001", "KUNDE-002", "KUNDE-003", "KUNDE-0003"], "", False),
        (["00123", "00124", "123", "0123"], "", False),
    ],
)
def test_names_that_look_alike_are_told_until_somebody_decided_and_codes_are_no_names(
    make_study, tmp_path, ids, decided, told
):
    lines = [f'{n},"{name}",2026-01-01,1' for n, name in enumerate(ids)]
    files = {"orders.csv": "\n".join(["order_id,account_id,date,amount", *lines])}
    identity = {}
    if decided:
        (tmp_path / "firms.csv").write_text(f'account_id,other_id,decision\n"{ids[0]}","{ids[1]}",{decided}\n')
        identity = {"identity": {"review": "firms.csv"}}
    study = make_study(files, **identity)
    clean = collect(study)
    said = review.names_alike(study, clean.orders, clean.heads)
    assert bool(said) == told and all("1 pairs of them look alike" in line for line in said)
