"""Search: the page, and the palette that opens on a key.

`results` says what is found and in which order, with one wrong letter forgiven; the full-text query itself is a
QuerySet method (`stages/models/search.py`). Begin with `results`.
May import: the ground floor of stages only.
"""
