"""Who changed what and when: the history of the content, its differences, and the way back.

`recorder` notices what a write to the content changed, `diff` puts two versions side by side, `restore` fills a form
with an earlier one, and `edit_conflicts` stops a second editor from undoing the first. Begin with `recorder`.
May import: the ground floor of stages (models, outline, fields) and fixture_io, which knows a row as plain values.
"""
