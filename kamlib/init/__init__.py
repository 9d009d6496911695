"""`kam init`: a study proposed from the files themselves.

`start` reads pieces of the files, looks at their contents (`contents`, `shapes`, `words`), proposes the column maps and
dialects (`proposal`, `draft`, `writing`), tries them, proposes anchors, and writes the study file (`studyfile`).
"""
