"""A person planted by hand in the files of a study."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from kamlib.study.model import Study

ORDERS = "order_id,account_id,date,amount,manager\r\n1,a,2026-06-01,10.00,M1\r\n2,b,2026-06-02,20,M2\r\n"


CONTACTS = (
    "contact_id,account_id,role,name,work_channel\n"
    "c1,a,buyer,Katja Memikov,k.memikov@a.example\n"
    'c2,a,owner,"Anna ""Ann"" Vito",+49 30 555 0199\n'
    "c3,b,buyer,Katja Roden,k@b.example\n"
)


NOTES = (
    'account_id,date,topic,text\na,2026-01-05,needs,"Ms Memikov, Katja wants\nsteel"\n'
    "a,2026-01-06,needs,Katja called twice\nb,2026-01-07,needs,Katja called once\n"
    "b,2026-01-08,needs,write to K.MEMIKOV@a.example\nb,2026-01-09,history,asked for memikovite ore\n"
)


INTERACTIONS = (
    "account_id;date;kind;contact_id;hours\na;2026-02-01;call;c1;1,5\na;2026-02-02;call;c2;2\nb;2026-02-03;call;c11;3\n"
)


@pytest.fixture
def make(tmp_path):
    """Writes files, each the source of the table it is named after; gives their study."""

    def study(files: dict[str, str | bytes], **sources) -> Study:
        for name, content in files.items():
            (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        tree = {"name": "t", "title": "T", "as_of": "2026-06-30"}
        tree["sources"] = {Path(name).stem: {"files": name} for name in files if name.endswith("csv")} | sources
        (tmp_path / "study.yaml").write_text(yaml.safe_dump(tree, allow_unicode=True), encoding="utf-8")
        return Study.read(tmp_path / "study.yaml")

    return study


@pytest.fixture(scope="session")
def texts() -> dict[str, str]:
    """By file: order lines, contacts with Katja Memikov as c1, and notes and events that speak of her."""
    return {"orders.csv": ORDERS, "contacts.csv": CONTACTS, "notes.csv": NOTES, "interactions.csv": INTERACTIONS}


@pytest.fixture
def study(make, texts):
    """The study of `texts`."""
    return make(texts)


@pytest.fixture(scope="session")
def text_of() -> Callable[[Path], str]:
    """All files of a folder in one text."""
    return lambda folder: "\n".join(path.read_text(encoding="utf-8") for path in folder.iterdir())
