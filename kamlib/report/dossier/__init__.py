"""Pages on single customers: dossiers, handovers, prospects, and the links that lead to them."""

from kamlib.report.dossier.links import link_pages
from kamlib.report.dossier.pages import write_dossiers
from kamlib.report.dossier.screened import without_personal

__all__ = ["link_pages", "without_personal", "write_dossiers"]
