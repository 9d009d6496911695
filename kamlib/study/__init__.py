"""The study file, the tables and columns that the kit knows, and its periods."""

from kamlib.study.model import Study
from kamlib.study.periods import as_date, months_before, period_label, quarter_before
from kamlib.study.settings.sections import Criterion

__all__ = ["Criterion", "Study", "as_date", "months_before", "period_label", "quarter_before"]
