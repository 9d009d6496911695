"""The sample: the same bytes each time, every table in order, and a planted truth that its tables really show."""

from __future__ import annotations

import filecmp
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from kamlib.errors import InputError
from kamlib.intake.schema import check
from kamlib.sample import make, truth
from kamlib.sample.world import World, clock, to_weekday, unclock
from kamlib.sample.world import groups as groups_of
from kamlib.study import Study
from kamlib.tables import INPUTS

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "data" / "sample"
END = pd.Timestamp("2026-06-30")
START = pd.Timestamp("2023-07-01")
SET_ASIDE = ["no_account", "bad_amount", "bad_date", "after_as_of", "before_start", "not_goods", "test_row", "no_rate",
             "absurd_price", "repeated_header", "total_row", "repeated_key", "broken_line"]  # fmt: skip


def text(name: str) -> pd.DataFrame:
    return pd.read_csv(SAMPLE / f"{name}.csv", dtype=str, keep_default_na=False).fillna("")  # missing: a line cut off


@pytest.fixture(scope="module")
def lines() -> pd.DataFrame:
    """Every row of orders.csv as text, with its line number, its planted reasons and the head of its group."""
    table = text("orders")
    dirty = text("truth/dirty")
    dirty = dirty[dirty["file"] == "orders.csv"]
    table["line"] = np.arange(len(table)) + 2
    table["reason"] = table["line"].map(dict(zip(dirty["line"].astype(int), dirty["reason"], strict=True))).fillna("")
    heads = text("truth/accounts").set_index("account_id")["group_id"]
    table["group"] = table["account_id"].map(heads).fillna(table["account_id"])
    return table


@pytest.fixture(scope="module")
def goods(lines) -> pd.DataFrame:
    """The lines that a cleaning keeps, typed; credit notes that lost their minus have it back."""
    kept = lines[~lines["reason"].isin(SET_ASIDE)].copy()
    turned = kept["reason"] == "cancellation_above_zero"
    for column in ("amount", "margin", "cost", "quantity"):
        kept[column] = pd.to_numeric(kept[column]).where(~turned, -pd.to_numeric(kept[column]))
    kept["date"] = pd.to_datetime(kept["date"])
    for column in ("amount", "margin", "cost", "quantity", "price"):
        kept[column] = pd.to_numeric(kept[column])
    kept["margin"] = kept["margin"].fillna(kept["amount"] - kept["cost"])
    return kept


@pytest.fixture(scope="module")
def groups() -> pd.DataFrame:
    """The planted truth, one row a group of clients."""
    table = pd.read_csv(SAMPLE / "truth" / "accounts.csv", dtype={"account_id": str, "group_id": str})
    table = table[(table["account_id"] == table["group_id"]) & table["behaviour"].notna()]
    return table.assign(left_on=pd.to_datetime(table["left_on"])).set_index("group_id")


@pytest.fixture(scope="module")
def last_order(goods) -> pd.Series:
    return goods[goods["amount"] > 0].groupby("group")["date"].max()


# the files


def test_a_second_making_gives_the_committed_bytes_and_another_seed_others(tmp_path):
    make(tmp_path / "again")
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


def test_importing_the_maker_loads_nothing_heavy():
    code = "import sys, kamlib.sample; print({'pandas', 'numpy', 'scipy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "set()"


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match=r"file.*can't be written.*Name a folder"):
        make(tmp_path / "file")


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
def test_every_table_keeps_the_rules_of_the_dictionary(name, goods):
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
def test_the_other_tables_speak_of_known_accounts_only(name):
    assert set(text(name)["account_id"]) <= set(text("accounts")["account_id"])


def test_events_do_not_lie_after_the_study():
    dates = {"interactions": ["date", "closed"], "invoices": ["issued", "paid"], "proposals": ["date", "decided"]}
    dates |= {"ratings": ["date"], "surveys": ["date"], "notes": ["date"], "actions": ["done"], "accounts": ["since", "closed_on"]}  # fmt: skip
    for name, columns in dates.items():
        for column in columns:
            assert text(name)[column].max() <= "2026-06-30", (name, column)


def test_no_personal_facts_are_kept():
    assert set(text("contacts")) == {"contact_id", "account_id", "role", "name", "work_channel", "influence", "support",
                                     "legal_basis", "keep_until"}  # fmt: skip
    assert text("contacts")["work_channel"].str.endswith(".example").all()
    words = "child|wife|husband|son |daughter|health|ill|religio|church|party|birthday|age |car |dog|cat |divorc|lover"
    for name, column in (("notes", "text"), ("interactions", "lesson"), ("actions", "action"), ("ratings", "evidence")):
        found = text(name)[column]
        assert not found.str.contains(rf"\b(?:{words})", case=False).any(), found[found.str.contains(words)].unique()


