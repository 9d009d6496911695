"""The same order lines on DuckDB, PostgreSQL and Spark: every cleaning rule and every fact is equal, money exactly.

Oracle: the engines know nothing of each other; what they agree on is not an accident of one of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import ibis
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from kamlib import facts
from kamlib.churn import losses
from kamlib.intake import cleaning, pipeline
from kamlib.io import engines
from kamlib.measures import trade_claims
from kamlib.measures.lifetime import seasons
from kamlib.run.present import inputs
from kamlib.segments import crosstabs
from kamlib.study.model import Study

AS_OF = (date(2025, 12, 31), date(2026, 3, 31), date(2026, 6, 30))
OWN_DATA = Path(__file__).resolve().parents[2] / "docs/own_data.md"
HOSTILE = 'select"; drop table x --'


@pytest.fixture(scope="module")
def embedded(folder: Path, study_on: Callable[..., Study]) -> pipeline.Clean:
    return pipeline.collect(study_on(folder, {}, {"files": "orders.parquet"}))


@pytest.fixture(scope="module")
def clean(other: Study) -> pipeline.Clean:
    return pipeline.collect(other)


def same(left: pd.DataFrame, right: pd.DataFrame, keys: list[str]) -> None:
    tables = [table.sort_values(keys, ignore_index=True)[list(left.columns)] for table in (left, right)]
    pd.testing.assert_frame_equal(*tables, check_dtype=False, rtol=0, atol=1e-9)


def test_the_ledgers_are_equal_to_the_row_and_the_cent(embedded, clean):
    hit = embedded.ledger[embedded.ledger["table"] == "orders"].set_index("rule")["matched_rows"]
    expected = ["total_row", "no_account", "bad_amount", "bad_date", "before_start", "test_row", "not_goods", "no_rate"]
    expected += ["repeated_key", "overlap", "currency_spelling", "return_without_purchase", "cancelled_pair"]
    expected += ["cancellation", "cancellation_without_order", "negative_not_cancelled", "unknown_account"]
    assert not [rule for rule in expected if not hit[rule]]
    pd.testing.assert_frame_equal(embedded.ledger, clean.ledger)


def test_the_clean_lines_are_equal(embedded, clean):
    columns = [name for name in cleaning.ORDER_COLUMNS if not name.startswith("source_")]
    tables = [part.orders.select(*columns).to_pandas().astype(object) for part in (embedded, clean)]
    tables = [table.where(table.notna(), None).map(str) for table in tables]
    left, right = (sorted(table.itertuples(index=False, name=None)) for table in tables)
    assert left == right


def test_the_quarantines_are_equal(embedded, clean):
    columns = ["table", "reason", "date", "amount", "original"]
    tables = [part.quarantine.select(*columns).to_pandas().astype(object) for part in (embedded, clean)]
    kinds = [table.groupby("reason").size().to_dict() for table in tables]
    assert kinds[0] == kinds[1]
    sums = [table.groupby("reason")["amount"].sum().to_dict() for table in tables]
    assert sums[0] == sums[1]


@pytest.fixture
def minimal(request, other, tmp_path) -> tuple[Study, Study]:
    """The smallest study of the guide, with nothing but orders, embedded and in the other engine."""
    example = yaml.safe_load(re.findall(r"```yaml\n(.+?)```", OWN_DATA.read_text(encoding="utf-8"), re.S)[0])
    days = [date(2026, month, 1 + number) for month in (1, 2, 3) for number in range(6)]
    customers = ["00123", "b", "Ёлка", "00123", None, "b"] * 3
    rows = {
        "Invoice": [f"S{n}" for n in range(18)],
        "Customer": customers,
        "Day": days,
        "Net": [10.25 * n for n in range(18)],
    }
    pq.write_table(pa.table(rows), tmp_path / "orders.parquet")
    place = {"files": str(tmp_path / "orders.parquet")}
    if other.engine.url.startswith("postgresql"):
        import psycopg

        with psycopg.connect(request.getfixturevalue("postgres"), autocommit=True) as server:
            server.execute("DROP TABLE IF EXISTS erp.minimal")
            ibis.postgres.from_connection(server).create_table("minimal", pa.table(rows), database="erp")
            server.execute("GRANT SELECT ON erp.minimal TO reader")
        place = {"table": "erp.minimal"}

    def study(name: str, files: dict[str, str], **more) -> Study:
        named = {"columns": example["sources"]["orders"]["columns"]}
        tree = example | {"sources": {"orders": files | named}, "cleaning": {"most_rows": 1, "most_amount": 1}} | more
        (tmp_path / f"{name}.yaml").write_text(yaml.safe_dump(tree))
        return Study.read(tmp_path / f"{name}.yaml")

    there = study("there", place, engine=other.engine.model_dump(exclude_none=True))
    return study("here", {"files": str(tmp_path / "orders.parquet")}), there


def test_the_smallest_study_of_the_guide_has_nothing_but_orders_and_is_the_same_on_every_engine(minimal):
    """By hand: three of 18 lines name no customer; 10.25 a step makes 10.25 * 153 in all, of which 10.25 * (4 + 10 + 16) without one."""
    here, there = (pipeline.collect(study) for study in minimal)
    pd.testing.assert_frame_equal(here.ledger, there.ledger)
    for clean in (here, there):
        assert set(clean.tables) and all(table.empty for table in clean.tables.values())
        assert clean.orders.amount.sum().execute() == Decimal("10.25") * (153 - 30)
        assert clean.quarantine.to_pandas()["reason"].tolist() == ["no_account"] * 3
    same(*(facts.account_facts(clean.orders, AS_OF[-1]) for clean in (here, there)), ["customer_id"])


def test_all_facts_are_equal(embedded, clean):
    pairs = [facts.account_facts(part.orders, AS_OF) for part in (embedded, clean)]
    same(*pairs, ["as_of", "customer_id"])
    assert len(pairs[0]) > 150


def test_the_windows_at_a_months_last_day_add_up(clean):
    """Two half-years to the year and two years to 24 months, of each customer; 2026-02-28 is the last day of its month."""
    columns = ["revenue_6m", "revenue_prev_6m", "revenue_12m", "revenue_prev_12m", "revenue_24m", "revenue_3m"]
    ends = [date(2025, 5, 31), date(2025, 8, 31), date(2025, 11, 30), date(2026, 2, 28)]
    found = facts.account_facts(clean.orders, ends, columns=columns, observed_from=date(2023, 1, 1))
    for whole, parts in (("12m", ["6m", "prev_6m"]), ("24m", ["12m", "prev_12m"])):
        sums = found[[f"revenue_{part}" for part in parts]].sum(axis=1)
        pd.testing.assert_series_equal(sums, found[f"revenue_{whole}"], check_names=False)
    year = found.loc[found["as_of"] == "2026-02-28", "revenue_12m"].sum()
    assert found["revenue_3m"].sum() == pytest.approx(year) and year > 0


def test_facts_of_order_lines_of_ones_own_are_equal(other, lines, orders_of):
    named = {"account_id": HOSTILE, "amount": "Net", "order_id": "Invoice no"}
    (source,) = other.sources["orders"]
    there = orders_of(other.engine, other.placed("orders", source))
    whole = [table.drop_null([HOSTILE, "date", "Net"], how="any") for table in (ibis.memtable(lines), there)]
    same(*(facts.account_facts(facts.orders(table, **named), AS_OF[-1]) for table in whole), ["customer_id"])


def test_months_days_and_next_orders_are_equal(embedded, clean):
    for make, keys in (
        (lambda orders: facts.account_months(orders, AS_OF[-1]), ["customer_id", "month"]),
        (lambda orders: facts.account_days(orders, AS_OF[-1]), ["customer_id", "date"]),
        (lambda orders: facts.next_orders(orders, AS_OF[:2], AS_OF[-1]), ["customer_id", "as_of"]),
        (lambda orders: cleaning.by_month(orders, embedded.quarantine), ["month", "reason"]),
    ):
        same(make(embedded.orders), make(clean.orders), keys)


def test_the_cube_is_equal_and_its_sum_is_what_the_ledger_keeps(embedded, clean):
    left, right = (facts.months.customer_cube(part.orders, AS_OF[-1], year_begins=2) for part in (embedded, clean))
    same(left.fillna({"category": ""}), right.fillna({"category": ""}), ["customer_id", "category", "quarter"])
    (kept,) = clean.ledger.query("table == 'orders' and rule == 'kept'")["amount"]
    assert right["revenue"].sum() == pytest.approx(float(kept), abs=0.01) and len(right) > 100


def test_sums_of_the_cross_tables_are_equal(embedded, clean):
    pd.testing.assert_frame_equal(*(crosstabs.line_sums(part.orders, AS_OF[-1], 24) for part in (embedded, clean)))


def test_seasons_of_the_base_are_equal(embedded, clean):
    left, right = (seasons.seasons(part.orders, AS_OF[-1], horizon_days=90) for part in (embedded, clean))
    assert left == pytest.approx(right, abs=1e-9) and len(left) == 4


def test_losses_first_years_and_managers_are_equal(embedded, clean):
    ended = pd.Timestamp("2026-02-01")
    firms = pd.DataFrame(
        {"customer_id": ["00008", "00022"], "closed_on": [ended, pd.NaT], "contract_end": [pd.NaT, ended]}
    )
    firms["account_id"] = firms["customer_id"]
    for make, keys in (
        (
            lambda orders: losses.loss_episodes(orders, AS_OF[-1], horizon_days=40, accounts=firms),
            ["customer_id", "lost_on"],
        ),
        (lambda orders: trade_claims.first_years(orders, AS_OF[-1]), ["customer_id"]),
        (lambda orders: trade_claims.managers_before(orders, AS_OF[-1]).reset_index(), ["customer_id"]),
    ):
        left, right = make(embedded.orders), make(clean.orders)
        assert len(left) > 20
        same(left, right, keys)


def test_the_clean_lines_stay_where_they_are_and_a_run_finds_them_again(clean, other, tmp_path):
    from kamlib.run.opened import Run

    run = Run(other, tmp_path)
    (tmp_path / "tables").mkdir()
    run.save("orders", clean.orders)
    assert run.holds("orders")
    assert sum(path.stat().st_size for path in (tmp_path / "tables").iterdir()) < 1_000
    assert run.load("orders").amount.sum().execute() == clean.orders.amount.sum().execute()


def test_a_small_table_is_the_same_on_every_engine(other):
    con = engines.connect(other.engine)
    columns = {"a": ["x", "'; drop table x --", "é\n"], "b": ["1", None, "2"]}
    found = engines.small(con, columns).to_pandas().sort_values("a", ignore_index=True)
    assert found["a"].tolist() == sorted(columns["a"])
    assert set(found["b"].dropna()) == {"1", "2"} and found["b"].isna().sum() == 1
    nothing = engines.small(con, {"a": [], "b": []}).to_pandas()
    assert nothing.columns.tolist() == ["a", "b"] and nothing.empty


PARTS = {
    "heads": {"No": ["1", "2", "3"], "client": ["a", "b", "a"], "firm": ["Alpha", "Beta", "Alpha Ltd"],
              "day": [date(2026, 1, 5), date(2026, 1, 6), date(2026, 3, 7)]},
    "details": {"No": ["1", "1", "2", "9"], "net": [10.25, 5.0, 7.0, 1.0], "state": ["sent", "sent", "Sent", "open"]},
    "more": {"Kunde": ["a", "c", "a"], "Tag": [date(2026, 2, 1)] * 2 + [date(2026, 2, 2)], "Netto": [1.5, 2.0, 3.0],
             "state": ["sent", "open", "sent"], "Firma": ["Alpha AG", "Gamma", "Alpha SE"]},
}  # fmt: skip


@pytest.fixture
def shaped(request, tmp_path, other):
    """The same study of two sources, of which one has heads, embedded and in the other engine."""
    for name, columns in PARTS.items():
        pq.write_table(pa.table(columns), tmp_path / f"{name}.parquet")
    on_server = other.engine.url.startswith("postgresql")
    if on_server:
        import psycopg

        with psycopg.connect(request.getfixturevalue("postgres"), autocommit=True) as server:
            for name, columns in PARTS.items():
                server.execute(f"DROP TABLE IF EXISTS erp.{name}")
                ibis.postgres.from_connection(server).create_table(name, pa.table(columns), database="erp")
                server.execute(f"GRANT SELECT ON erp.{name} TO reader")

    def study(there: bool) -> Study:
        def at(name):
            return {"table": f"erp.{name}"} if there and on_server else {"files": str(tmp_path / f"{name}.parquet")}

        orders = [
            at("details")
            | {
                "heads": at("heads") | {"key": "No"},
                "columns": {"order_id": "No", "account_id": "client", "date": "day", "amount": "net"},
            },
            at("more") | {"columns": {"account_id": "Kunde", "date": "Tag", "amount": "Netto"}},
        ]
        accounts = {"from": "orders", "columns": {"name": "firm", "region": "Firma"}}
        tree = {"name": "t", "title": "T", "as_of": "2026-06-30", "sources": {"orders": orders, "accounts": accounts}}
        tree |= {"cleaning": {"only": {"state": "sent"}, "most_rows": 1, "most_amount": 1}}
        if there:
            tree["engine"] = other.engine.model_dump(exclude_none=True)
        path = tmp_path / f"{there}.yaml"
        path.write_text(yaml.safe_dump(tree))
        return Study.read(path)

    return study(False), study(True)


def test_heads_several_sources_rows_that_count_and_accounts_from_lines_are_equal(shaped):
    """By hand: five lines count, in four orders; the head of March has no line, so the latest line of a is of February."""
    here, there = (pipeline.collect(study) for study in shaped)
    for clean in (here, there):
        lines = clean.orders.to_pandas()
        assert sorted(lines["amount"].astype(float)) == [1.5, 3.0, 5.0, 7.0, 10.25]
        assert lines["order_id"].nunique() == 4 and set(lines["account_id"]) == {"a", "b"}
        aside = clean.quarantine.to_pandas()
        assert sorted(aside["reason"]) == ["not_counted"] * 2 and aside["amount"].sum() == 3
        accounts = clean.tables["accounts"].set_index("account_id")
        assert accounts.loc["b", "name"] == "Beta" and accounts.loc["a", "region"] == "Alpha SE"
    assert [note.partition(":")[2] for note in here.notes] == [note.partition(":")[2] for note in there.notes]
    again = [{row["sha256"] for row in inputs(study, study.folder / "inputs.json")} for study in shaped]
    assert len(again[0]) == len(again[1]) == 3
