"""What goes out with a report to be filled in by managers, and how it comes back."""

from kamlib.report.round_trip.by_hand import changed_by_hand, changes_of
from kamlib.report.round_trip.sheets import actions_out, facts_out
from kamlib.report.round_trip.workbook import add_sheets, write_csv

__all__ = ["actions_out", "add_sheets", "changed_by_hand", "changes_of", "facts_out", "write_csv"]
