"""What a stranger needs to take over a customer, of all key accounts at once: facts with their age, gaps, money, promises."""

from kamlib.plan.dossier.assemble import Dossiers, dossiers
from kamlib.plan.dossier.completeness import to_complete
from kamlib.plan.dossier.decision_scheme import scheme_gaps
from kamlib.plan.dossier.kaism_quarters import kaism_path
from kamlib.plan.dossier.money_strip import quarterly
from kamlib.plan.dossier.prospect_worth import prospects
from kamlib.plan.dossier.rivals import recent_bids

__all__ = ["Dossiers", "dossiers", "kaism_path", "prospects", "quarterly", "recent_bids", "scheme_gaps", "to_complete"]
