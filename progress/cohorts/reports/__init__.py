"""What instructors see: everyone's progress as a table, the cohort over time, and where it is stuck.

`roster` reads it in a handful of queries, `gradebook` makes the table, `timeline` the curves, `bottlenecks` the
topics that hold people up. Begin with `roster`.
May import: the ground floor of cohorts and all below it.
"""