def test_ids_keep_their_traps():
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


# orders and their faults


def test_there_are_about_a_hundred_thousand_lines_over_36_months(goods):
    assert 90_000 <= len(goods) <= 110_000
    assert goods["date"].dt.to_period("M").nunique() == 36


def test_amounts_fit_quantity_price_and_cost_to_the_cent(goods):
    cents = {c: (goods[c] * 100).round().astype("int64") for c in ("amount", "cost", "margin", "price")}
    assert (cents["amount"] == goods["quantity"].astype("int64") * cents["price"]).all()
    assert (cents["amount"] == cents["cost"] + cents["margin"]).all()
    credit = goods["order_id"].str.startswith("CN-")
    assert (goods["amount"] < 0).equals(credit) and 0.01 < credit.mean() < 0.02


def faults(lines: pd.DataFrame) -> dict[str, pd.Series]:
    """Which rows show which fault, found by other means than the maker's."""
    day = pd.to_datetime(lines["date"], format="%Y-%m-%d", errors="coerce")
    columns = [c for c in lines if c not in ("line_id", "line", "reason", "group")]
    raw = (SAMPLE / "orders.csv").read_text(encoding="utf-8").splitlines()[1:]
    no_order = ~lines["order_id"].str.fullmatch(r"(S|CN-)\d+")
    amount, price = (pd.to_numeric(lines[column], errors="coerce") for column in ("amount", "price"))
    credit = lines["order_id"].str.startswith("CN-")
    found = {
        "broken_line": pd.Series([row.count(",") for row in raw], index=lines.index) < len(columns),
        "repeated_header": lines["date"] == "date",
        "total_row": no_order & (lines["date"] == "") & (lines["account_id"] == ""),
        "repeated_key": lines["line_id"].str.startswith("L") & lines["line_id"].duplicated(),
    }
    row = ~pd.concat(found, axis=1).any(axis=1)
    return found | {
        "no_account": row & (lines["account_id"].str.strip() == ""),
        "bad_amount": row & amount.isna(),
        "bad_date": row & day.isna(),
        "after_as_of": day > END,
        "before_start": day < START,
        "not_goods": lines["product"] == "FREIGHT",
        "test_row": lines["product"].str.startswith("TEST"),
        "no_rate": lines["currency"].isin(["CHF", "USD", "XXX"]),
        "absurd_price": price > 5000,
        "currency_spelling": lines["currency"].isin(["eur", "€", "Euro", "Eur"]),
        "unknown_account": row & ~lines["account_id"].isin(text("accounts")["account_id"]) & (lines["account_id"].str.strip() != ""),
        "zero_price": price == 0,
        "cancellation_above_zero": credit & (amount > 0),
        "genuine_repeat": (lines[columns] == lines[columns].shift()).all(axis=1),
    } | returns(lines, credit & (amount < 0), row & day.between(START, END), day, price)  # fmt: skip


def returns(
    lines: pd.DataFrame, credit: pd.Series, row: pd.Series, day: pd.Series, price: pd.Series
) -> dict[str, pd.Series]:
    """Credit notes by what the account bought of the product before: a line as large, a larger one, smaller ones, none."""
    goods = lines[["account_id", "product"]].assign(
        line=lines.index, day=day, price=price, units=pd.to_numeric(lines["quantity"], errors="coerce").abs()
    )
    both = goods[credit].merge(
        goods[row & ~lines["order_id"].str.startswith("CN-")], on=["account_id", "product"], suffixes=("", "_bought")
    )
    both = both[both["day_bought"] <= both["day"]]
    whole = both[(both["units_bought"] == both["units"]) & (both["price_bought"] == both["price"])]
    larger = both[both["units_bought"] > both["units"]]

    def among(found: pd.DataFrame) -> pd.Series:
        return credit & lines.index.isin(found["line"])

    return {
        "cancelled_pair": among(whole),
        "cancellation": among(larger) & ~among(whole),
        "cancellation_without_order": among(both) & ~among(larger) & ~among(whole),
        "return_without_purchase": credit & ~among(both),
    }


