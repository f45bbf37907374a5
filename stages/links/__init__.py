"""Asking whether the links of the roadmap still lead somewhere.

``addresses`` says which addresses may be asked, ``wire`` sends one request, ``asking`` asks for one page as a polite
guest does, and ``checking`` for many at once. None of them touches the database: LinkCheck (stages/models/links.py)
writes down what came of it.
"""
