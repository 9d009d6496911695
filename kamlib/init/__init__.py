"""`kam init`: a study proposed from the files themselves.

`propose_study` reads pieces of the files (`inputs`: their `shapes`, what their `cells` hold, what that is `evidence` of), puts
together what belongs together (`related`), proposes tables, columns and dialects (`match_columns`, `assign_tables`), with
questions where nothing decides (`open_choices`), and the head of the study (`study_head`), tries the draft (`drafting`), proposes
`criteria`, and writes the study file (`write_study`). `propose_again` does so for a study that a person mended (`again`).
"""

from kamlib.init.start import Started, propose_again, propose_study, summary

__all__ = ["Started", "propose_again", "propose_study", "summary"]
