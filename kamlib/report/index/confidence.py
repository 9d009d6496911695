"""How sure a run is of what it says: of the list, of the chances of loss, of the classes, of the profit."""

from __future__ import annotations

import pandas as pd

from kamlib.facts.states import STATES
from kamlib.facts.worth import worth_column
from kamlib.report.index.summary_facts import Fact, Tables, event_of, ours, waits_for
from kamlib.report.numbers import Numbers
from kamlib.report.words import from_to, sentence, word, word_if_known
from kamlib.scoring.doubt.border import EVEN, SAFE, falls
from kamlib.scoring.scores import tied_over
from kamlib.segments.xyz import seldom
from kamlib.stats.reasons import Reason
from kamlib.study.model import Study


def confidence_facts(study: Study, tables: Tables, accounts: pd.DataFrame, wait: str, write: Numbers) -> list[Fact]:
    """What is known of the doubt in the list, in the chances of loss, in the classes and in the profit; in reading order."""
    return [
        _membership(study, tables, accounts, wait, write),
        _chances(study, tables, write),
        _classes(tables, write),
        _margin(tables),
        _reconciled(tables, write),
    ]


def _membership(study: Study, tables: Tables, accounts: pd.DataFrame, wait: str, write: Numbers) -> Fact:
    label = word("sure_list")
    if wait:
        return Fact(label, waits=wait)
    known = accounts["p_key"].dropna()
    if "p_key" not in tables["scores"]:
        return Fact(label, waits=sentence(Reason("waits_for_columns", {"columns": "p_key", "table": "scores"})))
    scores = tables["scores"]
    tied = tied_over(scores, study.scoring) if "rank" in scores else scores[:0]
    tie = [Reason("sure_tied", {"n": len(tied)})] if len(tied) else []
    if accounts.empty:
        return _told(label, Reason("sure_nobody"), *tie)
    if known.empty:
        return _told(label, Reason("sure_everybody"))
    close = accounts[accounts["p_key"] < SAFE].sort_values("p_key")
    values = {"n": int((known >= SAFE).sum()), "of": len(accounts), "draws": study.scoring.draws}
    told = [Reason("sure_stay", values | {"share": write.share(SAFE)})]
    if len(close):
        told.append(Reason("sure_least", {"names": ", ".join(close["name"].astype(str).head(5))}))
    if off := int((known < EVEN).sum()):
        told.append(Reason("sure_off", {"n": off}))
    ranked = scores[scores["rank"].notna()] if "rank" in scores else accounts
    if (fall := falls(ranked["score"].astype(float), len(accounts))) is not None:
        code = "sure_stable" if fall["rank"] != fall["key"] else "sure_stable_to_the_last"
        told.append(Reason(code, {name: fall[name] for name in ("rank", "fall", "key", "at")}))
    return _told(label, *told, *tie)


def _told(label: str, *reasons: Reason) -> Fact:
    return Fact(label, " ".join(map(sentence, reasons)))


def _chances(study: Study, tables: Tables, write: Numbers) -> Fact:
    label = word("sure_chances")
    event = event_of(tables)
    way = "method_stopped" if event == "p_stopped" else "method"
    if wait := waits_for(tables, churn=("customer_id", event, way)):
        return Fact(label, waits=wait)
    churn = tables["churn"]
    methods = churn.loc[churn[event].notna(), way].value_counts()
    ways = [
        sentence(Reason("chances_by", {"n": int(count), "way": word_if_known(f"by_way_{name}")}))
        for name, count in methods.items()
    ]
    told = [Reason("chances_estimated", {"ways": ways}) if ways else Reason("no_chances")]
    if unknown := int(churn[event].isna().sum()):
        told.append(Reason("chances_unknown", {"n": unknown}))
    if seasons := season_range(churn[ours(tables, churn)], write):
        told.append(Reason("chances_by_season", {"range": seasons}))
    values = {"days": study.churn.horizon_days, "at_risk": study.churn.at_risk_days}
    return _told(label, *told, Reason("loss_is_stopped" if event == "p_stopped" else "loss_is_silent", values))


def season_range(churn: pd.DataFrame, write: Numbers) -> str:
    """Expected losses in the mildest and in the hardest season that the model saw: "91 to 167"; empty if not known."""
    low, high = (f"{event_of({'churn': churn})}_{end}" for end in ("low", "high"))
    if not {low, high} <= set(churn) or churn[low].isna().all():
        return ""
    return from_to(write.number(churn[low].sum()), write.number(churn[high].sum()))


def _classes(tables: Tables, write: Numbers) -> Fact:
    label = word("sure_classes")
    if wait := waits_for(tables, abcxyz=("customer_id", "xyz", "uncertain")):
        return Fact(label, waits=wait)
    unsure = seldom(tables["abcxyz"])
    if unsure.empty:
        return Fact(label, word("all_are_lost"))
    return _told(label, Reason("bought_too_seldom", {"share": write.share(unsure.mean()), "n": len(unsure)}))


def _margin(tables: Tables) -> Fact:
    label = word("sure_profit")
    if wait := waits_for(tables, facts=("margin",)):
        return Fact(label, waits=wait)
    known = worth_column(tables["facts"], "") == "margin"
    return Fact(label, word("margin_from_lines" if known else "revenue_for_margin"))


def _reconciled(tables: Tables, write: Numbers) -> Fact:
    """What came in and what became of it, and the customers by state: each sum adds up."""
    label = word("label_adds_up")
    if wait := waits_for(tables, ledger=("table", "rule", "action", "rows", "matched_rows"), states=("state",)):
        return Fact(label, waits=wait)
    lines = tables["ledger"][tables["ledger"]["table"] == "orders"]
    rows = lines.set_index("rule")["rows"]
    done = lines.groupby("action")
    values = {"came_in": int(rows["came in"]), "kept": int(rows["kept"])}
    values |= {"aside": int(done["rows"].sum().get("set_aside", 0))}
    values |= {"repaired": int(done["matched_rows"].sum().get("repair", 0))}
    found = tables["states"]["state"].value_counts()
    parts = " + ".join(f"{write.number(found[state])} {word_if_known(state)}" for state in STATES if state in found)
    customers = Reason("customers_add_up", {"n": int(found.sum()), "parts": parts})
    return Fact(label, f"{sentence(Reason('lines_add_up', values))} {sentence(customers)}")