def test_every_planted_fault_stands_at_its_line_and_no_other_row_has_it(lines):
    found = faults(lines)
    assert set(lines["reason"]) == {"", *found}
    for reason, rows in found.items():
        planted = lines["reason"] == reason
        assert planted.sum() >= 20, reason
        if reason == "genuine_repeat":  # two lines of one order may be alike by chance, and are as genuine
            assert rows[planted].all()
        elif reason == "cancelled_pair":  # half of them are the lines taken back, with the same money
            assert rows.equals(planted & lines["order_id"].str.startswith("CN-"))
            assert 2 * rows.sum() == planted.sum() and pd.to_numeric(lines.loc[planted, "amount"]).sum().round(2) == 0
        else:
            assert rows.equals(planted), (reason, lines.loc[rows != planted, "line"].head().tolist())


def test_knots_of_parents_stand_where_the_truth_says():
    dirty, accounts = text("truth/dirty"), text("accounts")
    rows = accounts.iloc[dirty.loc[dirty["file"] == "accounts.csv", "line"].astype(int) - 2]
    reasons = dirty.loc[dirty["file"] == "accounts.csv", "reason"].tolist()
    parent = accounts.set_index("account_id")["parent_id"]
    own = [i for i, p in parent.items() if i == p]
    circle = [i for i, p in parent.items() if p and i != p and parent[p] == i]
    assert sorted(zip(rows["account_id"], reasons, strict=True)) == sorted(
        [(i, "own_parent") for i in own] + [(i, "parent_circle") for i in circle]
    )
    assert (len(own), len(circle)) == (1, 2)


def test_groups_of_the_truth_follow_the_parents():
    accounts, planted = text("accounts"), text("truth/accounts").set_index("account_id")["group_id"]
    parent = dict(zip(accounts["account_id"], accounts["parent_id"], strict=True))
    depth = {}
    for account in parent:
        head, steps = account, 0
        while parent[head] and parent[head] != head and parent[parent[head]] != head:
            head, steps = parent[head], steps + 1
        assert planted[account] == head
        depth[account] = steps
    assert max(depth.values()) == 2  # a grandchild is there


def test_duplicates_are_two_lone_records_of_one_country_with_unlike_names():
    pairs = text("truth/duplicates")
    accounts = text("accounts").set_index("account_id")
    one, two = accounts.loc[pairs["account_id"]], accounts.loc[pairs["same_as"]]
    assert len(pairs) >= 20 and (one["name"].to_numpy() != two["name"].to_numpy()).all()
    assert (one["country"].to_numpy() == two["country"].to_numpy()).all()
    assert one["parent_id"].eq("").all() and two["parent_id"].eq("").all()
    cyrillic = one["name"].str.contains("[А-я]").to_numpy() & ~two["name"].str.contains("[А-я]").to_numpy()
    assert cyrillic.any()


# who matters


def test_two_breadwinners_give_a_tenth_of_the_margin_each_one_only_as_a_group(goods, groups):
    year = goods[goods["date"] > END - pd.DateOffset(years=1)]
    shares = year.groupby("group")["margin"].sum().sort_values(ascending=False) / year["margin"].sum()
    top = shares.head(2)
    assert set(groups.loc[top.index, "key_category"]) == {"breadwinner"}
    assert top.min() > 0.10 and top.max() < 0.125 and shares.iloc[2] < 0.05
    assert (year.groupby("account_id")["margin"].sum() / year["margin"].sum() > 0.10).sum() == 1


def test_the_key_group_has_about_35_and_a_third_to_half_of_the_sales(goods, groups):
    year = goods[goods["date"] > END - pd.DateOffset(years=1)]
    key = groups.index[groups["is_key"]]
    assert 30 <= len(key) <= 38
    assert 0.30 < year.loc[year["group"].isin(key), "amount"].sum() / year["amount"].sum() < 0.55
    assert set(groups.loc[key, "key_category"].dropna()) == {"breadwinner", "image", "expert", "innovator", "goodwill"}
    assert groups.loc[key, "left_on"].isna().all()


