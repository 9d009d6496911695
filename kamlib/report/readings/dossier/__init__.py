"""What a page concludes of single customers: their white space, their benefits, and what is known of them."""

from kamlib.report.readings.dossier.benefits import compliance, given, without_reason
from kamlib.report.readings.dossier.completeness import on_record
from kamlib.report.readings.dossier.white_space import held_out_year, white_cells

__all__ = ["compliance", "given", "held_out_year", "on_record", "white_cells", "without_reason"]
