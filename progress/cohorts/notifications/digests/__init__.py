"""The weekly mails: a gentle one for learners, and one for instructors about the cohorts that they lead.

``period.py`` says when, ``learner.py`` and ``instructor.py`` what, and ``sender.py`` to whom.
"""