def test_categories_show_in_the_tables(goods, groups):
    def of(category: str) -> pd.Index:
        return groups.index[groups["key_category"] == category]

    heads = text("truth/accounts").set_index("account_id")["group_id"]
    rate = goods.groupby("group")["margin"].sum() / goods.groupby("group")["amount"].sum()
    assert rate[of("image")].max() < 0.08 < rate.median() - 0.1
    talks = text("interactions").assign(group=lambda t: t["account_id"].map(heads))
    claims = talks[talks["kind"] == "claim"].groupby("group").size()
    assert claims.reindex(of("expert")).min() > claims.reindex(groups.index).fillna(0).quantile(0.95)
    bills = text("invoices").assign(group=lambda t: t["account_id"].map(heads))
    bills = bills[bills["paid"] != ""]
    days = (pd.to_datetime(bills["paid"]) - pd.to_datetime(bills["issued"])).dt.days.groupby(bills["group"]).mean()
    assert days[of("goodwill")].max() <= 0
    late = (pd.to_datetime(bills["paid"]) - pd.to_datetime(bills["due"])).dt.days.groupby(bills["group"]).mean()
    assert late[groups.index[groups["payer"] == "late"].intersection(late.index)].mean() > 25
    year = goods[goods["date"] > END - pd.DateOffset(years=1)].groupby("group")["amount"].sum()
    assert year[of("innovator").intersection(year.index)].max() < 0.01 * year.sum()
    assert (text("invoices")["paid"] == "").sum() > 300


def test_prospects_have_no_orders_but_wallet_ratings_and_proposals(lines):
    accounts = text("accounts")
    prospects = accounts[accounts["status"] == "prospect"]
    assert len(prospects) >= 40 and not lines["account_id"].isin(prospects["account_id"]).any()
    assert (prospects["wallet"] != "").all()
    heads = set(prospects.loc[prospects["parent_id"] == "", "account_id"])
    assert heads <= set(text("proposals")["account_id"])
    rated = text("ratings")
    assert heads <= set(rated.loc[rated["criterion"] == "solvency", "account_id"])


# who leaves


def test_at_least_60_groups_left_in_the_last_180_days_and_100_before(groups, last_order):
    left = groups.join(last_order.rename("last"), how="inner").dropna(subset=["left_on"])
    assert (left["last"] <= left["left_on"]).all()
    recent = left["left_on"] > END - pd.Timedelta(days=180)
    assert recent.sum() >= 60 and (recent & (left["last"] > END - pd.Timedelta(days=180))).sum() >= 60
    assert (~recent).sum() >= 100


def test_groups_that_are_there_still_order_and_some_that_came_back_do(groups, last_order):
    silence = (END - last_order.reindex(groups.index)).dt.days
    there = groups["left_on"].isna()
    assert silence[there].quantile(0.95) < 180
    back = groups.index[groups["returned_on"].notna() & there]
    assert len(back) >= 5 and (last_order[back] >= pd.to_datetime(groups.loc[back, "returned_on"])).mean() > 0.8


def test_silence_alone_does_not_separate_and_rhythm_and_rates_help(groups, last_order):
    """Among groups silent for a year at most: who has left? 0.5 is chance, 1 is certainty."""
    from scipy.stats import gamma
    from sklearn.metrics import roc_auc_score

    silence = (END - last_order.reindex(groups.index)).dt.days
    part = groups[silence <= 365].assign(silence=silence)
    gone = part["left_on"].notna()
    still_waiting = gamma.sf(part["silence"], part["gap_shape"], scale=part["mean_gap_days"] / part["gap_shape"])
    by_silence = roc_auc_score(gone, part["silence"])
    by_rhythm = roc_auc_score(gone, -still_waiting)
    by_all = roc_auc_score(gone, part["p_lost_180_seen"])
    assert 0.8 < by_silence < by_rhythm < by_all < 0.99
    assert by_all - by_silence > 0.015


def signs_at(day: pd.Timestamp, talks: pd.DataFrame, goods: pd.DataFrame, who: pd.Index) -> pd.DataFrame:
    """Signs on a day from the tables alone: trailing windows, nothing after the day."""
    half, year = talks["date"] > day - pd.DateOffset(months=6), talks["date"] > day - pd.DateOffset(months=12)
    past = talks["date"] < day
    sent = talks[past & half & (talks["kind"] == "delivery")]
    case = talks[past & year & talks["kind"].isin(["claim", "dispute"])]
    slow = case[(case["closed"].fillna(pd.Timestamp.max) - case["date"]).dt.days > 30]
    touch = talks[past & half & talks["kind"].isin(["call", "meeting", "visit"])]
    sold = goods[(goods["date"] < day) & (goods["date"] > day - pd.DateOffset(months=12))]
    return pd.DataFrame(
        {
            "late_share": (sent["date"] > sent["promised"]).groupby(sent["group"]).mean().reindex(who).fillna(0.0),
            "slow_claims": slow.groupby("group").size().reindex(who).fillna(0.0),
            "few_touches": (touch.groupby("group").size().reindex(who).fillna(0) < 2).astype(float),
            "new_manager": (sold.groupby("group")["manager"].nunique().reindex(who).fillna(1) > 1).astype(float),
        }
    )


