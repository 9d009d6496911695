"""`kam init`: a study proposed from the files themselves.

`propose_study` reads pieces of the files (`inputs`), looks at their contents (`column_contents`, `formats`, `headings`), proposes the column
maps and dialects (`match_columns`, `draft`, `dialect`), tries them, proposes criteria, and writes the study file (`write_study`).
"""

from kamlib.init.start import Started, propose_study, summary

__all__ = ["Started", "propose_study", "summary"]
