"""Annotations of a topic by its learners: notes, stars, ticked resources, and reports of what is wrong with it.

`topic_annotations` reads all of it in one query, `views` writes it, `views_reports` takes reports.
Begin with `topic_annotations`.
May import: the ground floor of progress and stages.
"""
