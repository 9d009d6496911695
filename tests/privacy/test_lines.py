"""What kam person prints. Oracle: a study and a report that hold the person in known places."""

from __future__ import annotations

from kamlib.privacy import person_lines
from kamlib.study.model import Study


def test_the_places_and_the_reports_are_told_and_where_the_copies_are(study, tmp_path):
    page = tmp_path / "reports" / "t" / "2026Q1" / "index.html"
    page.parent.mkdir(parents=True)
    page.write_text("<p>K. Memikov</p>")
    told = person_lines(study, "katja memikov", None, tmp_path / "reports")
    assert (
        " ".join(told[0].split())
        == "contacts contacts.csv, line 2: row (contact_id, account_id, role, name, work_channel)"
    )
    assert told[5:] == [
        "5 rows hold something about this person",
        f"still published: {page.parent} holds this person in 1 files",
        "Publish these again from the copies, or delete them.",
    ]
    told = person_lines(study, "c1", tmp_path / "out", tmp_path / "none")
    assert told[5] == "5 rows were changed in the copies" and len(told) == 7 and str(tmp_path / "out") in told[6]
    assert Study.read(tmp_path / "out" / "study.yaml").name == "t"
