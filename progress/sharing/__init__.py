"""What a learner shows others: a page behind a link, its card and badge, and certificates.

All of it is off until the learner turns it on, and can be ended. Begin with `views`.
May import: the ground floor of progress and stages.
"""
