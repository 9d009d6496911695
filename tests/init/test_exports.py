"""Exports in shapes of their own, through `kam init`. Oracle: ``truth.json`` says what each holds, and what a person would answer."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd
import pytest
import yaml

from kamlib.errors import InputError
from kamlib.init import propose_study
from kamlib.intake.pipeline import collect
from kamlib.study.model import Study

EXPORTS = Path(__file__).resolve().parents[1] / "exports"
TRUTH = json.loads((EXPORTS / "truth.json").read_text(encoding="utf-8"))
#: what a person decides, beside the currency, and what is asked about it
ASKED = {
    "status-column": ("cleaning.only", "Shipped"),
    "runs-of-blanks": ("sources.orders.columns.amount", "column 4"),
    "invoices-only": ("sources.orders.files", "invoices.csv"),
}


def _answered(path: Path) -> None:
    """The study as a person leaves it who finds each proposal right, and counts in euros."""
    text = path.read_text(encoding="utf-8").replace('currency: "?"', "currency: EUR")
    path.write_text(re.sub(r'"\? ', '"', text), encoding="utf-8")


@pytest.fixture(scope="module", params=TRUTH)
def started(request, tmp_path_factory):
    """An export's name, what was proposed, and the study when it is answered."""
    path = tmp_path_factory.mktemp("study") / "study.yaml"
    made = propose_study(sorted((EXPORTS / request.param).iterdir()), path)
    if made.draft.questions:
        with pytest.raises(InputError, match="open in the study"):
            Study.read(path)
    _answered(path)
    return request.param, made, path


@pytest.mark.slow
def test_an_export_comes_in_right_with_at_most_one_question_besides_the_currency(started):
    name, made, path = started
    questions = [one for one in made.draft.questions if not one.startswith("currency: ")]
    assert len(questions) == (name in ASKED), questions
    if name in ASKED:
        key, value = ASKED[name]
        assert questions[0].startswith(f"{key}: ") and value in questions[0]
    clean, truth = collect(Study.read(path, as_of="2025-03-31")), TRUTH[name]
    found = clean.orders.to_pandas()
    assert len(found) == truth.get("lines", len(found))
    # the truth has each line rounded to the cent: half a cent a line
    slack = 0.005 * len(found) if "discount" in truth["what"] else 0.0
    assert float(sum(found["amount"])) == pytest.approx(truth["total"], abs=slack + 1e-6)
    assert [f"{day:%Y-%m-%d}" for day in (found["date"].min(), found["date"].max())] == [truth["first"], truth["last"]]
    firms = found["customer_id"].str.casefold().str.replace(r"[\s\"'«»„“”]+", "", regex=True)
    assert firms.nunique() == truth["customers"], "firms that are written in several ways count once"
    if "orders" in truth:
        assert len(pd.DataFrame({"firm": firms, "order": found["order_id"]}).drop_duplicates()) == truth["orders"]
    if "margin" in truth:
        assert float(sum(found["margin"])) == pytest.approx(truth["margin"])


@pytest.mark.slow
def test_the_currency_is_asked_where_nothing_names_it(started):
    name, made, _ = started
    asked = [one for one in made.draft.questions if one.startswith("currency: ")]
    assert bool(asked) == ("currency" not in TRUTH[name])
    assert made.draft.head["currency"].value == TRUTH[name].get("currency", "")


@pytest.mark.slow
def test_customers_inside_the_lines_make_the_table_of_accounts(started):
    name, _, path = started
    accounts = yaml.safe_load(path.read_text(encoding="utf-8"))["sources"].get("accounts")
    if name == "customer-in-the-lines":
        assert accounts == {
            "from": "orders",
            "columns": {
                "account_id": "Customer ID",
                "name": "Customer Name",
                "industry": "Segment",
                "region": "Region",
            },
        }
    else:
        assert (accounts is not None) == (name == "heads-and-lines")
