"""`kam init`: a study proposed from the files themselves.

`propose_study` reads pieces of the files (`inputs`), counts what their columns hold (`profile_columns`, `formats`), proposes
columns, tables and dialects (`match_columns`, `headings`, `assign_tables`, `dialect`) and the head of the study (`study_head`), tries the
`draft`, proposes `criteria`, and writes the study file (`write_study`).
"""

from kamlib.init.start import Started, propose_study, summary

__all__ = ["Started", "propose_study", "summary"]
