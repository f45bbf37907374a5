"""Markdown to HTML that is safe whoever wrote it, with its code highlighted.

`render` does it, `code_fences` reads the first line of a block of code. Nothing here asks the database.
May import: nothing of the project but `stages/spelling.py`'s neighbours on the ground floor; everybody may import it.
"""
