"""A cohort and who is in it: set up, joined, left, grouped.

`views_settings` makes and changes a cohort, `views_join` lets learners in and out, `views_people` shows instructors
and learners, `views_groups` their groups. Begin with `views_settings`.
May import: the ground floor of cohorts and all below it.
"""
