"""A draft as a study file. Oracle: YAML, read back by the kit's own reader, gives what was written."""

from __future__ import annotations

from pathlib import Path

from kamlib.init.cells.dialect import Marked
from kamlib.init.draft import Draft
from kamlib.init.write_study import text
from kamlib.study.settings.sections import Scoring
from kamlib.study.yaml_lines import load, value


def test_a_value_that_waits_for_a_person_begins_with_a_mark_and_the_file_counts_them(tmp_path: Path):
    head = {"name": Marked("shop"), "currency": Marked("", "nothing says", "a note", True)}
    only = {"only": Marked({"State": ["Sent", "Done"]}, "which count?", "", True)}
    made = text(Draft(head, {}, cleaning=only), tmp_path)
    lines = {line.split(":")[0].strip(): line for line in made.splitlines()}
    assert lines["name"] == "name: shop"
    assert lines["currency"].startswith('currency: "?"') and lines["currency"].endswith("# nothing says (a note)")
    assert value(lines["only"].strip())["only"] == {"State": ["? Sent", "Done"]}
    assert "2 values are in question." in made
    assert "No value is in question." in text(Draft({"name": Marked("shop")}, {}), tmp_path)


def test_to_be_tried_every_question_takes_the_first_of_its_values(tmp_path: Path):
    head = {"currency": Marked("", "?", "", True), "title": Marked("%d.%m.%Y", "", "", True, "%m.%d.%Y")}
    made = value(text(Draft(head, {}, cleaning={"only": Marked({"a": ["b"]}, "", "", True)}), tmp_path, answered=True))
    assert (made["currency"], made["title"], made["cleaning"]["only"]) == ("XXX", "%d.%m.%Y", {"a": ["b"]})


def test_what_is_not_in_the_study_is_told_in_a_comment(tmp_path: Path):
    made = text(Draft({"name": Marked("shop")}, {}, unused={"a\n- b: c.csv": "it has\tno rows"}), tmp_path)
    assert "#   a - b: c.csv: it has no rows" in made
    (tmp_path / "study.yaml").write_text(made, encoding="utf-8")
    assert load(tmp_path / "study.yaml", "study file", "")[0]["name"] == "shop"


def test_the_settings_of_the_list_that_stand_in_comments_are_the_defaults(tmp_path: Path):
    lines = text(Draft(head={}, sources={}, cleaning={}, criteria=Marked([]), unused={}), tmp_path).splitlines()
    begins = lines.index("  criteria:") + 1
    told = [line.split("#", 2)[1].strip() for line in lines[begins : begins + 2]]
    assert [value(f"{{{one}}}") for one in told] == [
        {"top_share": Scoring().top_share},
        {"patience": Scoring().patience},
    ]
