"""Every analysis of accounts once, in a process of its own: ``python -m bench.accounts_calls ACCOUNTS``.

The order lines are those of `bench.churn_scale`; the other tables are drawn at random, with a row or more for each account.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from bench.churn_scale import AS_OF, DAYS, ROWS, H, make
from kamlib.churn.evaluation.returns import learn_returns
from kamlib.study.settings.sections import Criterion, Kaism, Scoring

BEFORE, TODAY = pd.Timestamp("2026-03-29"), pd.Timestamp(AS_OF)
Row = tuple[str, float, float, float]  # the call, seconds, user seconds, GB
BUILT_IN = {  # worst, best, weight
    "revenue": (0, 50_000, 20), "frequency": (0, 24, 15), "stability": (2, 0, 10), "breadth": (0, 8, 10), "growth": (-0.5, 0.5, 15),
    "payment": (0.5, 0, 10), "reputation": (1, 10, 10), "need": (1, 10, 10),
}  # fmt: skip


class Watch:
    """Runs a call up to three times and keeps the least seconds, by the clock and of the program, and the memory's peak.

    Seconds of the program are user time: a virtual machine may need longer to hand out gigabytes, page by page, than the
    call to fill them, and says nothing of the call by that.
    """

    def __init__(self) -> None:
        self.rows: list[Row] = []

    def __call__(self, words: str, call: Callable[[], Any]) -> Any:
        Path("/proc/self/clear_refs").write_text("5")  # forgets the peak so far
        clock: list[float] = []
        user: list[float] = []
        while not clock or (len(clock) < 3 and sum(clock) < 5):
            began, worked = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF).ru_utime
            found = call()
            clock.append(time.perf_counter() - began)
            user.append(resource.getrusage(resource.RUSAGE_SELF).ru_utime - worked)
        (peak,) = (line.split()[1] for line in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in line)
        self.rows.append((words, min(clock), min(user), int(peak) / 1e6))
        return found


def others(ids: np.ndarray) -> dict[str, pd.DataFrame]:
    """Accounts, invoices, interactions and ratings at random."""
    rng, n = np.random.default_rng(1), len(ids)

    def days(count: int, after: str = "2025-01-01", span: int = 500) -> pd.Series:
        return pd.Timestamp(after) + pd.to_timedelta(pd.Series(rng.integers(0, span, count)), unit="D")

    who = np.repeat(ids, 2)
    issued = days(2 * n)
    invoices = pd.DataFrame({"customer_id": who, "issued": issued, "due": issued + pd.Timedelta(days=30)})
    invoices["amount"] = rng.integers(100, 10_000, 2 * n).astype(float)
    paid = invoices["due"] + pd.to_timedelta(pd.Series(rng.integers(-20, 60, 2 * n)), unit="D")
    invoices["paid"] = paid.where(paid <= TODAY)
    kinds = rng.choice(["meeting", "call", "claim", "test", "delivery", "referral"], 2 * n)
    interactions = pd.DataFrame({"customer_id": who, "date": days(2 * n), "kind": kinds})
    interactions["promised"] = interactions["date"].where(kinds == "delivery")
    interactions["hours"], interactions["cost"] = rng.random(2 * n), np.nan
    interactions["closed"] = interactions["date"] + pd.Timedelta(days=9)
    for name in ("outcome", "contact_id", "referred_account_id", "lesson"):
        interactions[name] = pd.Series([None] * 2 * n, dtype=object)
    points = {"customer_id": np.tile(ids, 4), "score": rng.integers(1, 11, 4 * n).astype(float)}
    ratings = pd.DataFrame(points | {"date": days(4 * n), "rater": "sales", "evidence": None})
    ratings["criterion"] = np.repeat(["reputation", "need", "quality", "quality"], n)
    ratings["view"] = np.repeat(["ours", "ours", "client", "client"], n)
    ratings["rival"] = np.repeat(np.array([None, None, None, "R1"], dtype=object), n)
    accounts = pd.DataFrame({"customer_id": ids, "account_id": ids, "name": ids, "status": "client"})
    accounts["wallet"] = rng.integers(1_000, 100_000, n).astype(float)
    for name in ("parent_id", "industry", "country", "region", "size", "manager"):
        accounts[name] = rng.choice(np.array(["a", "b", "c"], dtype=object), n) if name != "parent_id" else None
    accounts["employees"] = pd.array(rng.integers(1, 1_000, n), "Int64")
    for name in ("since", "contract_end", "closed_on"):
        accounts[name] = pd.NaT
    return {"accounts": accounts, "invoices": invoices, "interactions": interactions, "ratings": ratings}


def run(folder: Path, accounts: int) -> list[Row]:
    """All calls in the order in which the notebooks need them."""
    from kamlib import facts
    from kamlib.io.duckdb_backend import engine

    for module in ("lifelines", "scipy.stats", "sklearn.cluster", "sklearn.mixture"):
        import_module(module)  # so that no call pays for it
    make(folder, accounts)
    con, watch = engine(folder, memory="2GB"), Watch()
    orders = con.create_table("lines", con.read_parquet(folder / "orders.parquet"), temp=True)
    known = watch("facts.account_facts, two dates", lambda: facts.account_facts(orders, [BEFORE.date(), AS_OF]))
    months = watch("facts.account_months", lambda: facts.account_months(orders, AS_OF))
    then, now = (known[known["as_of"] == day].reset_index(drop=True) for day in (BEFORE, TODAY))
    tables = others(now["customer_id"].to_numpy())
    standing, listed = churn(watch, orders, now, tables)
    scoring(watch, then, now, tables, standing, listed)
    segments(watch, then, now, months, standing)
    traits(watch, orders, now, tables["accounts"], standing)
    returns(watch, orders, now, tables)
    return watch.rows


def churn(watch: Watch, orders: Any, now: pd.DataFrame, tables: dict) -> tuple[pd.DataFrame, pd.DataFrame]:
    """States, the model of loss with its test, and lifetime value; the states and P(no order)."""
    from kamlib.churn import explain, landmark_history, landmarks, next_order, probabilities
    from kamlib.churn.evaluation import choice, holdout, level, thresholds
    from kamlib.churn.models import aft
    from kamlib.facts import blocks, frequency_bands, states
    from kamlib.measures.lifetime import block_margins, lifetime_value
    from kamlib.stats import Reason, survival

    standing = watch("states.customer_states", lambda: states.customer_states(now, accounts=tables["accounts"]))
    some = landmark_history.some_accounts(orders, ROWS // (len(DAYS) - 1))
    signs_of = {name: tables[name] for name in ("accounts", "interactions", "invoices")}
    table = watch(
        "landmark_history.at_risk_history",
        lambda: landmark_history.at_risk_history(orders, DAYS, some=some, **signs_of),
    )
    watch("level.losses_by_landmark", lambda: level.losses_by_landmark(table, TODAY))
    day = TODAY - pd.Timedelta(days=H)
    before = table[table["as_of"] == day]
    came = landmarks.outcomes(before, TODAY)
    groups = watch("frequency_bands.bands", lambda: frequency_bands.bands(before))
    watch("survival.kaplan_meier", lambda: survival.kaplan_meier(came["duration"], came["event"], groups))
    watch("survival.log_rank", lambda: survival.log_rank(came["duration"], came["event"], groups))
    watch("thresholds.threshold_curve", lambda: thresholds.threshold_curve(before["silence_days"], came["lost"]))
    choices = watch("choice.choose", lambda: choice.choose(table, day))
    settings = choice.chosen(choices)
    test = watch("holdout.evaluate", lambda: holdout.evaluate(table, TODAY, settings))
    watch("aft.aft_check", lambda: aft.aft_check(table, test))
    verdict = holdout.Verdict("model", "silence_alone", Reason("model_better"), 0, None)
    model = watch("probabilities.final_model", lambda: probabilities.final_model(table, TODAY, verdict, settings))
    watch("explain.hazard_ratios", lambda: explain.hazard_ratios(model, table))
    watch("explain.changing_effects", lambda: explain.changing_effects(model, table))
    listed = watch(
        "probabilities.silent_probabilities",
        lambda: probabilities.silent_probabilities(table, TODAY, verdict, model),
    ).assign(customer_id=table["customer_id"])
    stopping = watch("probabilities.final_stopping", lambda: probabilities.final_stopping(table, TODAY))
    stops = watch("holdout.evaluate_stops", lambda: holdout.evaluate_stops(table, TODAY))
    watch(
        "probabilities.stopped_probabilities",
        lambda: probabilities.stopped_probabilities(table, TODAY, stops, stopping),
    )
    watch("next_order.next_order_days", lambda: next_order.next_order_days(table, TODAY, model))
    n = lifetime_value.blocks(H)
    spans = {"horizon_days": H, "n_blocks": n}
    later = watch("blocks.later_blocks", lambda: blocks.later_blocks(some, DAYS[:-1], AS_OF, **spans))
    losses = watch(
        "lifetime_value.block_losses",
        lambda: lifetime_value.block_losses(later, table[table["as_of"] < TODAY], AS_OF, **spans),
    )
    past = watch("blocks.past_blocks", lambda: blocks.past_blocks(orders, AS_OF, horizon_days=H))
    usual = watch(
        "block_margins.block_margins",
        lambda: block_margins.block_margins(past, now[now["last_order"].notna()], horizon_days=H),
    )
    watch("lifetime_value.lifetime_values", lambda: lifetime_value.lifetime_values(listed, usual, losses))
    return standing, listed


def scoring(
    watch: Watch, then: pd.DataFrame, now: pd.DataFrame, tables: dict, standing: pd.DataFrame, listed: pd.DataFrame
) -> None:
    """Criteria, the score and how sure it is, the matrix and the categories."""
    from kamlib.facts import customers, service
    from kamlib.scoring import categories, contradictions, criteria, kaism, list_changes, prospects
    from kamlib.scoring import ratings as raters
    from kamlib.scoring import scores as scoring
    from kamlib.scoring.doubt import sensitivity, smaa

    chosen = [
        Criterion.model_validate({"name": name, "worst": worst, "best": best, "weight": weight})
        for name, (worst, best, weight) in BUILT_IN.items()
    ]
    rules, view = Scoring(criteria=chosen), Kaism()
    touched = {name: tables[name] for name in ("invoices", "interactions")}
    watch("customers.lanes", lambda: customers.lanes(now, standing, tables["accounts"]))
    dealt = watch("service.service_facts", lambda: service.service_facts(now, **touched))
    whole = customers.with_accounts(now, tables["accounts"]).merge(dealt, on="customer_id")
    ours = watch("ratings.latest_ratings", lambda: raters.latest_ratings(tables["ratings"], TODAY))
    watch("ratings.rater_agreement", lambda: raters.rater_agreement(ours))
    watch("ratings.rating_ages", lambda: raters.rating_ages(ours, 365))
    measured = watch("criteria.criterion_values", lambda: criteria.criterion_values(chosen, whole, ratings=ours))
    out = watch("criteria.knock_outs", lambda: criteria.knock_outs(whole, accounts=tables["accounts"], ratings=ours))
    watch("scores.cautions", lambda: scoring.cautions(scoring.utilities(measured, chosen), chosen))
    watch("scores.contributions", lambda: scoring.contributions(measured, chosen))
    scores = watch("scores.score", lambda: scoring.score(measured, chosen))
    revenue = whole.set_index("customer_id")["revenue_12m"]
    scores = watch("scores.members", lambda: scoring.members(scores, rules, revenue=revenue, knocked=out))
    ranked = measured.loc[scores.loc[scores["rank"].notna(), "customer_id"]]
    spread = watch("ratings.rater_spread", lambda: raters.rater_spread(chosen, ours, ranked))
    low, high = scoring.utility_range(ranked, chosen, spread)
    weights, top = pd.Series({c.name: c.weight for c in chosen}), scoring.top_count(scores, rules)
    middle = scoring.utilities(ranked, chosen).fillna(0.5)
    words = f"smaa.acceptability, {rules.draws:,} draws"
    watch(words, lambda: smaa.acceptability(low, high, weights, top=top, marks={"attractive": 0.5}))
    watch("sensitivity.smallest_change", lambda: sensitivity.smallest_change(middle, weights, top=top))
    watch("sensitivity.drop_one", lambda: sensitivity.drop_one(middle, weights, top=top))
    watch("contradictions.contradicting_signs", lambda: contradictions.contradicting_signs(scores, whole, listed))
    theirs = raters.latest_ratings(tables["ratings"], TODAY, view="client")
    strength = watch("kaism.relative_strength", lambda: kaism.relative_strength(theirs))
    across = watch("kaism.importance", lambda: kaism.importance(whole, view, strength=strength))
    watch("kaism.kaism_matrix", lambda: kaism.kaism_matrix(scores, across, view))
    watch("categories.customer_categories", lambda: categories.customer_categories(whole, ratings=ours, service=dealt))
    watch("prospects.three_p", lambda: prospects.three_p(ours, now["customer_id"]))
    earlier = customers.with_accounts(then, tables["accounts"]).merge(
        service.service_facts(then, **touched), on="customer_id"
    )
    past = criteria.criterion_values(
        chosen, earlier, ratings=raters.latest_ratings(tables["ratings"], BEFORE), strict=False
    )
    gone = criteria.knock_outs(earlier, accounts=tables["accounts"])
    pair = (
        list_changes.Scored(past, earlier.set_index("customer_id")["revenue_12m"], gone),
        list_changes.Scored(measured, revenue, out),
    )
    watch("list_changes.changes", lambda: list_changes.changes(pair[0], rules, pair[1], rules))


def segments(watch: Watch, then: pd.DataFrame, now: pd.DataFrame, months: pd.DataFrame, standing: pd.DataFrame) -> None:
    """RFM, ABC-XYZ, who moved, and clusters with their profiles."""
    from kamlib.segments import abc_xyz, cluster_profiles, clusters, migration, rfm, xyz

    by_rfm, before = watch("rfm.rfm_segments", lambda: rfm.rfm_segments(now)), rfm.rfm_segments(then)
    watch("rfm.cut_points", lambda: rfm.cut_points(by_rfm))
    watch("rfm.summary", lambda: rfm.summary(by_rfm))
    watch("migration.moves", lambda: migration.moves(before, by_rfm, by="segment"))
    by_money = watch("abc_xyz.abc_classes", lambda: abc_xyz.abc_classes(now))
    for reading in ("frequency", "gaps", "periods"):
        rhythm = watch(
            f"xyz.xyz_classes by {reading}",
            lambda reading=reading: xyz.xyz_classes(now, months, standing, reading=reading),
        )
    cells = watch("abc_xyz.cells", lambda: abc_xyz.cells(by_money, rhythm))
    watch("abc_xyz.grid", lambda: abc_xyz.grid(cells))
    found = watch("clusters.cluster_accounts", lambda: clusters.cluster_accounts(now))
    worth = now.set_index("customer_id")["margin_24m"]
    watch(
        "cluster_profiles.profiles",
        lambda: cluster_profiles.profiles(found.behaviour, found.features, found.accounts, worth),
    )
    watch("cluster_profiles.picture", lambda: cluster_profiles.picture(found.features))


def traits(watch: Watch, orders: Any, now: pd.DataFrame, accounts: pd.DataFrame, standing: pd.DataFrame) -> None:
    """The life cycle, and the cross tables of the traits of firms."""
    from kamlib.facts import customers
    from kamlib.segments import crosstabs, lifecycle

    stage = watch("lifecycle.lifecycle_stages", lambda: lifecycle.lifecycle_stages(now, standing))[
        ["customer_id", "stage"]
    ]
    sums = watch("crosstabs.line_sums", lambda: crosstabs.line_sums(orders.mutate(channel=orders.manager), AS_OF))
    rows = watch("crosstabs.traits", lambda: crosstabs.traits(stage, customers.units(accounts), sums))
    watch("crosstabs.cross", lambda: crosstabs.cross(rows, ["stage"]))


def returns(watch: Watch, orders: Any, now: pd.DataFrame, tables: dict) -> None:
    """Losses with what was on record before them, returns, and the two claims of the trade."""
    from kamlib.churn import causes, losses, returns
    from kamlib.measures import trade_claims
    from kamlib.plan import winback

    first = now.set_index("customer_id")["first_order"]
    gone = watch("losses.loss_episodes", lambda: losses.loss_episodes(orders, AS_OF, horizon_days=H))
    watch("losses.losses_by_quarter", lambda: losses.losses_by_quarter(gone, first, AS_OF, horizon_days=H))
    watch("causes.on_record", lambda: causes.on_record(gone, interactions=tables["interactions"]))
    learnt = watch("returns.learn_returns", lambda: learn_returns(gone, TODAY, horizon_days=H))
    lost = returns.lost_at(gone, TODAY)
    watch("returns.p_return", lambda: returns.p_return(learnt.rates, lost, TODAY, horizon_days=H))
    watch("winback.recaptured", lambda: winback.recaptured(gone, "margin", first.min(), horizon_days=H))
    won = watch("trade_claims.first_years", lambda: trade_claims.first_years(orders, AS_OF))
    watch("trade_claims.keeping_or_winning", lambda: trade_claims.keeping_or_winning(gone, won, first.min(), AS_OF))
    manager = watch("trade_claims.managers_before", lambda: trade_claims.managers_before(orders, date(2025, 6, 29)))
    watch("trade_claims.managers_share", lambda: trade_claims.managers_share(now, manager))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="kam-bench-") as folder:
        print(json.dumps(run(Path(folder), int(sys.argv[1]))))
