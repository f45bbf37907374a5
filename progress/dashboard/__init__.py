"""/me/: where a learner goes on, what comes next and why, the year, and a forecast.

`recommendations` says what comes next, `views` puts the page together from it and from `progress/activity.py`.
Begin with `views`.
May import: the ground floor of progress and stages.
"""
