"""Asking whether the links of the roadmap still lead somewhere.

`ssrf_guard` says which addresses may be asked, `http` sends one request, `fetcher` checks one page as a polite guest
does, `scheduler` many at once, and `display` says what learners are offered instead of a dead link. Nothing that asks
touches the database: LinkCheck (stages/models/links.py) records the result. Begin with `fetcher`.
May import: the ground floor of stages only.
"""
