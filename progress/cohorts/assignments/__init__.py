"""Assigning a track: to whom, from when, by when, and by hand where the schedule does not fit.

`views` assigns and removes, `views_edit` changes parts of an assignment. What a learner makes of it (dates, overdue)
is on the ground floor: `learner_plans`, `schedule`, `due_dates`, `audience`. Begin with `views`.
May import: the ground floor of cohorts and all below it.
"""
