"""What maintainers need to know of learners: who would lose something, reports of links, pages as learners see them.

`deletion` says why content is not to be deleted, `link_reports` keeps the queue of reports, `admin_link_checks` are
actions of the admin, `views_preview` shows a page with progress that is made up. Begin with `deletion`.
May import: the ground floor of progress and stages.
"""
