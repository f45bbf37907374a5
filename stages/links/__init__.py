"""Asking whether the links of the roadmap still lead somewhere.

``addresses`` says which addresses may be asked, ``asking`` asks for one page, ``checking`` for many at once. None
of them touches the database: what came of it is written down by LinkCheck (stages/models/links.py).
"""