def test_signs_in_the_tables_come_before_the_leaving(goods, groups):
    """The score test of the Cox model at 0, month by month: leavers' signs against those of all then at risk."""
    heads = text("truth/accounts").set_index("account_id")["group_id"]
    talks = text("interactions").assign(group=lambda t: t["account_id"].map(heads))
    talks = talks.assign(**{c: pd.to_datetime(talks[c].replace("", None)) for c in ("date", "promised", "closed")})
    first = goods.groupby("group")["date"].min().reindex(groups.index)
    score, variance = 0.0, 0.0
    for day in pd.date_range("2024-07-01", "2026-06-01", freq="MS"):
        at_risk = groups.index[(first < day) & ~(groups["left_on"] < day) & groups["returned_on"].isna()]
        leaves = groups.loc[at_risk, "left_on"].between(day, day + pd.offsets.MonthEnd(0))
        sign = signs_at(day, talks, goods, at_risk)
        score = score + (sign[leaves] - sign.mean()).sum()
        variance = variance + leaves.sum() * sign.var(ddof=0)
    z = score / np.sqrt(variance)
    assert (z > 2).all(), z  # one-sided 2.3 % each
    assert (z > 4).sum() >= 2, z


def test_signs_do_not_decide(groups):
    left = groups["left_on"].notna()
    calm = (groups["late_share_6m"] == 0) & (groups["slow_claims_12m"] == 0) & (groups["new_manager_12m"] == 0)
    assert 0.1 < left[calm].mean() < 0.9 and 0.1 < left[~calm].mean() < 0.9


def test_rates_of_leaving_are_those_of_the_stated_signs(groups):
    """log rate = -1.95 + segment - 1.8 key + 2.4 late + 0.9 slow + 0.6 few + 0.9 new, as README.md says."""
    there = groups[groups["left_on"].isna()]
    segment = there["behaviour"].map({"partner": 0.3, "regular": 0.1, "small": 0.0, "project": -0.3})
    log_rate = -1.95 + segment - 1.8 * there["candidate"] + 2.4 * there["late_share_6m"]
    log_rate += 0.9 * there["slow_claims_12m"] + 0.6 * there["few_touches_6m"] + 0.9 * there["new_manager_12m"]
    assert np.allclose(np.exp(log_rate), there["leave_rate_per_year"], rtol=1e-3)
    page = (SAMPLE / "README.md").read_text(encoding="utf-8")
    assert "log rate = -1.95 + segment (partner +0.3, regular +0.1, small +0, project -0.3) -1.8" in page


def test_the_best_forecast_agrees_with_the_truth(groups, last_order):
    part = groups[(END - last_order.reindex(groups.index)).dt.days <= 365]
    p = part["p_lost_180_seen"]
    spread = np.sqrt((p * (1 - p)).sum())
    assert abs(p.sum() - part["p_lost_180"].sum()) < 3 * spread
    left = part[part["left_on"].notna()]
    days = (END - pd.to_datetime(left["left_on"])).dt.days
    assert (left.loc[days < 59, "p_lost_180"] == 1).all()  # nobody is back before 240 days
    assert left["p_lost_180"].between(0.8 - 1e-5, 1).all()  # a fifth comes back
    assert part.loc[part["left_on"].isna(), "p_lost_180"].between(0, 0.9).all()


def test_p_lost_of_a_buyer_by_chance_is_the_textbook_race():
    """Exponential gaps of mean m and leaving at rate r: ordered within H = q (1 - exp(-(1/m + r) H)), q = 1/m / (1/m + r).

    Having been silent D days, it is there with probability e / (e + (1 - q)(1 - e)), e = exp(-(1/m + r) D).
    """
    gap, rate, silence, horizon = 40.0, 0.5 / 365.25, 60.0, 180.0
    table = pd.DataFrame({"gap": [gap], "shape": [1.0], "season": [0.0]})
    orders = pd.DataFrame({"group": [0], "day": [1095 - int(silence)]})
    empty, none = pd.DataFrame(), np.zeros((1, 1))
    world = World(table, orders, empty, empty, none, none, none, np.array([rate * 365.25]))
    alive, seen = truth.p_lost(world)
    both = 1 / gap + rate
    q = 1 / gap / both
    expected = 1 - q * (1 - np.exp(-both * horizon))
    e = np.exp(-both * silence)
    there = e / (e + (1 - q) * (1 - e))
    assert alive[0] == pytest.approx(expected, abs=1e-3)
    assert seen[0] == pytest.approx(1 - there * (1 - expected), abs=3e-3)


