"""Markdown to HTML that is safe whoever wrote it, with its code highlighted.

`render` does it, `code_blocks` and `code_fences` read blocks of code, `lesson_project` says what they need.
Nothing here asks the database.
May import: nothing of the project but `stages/spelling.py`'s neighbours on the ground floor; everybody may import it.
"""
