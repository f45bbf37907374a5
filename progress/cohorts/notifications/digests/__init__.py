"""The weekly mails: a gentle one for learners, and one for instructors about the cohorts that they lead.

``week.py`` says when, ``learning.py`` and ``teaching.py`` what, and ``sending.py`` to whom.
"""