def test_a_fifth_of_the_leavers_comes_back_between_240_and_420_days():
    """By hand: at 60 days none can be back within 180. At 240 all of the fifth will be: 0.8. At 330 half of it is back, and

    0.1 of the 0.9 that are away will be: 8/9. At 420 all that come back are back.
    """
    assert truth.stays_away(np.array([60.0, 240.0, 330.0, 420.0])) == pytest.approx([1, 0.8, 8 / 9, 1])


# how they buy


def test_rhythms_are_the_planted_ones(goods, groups):
    days = goods[goods["amount"] > 0].drop_duplicates(["group", "date"]).sort_values(["group", "date"])
    gaps = days.groupby("group")["date"].diff().dt.days.groupby(days["group"])
    table = groups[groups["fade_from"].isna() & groups["returned_on"].isna()].join(gaps.agg(["count", "mean", "std"]))
    table = table[table["count"] >= 20]
    ratio = table["mean"] / table["mean_gap_days"]
    assert ratio.median() == pytest.approx(1, abs=0.05) and ratio.std() < 0.25
    variation = table["std"] / table["mean"]
    assert np.corrcoef(variation, table["gap_shape"] ** -0.5)[0, 1] > 0.6  # a gamma gap has CV 1 / sqrt(shape)
    assert groups["mean_gap_days"].min() >= 5 and groups["mean_gap_days"].max() <= 120


def test_behaviour_groups_are_recovered_from_what_active_accounts_do(goods, groups, last_order):
    """k-means on logs of silence, order days, gap, order, margin and breadth."""
    from sklearn.cluster import KMeans
    from sklearn.metrics import adjusted_rand_score
    from sklearn.preprocessing import RobustScaler

    two_years = goods[(goods["date"] > END - pd.DateOffset(months=24)) & goods["group"].isin(groups.index)]
    days = two_years[two_years["amount"] > 0].drop_duplicates(["group", "date"]).sort_values(["group", "date"])
    table = pd.DataFrame(
        {
            "silence": (END - last_order).dt.days,
            "days": days.groupby("group").size(),
            "gap": days.groupby("group")["date"].diff().dt.days.groupby(days["group"]).median(),
            "order": two_years.groupby("group")["amount"].sum() / days.groupby("group").size(),
            "margin": two_years.groupby("group")["margin"].sum(),
            "breadth": two_years.groupby("group")["category"].nunique(),
        }
    ).dropna()
    table = table[groups["left_on"].reindex(table.index).isna() & (table["days"] >= 3)]
    x = RobustScaler().fit_transform(np.log1p(table.clip(lower=0)))
    found = KMeans(4, n_init=10, random_state=0).fit_predict(x)
    assert len(table) > 250
    assert adjusted_rand_score(groups.loc[table.index, "behaviour"], found) >= 0.8


def test_august_and_december_are_low(goods):
    months = goods.groupby(goods["date"].dt.to_period("M")).size()
    mean = months.groupby(months.index.month).mean()
    assert mean.nsmallest(2).index.tolist() == [8, 12]
    assert mean[8] < 0.8 * mean.drop([8, 12]).mean()


def test_new_groups_join_throughout(goods, groups):
    first = goods.groupby("group")["date"].min().reindex(groups.index).dropna()
    assert (first[first > "2024-01-01"].dt.to_period("Q").value_counts() >= 10).all()


def test_own_time_runs_back_to_the_calendar():
    day = np.linspace(-300.0, 1090.0, 500)
    amplitude = np.linspace(0.0, 1.0, 500)
    assert np.allclose(unclock(clock(day, amplitude), amplitude), day, atol=1e-6)
    assert clock(np.array([365.0]), np.array([1.0]))[0] - clock(np.array([0.0]), np.array([1.0]))[0] == pytest.approx(
        365, abs=0.5
    )


def test_no_order_falls_on_a_weekend(goods):
    """2023-07-01, day 0, is a Saturday: it moves to Friday, the Sunday after it to Monday."""
    assert to_weekday(np.array([0.0, 1.5, 2.0])).tolist() == [-1, 2, 2]
    orders = goods[~goods["order_id"].str.startswith("CN-")]
    assert orders["date"].dt.weekday.max() <= 4
